"""Counter-based random numbers: a pure function of (seed, tick, entity, channel).

Philox-4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). Words of 32
bits are kept in ``uint64``, so that products never overflow: with or without compilation, the same and silent.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from envs.physics.compilation import compiled, shared

ROUNDS = 10
"""Rounds of Philox: the published default."""

_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_WORD_BITS = 0xFFFFFFFF  # the same mask for signed integers
_SCALE = 2.0**-32


@compiled
def philox_block(
    key: np.uint64,
    counter0: np.uint64,
    counter1: np.uint64,
    counter2: np.uint64,
    counter3: np.uint64,
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Philox-4x32-10: four random words below 2**32 from a key and a counter.

    The lower half of the 64-bit key is the first key word, the upper half the second; counter words are below 2**32.
    """
    k0, k1 = key & _MASK, key >> _SHIFT
    x0, x1, x2, x3 = counter0, counter1, counter2, counter3
    for _ in range(ROUNDS):
        product0, product1 = _MULTIPLIER_0 * x0, _MULTIPLIER_1 * x2
        x0, x1, x2, x3 = (
            (product1 >> _SHIFT) ^ x1 ^ k0,
            product1 & _MASK,
            (product0 >> _SHIFT) ^ x3 ^ k1,
            product0 & _MASK,
        )
        k0, k1 = (k0 + _WEYL_0) & _MASK, (k1 + _WEYL_1) & _MASK
    return x0, x1, x2, x3


# the signature is stated because callers pass literal channels, each of which would compile it anew
@njit("UniTuple(float64, 4)(int64, int64, int64, int64)", cache=True, error_model="numpy")
def uniforms(seed: int, tick: int, entity: int, channel: int) -> tuple[float, float, float, float]:
    """Four uniform numbers in the open interval (0, 1) for one (seed, tick, entity, channel).

    They are ``(word + 1/2)/2**32``: never 0 and never 1, so quantile functions need no guard. All 64 bits of the seed
    count, of the others the lower 32. ``channel`` numbers the purpose: one channel is one block of four numbers.
    """
    low, high = np.uint64(seed & _WORD_BITS), np.uint64((seed >> 32) & _WORD_BITS)
    w0, w1, w2, w3 = philox_block(
        (high << _SHIFT) | low,
        np.uint64(tick & _WORD_BITS),
        np.uint64(entity & _WORD_BITS),
        np.uint64(channel & _WORD_BITS),
        np.uint64(0),
    )
    return (
        (float(w0) + 0.5) * _SCALE,
        (float(w1) + 0.5) * _SCALE,
        (float(w2) + 0.5) * _SCALE,
        (float(w3) + 0.5) * _SCALE,
    )


@shared
def lower_half(uniform: float) -> float:
    """A uniform number from the lower 16 of the 32 bits of another, whose size hardly depends on them."""
    scaled = 65_536.0 * uniform
    return scaled - math.floor(scaled)


@compiled
def normal_quantile(u: float) -> float:
    """Standard normal quantile: the z below which a share ``u`` of the normal distribution lies.

    Relative error about 1e-16; 0 gives minus infinity, 1 infinity. Between 0.075 and 0.925 no logarithm or square root
    is taken. Wichura (1988), Algorithm AS 241, Applied Statistics 37, 477-484: routine PPND16.
    """
    q = u - 0.5
    if math.fabs(q) <= 0.425:
        return q * _central(0.180625 - q * q)
    r = u if q < 0.0 else 1.0 - u
    if r <= 0.0:
        return -math.inf if q < 0.0 else math.inf
    r = math.sqrt(-math.log(r))
    z = _near_tail(r - 1.6) if r <= 5.0 else _far_tail(r - 5.0)
    return -z if q < 0.0 else z


@compiled
def normal_cdf(z: float) -> float:
    """Share of the standard normal distribution below ``z``, accurate in both tails."""
    return 0.5 * math.erfc(-z * math.sqrt(0.5))


@compiled
def _central(r: float) -> float:
    """Quantile over (u - 1/2), for r = 0.425^2 - (u - 1/2)^2 (AS 241, a and b)."""
    top = 2.5090809287301226727e3
    top = top * r + 3.3430575583588128105e4
    top = top * r + 6.7265770927008700853e4
    top = top * r + 4.5921953931549871457e4
    top = top * r + 1.3731693765509461125e4
    top = top * r + 1.9715909503065514427e3
    top = top * r + 1.3314166789178437745e2
    top = top * r + 3.3871328727963666080e0
    low = 5.2264952788528545610e3
    low = low * r + 2.8729085735721942674e4
    low = low * r + 3.9307895800092710610e4
    low = low * r + 2.1213794301586595867e4
    low = low * r + 5.3941960214247511077e3
    low = low * r + 6.8718700749205790830e2
    low = low * r + 4.2313330701600911252e1
    return top / (low * r + 1.0)


@compiled
def _near_tail(r: float) -> float:
    """Upper quantile for r = sqrt(-ln(tail)) - 1.6 (AS 241, c and d)."""
    top = 7.74545014278341407640e-4
    top = top * r + 2.27238449892691845833e-2
    top = top * r + 2.41780725177450611770e-1
    top = top * r + 1.27045825245236838258e0
    top = top * r + 3.64784832476320460504e0
    top = top * r + 5.76949722146069140550e0
    top = top * r + 4.63033784615654529590e0
    top = top * r + 1.42343711074968357734e0
    low = 1.05075007164441684324e-9
    low = low * r + 5.47593808499534494600e-4
    low = low * r + 1.51986665636164571966e-2
    low = low * r + 1.48103976427480074590e-1
    low = low * r + 6.89767334985100004550e-1
    low = low * r + 1.67638483018380384940e0
    low = low * r + 2.05319162663775882187e0
    return top / (low * r + 1.0)


@compiled
def _far_tail(r: float) -> float:
    """Upper quantile for r = sqrt(-ln(tail)) - 5: tails below 1.4e-11 (AS 241, e and f)."""
    top = 2.01033439929228813265e-7
    top = top * r + 2.71155556874348757815e-5
    top = top * r + 1.24266094738807843860e-3
    top = top * r + 2.65321895265761230930e-2
    top = top * r + 2.96560571828504891230e-1
    top = top * r + 1.78482653991729133580e0
    top = top * r + 5.46378491116411436990e0
    top = top * r + 6.65790464350110377720e0
    low = 2.04426310338993978564e-15
    low = low * r + 1.42151175831644588870e-7
    low = low * r + 1.84631831751005468180e-5
    low = low * r + 7.86869131145613259100e-4
    low = low * r + 1.48753612908506148525e-2
    low = low * r + 1.36929880922735805310e-1
    low = low * r + 5.99832206555887937690e-1
    return top / (low * r + 1.0)
