"""Pictures of both engines, as a command: ``python -m tests.contract.camera_run``.

Drives 20 instances of all families for 10 decisions each in the reference and in the twin, then ``SyncVectorEnv`` over
the reference beside the twin through many episode ends, and prints where pictures or masks differ in a byte.
Started by ``tests.parity.vector_math.run_exactly``.
"""

from __future__ import annotations

import sys

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode

from tests.contract.autoreset_run import ID, drive
from tests.parity.vector_math import blas_is_fused

CAMERA = {"preset": "64x96", "masks": True, "noise": 2.0, "exposure": 0.05, "dropped": 0.3}
NUM_INSTANCES, NUM_DECISIONS = 20, 10


def compare_instances() -> tuple[list[str], int]:
    """Where pictures or masks of the engines differ, and how many pictures were compared."""
    settings = {"split": "all", "camera": CAMERA}
    reference = gym.make(ID, **settings)
    twin = gym.make_vec(
        ID, num_envs=NUM_INSTANCES, vectorization_mode="vector_entry_point", **settings
    )
    actions = np.random.default_rng(1).uniform(-0.5, 0.5, (NUM_DECISIONS, NUM_INSTANCES, 2))
    twin.reset(seed=100)
    many = [twin.step(action) for action in actions]
    found, compared = [], 0
    for b in range(NUM_INSTANCES):
        reference.reset(seed=100 + b)
        for t in range(NUM_DECISIONS):
            one = reference.step(actions[t, b])
            if one[2] or one[3]:
                break
            pairs = {
                "picture": (one[0]["camera"], many[t][0]["camera"][b]),
                "masks": (one[4]["camera_masks"], many[t][4]["camera_masks"][b]),
            }
            compared += 1
            found += [
                f"instance {b}, decision {t}: {name}: {(a != c).sum()} bytes differ"
                for name, (a, c) in pairs.items()
                if not np.array_equal(a, c)
            ]
    return found, compared


def main() -> int:
    """Run the command."""
    if not blas_is_fused():
        sys.stdout.write("NumPy's BLAS does not fuse products as OpenBLAS does\n")
        return 3
    found, compared = compare_instances()
    sys.stdout.write("".join(f"{line}\n" for line in found[:20]))
    sys.stdout.write(f"pictures: {compared}\n")
    for mode in (AutoresetMode.SAME_STEP, AutoresetMode.NEXT_STEP):
        lines, terminated, truncated = drive(mode, camera=CAMERA)
        found += lines
        sys.stdout.write("".join(f"{line}\n" for line in lines[:20]))
        sys.stdout.write(f"{mode.value}: {terminated} terminated, {truncated} truncated\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
