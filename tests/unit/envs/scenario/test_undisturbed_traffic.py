"""No two other vehicles touch while the ego keeps its lane and distance and touches nothing: by construction."""

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.action import encode_acceleration, encode_target
from envs.scenario import room, traffic
from envs.scenario.generator import FAMILIES, ScenarioSampler
from envs.scenario.room import Claim
from envs.scenario.scene import EGO_X_M, SceneBuilder, Setting
from envs.specification import DECISION_S, DECISIONS_PER_EPISODE, debris, episode, vehicle

NUM_WORLDS = 120


def following(fields):
    """Acceleration with which every ego keeps its distance and its set speed, m/s2."""
    x, y, speed = (fields.vehicle_f[:, row] for row in (vehicle.X, vehicle.Y, vehicle.SPEED))
    used = np.arange(x.shape[1]) < fields.episode_i[:, [episode.NUM_VEHICLES]]
    ahead = used & (x > x[:, :1]) & (np.abs(y - y[:, :1]) < 2.0)
    gap = np.where(ahead, x - x[:, :1], np.inf)
    k = gap.argmin(axis=1)
    rows = np.arange(len(x))
    own, lead = speed[:, 0], speed[rows, k]
    distance = np.maximum(gap[rows, k], 1.0)
    closing = np.where(np.isfinite(distance), own - lead, 0.0)
    wanted = 12.0 + own + own * closing / 7.75
    share = np.maximum(wanted, 0.0) / distance
    return np.clip(
        3.0 * (1.0 - (own / fields.episode_f[:, episode.SET_SPEED]) ** 4 - share**2), -8, 3
    )


def touching(instances):
    """Of every instance, whether two other vehicles touch while the ego has touched nothing."""
    env = gym.make_vec(
        "envs:roadworld/Debris-v1",
        num_envs=len(instances),
        vectorization_mode="vector_entry_point",
        autoreset_mode="NextStep",
    )
    env.reset(options={"instance": instances})
    fields = env.unwrapped.batch
    home = fields.episode_f[:, episode.TARGET_Y].copy()
    low = fields.episode_f[:, episode.LEFT_EDGE] + 0.5 * fields.vehicle_f[:, vehicle.WIDTH, 0]
    high = fields.episode_f[:, episode.RIGHT_EDGE] - 0.5 * fields.vehicle_f[:, vehicle.WIDTH, 0]
    found = np.zeros(len(instances), np.bool_)
    is_disturbed = np.zeros(len(instances), np.bool_)
    for _ in range(DECISIONS_PER_EPISODE):
        first = np.clip(encode_acceleration(following(fields)), -1.0, 1.0)
        second = np.clip(encode_target(home, low, high), -1.0, 1.0)
        _, _, terminated, _, info = env.step(np.stack([first, second], axis=1))
        is_disturbed |= terminated | np.array([len(contacts) > 0 for contacts in info["contacts"]])
        others = (fields.vehicle_i[:, vehicle.CRASHED, 1:] == 1).any(axis=1)
        found |= others & ~is_disturbed
    env.close()
    return found


def drawn(family, count=NUM_WORLDS):
    """Instances of a family on validation seeds."""
    sampler = ScenarioSampler(family)
    return [sampler.sample(np.random.default_rng(2_000_000 + k)) for k in range(count)]


@pytest.mark.parametrize("family", FAMILIES)
def test_other_vehicles_do_not_touch(family):
    assert not touching(drawn(family)).any()


def test_careless_scripts_are_seen(monkeypatch):
    # the same scenes, but traffic does not leave room for the scripted lane change
    monkeypatch.setattr(Claim, "is_clear_of", lambda *_: True)
    assert touching(drawn("cut_out")).sum() >= 3


def test_a_claim_by_hand():
    # the claiming truck is at 560 m and will be at 620 m and 740 m when the change begins and ends
    claim = Claim(1, 560.0, 30.0, 8.0, 2.0, 6.0)
    # room: half lengths 8 + 2.25, 4 m, and 0.9 s at 30 m/s: 41.25 m
    assert pytest.approx(41.25) == room.FREE_GAP_M + room.MERGE_GAP_S * 30.0 + 8.0 + 2.25
    assert claim.is_clear_of(518.5, 30.0, 2.25)
    assert not claim.is_clear_of(519.0, 30.0, 2.25)
    assert claim.is_clear_of(601.5, 30.0, 2.25)
    # 5 m/s faster from 40 m behind: 30 m behind at the beginning, 10 m at the end
    assert not claim.is_clear_of(520.0, 35.0, 2.25)
    # it passes during the change
    assert not claim.is_clear_of(490.0, 50.0, 2.25)


def test_traffic_leaves_room_for_a_scripted_change():
    scene = SceneBuilder(3, has_shoulder=False, setting=Setting("day", "clear"))
    scene.add_ego(1, 30.0)
    lead = scene.add_vehicle(EGO_X_M + 40.0, 1, 30.0)
    assert scene.is_free(0, EGO_X_M + 40.0, 4.5, 30.0)
    scene.change_lane(lead, 30, 0)
    assert not scene.is_free(0, EGO_X_M + 40.0, 4.5, 30.0)
    assert scene.is_free(2, EGO_X_M + 40.0, 4.5, 30.0)
    assert not scene.allows_changes(2)


@pytest.mark.parametrize("family", FAMILIES)
def test_only_cars_with_room_change_lane_by_themselves(family):
    for instance in drawn(family, 60):
        f, i = instance.vehicle_f, instance.vehicle_i
        changing = i[vehicle.MAY_CHANGE_LANE] == 1
        assert (i[vehicle.IS_TRUCK, changing] == 0).all()
        assert (f[vehicle.TIME_GAP, changing] >= traffic.LANE_CHANGE_TIME_GAP_S).all()
        assert (f[vehicle.JAM_DISTANCE, changing] == traffic.LANE_CHANGE_JAM_M).all()
        targets = i[vehicle.SCRIPT_LANE][i[vehicle.SCRIPT_LANE] >= 0]
        if targets.size:
            assert np.abs(i[vehicle.LANE, changing][:, None] - targets).min(initial=9) > 2


@pytest.mark.parametrize("gap", [12.0, 20.0, 35.0, 60.0, 90.0, 150.0])
def test_equilibrium_neither_brakes_nor_accelerates(gap):
    speed, jam = 28.0, 7.0
    time_gap, free_speed = room.equilibrium(gap, speed, jam)
    # IDM at equal speeds: 3 (1 - (v / v0)^4 - ((jam + T v) / d)^2)
    acceleration = 3.0 * (1.0 - (speed / free_speed) ** 4 - ((jam + time_gap * speed) / gap) ** 2)
    if time_gap > 0.1:
        assert acceleration == pytest.approx(0.0, abs=1e-9)
    else:
        # closer than any time gap allows: it brakes
        assert acceleration <= 1e-9
    assert time_gap <= 2.0


def test_the_least_gap_by_hand():
    # half of 16 m and 4.5 m, and 2.5 m: 12.75 m
    jam = room.jam_distance(16.0, 4.5)
    assert jam == pytest.approx(12.75)
    # IDM in a hurry holds (12.75 + 0.1 x 20) / sqrt(1 - 1.25^-4) = 14.75 / 0.76837 = 19.197 m at 20 m/s
    assert room.least_gap(20.0, jam) == pytest.approx(19.197, abs=1e-3)
    # 3 m/s faster than the one ahead: 20 x 3 / (2 sqrt(15)) = 7.746 m more of wanted gap
    assert room.least_gap(20.0, jam, 3.0) == pytest.approx(29.278, abs=1e-3)


@given(
    gap=st.floats(5.0, 300.0),
    speed=st.floats(8.0, 40.0),
    jam=st.floats(7.0, 18.5),
    closing=st.floats(0.0, 5.0),
    longest=st.sampled_from([room.LET_IN_TIME_GAP_S, room.LONGEST_TIME_GAP_S]),
)
def test_equilibrium_holds_every_gap_from_the_least_one(gap, speed, jam, closing, longest):
    gap = max(gap, room.least_gap(speed, jam, closing))
    time_gap, free = room.equilibrium(gap, speed, jam, closing_mps=closing, longest_s=longest)
    wanted = jam + time_gap * speed + speed * closing / (2.0 * 15.0**0.5)
    assert 3.0 * (1.0 - (speed / free) ** 4 - (wanted / gap) ** 2) == pytest.approx(0.0, abs=1e-6)
    assert 0.1 <= time_gap <= longest


@pytest.mark.parametrize(
    "family", ["boxed_in", "cut_out", "hidden_again", "knock_on", "struck_first", "wake"]
)
def test_others_hardly_brake_before_anything_is_touched(family):
    env = gym.make_vec(
        "envs:roadworld/Debris-v1",
        num_envs=NUM_WORLDS,
        vectorization_mode="vector_entry_point",
        autoreset_mode="NextStep",
    )
    env.reset(options={"instance": drawn(family)})
    fields = env.unwrapped.batch
    home = fields.episode_f[:, episode.TARGET_Y].copy()
    low, high = fields.episode_f[:, episode.LEFT_EDGE], fields.episode_f[:, episode.RIGHT_EDGE]
    hardest = np.zeros(NUM_WORLDS)
    is_over = np.zeros(NUM_WORLDS, np.bool_)
    for _ in range(40):
        before = fields.vehicle_f[:, vehicle.SPEED].copy()
        first = np.full(NUM_WORLDS, encode_acceleration(0.0))
        second = np.clip(encode_target(home, low, high), -1.0, 1.0)
        _, _, ended, _, _ = env.step(np.stack([first, second], axis=1))
        is_over |= ended | (fields.debris_i[:, debris.TOUCHING] != 0).any(axis=1)
        change = (fields.vehicle_f[:, vehicle.SPEED] - before)[:, 1:].min(axis=1) / DECISION_S
        hardest[~is_over] = np.minimum(hardest, change)[~is_over]
    env.close()
    # rare: at most 3 in 100 brake by more than 3 m/s2
    assert np.mean(hardest < -3.0) <= 0.03
