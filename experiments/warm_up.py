"""Compile every kernel once; say how long it took and where the machine code lies."""

from __future__ import annotations

import os
import sys
import time

import gymnasium as gym
import numpy as np
from tqdm import tqdm

STAGES = ("traffic, contacts, cost, observation", "branching", "reference")


def main() -> None:
    """Make both engines take a step and roll one future."""
    start = time.process_time()
    with tqdm(total=len(STAGES), desc="compiling", disable=None) as progress:
        twin = gym.make_vec(
            "envs:roadworld/Debris-v0", num_envs=1, vectorization_mode="vector_entry_point"
        )
        twin.reset(seed=0)
        twin.step(np.zeros((1, 2)))
        progress.update()
        twin.branch(np.zeros((1, 1, 1, 2)))  # type: ignore[attr-defined]
        progress.update()
        reference = gym.make("envs:roadworld/Debris-v0")
        reference.reset(seed=0)
        reference.step(np.zeros(2, np.float32))
        progress.update()
    seconds = time.process_time() - start
    sys.stdout.write(
        f"ready after {seconds:.1f} CPU-s; machine code in {os.environ['NUMBA_CACHE_DIR']}\n"
    )


if __name__ == "__main__":
    main()
