"""Exact parity of Debris-v1 as a command: ``python -m tests.parity.world_run all --seeds 100``.

Runs whole episodes of a scenario family, of all, or of an instance with trajectories, in both engines, and ends with
status 0 only if observations, rewards, cost components, contacts, flags and state hashes are equal bit for bit. Start
it with the environment variable NPY_DISABLE_CPU_FEATURES as ``tests/parity/vector_math.py`` builds it; the command
checks that this worked.
"""

from __future__ import annotations

import argparse
import sys

from envs.scenario.generator import FAMILIES
from tests.parity.vector_math import blas_is_fused, mismatches
from tests.parity.worlds import compare_episode
from tests.unit.envs.recorded import played

RECORDED = "recorded"
"""Instead of a family: an instance in which two vehicles follow trajectories."""


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family", choices=[*FAMILIES, RECORDED, "all"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    wide = {name: count for name, count in mismatches().items() if count}
    if wide:
        sys.stdout.write(f"C1: NumPy still uses its wide-vector math: {wide}\n")
        return 2
    if not blas_is_fused():
        sys.stdout.write("C2: NumPy's BLAS does not fuse products as OpenBLAS does\n")
        return 3
    failed = 0
    for family in FAMILIES if options.family == "all" else [options.family]:
        equal = contacts = 0
        for seed in range(options.first, options.first + options.seeds):
            is_recorded = family == RECORDED
            drawn, instance = ("lone_object", played(seed)) if is_recorded else (family, None)
            found, count = compare_episode(drawn, seed, instance=instance)
            equal += not found
            contacts += count
            sys.stdout.write("".join(f"{family} seed {seed}: {line}\n" for line in found))
        failed += options.seeds - equal
        sys.stdout.write(
            f"{family}: {equal} of {options.seeds} episodes equal, {contacts} contacts\n"
        )
        sys.stdout.flush()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
