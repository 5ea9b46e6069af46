"""All looks of objects as tables of primitives; all lengths are shares (see ``envs.camera.models.parts``)."""

from __future__ import annotations

import math
from typing import Final

from envs.camera.models.parts import (
    BALL,
    BLACK,
    BOX,
    DARK,
    DISC,
    DRUM,
    FIRST,
    FRONT,
    LEFT,
    MEDIUM_PX,
    REAR,
    RED,
    RIGHT,
    ROLLER,
    RUBBER,
    SECOND,
    SHINE,
    SMALL_PX,
    STEEL,
    THIRD,
    WHITE,
    WOOD,
    Part,
    panel,
)

Model = tuple[Part, ...]

_FULL: Final = Part(BOX, -0.5, 0.5, 0.5, 0.0, 1.0, FIRST, foot=0.15)


def carton() -> Model:
    """A cardboard box with tape over its seam, a label and flaps."""
    return (
        _FULL,
        Part(BOX, -0.502, 0.502, 0.055, 0.0, 1.004, SECOND, layer=1, fills=0),
        panel(_FULL, REAR, (0.12, 0.38), (0.52, 0.80), WHITE, layer=2, least=SMALL_PX),
        panel(_FULL, REAR, (0.15, 0.30), (0.60, 0.63), DARK, layer=3, least=MEDIUM_PX),
        panel(_FULL, REAR, (0.15, 0.34), (0.68, 0.71), DARK, layer=3, least=MEDIUM_PX),
        panel(_FULL, REAR, (0.78, 0.90), (0.12, 0.34), DARK, layer=2, least=MEDIUM_PX, opacity=0.6),
        panel(_FULL, LEFT | RIGHT, (0.0, 1.0), (0.93, 0.96), THIRD, layer=1, least=SMALL_PX),
        panel(_FULL, REAR | FRONT, (0.0, 1.0), (0.93, 0.96), THIRD, layer=1, least=SMALL_PX),
    )


def _sheets() -> Model:
    """A flat sheet, one corner bent up."""
    return (
        Part(BOX, -0.5, 0.5, 0.5, 0.0, 1.0, FIRST),
        Part(BOX, -0.46, 0.46, 0.44, 1.0, 1.01, SECOND, layer=1, opacity=0.55, least=SMALL_PX),
        Part(BOX, -0.5, -0.2, 0.16, 0.5, 1.6, THIRD, mid=-0.30, tilt=-0.10, layer=2),
    )


def pallet() -> Model:
    """A pallet: boards below, nine blocks, boards above with gaps."""
    boards = tuple(
        Part(
            BOX,
            -0.5,
            0.5,
            0.062,
            0.80,
            1.0,
            FIRST if k % 2 else SECOND,
            mid=-0.43 + 0.215 * k,
            layer=2,
        )
        for k in range(5)
    )
    cross = tuple(
        Part(BOX, x - 0.06, x + 0.06, 0.5, 0.66, 0.80, THIRD, layer=1, least=SMALL_PX)
        for x in (-0.44, 0.0, 0.44)
    )
    blocks = tuple(
        Part(BOX, x - 0.06, x + 0.06, 0.06, 0.12, 0.66, THIRD, mid=y, layer=0, least=SMALL_PX)
        for x in (-0.44, 0.0, 0.44)
        for y in (-0.43, 0.0, 0.43)
    )
    feet = tuple(
        Part(BOX, -0.5, 0.5, 0.06, 0.0, 0.12, SECOND, mid=y, least=SMALL_PX)
        for y in (-0.43, 0.0, 0.43)
    )
    dark = Part(BOX, -0.48, 0.48, 0.48, 0.05, 0.70, BLACK, opacity=0.75, fills=0)
    return (dark, *feet, *blocks, *cross, *boards)


def wheel() -> Model:
    """A wheel that lies on its side: tyre, rim, hub and bolts."""
    return (
        Part(DRUM, -0.5, 0.5, 0.5, 0.0, 1.0, RUBBER, top_rear=-0.46, top_front=0.46, top_half=0.46, foot=0.3),
        Part(DISC, -0.44, 0.44, 0.44, 1.0, 1.0, DARK, layer=1, hole=0.74, fills=0),
        Part(DISC, -0.31, 0.31, 0.31, 0.99, 0.99, STEEL, layer=2, fills=0),
        *(
            Part(DISC, 0.19 * math.cos(t) - 0.055, 0.19 * math.cos(t) + 0.055, 0.055, 1.0, 1.0, BLACK,
                 mid=0.19 * math.sin(t), layer=3, least=SMALL_PX, fills=0)
            for t in (2.0 * math.pi * k / 5.0 for k in range(5))
        ),
        Part(DISC, -0.08, 0.08, 0.08, 1.0, 1.0, BLACK, layer=3, fills=0),
    )  # fmt: skip


def tread() -> Model:
    """A strip of a burst tyre: arched pieces with grooves and a frayed end."""
    parts = []
    for k in range(5):
        x0, x1 = -0.5 + 0.2 * k, -0.3 + 0.2 * k
        rise = (0.0, 0.28, 0.42, 0.28, 0.0)[k]
        after = (0.28, 0.42, 0.28, 0.0, 0.0)[k]
        mid = 0.5 * (rise + after)
        half = 0.5 if k < 4 else 0.36
        parts.append(Part(BOX, x0, x1, half, mid, mid + 0.45, RUBBER, tilt=0.0, foot=0.3))
        parts.extend(Part(BOX, x0 + 0.02, x1 - 0.02, 0.07, mid + 0.45, mid + 0.47, BLACK, mid=side, layer=1, fills=0) for side in (-0.26, 0.26))  # fmt: skip
        parts.append(
            Part(BOX, x0 + 0.08, x0 + 0.11, 0.42, mid + 0.45, mid + 0.47, DARK, layer=1, fills=0)
        )
    return tuple(parts)


def bag() -> Model:
    """A filled rubbish bag: round, creased, tied at the top."""
    return (
        Part(BALL, -0.5, 0.5, 0.5, 0.0, 0.88, FIRST, rough=0.16),
        Part(BALL, -0.30, 0.10, 0.16, 0.48, 0.74, SECOND, rough=0.5, layer=1, opacity=0.55, fills=0),
        Part(BALL, 0.10, 0.36, 0.10, 0.30, 0.52, SECOND, mid=0.2, rough=0.5, layer=1, opacity=0.4, fills=0),
        Part(BALL, -0.42, -0.22, 0.08, 0.24, 0.56, SHINE, mid=-0.16, rough=0.4, layer=2, opacity=0.35, fills=0),
        Part(BOX, -0.07, 0.07, 0.07, 0.80, 0.92, FIRST, top_rear=-0.03, top_front=0.03, top_half=0.03, layer=2),
        Part(BOX, -0.04, 0.04, 0.03, 0.90, 1.0, FIRST, top_rear=-0.16, top_front=0.16, top_half=0.14, layer=3),
        Part(BOX, -0.045, 0.045, 0.045, 0.885, 0.915, RED, layer=4, least=SMALL_PX),
    )  # fmt: skip


def ladder() -> Model:
    """An aluminium ladder: two rails and rungs."""
    rungs = tuple(
        Part(BOX, x - 0.011, x + 0.011, 0.44, 0.30, 0.75, SHINE)
        for x in (-0.44 + 0.11 * k for k in range(9))
    )
    return (
        *rungs,
        *(
            Part(BOX, -0.5, 0.5, 0.07, 0.0, 1.0, STEEL, mid=side * 0.43, layer=1)
            for side in (-1.0, 1.0)
        ),
        *(
            Part(BOX, x, x + 0.03, 0.08, 0.0, 1.02, BLACK, mid=side * 0.43, layer=2)
            for side in (-1.0, 1.0)
            for x in (-0.5, 0.47)
        ),
    )


def beam() -> Model:
    """A beam or a plank of wood, its ends lighter, with the lines of its grain."""
    return (
        _FULL,
        panel(_FULL, REAR | FRONT, (0.0, 1.0), (0.0, 1.0), SECOND),
        Part(BOX, -0.48, 0.30, 0.06, 1.0, 1.01, THIRD, mid=-0.15, layer=1, fills=0),
        Part(BOX, -0.30, 0.48, 0.05, 1.0, 1.01, THIRD, mid=0.22, layer=1, fills=0),
    )


def mattress() -> Model:
    """A mattress: rounded edges, piping, quilted top."""
    return (
        Part(BOX, -0.5, 0.5, 0.5, 0.0, 0.5, FIRST, top_rear=-0.5, top_front=0.5, foot=0.2),
        Part(BOX, -0.5, 0.5, 0.5, 0.5, 1.0, FIRST, top_rear=-0.47, top_front=0.47, top_half=0.46),
        Part(BOX, -0.503, 0.503, 0.506, 0.44, 0.56, SECOND, layer=1, fills=0),
        *(
            Part(BOX, x - 0.008, x + 0.008, 0.44, 1.0, 1.02, SECOND, layer=2, fills=0, opacity=0.8)
            for x in (-0.30, -0.10, 0.10, 0.30)
        ),
        *(
            Part(BOX, -0.45, 0.45, 0.01, 1.0, 1.02, SECOND, mid=y, layer=2, fills=0, opacity=0.8)
            for y in (-0.2, 0.2)
        ),
    )


def sofa() -> Model:
    """A sofa: base, back, two arms, two cushions, feet."""
    return (
        *(
            Part(BOX, x, x + 0.03, 0.03, 0.0, 0.1, BLACK, mid=y)
            for x in (-0.47, 0.44)
            for y in (-0.44, 0.44)
        ),
        Part(BOX, -0.5, 0.5, 0.48, 0.08, 0.40, SECOND, foot=0.25, layer=1),
        Part(BOX, -0.5, 0.5, 0.12, 0.38, 1.0, SECOND, mid=0.38, top_half=0.09, layer=2, foot=0.2),
        Part(BOX, -0.5, -0.38, 0.36, 0.38, 0.66, THIRD, mid=-0.12, layer=2, foot=0.3),
        Part(BOX, 0.38, 0.5, 0.36, 0.38, 0.66, THIRD, mid=-0.12, layer=2, foot=0.3),
        *(
            Part(BOX, x, x + 0.37, 0.35, 0.40, 0.53, FIRST, mid=-0.13, layer=2, foot=0.2)
            for x in (-0.375, 0.005)
        ),
        *(
            Part(BOX, x, x + 0.35, 0.05, 0.53, 0.88, FIRST, mid=0.20, layer=2, foot=0.15)
            for x in (-0.36, 0.01)
        ),
    )


def machine_part() -> Model:
    """An exhaust: a silencer with pipes at both ends, rusty."""
    return (
        Part(ROLLER, -0.22, 0.34, 0.5, 0.0, 1.0, FIRST, foot=0.2),
        Part(ROLLER, -0.23, -0.20, 0.51, 0.0, 1.02, SECOND, layer=1, least=SMALL_PX),
        Part(ROLLER, 0.32, 0.35, 0.51, 0.0, 1.02, SECOND, layer=1, least=SMALL_PX),
        Part(ROLLER, -0.5, -0.20, 0.16, 0.34, 0.66, SECOND, layer=0),
        Part(ROLLER, 0.32, 0.5, 0.18, 0.42, 0.76, STEEL, layer=0),
        Part(ROLLER, -0.10, 0.0, 0.505, -0.01, 1.01, SECOND, layer=1, opacity=0.6, fills=0),
    )


def rock() -> Model:
    """A rock: angular, lit from above."""
    return (
        Part(BALL, -0.5, 0.5, 0.5, 0.0, 1.0, FIRST, rough=0.34),
        Part(BALL, -0.34, 0.24, 0.32, 0.46, 0.94, THIRD, rough=0.5, layer=1, opacity=0.55, fills=0),
        Part(BALL, 0.02, 0.40, 0.22, 0.08, 0.46, SECOND, mid=0.18, rough=0.6, layer=1, opacity=0.7, fills=0),
        Part(BALL, -0.42, -0.18, 0.12, 0.16, 0.34, SECOND, mid=-0.22, rough=0.6, layer=1, opacity=0.5, fills=0),
    )  # fmt: skip


def cone() -> Model:
    """A traffic cone with two white sleeves on a dark foot."""
    parts = [Part(BOX, -0.5, 0.5, 0.5, 0.0, 0.07, BLACK)]
    bands = (
        (0.07, 0.30, FIRST),
        (0.30, 0.48, SECOND),
        (0.48, 0.62, FIRST),
        (0.62, 0.78, SECOND),
        (0.78, 1.0, FIRST),
    )
    for layer, (low, top, colour) in enumerate(bands, 1):
        r0, r1 = 0.37 - 0.31 * (low - 0.07) / 0.93, 0.37 - 0.31 * (top - 0.07) / 0.93
        parts.append(
            Part(DRUM, -r0, r0, r0, low, top, colour, top_rear=-r1, top_front=r1, top_half=r1, layer=layer)
        )  # fmt: skip
    return tuple(parts)


def barrel() -> Model:
    """A traffic barrel: orange with white bands and a foot."""
    parts = [Part(DRUM, -0.5, 0.5, 0.5, 0.0, 0.08, BLACK)]
    bands = ((0.08, 0.24), (0.24, 0.38), (0.38, 0.54), (0.54, 0.68), (0.68, 0.93))
    for layer, (low, top) in enumerate(bands, 1):
        r0, r1 = 0.45 - 0.10 * low, 0.45 - 0.10 * top
        colour = SECOND if layer % 2 == 0 else FIRST
        parts.append(
            Part(DRUM, -r0, r0, r0, low, top, colour, top_rear=-r1, top_front=r1, top_half=r1, layer=layer)
        )  # fmt: skip
    parts.append(Part(BOX, -0.22, 0.22, 0.06, 0.93, 1.0, FIRST, layer=6))
    return tuple(parts)


def bucket() -> Model:
    """A bucket with a rim, dark inside, its handle lying over it."""
    return (
        Part(DRUM, -0.36, 0.36, 0.36, 0.0, 0.94, SECOND, top_rear=-0.47, top_front=0.47, top_half=0.47, foot=0.2),
        Part(DRUM, -0.5, 0.5, 0.5, 0.88, 1.0, FIRST, layer=1),
        Part(DISC, -0.45, 0.45, 0.45, 1.0, 1.0, DARK, layer=2, fills=0),
        Part(DISC, -0.50, 0.30, 0.46, 1.0, 1.0, STEEL, layer=3, hole=0.92, fills=0),
    )  # fmt: skip


def branch() -> Model:
    """A fallen branch: a trunk, twigs and bunches of leaves."""
    leaves = (
        (-0.30, 0.20, 0.42, 0.34, FIRST), (-0.12, -0.24, 0.40, 0.30, SECOND), (0.06, 0.22, 0.62, 0.32, FIRST),
        (0.20, -0.16, 0.52, 0.32, SECOND), (0.34, 0.12, 0.46, 0.28, FIRST), (0.42, -0.20, 0.34, 0.20, SECOND),
        (0.02, -0.02, 0.70, 0.26, SECOND), (0.26, 0.28, 0.34, 0.24, SECOND), (-0.22, -0.10, 0.56, 0.22, FIRST),
    )  # fmt: skip
    return (
        Part(BOX, -0.5, 0.34, 0.05, 0.06, 0.32, THIRD, top_rear=-0.5, top_front=0.30, top_half=0.03),
        Part(BOX, -0.30, 0.16, 0.025, 0.12, 0.28, THIRD, mid=-0.16, turn=-0.5),
        Part(BOX, -0.08, 0.40, 0.025, 0.14, 0.28, THIRD, mid=0.18, turn=0.42),
        *(
            Part(BALL, x - 0.55 * r, x + 0.55 * r, r, z - 0.40, z + 0.30, colour, mid=y, rough=0.75, layer=1)
            for x, y, z, r, colour in leaves
        ),
        *(
            Part(BALL, x - 0.22 * r, x + 0.18 * r, 0.4 * r, z - 0.02, z + 0.26, SECOND, mid=y, rough=0.8, layer=2,
                 least=SMALL_PX, opacity=0.7, fills=0)
            for x, y, z, r, _ in leaves
        ),
        Part(BOX, -0.5, -0.26, 0.055, 0.10, 0.34, THIRD, layer=2),
        panel(Part(BOX, -0.5, -0.26, 0.055, 0.10, 0.34, THIRD, layer=2), REAR, (0.1, 0.9), (0.1, 0.9), WOOD),
    )  # fmt: skip


def tumbleweed() -> Model:
    """A dry round bush."""
    return (
        Part(BALL, -0.5, 0.5, 0.5, 0.0, 1.0, THIRD, rough=0.30, opacity=0.72),
        *(
            Part(DISC, -0.46, 0.46, 0.46, z, z, WOOD, hole=0.93, rough=0.35, turn=0.7 * k, layer=1, fills=0, opacity=0.8)
            for k, z in enumerate((0.2, 0.38, 0.55, 0.72))
        ),
        *(
            Part(BOX, -0.45, 0.45, 0.012, 0.44, 0.50, THIRD, tilt=0.5 * k - 1.2, turn=1.1 * k, layer=1, shade=1.2, fills=0)
            for k in range(6)
        ),
    )  # fmt: skip


def deer() -> Model:
    """A dead deer on its side: body, pale belly, neck, head with ears, four stiff legs, tail."""
    legs = tuple(
        Part(BOX, x - 0.022, x + 0.022, 0.26, 0.06, 0.20, colour, mid=-0.36, turn=turn, layer=0)
        for x, turn, colour in (
            (-0.33, 0.20, FIRST), (-0.25, -0.05, THIRD), (0.12, 0.10, FIRST), (0.20, -0.18, THIRD),
        )
    )  # fmt: skip
    hooves = tuple(
        Part(BOX, x - 0.025, x + 0.025, 0.04, 0.06, 0.20, BLACK, mid=-0.60, layer=0)
        for x in (-0.285, -0.26, 0.145, 0.155)
    )
    return (
        *legs,
        *hooves,
        Part(BALL, -0.42, 0.26, 0.40, 0.0, 1.0, FIRST, mid=0.10, layer=1),
        Part(BALL, -0.30, 0.16, 0.16, 0.02, 0.42, SECOND, mid=-0.16, layer=2, fills=0, opacity=0.85),
        Part(BALL, -0.46, -0.32, 0.20, 0.24, 0.80, SECOND, mid=0.10, layer=2, fills=0),
        Part(BALL, 0.14, 0.40, 0.17, 0.20, 0.72, FIRST, mid=0.20, turn=0.2, layer=2),
        Part(BALL, 0.34, 0.50, 0.15, 0.18, 0.60, FIRST, mid=0.22, layer=3),
        Part(BALL, 0.44, 0.52, 0.07, 0.14, 0.40, BLACK, mid=0.21, layer=4, fills=0),
        Part(BALL, 0.34, 0.38, 0.10, 0.44, 0.86, THIRD, mid=0.30, layer=4),
        Part(BALL, 0.35, 0.39, 0.10, 0.40, 0.78, THIRD, mid=0.10, layer=4),
    )  # fmt: skip


def small_animal() -> Model:
    """A small dead animal, or a stuffed one: body, head, ears, tail, paws."""
    return (
        *(
            Part(BALL, x - 0.07, x + 0.07, 0.16, 0.0, 0.30, THIRD, mid=-0.36, layer=0)
            for x in (-0.22, 0.14)
        ),
        Part(BALL, -0.36, 0.24, 0.38, 0.0, 0.92, FIRST, rough=0.06, layer=1),
        Part(BALL, -0.14, 0.12, 0.16, 0.02, 0.40, SECOND, mid=-0.22, layer=2, fills=0),
        Part(BALL, 0.16, 0.46, 0.30, 0.12, 0.98, FIRST, mid=0.04, layer=3),
        Part(BALL, 0.38, 0.50, 0.13, 0.22, 0.52, SECOND, mid=0.02, layer=4, fills=0),
        Part(BALL, 0.22, 0.34, 0.09, 0.74, 1.14, THIRD, mid=-0.18, layer=4),
        Part(BALL, 0.22, 0.34, 0.09, 0.74, 1.14, THIRD, mid=0.24, layer=4),
        Part(BALL, -0.54, -0.26, 0.14, 0.10, 0.50, THIRD, mid=0.22, turn=0.4, rough=0.2, layer=0),
    )


def tarpaulin() -> Model:
    """A crumpled tarpaulin: a spread sheet with folds."""
    folds = (
        (-0.26, 0.12, 0.34, 0.5),
        (0.12, -0.20, 0.36, -0.3),
        (0.22, 0.24, 0.24, 0.9),
        (-0.16, -0.30, 0.22, -0.8),
    )
    return (
        Part(DISC, -0.5, 0.5, 0.5, 0.05, 0.05, FIRST, rough=0.35, shade=0.85),
        *(
            Part(BOX, x - 0.30, x + 0.30, 0.16, 0.0, z + 0.60, FIRST, top_rear=x - 0.22, top_front=x + 0.18,
                 top_half=0.02, mid=y, turn=turn, layer=1, foot=0.3)
            for (x, y, z, turn) in folds
        ),
        *(
            Part(BOX, x - 0.20, x + 0.14, 0.02, z + 0.40, z + 0.62, SECOND, top_half=0.01, mid=y, turn=turn, layer=2,
                 fills=0, opacity=0.8)
            for (x, y, z, turn) in folds
        ),
        *(
            Part(DISC, x - 0.02, x + 0.02, 0.02, 0.12, 0.12, SHINE, mid=y, layer=1, least=SMALL_PX, fills=0)
            for x, y in ((-0.40, -0.30), (-0.36, 0.36), (0.38, 0.34), (0.42, -0.26))
        ),
    )  # fmt: skip


def appliance() -> Model:
    """A white appliance: door, round window, panel with a knob, feet."""
    return (
        _FULL,
        panel(_FULL, REAR, (0.02, 0.98), (0.84, 0.97), SECOND, layer=1),
        panel(_FULL, REAR, (0.70, 0.90), (0.87, 0.94), DARK, layer=2),
        panel(_FULL, REAR, (0.04, 0.26), (0.87, 0.94), STEEL, layer=2, least=SMALL_PX),
        panel(_FULL, REAR, (0.24, 0.76), (0.28, 0.72), STEEL, layer=1),
        panel(_FULL, REAR, (0.30, 0.70), (0.33, 0.67), DARK, layer=2),
        panel(_FULL, REAR, (0.34, 0.48), (0.50, 0.62), SHINE, layer=3, opacity=0.5),
        panel(_FULL, REAR, (0.02, 0.98), (0.0, 0.07), DARK, layer=1),
        panel(_FULL, LEFT | RIGHT, (0.10, 0.90), (0.30, 0.70), SECOND, layer=1, least=SMALL_PX),
        Part(BOX, -0.44, 0.44, 0.44, 1.0, 1.01, SECOND, layer=1, fills=0),
    )


def toolbox() -> Model:
    """A dark case with a lid, yellow catches and a handle."""
    return (
        Part(
            BOX,
            -0.5,
            0.5,
            0.5,
            0.0,
            0.82,
            FIRST,
            top_rear=-0.48,
            top_front=0.48,
            top_half=0.46,
            foot=0.2,
        ),
        Part(BOX, -0.5, 0.5, 0.49, 0.58, 0.66, BLACK, layer=1, fills=0),
        Part(BOX, -0.505, 0.505, 0.06, 0.46, 0.74, SECOND, mid=-0.28, layer=2, fills=0),
        Part(BOX, -0.505, 0.505, 0.06, 0.46, 0.74, SECOND, mid=0.28, layer=2, fills=0),
        Part(BOX, -0.30, -0.24, 0.05, 0.82, 1.0, SECOND, layer=2),
        Part(BOX, 0.24, 0.30, 0.05, 0.82, 1.0, SECOND, layer=2),
        Part(BOX, -0.30, 0.30, 0.06, 0.92, 1.0, SECOND, layer=3),
    )


def bicycle() -> Model:
    """A bicycle lying on its side: two wheels with spokes, a diamond frame, saddle, handlebar, cranks."""
    z = 0.5
    parts = []
    for x in (-0.30, 0.30):
        parts.append(Part(DISC, x - 0.20, x + 0.20, 0.52, z, z, RUBBER, mid=-0.06, hole=0.84))
        parts.append(
            Part(DISC, x - 0.165, x + 0.165, 0.43, z, z, STEEL, mid=-0.06, hole=0.90, layer=1)
        )
        parts.append(Part(DISC, x - 0.02, x + 0.02, 0.05, z, z, STEEL, mid=-0.06, layer=1))
        parts.extend(Part(BOX, x - 0.165, x + 0.165, 0.006, z, z + 0.02, SHINE, mid=-0.06, turn=0.25 + 0.785 * k, layer=1,
                     opacity=0.6) for k in range(4))  # fmt: skip
    bars = (
        (-0.30, -0.06, -0.05, -0.08), (-0.30, -0.06, -0.12, 0.34), (-0.05, -0.08, -0.14, 0.42),
        (-0.05, -0.08, 0.20, 0.30), (-0.12, 0.34, 0.20, 0.36), (0.19, 0.42, 0.30, -0.06),
    )  # fmt: skip
    parts += [
        _bar(a, b, 0.030, z, FIRST, 2) for a, b in (((p[0], p[1]), (p[2], p[3])) for p in bars)
    ]
    parts += [
        _bar((-0.21, 0.46), (-0.07, 0.44), 0.055, z, BLACK, 3),
        _bar((0.17, 0.48), (0.27, 0.50), 0.030, z, BLACK, 3),
        _bar((0.26, 0.50), (0.29, 0.36), 0.030, z, BLACK, 3),
        Part(DISC, -0.09, -0.01, 0.10, z, z, DARK, mid=-0.08, hole=0.5, layer=3),
    ]
    frame = Part(
        BOX, -0.16, 0.22, 0.22, z - 0.1, z + 0.1, FIRST, mid=0.16, most=SMALL_PX, opacity=0.6
    )
    return (frame, *parts)


RATIO: Final = 0.36
"""Width over length of a bicycle on its side: directions of its bars are stated for this one."""


def _bar(
    a: tuple[float, float], b: tuple[float, float], thick: float, z: float, colour: int, layer: int
) -> Part:
    """A bar from one place (along, across) to another."""
    dx, dy = b[0] - a[0], (b[1] - a[1]) * RATIO
    half = 0.5 * math.hypot(dx, dy)
    x, y = 0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])
    return Part(
        BOX, x - half, x + half, thick, z - 0.10, z + 0.12, colour, mid=y, turn=math.atan2(dy, dx), layer=layer
    )  # fmt: skip


def spill() -> Model:
    """Something spread over the road: a dark sheet with lobes, shine on it, and grains around it."""
    lobes = (
        (0.0, 0.0, 0.40, 0.42),
        (-0.26, 0.10, 0.22, 0.30),
        (0.28, -0.12, 0.20, 0.32),
        (0.14, 0.22, 0.20, 0.26),
        (-0.10, -0.24, 0.24, 0.24),
    )
    grains = []
    for k in range(64):
        t, r = 2.399963 * k, 0.5 * math.sqrt((k + 0.5) / 64.0)
        x, y, size = r * math.cos(t), r * math.sin(t), 0.004 + 0.0022 * ((k * 7) % 5)
        grains.append(
            Part(DISC, x - size, x + size, 1.1 * size, 0.0, 0.0, SECOND if k % 3 else THIRD, mid=y, rough=0.35, layer=2, fills=0,
                 least=MEDIUM_PX if k % 2 else 0.0)
        )  # fmt: skip
    return (
        *(
            Part(DISC, x - a, x + a, b, 0.0, 0.0, FIRST, mid=y, rough=0.30, opacity=0.55)
            for x, y, a, b in lobes
        ),
        Part(DISC, -0.28, 0.10, 0.12, 0.0, 0.0, SHINE, mid=-0.06, rough=0.5, layer=1, opacity=0.07, fills=0),
        Part(DISC, 0.12, 0.34, 0.07, 0.0, 0.0, SHINE, mid=0.12, rough=0.5, layer=1, opacity=0.07, fills=0),
        *grains,
    )  # fmt: skip


def mark() -> Model:
    """A mark on the road: a shadow, a stain, a sealed crack."""
    return (
        Part(DISC, -0.5, 0.5, 0.5, 0.0, 0.0, FIRST, rough=0.18, opacity=0.35),
        Part(DISC, -0.42, 0.42, 0.40, 0.0, 0.0, FIRST, rough=0.25, opacity=0.45),
    )


def pieces() -> Model:
    """What breaks off an object: chips and splinters behind it, in its colours."""
    parts = []
    for k in range(14):
        t, r = 2.399963 * k + 0.4, math.sqrt((k + 0.5) / 14.0)
        x, y = -0.45 * r + 0.12 * math.cos(t), 0.42 * r * math.sin(t)
        size = 0.010 + 0.008 * ((k * 5) % 4)
        parts.append(
            Part(BOX, x - size, x + size, 1.4 * size, 0.0, 0.25 + 0.25 * (k % 4), (FIRST, SECOND, THIRD)[k % 3], mid=y,
                 top_half=0.5 * size, tilt=0.1 * (k % 5), turn=1.3 * k, fills=1)
        )  # fmt: skip
    return tuple(parts)


PIECES: Final = ("pieces", "pieces")

MODELS: Final[dict[str, Model]] = {
    "carton": carton(), "sheet": _sheets(), "pallet": pallet(), "wheel": wheel(), "tread": tread(), "bag": bag(),
    "ladder": ladder(), "beam": beam(), "mattress": mattress(), "sofa": sofa(), "machine part": machine_part(),
    "rock": rock(), "cone": cone(), "barrel": barrel(), "bucket": bucket(), "branch": branch(),
    "tumbleweed": tumbleweed(), "deer": deer(), "small animal": small_animal(), "tarpaulin": tarpaulin(),
    "appliance": appliance(), "toolbox": toolbox(), "bicycle": bicycle(), "spill": spill(), "mark": mark(),
    "pieces": pieces(),
}  # fmt: skip
"""Every object by name."""

LENGTH_OVER_WIDTH, HEIGHT, WIDTH, LENGTH = range(4)

CHOICES: Final[dict[str, tuple[int, float, float, str, str, str]]] = {
    # which measure decides, two limits, and the models below, between and above them
    "tyre-like": (LENGTH_OVER_WIDTH, 1.3, 1.3, "wheel", "tread", "tread"),
    "flat": (HEIGHT, 0.0, 0.0, "sheet", "sheet", "sheet"),
    "box": (HEIGHT, 0.0, 0.0, "carton", "carton", "carton"),
    "bag": (HEIGHT, 0.0, 0.0, "bag", "bag", "bag"),
    "long": (WIDTH, 0.25, 0.25, "beam", "ladder", "ladder"),
    "soft-furniture": (HEIGHT, 0.45, 0.45, "mattress", "sofa", "sofa"),
    "vehicle-part": (HEIGHT, 0.0, 0.0, "machine part", "machine part", "machine part"),
    "block": (HEIGHT, 0.0, 0.0, "rock", "rock", "rock"),
    "flat-tall": (HEIGHT, 0.0, 0.0, "pallet", "pallet", "pallet"),
    "drum/cone": (HEIGHT, 0.43, 0.82, "bucket", "cone", "barrel"),
    "vegetation": (LENGTH_OVER_WIDTH, 1.25, 1.25, "tumbleweed", "branch", "branch"),
    "animal": (LENGTH, 0.95, 0.95, "small animal", "deer", "deer"),
    "sheet-soft": (HEIGHT, 0.0, 0.0, "tarpaulin", "tarpaulin", "tarpaulin"),
    "box-white": (HEIGHT, 0.0, 0.0, "appliance", "appliance", "appliance"),
    "box-dark": (HEIGHT, 0.0, 0.0, "toolbox", "toolbox", "toolbox"),
    "frame": (HEIGHT, 0.0, 0.0, "bicycle", "bicycle", "bicycle"),
    "patch": (HEIGHT, 0.0, 0.0, "spill", "spill", "spill"),
    "ground-mark": (HEIGHT, 0.0, 0.0, "mark", "mark", "mark"),
}
"""Models of every look of ``envs.specification.debris.LOOKS``."""

COLOURS: Final[dict[str, tuple[int, ...]]] = {
    "tyre-like": (34, 34, 36, 60, 60, 64, 20, 20, 22), "flat": (196, 184, 156, 176, 160, 128, 214, 204, 180),
    "box": (188, 136, 78, 226, 204, 152, 150, 104, 56), "bag": (40, 44, 52, 84, 92, 106, 24, 26, 30),
    "long": (208, 172, 116, 232, 204, 156, 150, 112, 66), "soft-furniture": (228, 220, 208, 150, 142, 150, 126, 118, 128),
    "vehicle-part": (138, 128, 120, 122, 76, 46, 90, 60, 44), "block": (158, 154, 146, 104, 100, 94, 192, 188, 180),
    "flat-tall": (214, 174, 116, 190, 148, 92, 122, 88, 52), "drum/cone": (246, 98, 18, 244, 244, 242, 40, 40, 42),
    "vegetation": (58, 112, 42, 96, 156, 62, 112, 82, 50), "animal": (142, 94, 56, 224, 204, 174, 104, 66, 40),
    "sheet-soft": (40, 98, 190, 104, 156, 232, 28, 70, 140), "box-white": (240, 240, 238, 212, 214, 216, 180, 182, 184),
    "box-dark": (46, 50, 58, 236, 188, 40, 26, 28, 32), "frame": (204, 36, 58, 190, 196, 202, 30, 30, 32),
    "patch": (52, 48, 42, 146, 134, 112, 24, 22, 20), "ground-mark": (36, 36, 39, 50, 50, 54, 28, 28, 30),
}  # fmt: skip
"""Three colours of every look, red, green, blue 0-255."""
