"""Fused multiply-add: one rounding for ``a * b + c``.

The reference takes dot products and norms of 2-vectors from NumPy, whose BLAS rounds the first
product and fuses the second. The twin has to do the same, or a quarter of the last bits differ.
"""

# ruff: noqa: ANN401 - an intrinsic is handed Numba's own, untyped objects

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from numba import config, types
from numba.extending import intrinsic


@intrinsic
def _fused(_typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """LLVM's ``fma``; one machine instruction where the processor has it."""
    del a, b, c

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        """Emit the call of LLVM's ``fma``."""
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


def _exact(a: float, b: float, c: float) -> float:
    """Fused multiply-add in exact fractions, for runs without compilation; a zero loses its sign."""
    return float(Fraction(a) * Fraction(b) + Fraction(c))


# config is filled from the environment when Numba is imported
_chosen = _exact if config.DISABLE_JIT else _fused  # type: ignore[attr-defined]
fma = cast(Callable[[float, float, float], float], _chosen)
"""``fma(a, b, c) = a * b + c``, rounded once. Finite arguments only when compilation is off."""
