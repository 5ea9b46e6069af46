"""Exact parity as a command: ``python -m tests.parity.exact_run a --seeds 100 --seconds 40``.

Runs one scene family (a to f), or ``v0`` for the whole environment ``highway-v0``, and ends with
status 0 only if nothing differed by a single bit, 3 if NumPy's BLAS makes that impossible. Start it
with the environment variable NPY_DISABLE_CPU_FEATURES as ``tests/parity/vector_math.py`` builds it;
the command checks that this worked.
"""

from __future__ import annotations

import argparse
import sys

import gymnasium as gym
import numpy as np

from envs.batched.highway_v0 import HighwayVectorEnv
from tests.parity.scenes import FAMILIES, compare, family_road, own_road
from tests.parity.vector_math import blas_is_fused, mismatches

CONFIGS = (
    {"vehicles_count": 20},
    {"vehicles_count": 13, "lanes_count": 3, "vehicles_density": 2, "policy_frequency": 5},
    {"vehicles_count": 7, "lanes_count": 1, "vehicles_density": 1.5, "policy_frequency": 2},
    {"vehicles_count": 11, "lanes_count": 5, "duration": 5},
)


def compare_environment(seed: int, config: dict[str, float], seconds: float) -> list[str]:
    """One episode of ``highway-v0`` in both engines: reset, observations, rewards, flags."""
    reference = gym.make("highway-v0", config=config).unwrapped
    names = {"vehicles_density": "density"}
    twin = HighwayVectorEnv(2, **{names.get(k, k): x for k, x in config.items()})
    expected, _ = reference.reset(seed=seed)
    actual = twin.reset([seed + 1, seed])  # world 0 is a distractor
    if not np.array_equal(expected, actual[1]):
        return ["reset", str(expected - actual[1])]
    rng = np.random.default_rng(seed)
    for decision in range(round(seconds * config.get("policy_frequency", 1))):
        action = int(rng.integers(5))
        observation, reward, terminated, truncated, _ = reference.step(action)
        rows, rewards, ends, stops = twin.step(np.array([1, action]))
        same = reward == rewards[1] and terminated == ends[1] and truncated == stops[1]
        if not (same and np.array_equal(observation, rows[1])):
            return [f"decision {decision}: {reward} {rewards[1]} {np.abs(observation - rows[1])}"]
        if terminated or truncated:
            break
    return []


def run(family: str, seed: int, seconds: float) -> list[str]:
    """First differences of one seed of a family."""
    if family == "v0":
        return [d for config in CONFIGS for d in compare_environment(seed, config, seconds)]
    road = own_road(seed) if family == "f" else family_road(family, seed)
    return compare(road, seconds, seed)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family", choices=[*FAMILIES, "f", "v0"])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    wide = {name: count for name, count in mismatches().items() if count}
    if wide:
        sys.stdout.write(f"C1: NumPy still uses its wide-vector math: {wide}\n")
        return 2
    if not blas_is_fused():
        sys.stdout.write("C2: NumPy's BLAS does not fuse products as OpenBLAS does\n")
        return 3
    failed = 0
    for seed in range(options.seeds):
        found = run(options.family, seed, options.seconds)
        failed += bool(found)
        sys.stdout.write("".join(f"seed {seed}: {line}\n" for line in found))
    sys.stdout.write(f"{options.family}: {options.seeds - failed} of {options.seeds} seeds equal\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
