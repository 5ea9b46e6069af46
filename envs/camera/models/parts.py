"""One row of a table of primitives: its columns, and functions that write it.

Lengths along, across and up are shares of the body's length, width and height: along and across from its centre, up
from its lower side. ``envs.camera.shapes.solids`` draws a row, ``envs.camera.models.tables`` joins all of them.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, fields, replace
from typing import Any, Final

# --- shapes -----------------------------------------------------------------------------------------
BOX, DRUM, AXLE, ROLLER, BALL, DISC = range(6)
"""A box or frustum; drums with a vertical axis, one across and one along; an ellipsoid; a flat disc or ring."""

# --- faces of a box, as bits ------------------------------------------------------------------------
REAR, FRONT, LEFT, RIGHT, TOP, BOTTOM = (1 << k for k in range(6))
CAPS: Final = 0xC00
"""Both ends of a drum."""

ALL: Final = 0xFFFFFF

# --- colours of a body --------------------------------------------------------------------------------
(
    FIRST, SECOND, THIRD, LAMP, BLACK, RUBBER, DARK, GLASS, PLATE, STEEL, WHITE, SHINE, REFLECTOR, CHASSIS,
    TOP_LAMP, WOOD, AMBER, RED,
) = range(18)  # fmt: skip
"""The body's own three, its lamps, and what is the same on all bodies."""

NUM_COLOURS: Final = 18

FIXED_COLOURS: Final = {
    BLACK: (22, 22, 24, 0.0), RUBBER: (30, 30, 32, 0.0), DARK: (52, 54, 58, 0.0), GLASS: (44, 56, 68, 0.0),
    PLATE: (236, 234, 214, 0.25), STEEL: (150, 154, 160, 0.0), WHITE: (238, 238, 236, 0.0),
    SHINE: (206, 220, 232, 0.0), REFLECTOR: (250, 236, 120, 0.25), CHASSIS: (40, 41, 44, 0.0),
    WOOD: (150, 112, 66, 0.0), AMBER: (226, 140, 30, 0.1), RED: (196, 30, 28, 0.15),
}  # fmt: skip
"""Red, green, blue 0-255 and the share that does not depend on the light."""


@dataclass(frozen=True)
class Part:
    """One primitive; see the module's text for units."""

    shape: int
    rear: float
    front: float
    half: float
    """Half the width."""
    low: float
    top: float
    colour: int
    top_rear: float = math.nan
    """Rear end of the upper face; as below if not given."""
    top_front: float = math.nan
    top_half: float = math.nan
    mid: float = 0.0
    """Place across."""
    tilt: float = 0.0
    """Turn about the axis across through the part's own middle, rad; positive = the front goes up."""
    turn: float = 0.0
    """Turn about the vertical axis, rad; positive = the front goes to the right."""
    shade: float = 1.0
    foot: float = 0.0
    """Share of the light that is lost towards the lower end."""
    faces: int = ALL
    layer: int = 0
    """Parts of a higher layer are drawn later; within a layer the more distant ones come first."""
    least: float = 0.0
    """Least height of the body in the picture for this part to be drawn, px."""
    most: float = 1e9
    """Largest such height."""
    rough: float = 0.0
    """Irregularity of the outline of balls and discs."""
    hole: float = 0.0
    """Inner radius of a disc as a share of its outer one."""
    opacity: float = 1.0
    is_round: int = 0
    """1: its length is that of its height, in metres: wheels."""
    fills: int = 1
    """1: the part counts as the body in the masks."""

    def share(self) -> float:
        """Largest area that it shows from along, across or above, as a share of the body's."""
        sizes = sorted((abs(self.front - self.rear), 2.0 * self.half, abs(self.top - self.low)))
        return sizes[1] * sizes[2]

    def row(self) -> tuple[float, ...]:
        """The row of the table."""
        filled = replace(
            self,
            top_rear=self.rear if math.isnan(self.top_rear) else self.top_rear,
            top_front=self.front if math.isnan(self.top_front) else self.top_front,
            top_half=self.half if math.isnan(self.top_half) else self.top_half,
        )
        corners = sum(
            1 << k for k in range(8) if any(self.faces >> m & 1 for m in FACES_OF_CORNER[k])
        )
        turns = (math.cos(self.tilt), math.sin(self.tilt), math.cos(self.turn), math.sin(self.turn))
        return tuple(float(value) for value in (*astuple(filled), *turns, corners))


FACES_OF_CORNER: Final = (
    (0, 2, 5), (0, 3, 5), (1, 3, 5), (1, 2, 5), (0, 2, 4), (0, 3, 4), (1, 3, 4), (1, 2, 4),
)  # fmt: skip
"""Faces of a box that meet at each of its corners: the lower ones, then the upper ones."""

DERIVED: Final = ("cos_tilt", "sin_tilt", "cos_turn", "sin_turn", "corners")
"""Columns that follow from others: angles, and which corners of a box its faces need, as bits."""

COLUMN: Final = {
    name: k for k, name in enumerate((*(field.name for field in fields(Part)), *DERIVED))
}
"""Index of a column by name."""

FAR_PX, SMALL_PX, MEDIUM_PX, LARGE_PX = 2.0, 4.5, 9.0, 24.0
"""Heights of a body in the picture, px, at which more of its parts are drawn."""

LEVELS: Final = (0.0, FAR_PX, SMALL_PX, MEDIUM_PX, LARGE_PX)
"""Lower ends of the levels of detail, px; each part is drawn in whole levels."""


def panel(
    part: Part,
    face: int,
    across: tuple[float, float],
    up: tuple[float, float],
    colour: int,
    **others: float,
) -> Part:
    """A sheet on the rear, the front or a side of a box, from and to these shares of the face.

    ``across`` runs from left to right on rear and front, from rear to front on sides.
    """  # fmt: skip
    whole = part.row()
    rear, front, half, low, top = whole[1:6]
    top_rear, top_front, top_half = whole[7:10]
    z0, z1 = low + up[0] * (top - low), low + up[1] * (top - low)

    def between(a: float, b: float, share: float) -> float:
        return a + share * (b - a)

    gap = 0.002
    half0, half1 = between(half, top_half, up[0]), between(half, top_half, up[1])
    rear0, rear1 = between(rear, top_rear, up[0]), between(rear, top_rear, up[1])
    front0, front1 = between(front, top_front, up[0]), between(front, top_front, up[1])
    common: dict[str, Any] = {"layer": part.layer + 1, "fills": 0, **others}
    if face in (REAR, FRONT):
        y0, y1 = across[0] * 2.0 - 1.0, across[1] * 2.0 - 1.0
        mid, wide = 0.5 * (y0 + y1), 0.5 * (y1 - y0)
        x0, x1 = (rear0 - gap, rear1 - gap) if face == REAR else (front0, front1)
        return Part(
            BOX, x0, x0 + gap, wide * half0, z0, z1, colour, top_rear=x1, top_front=x1 + gap, top_half=wide * half1,
            mid=part.mid + mid * half0, faces=face, **common,
        )  # fmt: skip
    a0, a1 = between(rear0, front0, across[0]), between(rear0, front0, across[1])
    b0, b1 = between(rear1, front1, across[0]), between(rear1, front1, across[1])
    return Part(
        BOX, a0, a1, half0 + gap, z0, z1, colour, top_rear=b0, top_front=b1, top_half=half1 + gap,
        mid=part.mid, faces=face, **common,
    )  # fmt: skip


Model = tuple[Part, ...]
"""A body as a list of primitives."""
