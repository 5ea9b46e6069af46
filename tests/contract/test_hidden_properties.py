"""Hidden properties never reach an observation: change them, compare bits."""

import gymnasium as gym
import numpy as np
import pytest

from envs.observation import TABLE, observe
from envs.scenario.generator import FAMILIES
from envs.specification import column, debris, episode, track, vehicle
from envs.specification.world import empty_batch, world_at

HIDDEN = [
    debris.MASS, debris.CRUSH_PRESSURE, debris.STIFFNESS, debris.SHARPNESS, debris.FRICTION,
    debris.DRAG_AREA, debris.LIFT_AREA, debris.RESTITUTION, debris.BREAKAWAY_ENERGY,
    debris.TYRE_FRICTION, debris.PIECES, debris.AIR_THRESHOLD,
]  # fmt: skip
"""Rows of ``debris_f`` that say what a thing is made of."""

INTENTIONS = [
    vehicle.TARGET_SPEED, vehicle.TIMER, vehicle.EXPONENT, vehicle.TIME_GAP, vehicle.JAM_DISTANCE,
    vehicle.SCRIPT_SPEED, vehicle.MASS,
]  # fmt: skip
"""Rows of ``vehicle_f`` that say what a driver is going to do, or what cannot be seen."""

ACCOUNTS = [
    episode.FLOW, episode.SWERVE_PEAK, episode.SPILL_PAID, episode.BRAKE_SPEED, episode.BRAKE_GAP,
    episode.BRAKE_PAID, episode.NUISANCE_PAID, episode.TOTAL_COST, episode.WIND_X, episode.WIND_Y,
]  # fmt: skip


def make(num_envs, **settings):
    return gym.make_vec(
        "envs:roadworld/Debris-v0",
        num_envs=num_envs,
        vectorization_mode="vector_entry_point",
        **settings,
    )


def lane_keeping(env, acceleration):
    """Actions that hold every ego in its first lane."""
    f = env.batch.episode_f
    low, high = f[:, episode.LEFT_EDGE] + 0.9, f[:, episode.RIGHT_EDGE] - 0.9
    y = 2.0 * (f[:, episode.TARGET_Y] - low) / (high - low) - 1.0
    return np.stack([np.full(env.num_envs, acceleration), y], axis=1)


def observed(batch, poison=None):
    """Bits of the observation of every world of a copy, after ``poison`` has been at the copy."""
    copy = empty_batch(len(batch))
    copy[:] = batch
    if poison is not None:
        poison(copy)
    for b in range(len(copy)):
        observe(world_at(copy, b))
    return copy.ego.tobytes(), copy.vehicles.tobytes(), copy.debris.tobytes()


def poison_hidden(batch):
    """Fill everything that no policy may see with not-a-number."""
    batch.debris_f[:, HIDDEN] = np.nan
    batch.vehicle_f[:, INTENTIONS] = np.nan
    batch.episode_f[:, ACCOUNTS] = np.nan
    batch.vehicle_i[:, [vehicle.SCRIPT_TICK, vehicle.SCRIPT_LANE, vehicle.TARGET_LANE]] = -77
    batch.debris_i[:, [debris.IS_ANCHORED, debris.BLOCKS_TRAFFIC, debris.STRUCK_BY_EGO]] = -77
    batch.debris_i[:, [debris.RELEASE_TICK, debris.IS_REAL, debris.TOUCHING]] = -77


def poison_length(batch):
    """Something visible, one part in a thousand."""
    batch.debris_f[:, debris.LENGTH] *= 1.001


@pytest.mark.parametrize("family", FAMILIES)
def test_observation_reads_no_hidden_row(family):
    # whatever has happened so far, moving or not: the next look does not read what is hidden
    env = make(5, scenario=family, split="all")
    env.reset(seed=15)
    tracked = noticed = 0
    for _ in range(40):
        env.step(lane_keeping(env, 0.4))
        clean = observed(env.batch)
        assert observed(env.batch, poison_hidden) == clean
        tracked += int((env.batch.debris[:, :, column.D_VISIBLE] == 1.0).sum())
        noticed += observed(env.batch, poison_length) != clean
    assert tracked > 20
    # the comparison can fail: what is seen changes at once
    assert noticed > 5


def shuffle_hidden(batch, rng):
    """Give every object other contents: hidden rows permuted over worlds and scaled."""
    for row in HIDDEN:
        values = batch.debris_f[:, row]
        batch.debris_f[:, row] = values[rng.permutation(len(values))] * rng.uniform(0.5, 2.0)


def disturbed(batch, start):
    """Worlds in which an object has moved or has been touched since the start."""
    rows = [debris.X, debris.Y, debris.Z, debris.VX, debris.VY, debris.VZ]
    moved = (batch.debris_f[:, rows] != start.debris_f[:, rows]).any(axis=(1, 2))
    return moved | (batch.debris_i[:, debris.TOUCHING] != 0).any(axis=1)


@pytest.mark.parametrize(
    "family", ["lone_object", "boxed_in", "debris_field", "hidden_again", "spill"]
)
def test_shuffled_contents_of_things_nobody_touches_change_no_bit(family):
    one, other = (make(12, scenario=family, split="all", variant="day-clear") for _ in range(2))
    first, _ = one.reset(seed=33)
    second, _ = other.reset(seed=33)
    shuffle_hidden(other.batch, np.random.default_rng(1))
    starts = one.batch.copy(), other.batch.copy()
    alive = np.ones(12, np.bool_)
    compared = 0
    for decision in range(60):
        # brake late enough to see the object well, then stop before most of them
        actions = lane_keeping(one, 0.45 if decision < 8 else -0.5)
        (first, _, ended, cut, info) = one.step(actions)
        (second, _, ended_too, cut_too, other_info) = other.step(actions)
        alive &= ~(disturbed(one.batch, starts[0]) | disturbed(other.batch, starts[1]))
        alive &= ~(ended | cut | ended_too | cut_too)
        for b in np.flatnonzero(alive):
            for key in first:
                assert first[key][b].tobytes() == second[key][b].tobytes(), (decision, b, key)
            assert info["ttc"][b] == other_info["ttc"][b]
            compared += int((first["debris"][b, :, column.D_VISIBLE] == 1.0).any())
    assert compared > 50


def test_contents_do_matter_once_the_ego_is_upon_them():
    # the other half of the argument: what was shuffled is not without effect
    one, other = (make(12, scenario="lone_object", split="all") for _ in range(2))
    one.reset(seed=33)
    other.reset(seed=33)
    shuffle_hidden(other.batch, np.random.default_rng(1))
    actions = lane_keeping(one, 0.46)
    different = np.zeros(12, np.bool_)
    for _ in range(35):
        _, _, _, _, info = one.step(actions)
        _, _, _, _, other_info = other.step(actions)
        different |= info["cost"]["total"] != other_info["cost"]["total"]
    assert different.sum() >= 3


def test_no_column_is_named_after_a_hidden_property():
    names = {c.name for table in TABLE.values() for c in table}
    for word in ("mass", "crush", "stiff", "sharp", "drag", "lift", "restitution", "pieces"):
        assert not [name for name in names if word in name]
    # grip is the road's under the ego's own wheels, not an object's
    assert [name for name in names if "friction" in name or "grip" in name] == ["grip"]


def test_what_is_not_seen_is_not_updated():
    # an unseen object's row holds its last measurement: only its place moves with the ego, and its age grows
    env = make(8, scenario="hidden_again", variant="day-clear")
    env.reset(seed=3)
    frozen = 0
    before = env.batch.track_f.copy()
    for _ in range(60):
        env.step(lane_keeping(env, 0.46))
        slots = slice(8, 12)
        hidden = (env.batch.track_i[:, track.VISIBLE, slots] == 0) & (
            env.batch.track_i[:, track.AGE, slots] > 0
        )
        hidden &= env.batch.track_i[:, track.TARGET, slots] >= 0
        for b, j in np.argwhere(hidden):
            now, then = env.batch.track_f[b, :, 8 + j], before[b, :, 8 + j]
            np.testing.assert_array_equal(now, then)
            frozen += 1
        before = env.batch.track_f.copy()
    assert frozen > 20
