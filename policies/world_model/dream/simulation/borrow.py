"""Borrowed buffers of a step, which are passed on without counting references; see ``envs.physics.borrow``."""

# ruff: noqa: ANN401 - an intrinsic is handed Numba's own, untyped objects

from __future__ import annotations

from typing import Any, TypeVar, cast

from numba import config, types
from numba.extending import intrinsic

T = TypeVar("T")


@intrinsic
def _borrowed(_typing_context: Any, whole: Any) -> Any:
    """The same tuple structure with the owners of its arrays cleared."""

    def clear(context: Any, builder: Any, kind: Any, value: Any) -> Any:
        """Arrays without an owner; tuples item by item."""
        if not isinstance(kind, types.Array):
            items = [
                clear(context, builder, one, builder.extract_value(value, k))
                for k, one in enumerate(kind)
            ]
            return context.make_tuple(builder, kind, items)
        view = context.make_array(kind)(context, builder, value)
        view.meminfo = view.meminfo.type(None)
        view.parent = view.parent.type(None)
        return view._getvalue()  # numba's structure proxies have no public spelling

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Clear everything below the tuple."""
        return clear(context, builder, signature.args[0], arguments[0])

    return whole(whole), generate


def borrow_all(whole: T) -> T:
    """Named tuples of arrays, nested or not, borrowed; only inside compiled code, only while they live."""
    return whole


if not config.DISABLE_JIT:  # type: ignore[attr-defined]
    borrow_all = cast(Any, _borrowed)
