"""The catalogue: each YAML file describes one object type with the file's name. It contains facts only.

A file in this folder, or in a folder given as ``catalogue_dirs``, is part of the catalogue without being registered.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from pathlib import Path

from envs.debris.safe_yaml import CatalogueError
from envs.debris.schema import read_spec
from envs.debris.specification import DebrisSpec
from envs.errors import not_allowed

__all__ = ["CatalogueError", "load", "load_catalogue", "names"]

BUILT_IN_DIR = Path(__file__).parent
NAME_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""Names of types: they become column values and file names."""


def names() -> list[str]:
    """Names of the built-in object types, sorted."""
    return list(_built_in())


def load(name: str) -> DebrisSpec:
    """One built-in object type, frozen and shared between callers.

    Raises
    ------
    CatalogueError
        If there is no such type.

    Examples
    --------
    >>> load("mattress").look
    'soft-furniture'
    """
    if name not in _built_in():
        raise CatalogueError(str(not_allowed("object type", name, _built_in())))
    return _built_in()[name]


def load_catalogue(catalogue_dirs: Sequence[str | Path] = ()) -> dict[str, DebrisSpec]:
    """The built-in object types and those of further folders, by name: built-in first, then folder by folder.

    ``catalogue_dirs`` are read anew in each call; whatever else than ``*.yaml`` they hold is ignored.

    Raises
    ------
    CatalogueError
        If a folder or a file is wrong, or if two files have the same name: a type is not overridden in silence.
    """
    if isinstance(catalogue_dirs, str | Path):
        raise CatalogueError(
            f"catalogue_dirs: got {str(catalogue_dirs)!r}, expected a list of directories"
        )
    catalogue = dict(_built_in())
    origin = {name: BUILT_IN_DIR / f"{name}.yaml" for name in catalogue}
    for directory in catalogue_dirs:
        for path in _list_files(Path(directory)):
            if path.stem in origin:
                raise CatalogueError(
                    f"{path}: the name {path.stem!r} is already used by {origin[path.stem]}"
                )
            catalogue[path.stem] = read_spec(path)
            origin[path.stem] = path
    return catalogue


@functools.cache
def _built_in() -> dict[str, DebrisSpec]:
    """Types of the built-in folder, read once per process; never handed out for writing."""
    return {path.stem: read_spec(path) for path in _list_files(BUILT_IN_DIR)}


def _list_files(directory: Path) -> list[Path]:
    """The catalogue files of a folder in name order."""
    if not directory.is_dir():
        raise CatalogueError(f"catalogue_dirs: got {str(directory)!r}, expected a directory")
    # hidden files belong to an editor
    entries = [path for path in sorted(directory.iterdir()) if not path.name.startswith(".")]
    paths = [path for path in entries if path.suffix in {".yaml", ".yml"}]
    if not paths:
        raise CatalogueError(
            f"catalogue_dirs: got {str(directory)!r}, expected a directory with *.yaml files"
        )
    for path in paths:
        if path.suffix != ".yaml" or not path.is_file():
            raise CatalogueError(f"{path}: expected a file that ends in .yaml")
        if not NAME_PATTERN.fullmatch(path.stem):
            raise CatalogueError(f"{path}: the name must be 1-40 of a-z, 0-9 and _, a letter first")
    return paths
