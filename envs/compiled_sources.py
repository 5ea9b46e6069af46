"""Which source files end up in machine code: those with compiled functions, and all that these import.

Both are read from the text of the files, and nothing is imported. A file has compiled functions if it imports Numba, or
a decorator that another file makes of Numba's. A file too many costs a compilation; one too few runs old machine code.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

PACKAGES: Final = ("envs", "policies", "experiments")
COMPILER: Final = "numba"

_IMPORT: Final = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n(]*)|import[ \t]+([^\n]*))",
    re.MULTILINE,
)
_NAME: Final = re.compile(r"([\w.]+|\*)(?:\s+as\s+(\w+))?")
_COMMENT: Final = re.compile(r"#[^\n]*")


class Import(NamedTuple):
    """A name that a file imports."""

    module: str
    """The module that it comes from."""
    name: str
    """The name in that module; empty if the module itself is imported."""
    local: str
    """The name in the importing file."""


class Source:
    """The text of one module and what can be read from it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = path.read_bytes()
        self.text = self.content.decode()

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """All import statements, one name each; lines of a docstring that look like one count too."""
        return tuple(_find_imports(self.text))

    def makes_of(self, names: Iterable[str]) -> set[str]:
        """Undecorated functions and variables at the top level that use one of these names, or one another."""
        known = set(names)
        code = _IMPORT.sub("", self.text)
        if not any(_is_called(name, code) for name in known):
            return set()  # parsing would take longer than all the rest
        tree = ast.parse(code)
        before = -1
        while len(known) != before:
            before = len(known)
            for statement in tree.body:
                if any(isinstance(x, ast.Name) and x.id in known for x in ast.walk(statement)):
                    known.update(_bound_by(statement))
        return known.difference(names)


def _is_called(name: str, code: str) -> bool:
    """Whether a name may be called or handed on, other than as the decorator of a function."""
    others = code.replace(f"@{name}", "")
    return re.search(rf"{re.escape(name)}(?:\.\w+)*[(,)]", others) is not None


def _find_imports(text: str) -> Iterator[Import]:
    """The imports of a text in order."""
    for module, names, modules in _IMPORT.findall(text.replace("\\\n", " ")):
        for name, alias in _NAME.findall(_COMMENT.sub("", names or modules)):
            if module:
                yield Import(module, name, alias or name)
            else:
                yield Import(name, "", alias or name.partition(".")[0])


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    """Names that a top-level statement gives to undecorated functions or to values."""
    if isinstance(statement, ast.FunctionDef) and not statement.decorator_list:
        yield statement.name
    elif isinstance(statement, ast.Assign):
        yield from (x.id for x in statement.targets if isinstance(x, ast.Name))
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        yield statement.target.id


def read_sources(root: Path) -> dict[str, Source]:
    """Every module of the three packages below ``root``, by its import name."""
    found = {}
    for package in PACKAGES:
        for folder, _, names in os.walk(root / package):
            prefix = os.path.relpath(folder, root).replace(os.sep, ".")
            for name in names:
                if name.endswith(".py"):
                    module = f"{prefix}.{name.removesuffix('.py')}".removesuffix(".__init__")
                    found[module] = Source(Path(folder, name))
    return found


def find_compiled(sources: Mapping[str, Source]) -> set[str]:
    """Modules with compiled functions: they use Numba, or a decorator that is made of Numba's."""
    used: dict[
        str, list[str]
    ] = {}  # of each module with compiled functions: what its decorators are called
    decorators: dict[str, set[str]] = {}  # of each module that makes some
    is_new = True
    while is_new:
        is_new = False
        words = {COMPILER} | {module.rpartition(".")[2] for module in decorators}
        for module, source in sources.items():
            if not any(word in source.text for word in words):
                continue
            names = [x.local for x in source.imports if _is_decorator(x, decorators)]
            if names and names != used.get(module):
                is_new = True
                used[module] = names
                if made := source.makes_of(names):
                    decorators[module] = made
    return set(used)


def _is_decorator(imported: Import, decorators: Mapping[str, set[str]]) -> bool:
    """Whether an imported name is, or holds, a decorator that compiles."""
    module, name, _ = imported
    if module.partition(".")[0] == COMPILER or f"{module}.{name}" in decorators:
        return True
    return module in decorators and (name in {"", "*"} or name in decorators[module])


def with_imports(modules: Iterable[str], sources: Mapping[str, Source]) -> set[str]:
    """These modules and all of ours that they import, directly or not: constants end up in machine code as well."""
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        for source, name, _ in sources[module].imports:
            waiting += [x for x in (source, f"{source}.{name}") if x in sources]
    return found
