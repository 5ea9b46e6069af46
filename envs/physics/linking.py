"""Compiled functions that are optimised and emitted once, as parts of what Python calls.

Numba optimises, emits and stores each compiled function for itself, and then again inside of each of its callers, up to
the one that Python calls. Here a compiled caller is handed a function's plain code instead, and only what Python calls
becomes machine code, with everything below it. That halves the work, and the results are the same: floating-point
operations are never reordered.
"""

# ruff: noqa: ANN401 - Numba's own, untyped objects

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from numba.core import types
from numba.core.codegen import CPUCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.registry import CPUDispatcher
from numba.core.typed_passes import NativeLowering


class _PlainLibrary(CPUCodeLibrary):
    """The code of a function and of all that it calls, neither optimised as a whole nor emitted."""

    def finalize(self) -> None:
        """Take in the code of the functions that are called, as Numba does, and stop there."""
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _PlainLowering(NativeLowering):
    """Numba's last step without machine code."""

    _name = "plain_lowering"

    def run_pass(self, state: Any) -> bool:
        """Write the function's code into a plain library, and list it for callers under a key of its own."""
        state.library = _PlainLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        super().run_pass(state)
        key = object()
        state.targetctx.insert_user_function(key, state.cr.fndesc, [state.library])
        state.cr = state.cr._replace(cfunc=key)
        return True


class _PlainCompiler(CompilerBase):
    """Numba's compiler up to plain code."""

    def define_pipelines(self) -> list[Any]:
        """The usual passes, the last but one replaced."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.passes = [
            (_PlainLowering if kind is NativeLowering else kind, text)
            for kind, text in passes.passes
        ]
        passes.finalize()
        return [passes]


class _Plain(CPUDispatcher):
    """The signatures under which compiled functions call a function; Python never calls this."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Compile for these types; the constant 0 is an integer like any other and no type of its own."""
        plain = tuple(types.unliteral(arg) for arg in args)
        return super().get_call_template(plain, {k: types.unliteral(x) for k, x in kws.items()})

    def add_overload(self, result: Any) -> None:
        """Keep a signature for compiled callers only."""
        self.overloads[tuple(result.signature.args)] = result


class Linked(CPUDispatcher):
    """A compiled function: machine code of its own where Python calls it, plain code where compiled functions do.

    Parameters
    ----------
    py_func
        The function.
    locals
        Types of local variables, as Numba's dispatcher takes them.
    targetoptions
        Options of ``numba.njit``.
    """

    def __init__(
        self,
        py_func: Callable[..., Any],
        locals: dict[str, Any] | None = None,  # noqa: A002 - Numba's name
        targetoptions: dict[str, Any] | None = None,
    ) -> None:
        options = {"nopython": True, "no_cfunc_wrapper": True} | (targetoptions or {})
        super().__init__(py_func, locals, options)
        self._plain = _Plain(
            py_func, locals, options | {"no_cpython_wrapper": True}, pipeline_class=_PlainCompiler
        )

    def compile(self, sig: Any) -> Any:
        """Compile for Python, or load from the cache."""
        with _without_collector():
            return super().compile(sig)

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Compile for a compiled caller."""
        return self._plain.get_call_template(args, kws)

    def get_overload(self, sig: Any) -> Any:
        """The key under which a compiled caller finds the plain code."""
        return self._plain.get_overload(sig)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause Python's cycle collector: a compilation makes millions of objects and hardly a dead cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
