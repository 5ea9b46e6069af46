"""Where the files that a command names are: in ``conf``, in the folder of ``--config-dir``, or at a path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator

import conf
from envs.errors import UserError, not_allowed
from envs.user_code import search_in

CONF: Final = Path(conf.__file__).parent

ENDINGS: Final = {"policy": (".yaml", ".zip"), "suite": (".yaml",), "cost": (".yaml",)}
"""Endings by which a value is taken for a path instead of a name."""

ALL: Final = "all"
"""Stands for all policies in ``conf/policy`` and below ``--config-dir``."""

_ALIAS: Final = re.compile(r"(?![A-Za-z]:[\\/])([\w-]+):(.+)")
"""Another name for a file, then the file; one letter before a slash is a drive."""

_user_folders: Final[list[Path]] = []


def use_folder(folder: Path | None) -> None:
    """Find names, and modules of the user's own, in the folder of ``--config-dir`` too."""
    _user_folders[:] = [] if folder is None else [folder]
    if folder is not None:
        search_in(folder)


def list_names(group: str) -> list[str]:
    """Names of the YAML files in a folder of ``conf`` and in that of ``--config-dir``, sorted."""
    return sorted({path.stem for folder in _folders(group) for path in folder.glob("*.yaml")})


def locate(group: str, value: str) -> Path:
    """The file of a policy, suite or cost setting.

    Parameters
    ----------
    group
        ``"policy"``, ``"suite"`` or ``"cost"``.
    value
        A name, a name with the name of its subfolder, or a path that ends as in ``ENDINGS``; an alias and a colon may
        stand before it.

    Raises
    ------
    UserError
        If there is no such file, or if two have this name.
    not_allowed
        If no file has this name.
    """
    alias = _ALIAS.fullmatch(value)
    name = alias[2] if alias else value
    if name.endswith(ENDINGS[group]):
        if not Path(name).is_file():
            raise UserError(f"{group}: got {name!r}, there is no such file")
        return Path(name)
    known = {
        path.relative_to(folder).with_suffix("").as_posix(): path
        for folder in reversed(_folders(group))
        for pattern in ("*.yaml", "*/*.yaml")
        for path in sorted(folder.glob(pattern))
    }
    if name not in known:
        here = [f"{name}{ending}" for ending in ENDINGS[group] if Path(f"{name}{ending}").is_file()]
        if here:
            raise UserError(
                f"{group}: got {name!r}, which is no name; write {here[0]} for the file"
            )
        raise not_allowed(group, name, known)
    both = [folder / f"{name}.yaml" for folder in _folders(group)]
    if sum(path.is_file() for path in both) > 1:
        raise UserError(
            f"{group}: got {name!r}, which {' and '.join(map(str, both))} have as their name: give the path"
        )
    return known[name]


def name_of(value: str) -> str:
    """The name of a policy, suite or cost setting in records: its alias, or that of its file.

    Examples
    --------
    >>> name_of("ablation/no_memory"), name_of("mine/brake.yaml"), name_of("old:mine/brake.yaml")
    ('no_memory', 'brake', 'old')
    """
    alias = _ALIAS.fullmatch(value)
    return alias[1] if alias else Path(value).stem


def resolve(group: str, value: str) -> str:
    """The value as any process finds it: the path, if the file is not in ``conf``.

    Raises
    ------
    UserError
        As for ``locate``.
    """
    path = locate(group, value)
    if path.is_relative_to(CONF) or value.endswith(ENDINGS[group]):
        return value
    alias = _ALIAS.fullmatch(value)
    return f"{alias[1]}:{path}" if alias else str(path)


def check_different(values: Sequence[str]) -> None:
    """Raise an error if two policies would have the same name in results.

    Raises
    ------
    UserError
        Naming both.
    """
    taken: dict[str, str] = {}
    for value in values:
        name = name_of(value)
        if name in taken:
            raise UserError(
                f"policy: got {name!r} twice ({taken[name]}, {value}), expected different names; "
                f"another_name:{value} renames one"
            )
        taken[name] = value


def resolve_policies(value: str | list[str]) -> str | list[str]:
    """``resolve`` for one policy or a list of them; ``all`` stays as it is.

    Raises
    ------
    UserError
        As for ``locate`` and ``check_different``.
    """
    if isinstance(value, list):
        check_different(value)
        return [resolve("policy", one) for one in value]
    return value if value == ALL else resolve("policy", value)


def _folders(group: str) -> list[Path]:
    """Folders with files of a group, that of ``conf`` first."""
    return [folder / group for folder in (CONF, *_user_folders)]


SuiteName = Annotated[str, AfterValidator(partial(resolve, "suite"))]
"""A suite: a name in ``conf/suite`` or below ``--config-dir``, or a path."""

CostName = Annotated[str, AfterValidator(partial(resolve, "cost"))]
"""A cost setting, in the same way."""

PolicyName = Annotated[str, AfterValidator(partial(resolve, "policy"))]
"""A policy, in the same way; the path may also be that of a Stable-Baselines3 zip."""

Policies = Annotated[str | list[str], AfterValidator(resolve_policies)]
"""One policy, a list of them, or ``all``."""
