"""How functions are compiled: the same flags everywhere, and only the wrappers that their callers need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from numba import njit
from numba.extending import register_jitable

_Function = TypeVar("_Function", bound=Callable[..., Any])

# the wrapper switches are missing in Numba's own type stubs
_FLAGS: Final[dict[str, Any]] = {"cache": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def compiled(function: _Function) -> _Function:
    """Compile a function that Python calls as well: division like NumPy's, never ``fastmath``."""
    made: _Function = njit(**_FLAGS)(function)
    return made


def inner(function: _Function) -> _Function:
    """Compile a helper that only compiled functions call, in half the time.

    Its name starts with an underscore: calling it from Python crashes the interpreter.
    """
    made: _Function = njit(**(_FLAGS | {"no_cpython_wrapper": True}))(function)
    return made


def inlined(function: _Function) -> _Function:
    """Compile a function with one caller as a part of it; Python can call it, and it is compiled for itself then."""
    made: _Function = njit(**(_FLAGS | {"inline": "always"}))(function)
    return made


def shared(function: _Function) -> _Function:
    """Mark a small function that Python calls uncompiled and that compiled callers include in their own code."""
    made: _Function = register_jitable(function)
    return made
