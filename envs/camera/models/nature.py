"""Plants, animals, rocks and what lies in the road's surface as tables of primitives; all lengths are shares."""

from __future__ import annotations

import math

from envs.camera.models.parts import (
    BALL,
    BLACK,
    BOX,
    DISC,
    FIRST,
    MEDIUM_PX,
    REAR,
    SECOND,
    SHINE,
    SMALL_PX,
    THIRD,
    WOOD,
    Model,
    Part,
    panel,
)


def rock() -> Model:
    """A rock: angular, lit from above."""
    return (
        Part(BALL, -0.5, 0.5, 0.5, 0.0, 1.0, FIRST, rough=0.34),
        Part(BALL, -0.34, 0.24, 0.32, 0.46, 0.94, THIRD, rough=0.5, layer=1, opacity=0.55, fills=0),
        Part(BALL, 0.02, 0.40, 0.22, 0.08, 0.46, SECOND, mid=0.18, rough=0.6, layer=1, opacity=0.7, fills=0),
        Part(BALL, -0.42, -0.18, 0.12, 0.16, 0.34, SECOND, mid=-0.22, rough=0.6, layer=1, opacity=0.5, fills=0),
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
            Part(DISC, -0.46, 0.46, 0.46, z, z, WOOD, hole=0.93, rough=0.35, turn=0.7 * k, layer=1, fills=0,
                opacity=0.8)
            for k, z in enumerate((0.2, 0.38, 0.55, 0.72))
        ),
        *(
            Part(BOX, -0.45, 0.45, 0.012, 0.44, 0.50, THIRD, tilt=0.5 * k - 1.2, turn=1.1 * k, layer=1, shade=1.2,
                fills=0)
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
            Part(DISC, x - size, x + size, 1.1 * size, 0.0, 0.0, SECOND if k % 3 else THIRD, mid=y, rough=0.35,
                layer=2, fills=0,
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
