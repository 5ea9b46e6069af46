"""Trucks as tables of primitives; all lengths are shares (see ``envs.camera.models.parts``)."""

from __future__ import annotations

from typing import Final

from envs.camera.models.cars import make_wheels, small_lamps
from envs.camera.models.parts import (
    AMBER,
    AXLE,
    BLACK,
    BOX,
    CAPS,
    CHASSIS,
    DARK,
    FIRST,
    FRONT,
    GLASS,
    LAMP,
    LARGE_PX,
    LEFT,
    MEDIUM_PX,
    PLATE,
    REAR,
    RED,
    REFLECTOR,
    RIGHT,
    SECOND,
    SMALL_PX,
    STEEL,
    TOP,
    WHITE,
    Model,
    Part,
    panel,
)


def _rear_end(half: float) -> Model:
    """What closes a truck's rear below its load: beam, lamps, plates, mudguards."""
    beam = Part(BOX, -0.5, -0.485, half, 0.225, 0.30, CHASSIS, layer=2, least=SMALL_PX)
    guard = Part(
        BOX, -0.498, -0.49, half * 0.96, 0.105, 0.15, STEEL, layer=2, shade=0.8, least=MEDIUM_PX
    )
    return (
        beam,
        guard,
        panel(beam, REAR, (0.01, 0.18), (0.05, 0.90), LAMP, least=SMALL_PX),
        panel(beam, REAR, (0.82, 0.99), (0.05, 0.90), LAMP, least=SMALL_PX),
        panel(beam, REAR, (0.145, 0.18), (0.10, 0.85), AMBER, least=LARGE_PX, layer=4),
        panel(beam, REAR, (0.82, 0.855), (0.10, 0.85), AMBER, least=LARGE_PX, layer=4),
        panel(beam, REAR, (0.40, 0.60), (0.15, 0.70), PLATE, least=MEDIUM_PX),
        panel(guard, REAR, (0.02, 0.30), (0.2, 0.8), RED, least=LARGE_PX),
        panel(guard, REAR, (0.70, 0.98), (0.2, 0.8), RED, least=LARGE_PX),
        *(
            Part(BOX, -0.478, -0.474, 0.12, 0.03, 0.22, BLACK, mid=side * 0.36, layer=1, least=MEDIUM_PX)
            for side in (-1.0, 1.0)
        ),
        *(
            Part(BOX, -0.493, -0.49, 0.012, 0.10, 0.23, CHASSIS, mid=side * 0.25, layer=1, least=LARGE_PX)
            for side in (-1.0, 1.0)
        ),
    )  # fmt: skip


def _running_gear() -> Model:
    """Axles, frame and cab of a truck."""
    cab = Part(
        BOX, 0.365, 0.5, 0.49, 0.13, 0.93, SECOND, top_front=0.49, top_half=0.47, foot=0.2, layer=0
    )
    axles = (-0.40, -0.318, -0.236, 0.27, 0.42)
    return (
        cab,
        panel(cab, FRONT, (0.06, 0.94), (0.48, 0.84), GLASS, least=MEDIUM_PX, layer=1),
        panel(cab, LEFT | RIGHT, (0.35, 0.95), (0.48, 0.80), GLASS, least=MEDIUM_PX, layer=1),
        Part(BOX, -0.49, 0.45, 0.36, 0.15, 0.30, CHASSIS, layer=0, least=SMALL_PX),
        *make_wheels(axles, 0.135, 0.12, 0.37),
        *(
            Part(AXLE, x, x, 0.5, low, low + wide, colour, is_round=1, layer=layer, least=least, faces=CAPS)
            for x in axles
            for low, wide, colour, layer, least in (
                (0.0, 0.27, BLACK, 2, MEDIUM_PX), (0.07, 0.13, STEEL, 3, LARGE_PX)
            )
        ),
    )  # fmt: skip


def _far_truck(low: float) -> Model:
    """A truck that is far away."""
    return (
        Part(BOX, -0.47, 0.5, 0.42, 0.05, low, CHASSIS, most=SMALL_PX),
        Part(BOX, -0.5, 0.35, 0.5, low, 1.0, FIRST, most=SMALL_PX, foot=0.15),
        *small_lamps(0.40, 0.09, 0.21, 0.28),
    )


def box_truck() -> Model:
    """A trailer with doors at the rear."""
    box = Part(BOX, -0.5, 0.35, 0.5, 0.30, 1.0, FIRST, foot=0.12, layer=1)
    bars = tuple(
        panel(box, REAR, (x - 0.008, x + 0.008), (0.04, 0.95), STEEL, least=LARGE_PX, layer=3)
        for x in (0.14, 0.36, 0.64, 0.86)
    )
    hinges = tuple(
        panel(box, REAR, (a, b), (z, z + 0.02), DARK, least=LARGE_PX, layer=3)
        for a, b in ((0.015, 0.06), (0.94, 0.985))
        for z in (0.12, 0.40, 0.68, 0.90)
    )
    return (
        *_far_truck(0.30),
        *_running_gear(),
        Part(BOX, -0.5, 0.35, 0.5, 0.30, 1.0, FIRST, foot=0.12, layer=1, least=SMALL_PX),
        panel(box, REAR, (0.0, 1.0), (0.965, 1.0), STEEL, least=SMALL_PX),
        panel(box, REAR, (0.0, 0.02), (0.0, 1.0), STEEL, least=SMALL_PX),
        panel(box, REAR, (0.98, 1.0), (0.0, 1.0), STEEL, least=SMALL_PX),
        panel(box, REAR, (0.494, 0.506), (0.0, 0.965), DARK, least=SMALL_PX),
        *bars,
        *hinges,
        panel(box, REAR, (0.34, 0.66), (0.26, 0.275), DARK, least=LARGE_PX, layer=4),
        panel(box, REAR, (0.02, 0.98), (0.0, 0.018), REFLECTOR, least=MEDIUM_PX),
        panel(box, REAR, (0.06, 0.24), (0.55, 0.70), SECOND, least=MEDIUM_PX),
        panel(box, LEFT | RIGHT, (0.0, 1.0), (0.10, 0.22), SECOND, least=MEDIUM_PX),
        panel(box, LEFT | RIGHT, (0.30, 0.70), (0.45, 0.70), SECOND, least=MEDIUM_PX),
        panel(box, LEFT | RIGHT, (0.0, 1.0), (0.0, 0.02), REFLECTOR, least=LARGE_PX, layer=3),
        *_rear_end(0.48),
    )


def curtain_truck() -> Model:
    """A trailer with curtains: steel frame at the rear, folds along the sides."""
    box = Part(BOX, -0.5, 0.35, 0.5, 0.30, 1.0, FIRST, foot=0.15, layer=1)
    folds = tuple(
        panel(box, LEFT | RIGHT, (x, x + 0.012), (0.02, 0.94), DARK, least=LARGE_PX, opacity=0.35)
        for x in (k / 9.0 for k in range(1, 9))
    )
    return (
        *_far_truck(0.30),
        *_running_gear(),
        Part(BOX, -0.5, 0.35, 0.5, 0.30, 1.0, FIRST, foot=0.15, layer=1, least=SMALL_PX),
        panel(box, REAR, (0.03, 0.97), (0.03, 0.93), FIRST, shade=0.88, least=MEDIUM_PX),
        panel(box, REAR, (0.0, 1.0), (0.94, 1.0), SECOND, least=SMALL_PX),
        panel(box, REAR, (0.0, 0.035), (0.0, 0.94), STEEL, least=SMALL_PX),
        panel(box, REAR, (0.965, 1.0), (0.0, 0.94), STEEL, least=SMALL_PX),
        panel(box, REAR, (0.495, 0.505), (0.03, 0.93), DARK, least=MEDIUM_PX, layer=3),
        panel(box, REAR, (0.12, 0.88), (0.50, 0.68), SECOND, least=SMALL_PX, layer=3),
        panel(box, REAR, (0.18, 0.82), (0.57, 0.61), WHITE, least=LARGE_PX, layer=4),
        panel(box, REAR, (0.03, 0.97), (0.0, 0.02), REFLECTOR, least=MEDIUM_PX, layer=3),
        panel(box, LEFT | RIGHT, (0.0, 1.0), (0.94, 1.0), STEEL, least=MEDIUM_PX),
        *folds,
        *_rear_end(0.48),
    )


BED_SHARE: Final = 0.30
"""Height of an open bed as a share of the truck's."""


def flat_bed() -> Model:
    """A truck with an open bed, a headboard and stakes."""
    bed = Part(BOX, -0.5, 0.35, 0.5, 0.27, BED_SHARE, STEEL, foot=0.1, layer=1)
    board = Part(BOX, 0.335, 0.35, 0.49, BED_SHARE, 0.62, SECOND, layer=0, shade=0.9)
    stakes = tuple(
        Part(
            BOX,
            x,
            x + 0.004,
            0.015,
            BED_SHARE,
            0.42,
            CHASSIS,
            mid=side * 0.48,
            layer=2,
            least=MEDIUM_PX,
        )
        for x in (-0.20, -0.02, 0.16)
        for side in (-1.0, 1.0)
    )
    return (
        *_running_gear(),
        *small_lamps(0.40, 0.09, 0.21, 0.27),
        bed,
        board,
        panel(bed, TOP, (0.0, 1.0), (0.0, 1.0), DARK),
        *(
            panel(board, REAR, (x, x + 0.02), (0.04, 0.96), DARK, least=MEDIUM_PX, layer=1)
            for x in (0.1, 0.26, 0.42, 0.58, 0.74, 0.88)
        ),
        panel(bed, REAR, (0.0, 1.0), (0.2, 0.8), REFLECTOR, least=MEDIUM_PX, layer=3),
        *stakes,
        *_rear_end(0.48),
    )
