"""Imports functions and classes of the user's own modules by dotted names, and lists the files that they are made of.

A module of one's own lies beside the file that names it, in the working folder, in a folder of configurations, or is
installed. Only modules that the user allows are imported, because importing runs their code.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from envs.compiled_sources import Source
from envs.errors import OWN_PACKAGES, UserError, describe_cause, is_users_file
from envs.user_files import files_named_in, texts_in

VARIABLE: Final = "ROADWORLD_MODULES"
"""Environment variable that hands the folders of the user's modules to child processes."""

PREFIX: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*\.?")
"""A permitted prefix: the name of a package or module, with or without a dot at its end."""


def read_allowed(allow: Sequence[str]) -> tuple[str, ...]:
    """The values of ``allow`` as prefixes that end in a dot: ``my_package`` must not allow ``my_package_2``.

    Raises
    ------
    UserError
        If one is not the name of a package.
    """
    for prefix in allow:
        if not PREFIX.fullmatch(prefix):
            raise UserError(
                f"allow: got {prefix!r}, expected the name of a package or module, such as my_package."
            )
    return tuple(f"{prefix.rstrip('.')}." for prefix in allow)


def search_in(folder: Path) -> None:
    """Let this process, and those that it starts, import modules from a folder too, after all other places."""
    text = str(folder.resolve())
    if text not in sys.path:
        sys.path.append(text)
        importlib.invalidate_caches()
        known = os.environ.get(VARIABLE)
        os.environ[VARIABLE] = text if not known else f"{known}{os.pathsep}{text}"


def _searched() -> list[Path]:
    """The folders that ``search_in`` has added, here or in the process that started this one."""
    return [Path(text) for text in os.environ.get(VARIABLE, "").split(os.pathsep) if text]


class _FromSource(SourceFileLoader):
    """Loads a module from its source: machine-independent code in a cache may be that of an older source.

    Python recognises an old cache by time and size, which a copied or unpacked file may share with another one.
    """

    def path_stats(self, path: str) -> Mapping[str, Any]:
        """Nothing by which a cache could be recognised."""
        raise OSError(path)


class _Finder(MetaPathFinder):
    """Lets the user's own modules be loaded from their sources."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module as Python finds it, with another loader; ``None`` if it is not the user's."""
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or not isinstance(spec.loader, SourceFileLoader):
            return None
        if spec.origin is None or not is_users_file(spec.origin):
            return None
        spec.loader = _FromSource(name, spec.origin)
        return spec


def _inherit() -> None:
    """Import modules from the folders of the process that started this one."""
    sys.path.extend(str(one) for one in _searched() if str(one) not in sys.path)


def import_object(where: str, name: str, allowed: Sequence[str], folder: Path) -> object:
    """What a dotted name stands for: a class, a function, or anything else that a module defines.

    Parameters
    ----------
    where
        Beginning of every error message: the file and the key that give the name.
    name
        ``module.object`` or ``package.module.object``.
    allowed
        Allowed beginnings of names, each with a dot at its end.
    folder
        Folder of the file that gives the name; modules are found in it too.

    Raises
    ------
    UserError
        If the name is not allowed, or cannot be imported; with the cause.
    """
    if not name.startswith(tuple(allowed)) or not re.fullmatch(r"\w+(\.\w+)+", name):
        raise UserError(
            f"{where}: got {name!r}, {_describe_allowed(allowed)}; allow=[{name.partition('.')[0]}.] permits it"
        )
    is_ours = name.partition(".")[0] in OWN_PACKAGES
    if not is_ours:
        search_in(folder)
        if _finder not in sys.meta_path:
            sys.meta_path.insert(0, _finder)
    try:
        found, rest = _import_module(name)
    except Exception as error:
        told = f"{where}: got {name!r}: {describe_cause(error)}"
        if isinstance(error, ModuleNotFoundError) and error.name == name.partition(".")[0]:
            told += "; it is looked for beside the file, in --config-dir, in the working folder and where packages are"
        raise UserError(told) from error
    if not is_ours:
        _check_origin(where, name, folder)
    for attribute in rest:
        if not hasattr(found, attribute):
            raise UserError(
                f"{where}: got {name!r}, {getattr(found, '__name__', found)} has no {attribute!r}"
            )
        found = getattr(found, attribute)
    return found


def _describe_allowed(allowed: Sequence[str]) -> str:
    """What names may begin with."""
    return (
        f"allowed are names that begin with {', '.join(allowed)}"
        if allowed
        else "which runs code of yours"
    )


def _import_module(name: str) -> tuple[object, list[str]]:
    """The module that a dotted name begins with, and the words that are left."""
    words = name.split(".")
    for count in range(len(words) - 1, 1, -1):
        module = ".".join(words[:count])
        try:
            return importlib.import_module(module), words[count:]
        except ModuleNotFoundError as error:
            # a module that is there may lack another one
            if not f"{module}.".startswith(f"{error.name}."):
                raise
    return importlib.import_module(words[0]), words[1:]


def _check_origin(where: str, name: str, folder: Path) -> None:
    """Raise an error if another module of this name lies beside the file or in a folder that is searched."""
    top = name.partition(".")[0]
    origin = getattr(sys.modules[top], "__file__", None)
    for place in (folder, *_searched()):
        for path in (place / f"{top}.py", place / top / "__init__.py"):
            if origin is not None and path.is_file() and not Path(origin).samefile(path):
                raise UserError(
                    f"{where}: got {name!r}, but {top!r} is imported from {origin}, not from {path}: rename one of them"
                )


def source_files(names: Iterable[str]) -> dict[str, Path]:
    """Files of the modules that define some objects, and of the user's modules that they import, by module name.

    A file that the text of a module names is listed, too, as ``module: text``.

    Modules of this project, of Python and of other installed packages are left out.

    Parameters
    ----------
    names
        As for ``import_object``, which has imported them; their modules may also be installed packages.

    Raises
    ------
    UserError
        If there is no such module.
    """
    found: dict[str, Path] = {}
    waiting = [(_module_of(name), True) for name in names]
    tops = {name.partition(".")[0] for name, _ in waiting} - set(OWN_PACKAGES)
    while waiting:
        name, is_named = waiting.pop()
        spec = _find_spec(name)
        if (
            name in found
            or spec is None
            or spec.origin is None
            or name.partition(".")[0] in OWN_PACKAGES
        ):
            continue
        path = Path(spec.origin)
        if not path.is_file() or not (
            is_named or name.partition(".")[0] in tops or is_users_file(str(path))
        ):
            continue
        found[name] = path
        if path.suffix == ".py":
            found |= {f"{name}: {text}": file for text, file in files_named_in(path).items()}
        parents = name.split(".")[:-1]
        waiting += [(".".join(parents[: k + 1]), False) for k in range(len(parents))]
        if path.suffix == ".py":
            package = name if spec.submodule_search_locations else name.rpartition(".")[0]
            waiting += [(one, False) for one in _imported_by(path, package)]
    return found


def _module_of(name: str) -> str:
    """The longest beginning of a dotted name that is a module."""
    module = name.rpartition(".")[0]
    while _find_spec(module) is None:
        module = module.rpartition(".")[0]
        if not module:
            raise UserError(f"{name}: there is no such module")
    return module


def _imported_by(path: Path, package: str) -> Iterator[str]:
    """Names of modules that a file may import; of ``from a import b`` both ``a`` and ``a.b``."""
    try:
        imports = Source(path).imports
    except UnicodeDecodeError:
        return
    for text in texts_in(path):
        # a module that is imported by its name as a text
        if (
            text.replace(".", "").isidentifier()
            and (path.parent / f"{text.split('.')[0]}.py").is_file()
        ):
            yield text
    for module, name, _ in imports:
        try:
            absolute = importlib.util.resolve_name(module, package or None)
        except ImportError:
            continue
        yield absolute
        if name and name != "*":
            yield f"{absolute}.{name}"


def _find_spec(name: str) -> ModuleSpec | None:
    """Where a module comes from; ``None`` if there is none of this name."""
    loaded = sys.modules.get(name)
    if loaded is not None and getattr(loaded, "__spec__", None) is not None:
        return loaded.__spec__
    parent = name.rpartition(".")[0]
    if parent and not hasattr(sys.modules.get(parent), "__path__"):
        return None  # asking for it would import the parent
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None


_finder: Final = _Finder()
_inherit()
