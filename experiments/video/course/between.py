"""States between two ticks, by linear interpolation of what moves."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.specification import debris, vehicle
from envs.specification.world import Array, World

JUMP_M: Final = 10.0
"""A body that moves further within a tick is another body in the same column: it is not interpolated."""

TURN_RAD: Final = 0.5 * np.pi
"""Likewise for angles; an object that tips over on another face is described anew."""

MOVING: Final = (
    ("vehicle_f", vehicle.X, (vehicle.X, vehicle.Y, vehicle.ACCELERATION, vehicle.JOLT), (vehicle.HEADING,)),
    ("debris_f", debris.X, (debris.X, debris.Y, debris.Z), (debris.YAW, debris.ROLL, debris.PITCH)),
)  # fmt: skip
"""Arrays, the row by which a jump is noticed, the rows that are interpolated, and those of angles."""


def interpolate(before: World, after: World, share: float) -> World:
    """The state after a share, 0 to 1, of the tick between two states; clock, costs and speeds are those before it."""
    world: World = before.copy()  # type: ignore[attr-defined]  # a record, which the protocol does not say
    if share == 0.0:
        return world
    for name, along, rows, angles in MOVING:
        first, second, shown = (getattr(one, name) for one in (before, after, world))
        follows = np.abs(second[along] - first[along]) < JUMP_M
        if name == "debris_f":
            follows &= before.debris_i[debris.FACE] == after.debris_i[debris.FACE]
        for row in (*rows, *angles):
            _blend(shown[row], first[row], second[row], follows, share, is_angle=row in angles)
    return world


def _blend(
    shown: Array, first: Array, second: Array, follows: Array, share: float, *, is_angle: bool
) -> None:
    """Interpolate one row in place where the columns follow each other."""
    change = second - first
    if is_angle:
        follows = follows & (np.abs(change) < TURN_RAD)
    shown[...] = np.where(follows, first + share * change, first)
