"""What a Stable-Baselines3 zip records about itself, read as JSON: nothing in it is unpickled here."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final, NamedTuple

from envs.errors import UserError, describe_cause

SERIALIZED: Final = ":serialized:"
"""Key under which an entry holds pickled bytes instead of JSON."""

ALGORITHMS: Final = {
    "PPO": "stable_baselines3",
    "A2C": "stable_baselines3",
    "SAC": "stable_baselines3",
    "TD3": "stable_baselines3",
    "DDPG": "stable_baselines3",
    "DQN": "stable_baselines3",
    "RecurrentPPO": "sb3_contrib",
    "QRDQN": "sb3_contrib",
    "TQC": "sb3_contrib",
    "TRPO": "sb3_contrib",
    "ARS": "sb3_contrib",
    "CrossQ": "sb3_contrib",
}
"""Algorithms whose zips can be loaded, with the package of each."""

_BY_POLICY: Final = {
    "stable_baselines3.dqn.policies": "DQN",
    "stable_baselines3.sac.policies": "SAC",
    "sb3_contrib.common.recurrent.policies": "RecurrentPPO",
    "sb3_contrib.common.maskable.policies": "MaskablePPO",
    "sb3_contrib.qrdqn.policies": "QRDQN",
    "sb3_contrib.tqc.policies": "TQC",
    "sb3_contrib.ars.policies": "ARS",
    "sb3_contrib.crossq.policies": "CrossQ",
}
"""Algorithms by the module of their own network class."""

_BY_PARAMETER: Final = {
    "cg_max_steps": "TRPO",
    "n_delta": "ARS",
    "top_quantiles_to_drop_per_net": "TQC",
    "n_quantiles": "QRDQN",
    "exploration_fraction": "DQN",
}
"""Algorithms by a parameter that no other one has."""


class Record(NamedTuple):
    """A zip in memory.

    Parameters
    ----------
    path
        Of the file.
    content
        Its bytes: what was checked is what is loaded.
    data
        The entries of ``data``; those that are not plain JSON hold pickled bytes under ``SERIALIZED``.
    """

    path: str
    content: bytes
    data: dict[str, Any]


def read_record(path: str) -> Record:
    """The record of a zip.

    Raises
    ------
    UserError
        If there is no such file, or it was not saved by Stable-Baselines3.
    """
    if not Path(path).is_file():
        raise UserError(f"path: got {path!r}, there is no such file")
    content = Path(path).read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            data = json.loads(archive.read("data"))
    except Exception as error:
        # a damaged file can fail in any way: directory, compression, encoding, JSON
        raise UserError(
            f"path: {path!r} is not a Stable-Baselines3 zip: {describe_cause(error)}"
        ) from None
    if not isinstance(data, dict):
        raise UserError(f"path: {path!r} is not a Stable-Baselines3 zip: data: expected a mapping")
    return Record(path, content, data)


def detect_algorithm(zipped: str | Path | Record) -> str:
    """Name of the algorithm that saved a zip, such as ``"PPO"``, by what the zip records in plain JSON.

    Parameters
    ----------
    zipped
        Path of the zip, or its record.

    Raises
    ------
    UserError
        If the file is not such a zip, if its algorithm cannot be determined, or is not one of ``ALGORITHMS``.
    """
    record = zipped if isinstance(zipped, Record) else read_record(str(zipped))
    name, allowed = find_algorithm(record.data), ", ".join(ALGORITHMS)
    if name is None:
        raise UserError(
            f"path: {record.path!r} does not record its algorithm; write a policy file with the two lines "
            f"'_target_: policies.adapters.StableBaselines3' and 'path: {record.path}', and a third one, "
            f"'algorithm: PPO', or another of {allowed}"
        )
    if name not in ALGORITHMS:
        raise UserError(
            f"path: {record.path!r} was saved by {name}, whose action masks are not in the zip; allowed are {allowed}"
        )
    return name


def find_algorithm(data: dict[str, Any]) -> str | None:
    """Name of the algorithm with these entries; ``None`` if they do not show it."""
    module = _module(data, "policy_class")
    if module in _BY_POLICY:
        return _BY_POLICY[module]
    for parameter, name in _BY_PARAMETER.items():
        if parameter in data:
            return name
    if "target_policy_noise" in data:
        # DDPG is TD3 without its two tricks
        is_plain = data.get("policy_delay") == 1 and data.get("target_noise_clip") == 0.0
        return "DDPG" if is_plain else "TD3"
    if "target_entropy" in data:
        # only CrossQ delays its actor
        return "CrossQ" if "policy_delay" in data else "SAC"
    if "clip_range" in data:
        return _of_ppo_kind(data, module)
    return "A2C" if "gae_lambda" in data else None


def _of_ppo_kind(data: dict[str, Any], module: str) -> str | None:
    """PPO, or ``None``: with a network class of the user's own, recurrent and maskable PPO look alike."""
    buffer = _module(data, "rollout_buffer_class")
    is_plain = "stable_baselines3.common" in (module.rpartition(".")[0], buffer.rpartition(".")[0])
    return "PPO" if is_plain else None


def _module(data: dict[str, Any], key: str) -> str:
    """Module of a class among the entries; empty if it is not recorded."""
    entry = data.get(key)
    return str(entry.get("__module__", "")) if isinstance(entry, dict) else ""
