"""Turning of one free object: a box that spins, tips over its edges and comes to rest on a face.

Angles about length and width are independent of each other [A]; in the air they grow at constant rates, on the road the
box is Housner's rocking block: Housner, G. W. 1963, "The behavior of inverted pendulum structures during earthquakes",
Bulletin of the Seismological Society of America 53(2), 403-417. Turning has no effect on the path of the object [A].
"""

from __future__ import annotations

import math
from typing import NamedTuple

from envs.physics.compilation import compiled
from envs.specification import GRAVITY_MPS2

STOP_RADPS = 0.3
"""A face that meets the road with a lower rate stays on it [A]."""

FASTEST_RADPS = 20.0
"""Largest rate of turning: three turns a second [A]."""

LEAST_HALF_M = 0.05
"""Boxes with a smaller half diagonal turn as slowly as one of this size: a tick is too long for them [A]."""

SLIDING_MPS = 1.0
"""Speed over the road below which friction tips nothing over: the slide is about to end [A]."""

TIP_RADPS = 3.0
"""Rate with which a load tips over the tail of its carrier [A: sqrt(1.5 g/L) is 3.8 for 1 m, 2.7 for 2 m]."""

BUMPER_M = 0.457
"""Height at which a car pushes: middle of the zone that its bumper must protect, 16 to 20 inches (49 CFR 581.5)."""

LEVER_SHARE = 0.27
"""Mean distance of the points of a square from its centre over its diagonal: 0.3826/sqrt(2), the friction's lever."""


class Turn(NamedTuple):
    """Angle and rate about one axis after a step."""

    angle: float  # from lying flat, rad, within a quarter turn
    rate: float  # rad/s
    quarters: int  # 1 if the face below has changed: base and height have changed places


@compiled
def advance_turn(
    angle: float,
    rate: float,
    base: float,
    height: float,
    is_down: bool,
    braking: float,
    duration: float,
) -> Turn:
    """Turn a box about one axis for ``duration`` seconds; SI units.

    On the road: gravity and the friction of sliding about the edge, ``dw/dt = (R/k^2) (a sin(d + |angle|) - g cos(d +
    |angle|))`` with half diagonal ``R``, its elevation ``d`` and ``k^2 = 4 R^2/3``: from rest on a face it tips if
    ``a/g`` exceeds base over height. Where a face meets the road the rate falls to ``1 - 1.5 sin^2(a)`` of it, ``a``
    being the angle of the diagonal from the vertical, and to nothing where that is negative (angular momentum about the
    new edge, Housner 1963).

    Parameters
    ----------
    base, height
        Extents of the box in the plane of turning, lying on its present face.
    is_down
        Whether it is on the road rather than in the air.
    braking
        Deceleration ``a`` by the friction of sliding; positive where it tips to positive angles.
    """
    if not is_down:
        angle += rate * duration
        if abs(angle) < 0.5 * math.pi:
            return Turn(angle, rate, 0)
        return Turn(angle - math.copysign(0.5 * math.pi, angle), rate, 1)
    half = 0.5 * math.sqrt(base * base + height * height)
    side = math.copysign(1.0, angle if angle != 0.0 else rate if rate != 0.0 else braking)
    lean = math.atan2(height, base) + abs(angle)
    falling = side * GRAVITY_MPS2 * math.cos(lean) - braking * math.sin(lean)
    rate -= 0.75 * falling / max(half, LEAST_HALF_M) * duration
    if angle == 0.0 and side * rate <= 0.0:
        return Turn(0.0, 0.0, 0)
    angle += rate * duration
    quarters = 1 if abs(angle) >= 0.5 * math.pi else 0
    if quarters == 0 and angle * side > 0.0:
        return Turn(angle, rate, 0)
    # a face meets the road
    face = height if quarters == 1 else base
    rate *= max(1.0 - 0.375 * face * face / (half * half), 0.0)
    return Turn(0.0, rate if abs(rate) > STOP_RADPS else 0.0, quarters)


@compiled
def tipping_friction(
    vx: float, vy: float, friction: float, base: float, height: float
) -> tuple[float, float]:
    """Deceleration along both axes of a box that slides on the road, m/s^2; zero where it can tip over neither.

    ``base`` is the shorter extent of its face, ``friction`` the Coulomb coefficient.
    """
    square = vx * vx + vy * vy
    if friction * height <= base or square <= SLIDING_MPS * SLIDING_MPS:
        return 0.0, 0.0
    braking = friction * GRAVITY_MPS2 / math.sqrt(square)
    return braking * vx, braking * vy


@compiled
def advance_spin(
    rate: float, speed: float, length: float, width: float, friction: float, duration: float
) -> float:
    """Rate of turning about the vertical after sliding on the road for ``duration`` seconds; SI units.

    Coulomb friction with the mean lever of a square, and the share of it that opposes the turning rather than the
    sliding at ``speed``: the speed of turning at that lever over the sum of both [A].
    """
    square = max(length * length + width * width, 1e-6)
    lever = LEVER_SHARE * math.sqrt(square)
    turning = abs(rate) * lever
    if turning == 0.0:
        return 0.0
    slowing = 12.0 * friction * GRAVITY_MPS2 * lever / square * turning / (turning + speed)
    left = abs(rate) - slowing * duration
    return math.copysign(left, rate) if left > STOP_RADPS else 0.0


@compiled
def turning_rate(speed: float, lever: float, one: float, other: float) -> float:
    """Rate of turning of a free box that gets ``speed`` by a push at a distance ``lever`` from its centre, rad/s.

    ``12 speed lever/(one^2 + other^2)`` with the extents in the plane of turning, at most twice the speed over the
    diagonal: the energy of turning is then at most a third of the energy of motion [A].
    """
    square = max(one * one + other * other, 1e-6)
    limit = min(2.0 * abs(speed) / math.sqrt(square), FASTEST_RADPS)
    return min(max(12.0 * speed * lever / square, -limit), limit)
