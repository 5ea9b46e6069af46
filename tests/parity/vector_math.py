"""What NumPy's wide-vector math does to the last bit, and how to switch it off."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy._core._multiarray_umath import __cpu_dispatch__

ROOT = Path(__file__).parents[2]
_COUNT = 20_000


def disabling() -> str:
    """Value of NPY_DISABLE_CPU_FEATURES that leaves NumPy with the C library's functions."""
    # from NumPy's own dispatch list, since a name NumPy does not know would only be ignored
    names = [n for n in __cpu_dispatch__ if n.startswith("AVX512") or n == "X86_V4"]
    return " ".join(names)


def mismatches() -> dict[str, int]:
    """For each function, how many of 20,000 scalar calls differ from the C library's."""
    rng = np.random.default_rng(0)
    unit, angle = rng.uniform(-1.0, 1.0, _COUNT), rng.uniform(-3.2, 3.2, _COUNT)
    pairs = {
        "tan": (np.tan, math.tan, angle / 3.0),
        "arctan": (np.arctan, math.atan, angle),
        "arcsin": (np.arcsin, math.asin, unit),
        "sin": (np.sin, math.sin, angle),
        "cos": (np.cos, math.cos, angle),
        "exp": (np.exp, math.exp, angle),
    }
    counts = {
        name: sum(float(ours(x)) != theirs(x) for x in map(float, values))
        for name, (ours, theirs, values) in pairs.items()
    }
    powers = zip(np.abs(unit) * 1.3, 4.0 + unit / 2.0, strict=True)
    counts["power"] = sum(
        float(np.power(x, y)) != math.pow(x, y)
        for x, y in ((float(a), float(b)) for a, b in powers)
    )
    return counts


def _fused(a: float, b: float, c: float) -> float:
    """The sum of c and the product of a and b, rounded once."""
    return float(Fraction(a) * Fraction(b) + Fraction(c))


def blas_is_fused() -> bool:
    """Whether NumPy's dot product of 2-vectors, norm and rotation round as the twin's do."""
    # OpenBLAS rounds the first product and fuses the second. With another BLAS exact parity cannot
    # be had, while one-tick parity can.
    rng = np.random.default_rng(1)
    for _ in range(1_000):
        a, b = rng.normal(size=2), rng.normal(size=2)
        corners = rng.normal(size=(4, 2)).T
        rotation = np.array([[a[0], -a[1]], [a[1], a[0]]])
        dot = _fused(a[1], b[1], float(a[0] * b[0]))
        norm = math.sqrt(_fused(a[1], a[1], float(a[0] * a[0])))
        turned = [
            [_fused(row[1], corner[1], float(row[0] * corner[0])) for corner in corners.T]
            for row in rotation
        ]
        if np.dot(a, b) != dot or np.linalg.norm(a) != norm:
            return False
        if not np.array_equal(rotation @ corners, turned):
            return False
    return True


def run_exactly(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python ARGUMENTS`` with the wide-vector math switched off."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "NPY_DISABLE_CPU_FEATURES": disabling()},
        capture_output=True,
        text=True,
        check=False,
    )
