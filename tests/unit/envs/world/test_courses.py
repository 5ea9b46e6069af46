"""Vehicles that follow a recording: where they are, what takes them off it, and how they go on."""

import copy
import math
import pickle
import re
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
from envs.highway.env import DebrisEnv
from envs.scenario.scene import EGO_X_M
from envs.scenario.trajectory import COURSE, Trajectory
from envs.sensing.tracker import BRAKE_LAMP_MPS2
from envs.specification import TICK_HZ, column, course, debris, vehicle
from envs.specification.world import empty_world
from envs.world.course import KNOCK_MPS, pose_at
from envs.world.load import load_instance
from tests.unit.envs.bench import put, road
from tests.unit.envs.recorded import (
    BEHIND_BRAKER,
    BRAKER,
    SPEED,
    SWERVER,
    brake,
    moments,
    played,
    scene,
    swerve,
)

ON = np.array([8.0 / 11.0 * 2.0 - 1.0, 0.0])
"""Neither throttle nor brakes, in the middle lane of three."""

STATE = [vehicle.X, vehicle.Y, vehicle.HEADING, vehicle.SPEED, vehicle.ACCELERATION]


def drive(instance, decisions, action=ON):
    """States of the vehicles before the first decision and after each, ``(T + 1, 5, N)``, and the twin."""
    env = DebrisVectorEnv(1)
    env.reset(options={"instance": instance})
    n = instance.vehicle_f.shape[1]
    states = [env.batch.vehicle_f[0][STATE, :n].copy()]
    for _ in range(decisions):
        *_, terminated, _, _ = env.step(action[None])
        assert not terminated[0]
        states.append(env.batch.vehicle_f[0][STATE, :n].copy())
    return np.array(states), env


def test_at_its_moments_a_vehicle_is_where_the_recording_has_it():
    instance = played()
    states, _ = drive(instance, 20)
    for one in instance.trajectories:
        for time, *state in zip(*(getattr(one, name) for name in COURSE), strict=True):
            # moments that are ends of decisions
            if time <= 4.0 and time == int(time):
                np.testing.assert_allclose(
                    states[round(time * 5), :4, one.vehicle], state, atol=1e-9
                )


def test_between_moments_the_path_is_smooth_and_near_the_true_one():
    # twice a second is enough: the cubic is within millimetres of the cosine, and motion is along the heading
    world = empty_world()
    fine = np.arange(0.0, 6.0, 0.01)
    sparse, dense = (swerve(SWERVER, 545.0, 4.0, t) for t in (moments(6.0), fine))
    load_instance(world, scene()[0].with_trajectories(sparse))
    poses = [pose_at(world, SWERVER, t) for t in fine]
    x, y, heading, speed = np.array(poses).T[:4]
    assert np.abs(y - dense.y_m).max() < 0.02
    assert np.abs(heading - dense.heading_rad).max() < 0.01
    across = np.gradient(y, 0.01)
    np.testing.assert_allclose(across, speed * np.sin(heading), atol=0.1)
    np.testing.assert_allclose(np.gradient(x, 0.01), speed * np.cos(heading), atol=0.05)
    # no jump anywhere: neither of the path nor of its direction
    assert np.abs(np.diff(heading)).max() < 0.003


def test_a_vehicle_that_stands_keeps_its_heading_and_one_that_turns_round_turns_the_short_way():
    world = empty_world()
    zeros = np.zeros(3)
    standing = Trajectory(SWERVER, moments(1.0), zeros + 545.0, zeros + 4.0, zeros + 0.3, zeros)
    turning = Trajectory(
        BRAKER, moments(1.0), zeros + 560.0, zeros + 8.0, np.array([3.1, -3.1, -3.0]), zeros
    )
    load_instance(world, scene()[0].with_trajectories(standing, turning))
    assert pose_at(world, SWERVER, 0.2)[2] == pytest.approx(0.3)
    assert math.cos(pose_at(world, BRAKER, 0.25)[2]) < -0.99
    assert pose_at(world, BRAKER, 7.0)[2] % (2.0 * math.pi) == pytest.approx(2.0 * math.pi - 3.0)


def test_the_brake_lamp_follows_from_the_recording_and_others_react():
    env = gym.make("envs:roadworld/Debris-v1")
    env.reset(options={"instance": played()})
    world, lamps, braking = env.unwrapped.world, [], []
    for _ in range(20):
        observation, *_ = env.step(ON)
        braking.append(world.vehicle_f[vehicle.ACCELERATION, [BRAKER, BEHIND_BRAKER]])
        targets = world.track_i[0, :8].tolist()
        lamps.append(observation["vehicles"][targets.index(BRAKER), column.V_BRAKE_LAMP])
    braked, behind = np.array(braking).T
    # its braking begins after 1 s and lasts until it drives 6 m/s, 3.14 s later
    np.testing.assert_allclose(braked[5:20], -7.0, atol=1e-9)
    np.testing.assert_allclose(braked[:5], 0.0, atol=1e-9)
    assert lamps == [float(a < BRAKE_LAMP_MPS2) for a in braked]
    # the one behind had nearly found its distance
    assert behind[4] > -1.5
    assert behind[19] < -4.5


def test_it_reacts_to_nothing():
    # what drives at 28 m/s behind a vehicle with 20 m/s brakes, unless it is recorded
    built = road(speed=20.0)
    for ahead, speed in ((40.0, SPEED), (75.0, 20.0)):
        built.add_vehicle(EGO_X_M + ahead, 2, speed)
    instance = built.build("bench", 1)
    free, _ = drive(instance, 15)
    one = brake(1, EGO_X_M + 40.0, 8.0, moments(3.0), start=50.0)
    recorded, _ = drive(instance.with_trajectories(one), 15)
    assert free[-1, 3, 1] < 24.0
    np.testing.assert_allclose(recorded[:, 3, 1], SPEED)


def test_afterwards_it_goes_on_from_its_present_state_as_an_ordinary_vehicle():
    instance = played()
    states, env = drive(instance, 60, np.array([-0.2, 0.0]))
    for one in instance.trajectories:
        last = int(one.time_s[-1] * 5)
        x, y, heading, speed, acceleration = states[:, :, one.vehicle].T
        assert env.batch.vehicle_i[0, vehicle.KIND, one.vehicle] == vehicle.KIND_IDM
        # within a decision nothing jumps, not even where the recording ends
        np.testing.assert_allclose(np.diff(x), 0.1 * (speed[1:] + speed[:-1]), atol=0.4)
        assert np.abs(np.diff(speed[last - 2 : last + 3])).max() <= 6.0 * 0.2 + 1e-9
        assert np.abs(np.diff(y[last - 2 : last + 3])).max() < 0.2
        assert np.abs(np.diff(heading[last - 2 : last + 3])).max() < 0.02
        assert np.abs(acceleration[last + 1 :]).max() <= 6.0
    # the one that has slowed down speeds up again, as its own target speed wants
    braked = states[:, 3, BRAKER]
    assert braked[40] == pytest.approx(6.0, abs=0.01)
    assert braked[60] > 12.0


def test_a_recording_of_one_tick_more_or_less_ends_in_time():
    for end in (3.0 / TICK_HZ, 3.0 / TICK_HZ - 1e-9):
        instance, _ = scene()
        x = float(instance.vehicle_f[vehicle.X, BRAKER])
        one = brake(BRAKER, x, 8.0, np.array([0.0, end]))
        _, env = drive(instance.with_trajectories(one), 1)
        assert env.batch.vehicle_i[0, vehicle.KIND, BRAKER] == vehicle.KIND_COURSE
        env.step(ON[None])
        assert env.batch.vehicle_i[0, vehicle.KIND, BRAKER] == vehicle.KIND_IDM


@pytest.mark.parametrize(("mass", "leaves"), [(0.2, False), (80.0, True)])
def test_an_object_that_slows_it_takes_it_off_its_path(mass, leaves):
    built = road(speed=20.0)
    built.add_vehicle(EGO_X_M + 40.0, 2, SPEED)
    put(built, 70.0, 8.0, like="carton_wide_empty", mass_kg=mass, height_m=0.6)
    time = moments(6.0)
    course_ = brake(1, EGO_X_M + 40.0, 8.0, time, start=50.0)
    states, env = drive(built.build("bench", 1).with_trajectories(course_), 15)
    assert env.batch.debris_f[0, debris.VX, 0] > 1.0 or leaves
    kind = env.batch.vehicle_i[0, vehicle.KIND, 1]
    assert kind == (vehicle.KIND_IDM if leaves else vehicle.KIND_COURSE)
    slower = SPEED - states[-1, 3, 1]
    assert (slower > KNOCK_MPS) == leaves


def test_a_collision_takes_it_off_its_path():
    # two recordings that cross: both have crashed afterwards, and roll to a stop
    instance, _ = scene()
    time = moments(6.0)
    x = float(instance.vehicle_f[vehicle.X, BRAKER])
    into = swerve(SWERVER, x - 2.0, 4.0, time, aside=4.0)
    on = brake(BRAKER, x, 8.0, time, start=50.0)
    states, env = drive(instance.with_trajectories(into, on), 25, np.array([-1.0, 0.0]))
    i = env.batch.vehicle_i[0]
    assert i[vehicle.CRASHED, [SWERVER, BRAKER]].tolist() == [1, 1]
    assert i[vehicle.KIND, [SWERVER, BRAKER]].tolist() == [vehicle.KIND_IDM] * 2
    assert states[-1, 3, BRAKER] < 15.0
    assert np.abs(np.diff(states[:, 0, BRAKER])).max() < 0.2 * SPEED + 2.0


def test_copies_states_and_branches_go_on_alike():
    instance = played()
    twin = DebrisVectorEnv(2)
    twin.reset(options={"instance": [instance, scene()[0]]})
    rng = np.random.default_rng(0)
    actions = np.tile(ON, (2, 1, 30, 1)) + rng.normal(0.0, 0.02, (2, 1, 30, 2))
    for _ in range(3):
        twin.step(np.tile(ON, (2, 1)))
    saved = twin.state_dict()
    others = [pickle.loads(pickle.dumps(twin)), copy.deepcopy(twin), DebrisVectorEnv(2)]  # noqa: S301 (made here)
    others[2].load_state_dict(saved)
    futures = twin.branch(actions, worlds=[1, 0]).cost_usd
    # a record holds everything, so that a planner may copy it into worlds of its own
    planner = DebrisVectorEnv(2)
    planner.reset(seed=1)
    planner.batch[:] = twin.batch
    assert np.array_equal(planner.branch(actions, worlds=[1, 0]).cost_usd, futures)
    for env in (twin, *others):
        for t in range(30):
            *_, info = env.step(actions[::-1, 0, t])
            for b in range(2):
                paid = sum(info["cost"][name][b] for name in info["cost"] if name != "total")
                assert paid == pytest.approx(futures[1 - b, 0, t].sum(), abs=1e-9)
        assert np.array_equal(env.batch.vehicle_f, twin.batch.vehicle_f)
    reference = DebrisEnv()
    reference.reset(options={"instance": instance})
    reference.step(ON)
    again = pickle.loads(pickle.dumps(reference))  # noqa: S301 (made here)
    for _ in range(10):
        assert reference.step(ON)[4] == again.step(ON)[4]


def test_a_world_without_any_carries_none():
    instance, trajectories = scene()
    world = empty_world()
    load_instance(world, instance.with_trajectories(*trajectories))
    assert world.course_i[course.END, 0] == sum(len(t.time_s) for t in trajectories)
    load_instance(world, instance)
    assert not world.course_f.any()
    assert not world.course_i.any()


def test_the_example_of_the_readme_plays_a_recording(tmp_path, monkeypatch):
    text = (Path(__file__).parents[4] / "envs" / "README.md").read_text(encoding="utf-8")
    (code,) = (c for c in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "recording" in c)
    time = np.arange(0.0, 6.0, 0.04)
    lines = ["vehicle,time_s,x_m,y_m"]
    for one in (swerve(1, 540.0, 4.0, time), brake(2, 560.0, 8.0, time)):
        lines += [
            f"{one.vehicle},{t:.2f},{x:.2f},{y:.2f}"
            for t, x, y in zip(time, one.x_m, one.y_m, strict=True)
        ]
    (tmp_path / "recording.csv").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(code, names)  # noqa: S102 (the text is ours)
    states, _ = drive(names["instance"], 20)
    assert states[20, 1, 1] == pytest.approx(0.3, abs=0.3)
    assert states[20, 3, 2] == pytest.approx(SPEED - 3.0 * 7.0, abs=0.3)


def test_a_scenario_of_ones_own_may_return_them():
    worlds = gym.make_vec(
        "envs:roadworld/Debris-v1",
        num_envs=2,
        vectorization_mode="vector_entry_point",
        scenario=lambda *_: played(),
    )
    _, info = worlds.reset(seed=3)
    assert set(info["instance_hash"]) == {played().hash}
