"""How private helpers are compiled: without the wrapper for calls from Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def inner(function: _Function) -> _Function:
    """Compile a helper that only compiled functions call, in half the time.

    Parameters
    ----------
    function
        Its name starts with an underscore: calling it from Python crashes the interpreter.

    Returns
    -------
    callable
        The compiled function; ``function`` itself where compilation is switched off.
    """
    # the wrapper switches are missing in Numba's own type stubs
    bare: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    compiled: _Function = njit(cache=True, error_model="numpy", **bare)(function)
    return compiled


inlined = njit(cache=True, error_model="numpy", inline="always")
"""Decorator for functions with one caller: they become part of it and are never compiled for themselves.

Unlike ``inner`` they can be called from Python, and are compiled then.
"""
