"""The perceived world: what has a track stands where it was measured, what has none is out of reach."""

import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
from envs.specification import VEHICLE_SLOTS, debris, episode, track, vehicle
from policies.oracle.perceived import FAR_M, PerceivedWorlds


@pytest.fixture(scope="module")
def seen():
    """An environment and its observation after three seconds."""
    env = DebrisVectorEnv(1, scenario="lone_object")
    observation, _ = env.reset(seed=5)
    for _ in range(15):
        observation, *_ = env.step(np.zeros((1, 2)))
    return env, {key: value.copy() for key, value in observation.items()}


def perceive(observation, worlds):
    perceived = PerceivedWorlds(1)
    perceived.update(observation, worlds)
    return perceived


def targets_of(worlds):
    return worlds["track_i"][0, track.TARGET]


def test_places_are_those_of_the_tracks_wherever_things_are(seen):
    env, observation = seen
    moved = env.batch.copy()
    moved["vehicle_f"][0, vehicle.X, 1:] += 7.0
    moved["debris_f"][0, debris.Y, :] += 1.0
    rows = [vehicle.X, vehicle.Y, vehicle.SPEED]
    one, two = (perceive(observation, worlds).worlds for worlds in (env.batch, moved))
    tracked = [k for k in targets_of(env.batch)[:VEHICLE_SLOTS].tolist() if k > 0]
    assert tracked
    for k in tracked:
        np.testing.assert_array_equal(one["vehicle_f"][0, rows, k], two["vehicle_f"][0, rows, k])
        off = one["vehicle_f"][0, vehicle.X, k] - env.batch["vehicle_f"][0, vehicle.X, k]
        assert 0.0 < abs(off) < 15.0, "places are measured with errors"
    objects = [j for j in targets_of(env.batch)[VEHICLE_SLOTS:].tolist() if j >= 0]
    for j in objects:
        np.testing.assert_array_equal(one["debris_f"][0, :, j], two["debris_f"][0, :, j])


def test_what_has_no_track_is_out_of_reach(seen):
    env, observation = seen
    worlds = env.batch.copy()
    worlds["track_i"][0, track.TARGET] = -1
    found = perceive(observation, worlds).worlds
    ego = found["vehicle_f"][0, vehicle.X, 0]
    assert ego == env.batch["vehicle_f"][0, vehicle.X, 0]
    count = int(worlds["episode_i"][0, episode.NUM_VEHICLES])
    assert count > 1
    assert (found["vehicle_f"][0, vehicle.X, 1:count] <= ego - FAR_M).all()
    assert found["debris_f"][0, debris.X, 0] == ego - FAR_M


def test_errors_of_scenarios_are_those_of_the_tracks_and_have_no_mean(seen):
    env, observation = seen
    perceived = perceive(observation, env.batch)
    (j,) = [k for k in targets_of(env.batch)[VEHICLE_SLOTS:].tolist() if k >= 0]
    scenarios = np.repeat(perceived.worlds, 4_000)
    before = scenarios["debris_f"][0, :, j].copy()
    perceived.scatter(scenarios, 0, np.random.default_rng(1))
    drawn = scenarios["debris_f"][:, debris.Y, j]
    deviation = drawn.std()
    assert 0.02 < deviation < 0.5
    assert drawn.mean() == pytest.approx(before[debris.Y], abs=1e-9)
    unchanged = [debris.VX, debris.VY, debris.MASS]
    np.testing.assert_array_equal(scenarios["debris_f"][7, unchanged, j], before[unchanged])
