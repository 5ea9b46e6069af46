"""Builds the model of a zip with Stable-Baselines3's own loader, none of whose pickled entries are unpickled."""

from __future__ import annotations

import importlib
import io
import warnings
from typing import Any, Final

import gymnasium as gym

from envs.errors import UserError, describe_cause
from policies.sb3_zip.inert import decode, is_serialized, resolve
from policies.sb3_zip.record import ALGORITHMS, Record, detect_algorithm, find_algorithm

_REPLACED: Final = {
    "clip_range": 0.2,
    "delta_std_schedule": 0.05,
    "learning_rate": 0.0,
    "lr_schedule": lambda _: 0.0,
    "target_entropy": 0.0,
    "train_freq": 1,
}
"""Stand-ins for pickled entries that the loader needs and that only training uses; all others become ``None``."""

_OVERRIDDEN: Final = {"buffer_size": 1, "n_envs": 1, "seed": None, "verbose": 0}
"""Entries that would take memory, seed global generators, or print."""


def check_algorithm(record: Record, algorithm: str | None) -> str:
    """The algorithm of a zip: as given, if the zip does not contradict it, or as the zip records.

    Raises
    ------
    UserError
        If the zip was saved by another one, or by one that is not allowed.
    """
    if algorithm is None:
        return detect_algorithm(record)
    if find_algorithm(record.data) not in {None, algorithm}:
        raise UserError(
            f"algorithm: got {algorithm!r}, but {record.path!r} was saved by {detect_algorithm(record)}"
        )
    return algorithm


def load_inert(
    record: Record,
    algorithm: str,
    observation_space: gym.Space[Any] | None,
    action_space: gym.Space[Any] | None,
) -> Any:  # noqa: ANN401 (a model of any algorithm)
    """The model of a zip without running code of the zip.

    Raises
    ------
    UserError
        If the zip needs classes or functions of its own, or is damaged.
    """
    if "env" in record.data:
        raise UserError(f"path: {record.path!r}: data: env: expected none: it names code to be run")
    pickled = [key for key, entry in record.data.items() if is_serialized(entry)]
    # what is given here is not unpickled by the loader: everything
    given = {key: _REPLACED.get(key) for key in pickled}
    given |= {"observation_space": observation_space, "action_space": action_space}
    for key in ("policy_class", "policy_kwargs"):
        if key in pickled:
            given[key] = resolve(record, key, decode(record, key))
    overridden = {key: value for key, value in _OVERRIDDEN.items() if key in record.data}
    return _load(record, algorithm, custom_objects=given, **overridden)


def load_trusted(record: Record, algorithm: str) -> Any:  # noqa: ANN401 (a model of any algorithm)
    """The model of a zip by unpickling all that it holds, which runs its code."""
    warnings.warn(
        f"{record.path}: loading a Stable-Baselines3 zip runs code that it contains", stacklevel=2
    )
    return _load(record, algorithm)


def _load(record: Record, algorithm: str, **options: Any) -> Any:  # noqa: ANN401 (a model of any algorithm)
    """The model, on the processor."""
    # not at the top: torch takes seconds, and most policies do without
    package = importlib.import_module(ALGORITHMS[algorithm])
    try:
        return getattr(package, algorithm).load(io.BytesIO(record.content), device="cpu", **options)
    except Exception as error:
        # a damaged file can fail in any way: tensors, attributes, shapes
        raise UserError(
            f"path: {record.path!r} is not a Stable-Baselines3 {algorithm} zip: {describe_cause(error)}"
        ) from None
