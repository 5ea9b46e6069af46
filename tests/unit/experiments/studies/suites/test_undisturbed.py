"""The undisturbed run finds accidents among others, and only those that the ego has no part in."""

import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
from envs.debris.catalogue import load_catalogue
from envs.scenario.scene import EGO_X_M, SceneBuilder, Setting
from envs.specification import vehicle
from experiments.studies.suites.lane_change import find_side
from experiments.studies.suites.undisturbed import (
    VARIANTS,
    Undisturbed,
    drive_undisturbed,
    find_pair,
)

DAY = Setting("day", "clear")


def scene_with(*others, num_lanes=3, object_x_m=EGO_X_M + 90.0):
    """Ego in the middle lane at 30 m/s, a concrete block ahead of it, and vehicles (x, lane, speed)."""
    scene = SceneBuilder(num_lanes, has_shoulder=False, setting=DAY, sight_range_m=120.0)
    scene.add_ego(1, 30.0)
    for x, lane, speed in others:
        scene.add_vehicle(EGO_X_M + x, lane, speed, time_gap_s=1.0)
    spec = load_catalogue()["concrete_block"]
    scene.add_object(spec, spec.sample(np.random.default_rng(0)), object_x_m, 4.0)
    return scene


def careless(tick=15):
    """A vehicle steers into the place of the one beside it."""
    scene = scene_with((60.0, 1, 30.0), (62.0, 2, 30.0), object_x_m=EGO_X_M + 400.0)
    scene.script(1, tick, lane=2)
    return scene.build("careless", 7)


def free():
    return scene_with((60.0, 1, 30.0), (62.0, 2, 30.0)).build("free", 7)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_careless_script_is_found(variant):
    (found,) = drive_undisturbed([careless()], variant)
    assert found.touch_s is not None
    assert 1.0 < found.touch_s < 5.0
    assert found.vehicles == (1, 2)
    assert not found.is_safe
    assert found.describe() == f"vehicles 1 and 2 touch at {found.touch_s:.1f} s"


@pytest.mark.parametrize("variant", VARIANTS)
def test_traffic_that_keeps_its_lanes_is_safe(variant):
    (found,) = drive_undisturbed([free()], variant)
    assert found.touch_s is None
    assert found.is_safe


def test_a_batch_gives_what_every_instance_gives_alone():
    instances = [free(), careless(), careless(30), free()]
    together = drive_undisturbed(instances)
    assert together == [drive_undisturbed([one])[0] for one in instances]
    assert [one.is_safe for one in together] == [True, False, False, True]


def test_the_ego_that_keeps_its_lane_hits_the_object_and_the_one_that_changes_lane_does_not():
    instance = scene_with().build("alone", 7)
    (kept,) = drive_undisturbed([instance])
    (changed,) = drive_undisturbed([instance], "changes lane")
    assert kept.ego_s == pytest.approx(3.0, abs=0.4)  # 90 m at 30 m/s
    assert changed.ego_s is None


def test_what_happens_after_the_ego_has_touched_something_counts_for_nothing():
    assert Undisturbed(4.0, (1, 2), 3.0).is_safe
    assert not Undisturbed(4.0, (1, 2), 4.0).is_safe
    assert not Undisturbed(4.0, (1, 2), None).is_safe


def test_the_ego_changes_to_the_side_with_a_gap_only():
    def side(*others, num_lanes=3):
        env = DebrisVectorEnv(1, scenario="phantom")
        env.reset(options={"instance": scene_with(*others, num_lanes=num_lanes).build("x", 7)})
        return find_side(env.batch[0])

    assert side() == -1
    assert side((0.0, 0, 30.0)) == 1
    assert side((0.0, 0, 30.0), (-10.0, 2, 30.0)) == 0
    # 30 m behind and 10 m/s faster: it would be there in 3 s
    assert side((0.0, 0, 30.0), (-30.0, 2, 40.0)) == 0
    assert side((0.0, 0, 30.0), num_lanes=2) == 0


def test_the_nearest_pair_is_named():
    f = np.zeros((vehicle.NUM_FLOATS, 5))
    f[vehicle.X] = [0.0, 50.0, 90.0, 93.0, 200.0]
    assert find_pair(f, np.array([1, 2, 3])) == (2, 3)
    assert find_pair(f, np.array([4])) == (4,)
