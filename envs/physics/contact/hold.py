"""Contact that lasts: an object that overlaps a vehicle is kept outside it and shares its speed."""

from __future__ import annotations

import math
from typing import NamedTuple

from envs.physics.compilation import compiled


class Shift(NamedTuple):
    """Displacement that takes an object out of a vehicle's rectangle, m; one of the two is zero."""

    along: float
    across: float


@compiled
def shift_outside(
    along: float, across: float, reach: float, side: float, way: float, glance: float
) -> Shift:
    """Shift of an object that overlaps a vehicle: to its nearer end, or to its flank; SI units.

    Parameters
    ----------
    along, across
        Centre of the object from that of the vehicle, in the vehicle's frame.
    reach, side
        Sums of the half extents of both, along and across.
    way
        Longest shift: an object that is deeper within than this has come in over the flank.
    glance
        Depth across up to which the object slides off along the flank.
    """
    deep_along, deep_across = reach - abs(along), side - abs(across)
    if deep_across <= glance or (way < deep_along and deep_across < deep_along):
        return Shift(0.0, math.copysign(min(deep_across, way), across))
    return Shift(math.copysign(min(deep_along, way), along), 0.0)


@compiled
def common_speed(mass: float, speed: float, other_mass: float, other_speed: float) -> float:
    """Speed of two bodies that move on together, m/s: their momentum over their mass."""
    return (mass * speed + other_mass * other_speed) / (mass + other_mass)
