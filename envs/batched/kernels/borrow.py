"""Borrowed arrays: views without a reference count, for use inside one compiled call.

Numba counts a reference, atomically, whenever an array is handed to another compiled function. In a
tick of small functions that costs several times the arithmetic. A borrowed array has no owner to
count: whoever borrows must keep the original alive, which every caller of a kernel does anyway.
"""

from __future__ import annotations

from typing import Any

from numba import config
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def _borrowed(_typing_context: Any, array: Any) -> Any:
    """The same array structure with its owner cleared."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Copy the structure and null what would be counted."""
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        view.meminfo = cgutils.get_null_value(view.meminfo.type)
        view.parent = cgutils.get_null_value(view.parent.type)
        return view._getvalue()  # numba's structure proxies have no public spelling

    return array(array), generate


def _same(array: Any) -> Any:
    """Without compilation nothing is counted that matters."""
    return array


borrow = _same if config.DISABLE_JIT else _borrowed
"""``borrow(array)``: the array without an owner; only inside compiled code, only while it lives."""
