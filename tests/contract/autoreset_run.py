"""Autoreset of the twin against Gymnasium's, as a command: ``python -m tests.contract.autoreset_run``.

Steps ``SyncVectorEnv`` over reference environments and the twin side by side through many episode ends, in every
autoreset mode. Prints what differs, then how many episodes were terminated and truncated. Started by
``tests.parity.vector_math.run_exactly``, so that both engines compute with the same mathematics library.
"""

from __future__ import annotations

import sys
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode

from tests.parity.vector_math import blas_is_fused

ID = "envs:roadworld/Debris-v1"
NUM_WORLDS = 3
NUM_DECISIONS = 230
OF_THE_END = {"final_obs", "final_info", "instance_hash"}
FAMILIES = ["lead_drives_over", "boxed_in", "phantom"]


def actions_of(rng: np.random.Generator, decision: int) -> np.ndarray:
    """World 0 drives at full throttle, so that it ends early; world 1 at random; world 2 gently, to the time limit."""
    actions = rng.uniform(-1.0, 1.0, (NUM_WORLDS, 2))
    actions[0] = 1.0, np.sin(decision)
    actions[2] = 0.45, 0.1
    return actions


def differences(name: str, one: Any, other: Any) -> list[str]:
    """Where two nested values differ in any bit."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = {*one, *other}
        found = [f"{name}: keys {sorted(keys)}"] if keys - set(one) or keys - set(other) else []
        for key in sorted(keys & set(one) & set(other)):
            found += differences(f"{name}.{key}", one[key], other[key])
        return found
    one, other = np.asarray(one), np.asarray(other)
    same = (one.shape, one.dtype) == (other.shape, other.dtype) and all(
        np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b
        for a, b in zip(one.ravel(), other.ravel(), strict=True)
    )
    return [] if same else [f"{name}: {one} against {other}"]


def compare_info(name: str, one: Any, other: Any, left_out: np.ndarray) -> list[str]:
    """Differences between two nested ``info`` in keys, masks, shapes, types and values, without those of some worlds.

    Values count where Gymnasium's mask ``_key`` is true; a mask that the twin does not have is true everywhere.
    """
    keys = [{key for key in info if key[0] != "_"} for info in (one, other)]
    found = [f"{name}: keys {keys}"] if keys[0] != keys[1] else []
    for key in sorted(keys[0] & keys[1]):
        here, full = f"{name}.{key}", np.ones(NUM_WORLDS, bool)
        counts = one.get(f"_{key}", full) & ~(left_out & (key not in OF_THE_END))
        if name == "info" and (counts != other.get(f"_{key}", full))[~left_out].any():
            found.append(f"{here}: masks {counts} against {other.get(f'_{key}', full)}")
        if key == "final_obs":
            for b in np.flatnonzero(counts):
                found += differences(here, one[key][b], other[key][b])
        elif isinstance(one[key], dict):
            none = np.zeros(NUM_WORLDS, bool)
            found += compare_info(
                here, one[key], other[key], none if key == "final_info" else left_out
            )
        elif (one[key].dtype, one[key].shape) != (other[key].dtype, other[key].shape):
            found.append(f"{here}: {one[key].dtype} against {other[key].dtype}")
        else:
            found += differences(here, one[key][counts], other[key][counts])
    return found


def compare_step(mode: AutoresetMode, reference: Any, twin: Any) -> list[str]:
    """Differences between what two vector environments returned from one step."""
    found = differences("observation", reference[0], twin[0])
    for k, name in ((1, "reward"), (2, "terminated"), (3, "truncated")):
        found += differences(name, reference[k], twin[k])
    # with SAME_STEP the twin's info describes the last decision, SyncVectorEnv's the new episode
    left_out = (twin[2] | twin[3]) & (mode == AutoresetMode.SAME_STEP)
    if left_out.all():
        return found
    return found + compare_info("info", reference[4], twin[4], left_out)


def drive(mode: AutoresetMode, **more: Any) -> tuple[list[str], int, int]:
    """Step both side by side in one mode; returns differences and how many episodes were terminated and truncated.

    ``more`` are further settings of both.
    """
    settings = {"num_envs": NUM_WORLDS, "scenario": FAMILIES, **more}
    reference = gym.make_vec(
        ID, vectorization_mode="sync", vector_kwargs={"autoreset_mode": mode}, **settings
    )
    twin = gym.make_vec(
        ID, vectorization_mode="vector_entry_point", autoreset_mode=mode.value, **settings
    )
    nobody = np.zeros(NUM_WORLDS, bool)
    first, other = reference.reset(seed=46), twin.reset(seed=46)
    found = differences("observation", first[0], other[0])
    found += compare_info("info", first[1], other[1], nobody)
    rng = np.random.default_rng(2)
    terminated = truncated = 0
    for decision in range(NUM_DECISIONS):
        actions = actions_of(rng, decision)
        one, many = reference.step(actions), twin.step(actions)
        lines = compare_step(mode, one, many)
        terminated += int(many[2].sum())
        truncated += int(many[3].sum())
        ended = many[2] | many[3]
        if mode == AutoresetMode.DISABLED and ended.any():
            # SyncVectorEnv takes the mask out of the options
            first, other = (env.reset(options={"reset_mask": ended}) for env in (reference, twin))
            lines += differences("observation", first[0], other[0])
            lines += compare_info("info", first[1], other[1], nobody)
        found += [f"{mode.name}, decision {decision}: {line}" for line in lines]
        if found:
            break
    return found, terminated, truncated


def main() -> int:
    """Run the command."""
    if not blas_is_fused():
        sys.stdout.write("NumPy's BLAS does not fuse products as OpenBLAS does\n")
        return 3
    has_failed = False
    for mode in AutoresetMode:
        found, terminated, truncated = drive(mode)
        has_failed |= bool(found)
        sys.stdout.write("".join(f"{line}\n" for line in found[:20]))
        sys.stdout.write(f"{mode.value}: {terminated} terminated, {truncated} truncated\n")
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
