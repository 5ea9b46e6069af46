"""Borrowed arrays: views without a reference count, for use inside one compiled call.

Numba counts a reference, atomically, whenever an array is handed to another compiled function. In a tick of small
functions that costs several times the arithmetic. A borrowed array has no owner to count: the caller must keep the
original alive, which every caller of a kernel does anyway.
"""

# ruff: noqa: ANN401 - an intrinsic is handed Numba's own, untyped objects

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import config
from numba.extending import intrinsic


@intrinsic
def _borrowed(_typing_context: Any, array: Any) -> Any:
    """The same array structure without its owner."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Copy the structure and clear the fields that reference counting uses."""
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        view.meminfo = view.meminfo.type(None)
        view.parent = view.parent.type(None)
        return view._getvalue()  # numba's structure proxies have no public spelling

    return array(array), generate


def _same(array: Any) -> Any:
    """The array itself; without compilation no references are counted."""
    return array


# config is filled from the environment when Numba is imported
_chosen = _same if config.DISABLE_JIT else _borrowed  # type: ignore[attr-defined]
borrow = cast(Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]], _chosen)
"""``borrow(array)``: the array without an owner; only inside compiled code, only while it lives."""
