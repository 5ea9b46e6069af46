"""Reads the files that describe policies: YAML files, and zips of Stable-Baselines3, which need none."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError
from experiments.cli.locations import CONF, ENDINGS, locate

PATH_KEYS: Final = ("path", "checkpoint", "world_model", "normalize")
"""Arguments of our policies that are paths; any other text that names an existing file is one, too."""

NESTED: Final = "_policy_"
"""Key of a policy that is a part of another one."""


class PolicyFile(NamedTuple):
    """A policy's file and what it says."""

    path: Path
    values: dict[str, Any]  # paths in it are as the process finds them
    named: tuple[Path, ...]  # existing files and folders that the values name

    @property
    def text(self) -> str:
        """The YAML; for a zip that of a file which would describe it."""
        if self.path.suffix == ".zip":
            return yaml.safe_dump(self.values | {"path": self.path.name}, sort_keys=False)
        return self.path.read_text(encoding="utf-8")


def read_policy(value: str) -> PolicyFile:
    """The file of a policy and its values.

    Parameters
    ----------
    value
        As for ``experiments.cli.locations.locate``.

    Raises
    ------
    UserError
        One line naming the file, the key and what is wrong.
    """
    path = locate("policy", value)
    if path.suffix == ".zip":
        # not at the top: it brings the learning libraries
        from policies.adapters import detect_algorithm

        adapter = {"_target_": "policies.adapters.StableBaselines3", "path": str(path)}
        return PolicyFile(path, adapter | {"algorithm": detect_algorithm(str(path))}, (path,))
    named: list[Path] = []
    values: dict[str, Any] = _find_paths("", read_mapping(path), path, named)
    return PolicyFile(path, values, tuple(named))


def locate_nested(name: str, path: Path) -> str:
    """What a policy's file means by the name of another policy: a path is relative to it, a name may be in its folder.

    Raises
    ------
    UserError
        If both its folder and ``conf/policy`` have a file of this name.
    """
    folder = path.parent
    if name.endswith(ENDINGS["policy"]):
        return str(folder / name)
    beside = folder / f"{name}.yaml"
    if path.is_relative_to(CONF) or not beside.is_file():
        return name
    if (CONF / "policy" / f"{name}.yaml").is_file():
        raise UserError(
            f"{path}: {NESTED}: got {name!r}, which {beside} and a policy of roadworld have as their name: "
            f"write {name}.yaml for the first"
        )
    return str(beside)


def _find_paths(key: str, value: object, path: Path, named: list[Path]) -> Any:  # noqa: ANN401 (anything)
    """The value with every relative path in it as one that begins at the folder of the file; the paths are added."""
    if isinstance(value, dict):
        return {
            name: item if name in {"_target_", NESTED} else _find_paths(name, item, path, named)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_find_paths(key, item, path, named) for item in value]
    if not isinstance(value, str) or not (_is_like_a_path(value) or key in PATH_KEYS):
        return value
    beside = path.parent / value  # an absolute path stays as it is
    if not _is_shipped(value) and beside.exists():
        named.append(beside)
        return str(beside)
    if key in PATH_KEYS and not _is_shipped(value) and Path(value).exists():
        raise UserError(
            f"{path}: {key}: got {value!r}, which is not in {path.parent}: paths are relative to the file that names "
            "them"
        )
    return value


def _is_like_a_path(value: str) -> bool:
    """Whether a text has more than one word of a path, or an ending."""
    return "/" in value or bool(Path(value).suffix)


def _is_shipped(value: str) -> bool:
    """Whether it names a checkpoint that comes with the package."""
    return value.startswith("shipped") and not _is_like_a_path(value)
