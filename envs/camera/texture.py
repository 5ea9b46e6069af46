"""Patterns that look like nature: one periodic sheet of noise, read at several scales, and a line of noise."""

from __future__ import annotations

import math
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled

SIZE: Final = 256
"""Points along each side of the sheet."""

_SEED: Final = 21


@compiled
def hash_share(a: int, b: int) -> float:
    """A number in [0, 1) that looks random, from two integers: for appearance only."""
    n = (np.int64(a) * np.int64(374_761_393) + np.int64(b) * np.int64(668_265_263)) & np.int64(
        0x7FFFFFFF
    )
    n = ((n ^ (n >> 13)) * np.int64(1_274_126_177)) & np.int64(0x7FFFFFFF)
    return ((n ^ (n >> 16)) & np.int64(0xFFFF)) / 65_536.0  # fmt: skip


@cache
def sheet() -> NDArray[np.float32]:
    """Periodic noise of mean 0 and deviation 1, from grains of one point to clouds of a quarter of the sheet."""
    rng = np.random.default_rng(_SEED)
    spectrum = np.fft.rfft2(rng.standard_normal((SIZE, SIZE)))
    along, across = np.fft.fftfreq(SIZE)[:, None], np.fft.rfftfreq(SIZE)[None, :]
    frequency = np.hypot(along, across)
    spectrum *= 1.0 / np.maximum(frequency, 4.0 / SIZE) ** 0.9
    spectrum[0, 0] = 0.0
    noise = np.fft.irfft2(spectrum, (SIZE, SIZE))
    return np.ascontiguousarray(noise / noise.std(), np.float32)


@compiled
def pattern(noise: NDArray[np.float32], x: float, y: float) -> float:
    """The sheet at a place, between its points linearly."""
    i, j = math.floor(x), math.floor(y)
    s, t = x - i, y - j
    i0, j0 = int(i) & (SIZE - 1), int(j) & (SIZE - 1)
    i1, j1 = (i0 + 1) & (SIZE - 1), (j0 + 1) & (SIZE - 1)
    low = noise[i0, j0] * (1.0 - t) + noise[i0, j1] * t
    return low * (1.0 - s) + (noise[i1, j0] * (1.0 - t) + noise[i1, j1] * t) * s


@compiled
def ripple(x: float, key: int) -> float:
    """Smooth noise along a line, from -1 to 1."""
    i = math.floor(x)
    t = x - i
    t = t * t * (3.0 - 2.0 * t)
    k = int(i)
    return 2.0 * (hash_share(k, key) * (1.0 - t) + hash_share(k + 1, key) * t) - 1.0
