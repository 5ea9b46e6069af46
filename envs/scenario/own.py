"""Object folders and scenario functions of the user's own, as files and options name them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from envs.debris.catalogue import load_catalogue
from envs.errors import UserError, shown
from envs.scenario.generator import FAMILIES, Generate
from envs.user_code import import_object, read_allowed


def read_catalogue_dirs(where: str, given: object, folder: Path) -> tuple[Path, ...]:
    """Folders of object types, relative to the folder of the file that names them; their files are checked.

    Raises
    ------
    UserError
        If it is not a list of folders, or a file in them is wrong.
    """
    if not isinstance(given, Sequence) or not all(isinstance(name, str) for name in given):
        raise UserError(f"{where}: catalogue_dirs: got {shown(given)}, expected a list of folders")
    found = tuple(folder / name for name in given)
    try:
        load_catalogue(found)
    except UserError as error:
        raise UserError(f"{where}: {error}") from None
    return found


def read_scenarios(
    where: str, given: object, folder: Path, allow: Sequence[str]
) -> dict[str, Generate]:
    """Scenario functions by the names that are given to them.

    Parameters
    ----------
    where
        Beginning of error messages: the file.
    given
        Mapping of a name to ``module.function``.
    folder
        Folder of the file; modules are found in it too.
    allow
        Prefixes of the functions that may be named.

    Raises
    ------
    UserError
        If a name is taken or a function is not allowed or cannot be imported.
    """
    if not isinstance(given, dict):
        raise UserError(
            f"{where}: scenarios: got {shown(given)}, expected names with functions, such as "
            "{ladder: my_scenarios.ladder}"
        )
    found: dict[str, Generate] = {}
    for name, function in given.items():
        if name in FAMILIES or not str(name).isidentifier():
            raise UserError(
                f"{where}: scenarios: got {name!r}, expected a word that is not one of {', '.join(FAMILIES)}"
            )
        key = f"{where}: scenarios.{name}"
        imported = import_object(key, str(function), read_allowed(allow), folder)
        if not callable(imported):
            raise UserError(f"{key}: got {function!r}, expected a function")
        found[name] = cast("Generate", imported)
    return found
