"""Punctures: by a step under one tyre, and by sharp pieces on the road (envs/physics/SOURCES.md 2.3) [A]."""

from __future__ import annotations

import math

from envs.physics.compilation import compiled

TYRE_STIFFNESS_NPM = 150e3
"""Stiffness of a tyre pressed by an edge [A]."""

PUNCTURE_ENERGY_J = 300.0
"""Indentation energy at which half of the tyres fail on a blunt step [A: 200 to 450; the plunger
test of FMVSS 109 demands 294 J]."""

SHARPNESS_EXPONENT = 1.5
"""How fast the energy needed falls as the step gets sharper [A]."""

SHARPEST = 0.995
"""Sharpness above which nothing changes any more [A]."""

REFERENCE_SPEED_MPS = 25.0
"""Speed for which the probability of losing control after a puncture is stated (envs/physics/SOURCES.md 2.3)."""


@compiled
def puncture_probability(tyre_indentation: float, sharpness: float, energy: float) -> float:
    """Probability that a step punctures the tyre that runs over it; exactly 0 without indentation.

    A logistic would charge every flat carton 1 % of a puncture.

    Parameters
    ----------
    tyre_indentation
        The tyre's own share of the indentation, m, >= 0.
    sharpness
        0 (blunt) to 1 (a nail).
    energy
        Indentation energy at which half of the tyres fail on a blunt step, J, > 0: ``PUNCTURE_ENERGY_J``.
    """
    stored = 0.5 * TYRE_STIFFNESS_NPM * tyre_indentation * tyre_indentation
    ratio = stored / (energy * (1.0 - min(sharpness, SHARPEST)) ** SHARPNESS_EXPONENT)
    x = ratio * ratio * ratio * ratio
    return x / (1.0 + x)


@compiled
def patch_puncture_probability(pieces: float, sharpness: float) -> float:
    """Probability that sharp pieces puncture a tyre: ``1 - exp(-pieces sharpness)``.

    ``pieces`` are expected under one tyre's track [A]; ``sharpness`` is the probability that one piece punctures.
    """
    return -math.expm1(-pieces * sharpness)


@compiled
def control_lost_after_puncture(puncture: float, speed: float, share: float) -> float:
    """Probability of losing control because a tyre failed; it grows with the square of the speed (m/s), at most 1.

    ``share`` is the probability of losing control given a puncture at ``REFERENCE_SPEED_MPS`` [A: 0.4 %; the average
    over all flats is 0.02 to 0.08 %, rapid loss at speed is worse].
    """
    ratio = speed / REFERENCE_SPEED_MPS
    return min(1.0, share * puncture * ratio * ratio)
