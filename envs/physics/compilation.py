"""How functions are compiled: the same options everywhere, in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import config
from numba.core import event
from numba.extending import register_jitable

from envs.compiling import compilation
from envs.physics.linking import Linked

_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Listener(event.Listener):
    """Hears from Numba which functions are not in the cache and are compiled now."""

    def on_start(self, event: Any) -> None:  # noqa: ANN401 (Numba's)
        """Note a function of ours that Python calls; what it uses is a part of it."""
        if isinstance(event.data["dispatcher"], Linked):
            compilation.begin()

    def on_end(self, event: Any) -> None:  # noqa: ANN401
        """Note its end, after an error too."""
        if isinstance(event.data["dispatcher"], Linked):
            compilation.end()


event.register("numba:compile", _Listener())  # type: ignore[no-untyped-call] # Numba ships no stubs


def _make(function: _Function, **options: Any) -> _Function:
    """Compile a function when it is first called: division like NumPy's, never ``fastmath``."""
    if config.DISABLE_JIT:  # type: ignore[attr-defined] # filled from the environment
        return function
    made = Linked(function, targetoptions={"error_model": "numpy", **options})
    made.enable_caching()
    return cast(_Function, made)


def compiled(function: _Function) -> _Function:
    """Compile a function."""
    return _make(function)


def entry(function: _Function) -> _Function:
    """Compile a function that runs long enough to let other threads run meanwhile."""
    return _make(function, nogil=True)


def uncounted_entry(function: _Function) -> _Function:
    """Compile a long function that makes no arrays: it and what it calls count no references to arrays."""
    return _make(function, nogil=True, _nrt=False)


def merged(function: _Function) -> _Function:
    """Compile a helper into each of its callers, however large it is."""
    return _make(function, forceinline=True)


def inlined(function: _Function) -> _Function:
    """Compile a function with one caller as a part of it; Python can call it, and it is compiled for itself then."""
    return _make(function, inline="always")


def shared(function: _Function) -> _Function:
    """Mark a small function that Python calls uncompiled and that compiled callers include in their own code."""
    made: _Function = register_jitable(function)
    return made
