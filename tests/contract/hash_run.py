"""Hashes of a fixed run, as a command: ``python -m tests.contract.hash_run``; another process must print the same."""

from __future__ import annotations

import sys
import zlib

import gymnasium as gym
import numpy as np

from envs.scenario.generator import FAMILIES

NUM_DECISIONS = 110
"""More than one episode: the autoreset's draws take part."""


def actions_of(rng: np.random.Generator, num_worlds: int) -> np.ndarray:
    """Actions of one decision: gentle in general, wild in a tenth of the worlds."""
    actions = np.stack(
        [rng.uniform(0.2, 0.6, num_worlds), rng.uniform(-0.6, 0.6, num_worlds)], axis=1
    )
    wild = rng.random(num_worlds) < 0.1
    actions[wild] = rng.uniform(-1.0, 1.0, (int(wild.sum()), 2))
    return actions


def run_hashes() -> list[str]:
    """One line per decision: state hashes, bits of observation and reward; after a restart also the instance hashes."""
    num_worlds = len(FAMILIES)
    env = gym.make_vec(
        "envs:roadworld/Debris-v1",
        num_envs=num_worlds,
        vectorization_mode="vector_entry_point",
        scenario=list(FAMILIES),
        split="all",
    )
    _, info = env.reset(seed=71)
    lines = [" ".join(info["instance_hash"])]
    rng = np.random.default_rng(3)
    for _ in range(NUM_DECISIONS):
        observation, reward, _, _, info = env.step(actions_of(rng, num_worlds))
        checksum = zlib.crc32(reward.tobytes())
        for key in sorted(observation):
            checksum = zlib.crc32(observation[key].tobytes(), checksum)
        begun = " ".join(info.get("instance_hash", []))
        lines.append(f"{info['state_hash'].tolist()} {checksum} {begun}".rstrip())
    return lines


if __name__ == "__main__":
    sys.stdout.write("\n".join(run_hashes()) + "\n")
