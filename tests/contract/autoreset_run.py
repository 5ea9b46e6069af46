"""Autoreset of the twin against Gymnasium's, as a command: ``python -m tests.contract.autoreset_run``.

Steps ``SyncVectorEnv`` over reference environments and the twin side by side through many episode ends. Prints what
differs, then how many episodes were terminated and truncated. Started by ``tests.parity.vector_math.run_exactly``, so
that both engines compute with the same mathematics library.
"""

from __future__ import annotations

import sys
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode

from tests.parity.vector_math import blas_is_fused

ID = "envs:roadworld/Debris-v0"
NUM_WORLDS = 3
NUM_DECISIONS = 230
FAMILIES = ["lead_drives_over", "boxed_in", "phantom"]


def actions_of(rng: np.random.Generator, decision: int) -> np.ndarray:
    """World 0 drives at full throttle, so that it ends early; world 1 at random; world 2 gently, to the time limit."""
    actions = rng.uniform(-1.0, 1.0, (NUM_WORLDS, 2))
    actions[0] = 1.0, np.sin(decision)
    actions[2] = 0.45, 0.1
    return actions


def differences(name: str, one: Any, other: Any) -> list[str]:
    """Where two nested values differ in any bit; Gymnasium's masks (``_key``) are left out."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = {key for key in (*one, *other) if not str(key).startswith("_")}
        found = [f"{name}: keys {sorted(keys)}"] if keys - set(one) or keys - set(other) else []
        for key in sorted(keys & set(one) & set(other)):
            found += differences(f"{name}.{key}", one[key], other[key])
        return found
    one, other = np.asarray(one), np.asarray(other)
    same = one.shape == other.shape and all(
        np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b
        for a, b in zip(one.ravel(), other.ravel(), strict=True)
    )
    return [] if same else [f"{name}: {one} against {other}"]


def compare_step(reference: Any, twin: Any) -> list[str]:
    """Differences between what two vector environments returned from one step."""
    found = differences("observation", reference[0], twin[0])
    for k, name in ((1, "reward"), (2, "terminated"), (3, "truncated")):
        found += differences(name, reference[k], twin[k])
    ended = twin[2] | twin[3]
    for b in range(NUM_WORLDS):
        one, other = reference[4], twin[4]
        if ended[b]:
            found += differences("final_obs", one["final_obs"][b], other["final_obs"][b])
            found += differences("hash", one["instance_hash"][b], other["instance_hash"][b])
            one, other = one["final_info"], other["final_info"]
        for key in ("cost", "events"):
            found += [
                f"{key} {part} of world {b}"
                for part in other[key]
                if one[key][part][b] != other[key][part][b]
            ]
        found += [
            f"{key} of world {b}" for key in ("ttc", "state_hash") if one[key][b] != other[key][b]
        ]
    return found


def main() -> int:
    """Run the command."""
    if not blas_is_fused():
        sys.stdout.write("NumPy's BLAS does not fuse products as OpenBLAS does\n")
        return 3
    reference = gym.make_vec(
        ID,
        num_envs=NUM_WORLDS,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": AutoresetMode.SAME_STEP},
        scenario=FAMILIES,
    )
    twin = gym.make_vec(
        ID, num_envs=NUM_WORLDS, vectorization_mode="vector_entry_point", scenario=FAMILIES
    )
    first, other = reference.reset(seed=40), twin.reset(seed=40)
    found = differences("reset", first[0], other[0])
    found += differences("hash", first[1]["instance_hash"], other[1]["instance_hash"])
    rng = np.random.default_rng(2)
    terminated = truncated = 0
    for decision in range(NUM_DECISIONS):
        actions = actions_of(rng, decision)
        one, many = reference.step(actions), twin.step(actions)
        found += [f"decision {decision}: {line}" for line in compare_step(one, many)]
        terminated += int(many[2].sum())
        truncated += int(many[3].sum())
        if found:
            break
    sys.stdout.write("".join(f"{line}\n" for line in found[:20]))
    sys.stdout.write(f"{terminated} terminated, {truncated} truncated\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
