"""Boxes, sheets, furniture and tools as tables of primitives; all lengths are shares."""

from __future__ import annotations

from typing import Final

from envs.camera.models.parts import (
    BALL,
    BLACK,
    BOX,
    DARK,
    DISC,
    FIRST,
    FRONT,
    LEFT,
    MEDIUM_PX,
    REAR,
    RED,
    RIGHT,
    SECOND,
    SHINE,
    SMALL_PX,
    STEEL,
    THIRD,
    WHITE,
    Model,
    Part,
    panel,
)

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


def sheet() -> Model:
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
