"""Same seed and same actions give the same bits: in another process, in another batch, after a reload, in a branch."""

import os
import subprocess
import sys
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

from envs.scenario.scene import EGO_X_M, SceneBuilder
from envs.sensing.tracker import object_slot
from envs.specification import (
    VEHICLE_SLOTS,
    component,
    debris,
    episode,
    track,
    vehicle,
)
from envs.specification.world import world_at
from envs.world.debris_motion import air_at
from tests.contract.hash_run import actions_of, run_hashes

ROOT = Path(__file__).parents[2]


def make(num_envs, **settings):
    return gym.make_vec(
        "envs:roadworld/Debris-v1",
        num_envs=num_envs,
        vectorization_mode="vector_entry_point",
        **settings,
    )


def test_another_process_prints_the_same_hashes():
    here = run_hashes()
    # an instance hash has 64 digits: episodes have ended in between, and no two decisions are alike
    assert sum(len(line.split()[-1]) == 64 for line in here[1:]) >= 2
    assert len(set(here)) == len(here)
    done = subprocess.run(
        [sys.executable, "-m", "tests.contract.hash_run"],
        cwd=ROOT,
        # another order of every set and dictionary that depends on hash()
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == here


# --- noise does not depend on the policy ------------------------------------------------------------


def two_policies(scenario, seed, num_decisions=60):
    """Two runs of the same worlds: one holds its speed in its lane, the other brakes and drifts to the right.

    Yields the two batches after every decision in which both are still in their first episode.
    """
    envs = [make(5, scenario=scenario, split="all", variant="day-clear") for _ in range(2)]
    alive = np.ones(5, np.bool_)
    for env in envs:
        env.reset(seed=seed)
    f = envs[0].batch.episode_f
    low, high = f[:, episode.LEFT_EDGE] + 0.9, f[:, episode.RIGHT_EDGE] - 0.9
    lane = 2.0 * (f[:, episode.TARGET_Y] - low) / (high - low) - 1.0
    hold = np.stack([np.full(5, 0.46), lane], axis=1)
    drift = np.stack([np.full(5, 0.2), np.minimum(lane + 0.2, 1.0)], axis=1)
    for _ in range(num_decisions):
        for env, actions in zip(envs, (hold, drift), strict=True):
            _, _, terminated, truncated, _ = env.step(actions)
            alive &= ~(terminated | truncated)
        for b in np.flatnonzero(alive):
            yield world_at(envs[0].batch, b), world_at(envs[1].batch, b)


def test_both_policies_feel_the_same_wind():
    found = set()
    for one, other in two_policies("wind_blown", seed=10):
        # 900 m beside the road no wake is felt: mean wind and gusts only
        wind = air_at(one, one.vehicle_f[vehicle.X, 0], 900.0)
        assert wind == air_at(other, other.vehicle_f[vehicle.X, 0], 900.0)
        found.add(wind)
    # and it does change with time
    assert len(found) > 100


def is_seen(world, slot):
    """Whether the slot holds a track that was measured in this decision."""
    return world.track_i[track.TARGET, slot] >= 0 and world.track_i[track.VISIBLE, slot] == 1


def z_scores(world, slot, x, y):
    """Measurement errors of one track in standard deviations."""
    f = world.track_f[:, slot]
    away = np.hypot(x - world.vehicle_f[vehicle.X, 0], y - world.vehicle_f[vehicle.Y, 0])
    # errors grow with the true range, stated deviations with the measured one
    return (f[track.X] - x) / (0.05 + 0.02 * away), (f[track.Y] - y) / (0.05 + 0.002 * away)


@pytest.mark.parametrize("scenario", ["lone_object", "debris_field", "boxed_in"])
def test_both_policies_get_the_same_measurement_errors(scenario):
    objects = vehicles = 0
    for one, other in two_policies(scenario, seed=20):
        assert one.vehicle_f[vehicle.SPEED, 0] != other.vehicle_f[vehicle.SPEED, 0]
        for j in range(one.episode_i[episode.NUM_DEBRIS]):
            slot, there = object_slot(one, j), object_slot(other, j)
            if slot >= 0 and there >= 0 and is_seen(one, slot) and is_seen(other, there):
                scores = [
                    z_scores(w, s, w.debris_f[debris.X, j], w.debris_f[debris.Y, j])
                    for w, s in ((one, slot), (other, there))
                ]
                # positions are near 600 m: 1e-13 m of rounding over 0.1 m
                np.testing.assert_allclose(scores[0], scores[1], atol=1e-9)
                draws = slice(track.ERRORS, track.ERRORS + track.NUM_ERRORS)
                np.testing.assert_array_equal(one.track_f[draws, slot], other.track_f[draws, there])
                classes = [track.RADAR, track.THERMAL]
                np.testing.assert_array_equal(
                    one.track_f[classes, slot], other.track_f[classes, there]
                )
                objects += 1
        vehicles += compare_common_vehicles(one, other)
    assert objects > 50
    assert vehicles > 200


def compare_common_vehicles(one, other):
    """Compare errors of vehicles that both see now; their number."""
    count = 0
    for slot in range(VEHICLE_SLOTS):
        k = one.track_i[track.TARGET, slot]
        others = np.flatnonzero(other.track_i[track.TARGET, :VEHICLE_SLOTS] == k)
        if k < 0 or not others.size:
            continue
        pairs = ((one, slot), (other, int(others[0])))
        if all(is_seen(w, s) for w, s in pairs):
            scores = [
                z_scores(w, s, w.vehicle_f[vehicle.X, k], w.vehicle_f[vehicle.Y, k])
                for w, s in pairs
            ]
            np.testing.assert_allclose(scores[0], scores[1], atol=1e-9)
            count += 1
    return count


def ghost_scene(rng, source, setting):
    """The ego alone, and a detector ghost 140 m ahead in full sight."""
    del source
    scene = SceneBuilder(2, has_shoulder=False, setting=setting)
    scene.add_ego(0, 10.0)
    scene.add_phantom("ghost", "box", (0.8, 0.8, 0.4), EGO_X_M + 140.0, 0.0, flickers=True)
    return scene.build("ghost_scene", int(rng.integers(2**62)))


def test_both_policies_see_the_same_ghost_flicker():
    seen = []
    for one, other in two_policies(ghost_scene, seed=30, num_decisions=40):
        distances = [140.0 + EGO_X_M - w.vehicle_f[vehicle.X, 0] for w in (one, other)]
        if min(distances) < 40.0:
            continue
        flags = [is_seen(w, VEHICLE_SLOTS) for w in (one, other)]
        assert flags[0] == flags[1]
        seen.append(flags[0])
    # 3 in 10 decisions
    assert 0.15 < np.mean(seen) < 0.45
    assert len(seen) > 100


# --- worlds do not depend on their neighbours -------------------------------------------------------


def play(env, seeds, num_decisions=110):
    """State hashes, rewards and observation bytes per decision and world, of worlds with given seeds."""
    env.reset(seed=seeds)
    rows = []
    for decision in range(num_decisions):
        # an action that belongs to the world's seed, not to its place
        actions = np.concatenate(
            [actions_of(np.random.default_rng([s, decision]), 1) for s in seeds]
        )
        observation, reward, _, _, info = env.step(actions)
        rows.append(
            [
                (
                    info["state_hash"][b],
                    reward[b],
                    *(observation[k][b].tobytes() for k in observation),
                )
                for b in range(len(seeds))
            ]
        )
    return {seed: [row[b] for row in rows] for b, seed in enumerate(seeds)}


def test_batch_size_and_order_do_not_matter():
    seeds = [5, 6, 7, 8, 9, 10, 11]
    settings = {"scenario": ["wake", "knock_on", "falling_load", "boxed_in"], "split": "all"}
    together = play(make(7, **settings), seeds)
    permuted = play(make(7, **settings), [9, 5, 11, 7, 6, 10, 8])
    three = play(make(3, **settings), [10, 6, 8])
    for seed in seeds:
        assert together[seed] == permuted[seed]
    for seed in (10, 6, 8):
        assert together[seed] == three[seed]
        assert together[seed] == play(make(1, **settings), [seed])[seed]
    assert together[5] != together[6]


# --- saved states and futures -----------------------------------------------------------------------


def steps(env, rng, num_decisions):
    """Everything a number of steps returns, as comparable values, and how many episodes ended."""
    rows, ends = [], 0
    for _ in range(num_decisions):
        observation, reward, terminated, truncated, info = env.step(actions_of(rng, env.num_envs))
        hashes = info["state_hash"].tolist()
        begun = list(info.get("instance_hash", []))
        rows.append(
            (hashes, begun, reward.tolist(), [observation[k].tobytes() for k in observation])
        )
        ends += int((terminated | truncated).sum())
    return rows, ends


def test_a_saved_state_goes_on_identically_through_autoresets():
    env = make(6, split="all")
    env.reset(seed=50)
    steps(env, np.random.default_rng(0), 37)
    state = env.state_dict()
    expected, ends = steps(env, np.random.default_rng(1), 120)
    assert ends >= 6
    fresh = make(6, split="all")
    fresh.reset(seed=999)
    for target in (env, fresh):
        # a second load from the same dictionary: it must not have been used up
        target.load_state_dict(state)
        again, _ = steps(target, np.random.default_rng(1), 120)
        assert again == expected


def test_a_state_can_be_loaded_without_a_reset_before():
    env, fresh = make(2), make(2)
    env.reset(seed=1)
    fresh.load_state_dict(env.state_dict())
    actions = np.zeros((2, 2))
    assert (
        env.step(actions)[4]["state_hash"].tolist() == fresh.step(actions)[4]["state_hash"].tolist()
    )


def plans(rng, num_worlds, num_plans, horizon):
    """Random candidate plans."""
    shape = (num_worlds, num_plans, horizon)
    return np.stack([rng.uniform(-0.5, 0.7, shape), rng.uniform(-0.8, 0.8, shape)], axis=3)


def test_branching_changes_nothing():
    env = make(4, split="all")
    env.reset(seed=60)
    rng = np.random.default_rng(0)
    steps(env, rng, 5)
    before = env.state_dict()
    first = env.branch(plans(rng, 4, 6, 20))
    assert first.cost_usd.shape == (4, 6, 20, component.NUM_COMPONENTS)
    after = env.state_dict()
    assert before["worlds"].tobytes() == after["worlds"].tobytes()
    assert before["generators"] == after["generators"]
    assert before["instances"] == after["instances"]


@pytest.mark.parametrize("scenario", ["wind_blown", "knock_on", "boxed_in", "spill"])
def test_the_branch_that_is_driven_costs_what_was_predicted(scenario):
    env = make(5, scenario=scenario, split="all")
    env.reset(seed=80)
    rng = np.random.default_rng(0)
    steps(env, rng, 8)
    candidates = plans(rng, 5, 3, 40)
    futures = env.branch(candidates)
    chosen = 1
    alive = np.ones(5, np.bool_)
    length = np.full(5, 40)
    for h in range(40):
        _, _, terminated, _, info = env.step(candidates[:, chosen, h])
        for b in np.flatnonzero(alive):
            charged = [info["cost"][name][b] for name in component.NAMES]
            # bit for bit
            assert charged == futures.cost_usd[b, chosen, h].tolist()
        length[alive & terminated] = h + 1
        alive &= ~terminated
    assert futures.length[:, chosen].tolist() == length.tolist()
    # nothing is charged after the end
    for b in range(5):
        assert not futures.cost_usd[b, chosen, length[b] :].any()
    assert futures.cost_usd.sum() > 0.0


def test_another_noise_key_gives_other_futures_where_there_is_wind():
    env = make(12, scenario="wind_blown", split="all", variant="day-clear")
    env.reset(seed=90)
    # to where the ego meets the object: hold the speed in the lane
    f = env.batch.episode_f
    low, high = f[:, episode.LEFT_EDGE] + 0.9, f[:, episode.RIGHT_EDGE] - 0.9
    hold = np.stack(
        [np.full(12, 0.46), 2.0 * (f[:, episode.TARGET_Y] - low) / (high - low) - 1.0], axis=1
    )
    plan = np.repeat(hold[:, None, None, :], 40, axis=2)
    true = env.branch(plan)
    same = env.branch(plan)
    np.testing.assert_array_equal(true.cost_usd, same.cost_usd)
    others = [env.branch(plan, noise_seed=seed).cost_usd.sum() for seed in range(1, 6)]
    assert len({float(true.cost_usd.sum()), *others}) >= 2
    # where nothing is random, the key does not matter
    calm = make(3, scenario="phantom")
    calm.reset(seed=0)
    plan = np.zeros((3, 1, 30, 2))
    np.testing.assert_array_equal(
        calm.branch(plan).cost_usd, calm.branch(plan, noise_seed=4).cost_usd
    )


def test_futures_of_discrete_actions_and_of_some_worlds():
    env = make(5, action="discrete")
    env.reset(seed=70)
    rng = np.random.default_rng(5)
    candidates = rng.integers(0, 25, (2, 4, 10))
    futures = env.branch(candidates, worlds=[3, 1])
    everything = np.zeros((5, 4, 10), int)
    everything[[3, 1]] = candidates
    full = env.branch(everything)
    np.testing.assert_array_equal(futures.cost_usd[0], full.cost_usd[3])
    np.testing.assert_array_equal(futures.cost_usd[1], full.cost_usd[1])
