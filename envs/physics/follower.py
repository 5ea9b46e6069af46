"""The driver behind a braking ego: whether and how fast it hits the ego (envs/physics/SOURCES.md 2.9).

At t = 0 the ego's brake lamp lights; it brakes with constant ``a`` from ``v0`` to ``v1``. The follower keeps ``v_f``
until its reaction time and then brakes with ``b`` until the speeds match. Everything here is exact for that model.
"""

from __future__ import annotations

import math

from envs.physics.compilation import compiled
from envs.physics.noise import normal_cdf, normal_quantile


@compiled
def latest_reaction_time(gap: float, v_f: float, v0: float, v1: float, a: float, b: float) -> float:
    """Latest reaction time with which the follower still avoids contact, s.

    Infinite when no contact is possible, <= 0 when it is certain.

    Parameters
    ----------
    gap
        Bumper to bumper at brake onset, m.
    v_f, v0, v1
        Speeds of the follower and of the ego before and after, m/s.
    a, b
        Decelerations of the ego and of the follower, m/s2, > 0; ``a <= 0`` means that the ego does not brake.
    """
    final = v_f - v1
    if final <= 0.0 or a <= 0.0:
        return math.inf
    if gap <= 0.0:
        return 0.0
    closing, drop = v_f - v0, v0 - v1
    q = closing * closing + 2.0 * a * gap
    if b > a and b * q <= (b - a) * final * final:
        # the speeds match while the ego still brakes
        return (math.sqrt((1.0 - a / b) * q) - closing) / a
    return (gap + drop * drop / (2.0 * a) - final * final / (2.0 * b)) / final


@compiled
def hit_probability(latest: float, median: float, sigma: float) -> float:
    """Probability that a lognormal reaction time exceeds ``latest`` s: 1 for ``latest <= 0``, 0 for infinity.

    ``median`` (s) and ``sigma`` are the median and the standard deviation of the logarithm of the reaction time.
    """
    if latest <= 0.0:
        return 1.0
    return normal_cdf(-math.log(latest / median) / sigma)


@compiled
def reaction_time_given_hit(hit: float, level: float, median: float, sigma: float) -> float:
    """Quantile of the reaction time among the drivers who hit, s, never below the latest that avoids contact.

    ``hit`` is the probability of the hit, in (0, 1]; ``level`` that of the quantile among those drivers, in (0, 1).
    """
    # the quantile at 1 - x is minus the one at x, which keeps its digits for rare hits
    return median * math.exp(-sigma * normal_quantile(hit * (1.0 - level)))


@compiled
def closing_speed(
    t: float, gap: float, v_f: float, v0: float, v1: float, a: float, b: float
) -> float:
    """Closing speed at impact of a follower who reacts at ``t`` >= ``latest_reaction_time``: 0 to ``v_f - v1`` m/s.

    The other arguments are those of ``latest_reaction_time``.
    """
    final, closing, drop = v_f - v1, v_f - v0, v0 - v1
    if final <= 0.0 or a <= 0.0:
        return 0.0
    gap = max(gap, 0.0)
    q = closing * closing + 2.0 * a * gap
    stretch = gap + drop * drop / (2.0 * a)
    root = math.sqrt(q)
    unbraked = (root - closing) / a if root <= final else stretch / final
    if t >= unbraked:
        return min(root, final)
    left = gap - closing * t - 0.5 * a * t * t
    square = q - 2.0 * b * left
    if t < drop / a and square >= 0.0:
        # impact while the ego still brakes, if it comes before the ego has reached v1
        c, at_reaction = math.sqrt(square), closing + a * t
        braked = math.inf
        if b != a:
            braked = (at_reaction - c) / (b - a)
        elif at_reaction > 0.0:
            braked = left / at_reaction
        if t + braked <= drop / a:
            return c
    return math.sqrt(max(0.0, final * final - 2.0 * b * (stretch - final * t)))
