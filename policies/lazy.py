"""Names that a package exports and imports only at their first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def lazy_exports(package: str, modules: Mapping[str, str]) -> Callable[[str], object]:
    """The ``__getattr__`` of a package that imports a name's module at its first use.

    A policy's modules import Numba and compile machine code; importing another module of its package must not.

    Parameters
    ----------
    package
        ``__name__`` of the package.
    modules
        Module of each exported name.
    """

    def get(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(modules[name]), name)

    return get
