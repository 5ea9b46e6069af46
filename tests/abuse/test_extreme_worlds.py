"""Extreme but legal worlds in the twin: crowded, fast and slippery; nothing is ever not a number."""

from dataclasses import replace

import gymnasium as gym
import numpy as np
import pytest

from envs.scenario.generator import ScenarioSampler
from envs.specification import MAX_VEHICLES, debris, episode, vehicle

WORLDS, DECISIONS = 25, 40
FRICTIONS = (0.0, 1e-9, 1e-3, 2.0)


def extreme(base, k):
    """The instance with as many vehicles and objects as there can be, at 40 m/s, on ice or on glue."""
    lanes = int(base.episode_i[[episode.NUM_LANES, episode.HAS_SHOULDER]].sum())
    num = MAX_VEHICLES - 1 if k % 2 else MAX_VEHICLES
    # copies of the last car, row after row behind everybody
    have = base.vehicle_f.shape[1]
    order = [*range(have), *([have - 1] * (num - have))][:num]
    vehicle_f, vehicle_i = base.vehicle_f[:, order].copy(), base.vehicle_i[:, order].copy()
    x = 1_000.0
    for n in range(1, num):
        lane = n % lanes
        x += 40.0 if lane == 0 or lanes == 1 else 0.0
        vehicle_f[vehicle.X, n], vehicle_f[vehicle.Y, n] = x, 4.0 * lane
        vehicle_i[[vehicle.LANE, vehicle.TARGET_LANE], n] = lane
    vehicle_f[vehicle.X, 0] = 2_300.0
    vehicle_f[vehicle.SPEED] = vehicle_f[vehicle.TARGET_SPEED] = 40.0
    vehicle_i[vehicle.SCRIPT_LANE] = vehicle_i[vehicle.RETURN_LANE] = -1
    j = [n % base.debris_f.shape[1] for n in range(4)]
    debris_f, debris_i = base.debris_f[:, j].copy(), base.debris_i[:, j].copy()
    debris_f[debris.X] = 2_330.0 + 15.0 * np.arange(4)
    debris_f[debris.Y] = 4.0 * (np.arange(4) % lanes)
    debris_i[debris.CARRIER] = -1
    episode_f, episode_i = base.episode_f.copy(), base.episode_i.copy()
    episode_f[episode.FRICTION] = FRICTIONS[k % len(FRICTIONS)]
    debris_f[debris.FRICTION] = FRICTIONS[k % len(FRICTIONS)]
    episode_i[episode.NUM_VEHICLES], episode_i[episode.NUM_DEBRIS] = num, 4
    return replace(
        base, vehicle_f=vehicle_f, vehicle_i=vehicle_i, debris_f=debris_f, debris_i=debris_i, episode_f=episode_f,
        episode_i=episode_i, debris_types=tuple(base.debris_types[n] for n in j),
    )  # fmt: skip


@pytest.mark.parametrize("family", ["boxed_in", "debris_field", "spill", "lone_object"])
def test_nothing_is_ever_not_a_number(family, tally, times):
    row, rng = tally("extreme world: decisions in the twin"), np.random.default_rng(10)
    sampler = ScenarioSampler(family, split="all")
    env = gym.make_vec(
        "envs:roadworld/Debris-v1",
        num_envs=WORLDS,
        vectorization_mode="vector_entry_point",
        scenario=family,
    )
    env.reset(seed=3)
    for begin in range(times(1, 25)):
        instances = [
            extreme(sampler.sample(np.random.default_rng([begin, k])), k) for k in range(WORLDS)
        ]
        env.reset(options={"instance": instances})
        for _ in range(DECISIONS):
            actions = rng.choice([-1.0, 1.0, 0.0, rng.uniform(-1.0, 1.0)], (WORLDS, 2))
            observation, reward, *_, info = env.step(actions)
            for values in (*observation.values(), reward, info["cost"]["total"]):
                assert np.isfinite(values).all()
            for _ in range(WORLDS):
                row.add()
    env.close()
