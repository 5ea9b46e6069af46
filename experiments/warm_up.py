"""Compile both engines once, and print how long that took and where the machine code is stored."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from experiments.store.progress import Progress, heartbeat


def stages() -> dict[str, Callable[[], Any]]:
    """The compiled entry points by name; calling one compiles everything that it uses."""
    # here, not above: `--help` needs none of this
    import gymnasium as gym
    import numpy as np

    name = "envs:roadworld/Debris-v1"
    twin: Any = gym.make_vec(name, num_envs=1, vectorization_mode="vector_entry_point")

    def step_reference() -> None:
        reference = gym.make(name)
        reference.reset(seed=0)
        reference.step(np.zeros(2, np.float32))
        reference.close()

    return {
        "resetting": lambda: twin.reset(seed=0),
        "stepping": lambda: twin.step(np.zeros((1, 2))),
        "branching": lambda: twin.branch(np.zeros((1, 1, 1, 2))),
        "reference engine": step_reference,
    }


def main() -> None:
    """Compile every kernel, or load it from the cache."""
    argparse.ArgumentParser(prog="python -m experiments.warm_up", description=__doc__).parse_args()
    start = time.process_time()
    with heartbeat("warm_up", sys.stderr):
        todo = stages()
        with Progress("compiling", len(todo), "stages") as progress:
            for name, call in todo.items():
                progress.update(0, name)
                call()
                progress.update()
    seconds = time.process_time() - start
    sys.stdout.write(
        f"ready after {seconds:.1f} CPU-s; machine code in {os.environ['NUMBA_CACHE_DIR']}\n"
    )


if __name__ == "__main__":
    main()
