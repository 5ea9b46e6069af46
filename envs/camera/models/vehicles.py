"""Cars and trucks as tables of primitives; all lengths are shares (see ``envs.camera.models.parts``)."""

from __future__ import annotations

from typing import Final, NamedTuple

from envs.camera.models.parts import (
    AMBER,
    AXLE,
    BLACK,
    BOX,
    CAPS,
    CHASSIS,
    DARK,
    FAR_PX,
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
    RUBBER,
    SECOND,
    SHINE,
    SMALL_PX,
    STEEL,
    TOP,
    TOP_LAMP,
    WHITE,
    Model,
    Part,
    panel,
)


class Cabin(NamedTuple):
    """Outline of a car above its belt: ends of the cabin at the belt and at the roof, and the belt's height."""

    rear: float
    front: float
    roof_rear: float
    roof_front: float
    belt: float


def _wheels(places: tuple[float, ...], radius: float, half_tread: float, outside: float) -> Model:
    """Wheels at these places along, on both sides; ``radius`` as a share of the height."""
    parts: list[Part] = []
    for x in places:
        parts.extend(Part(AXLE, x, x, half_tread, 0.0, 2.0 * radius, RUBBER, mid=side * outside, is_round=1, least=MEDIUM_PX) for side in (-1.0, 1.0))  # fmt: skip
    return tuple(parts)


def _discs(places: tuple[float, ...], radius: float) -> Model:
    """Wheels as they show on the sides of the body, with hubs."""
    parts = []
    for x in places:
        for scale, colour, layer in ((1.0, BLACK, 2), (0.6, STEEL, 3)):
            low = radius * (1.0 - scale)
            parts.append(
                Part(AXLE, x, x, 0.503, low, low + 2.0 * radius * scale, colour, is_round=1, layer=layer,
                     least=MEDIUM_PX, shade=0.9, faces=CAPS)
            )  # fmt: skip
    return tuple(parts)


def car(cabin: Cabin) -> Model:
    """A car of this outline."""
    belt = cabin.belt
    hull = Part(
        BOX,
        -0.5,
        0.5,
        0.485,
        0.16,
        belt,
        FIRST,
        top_rear=-0.485,
        top_front=0.47,
        top_half=0.47,
        foot=0.30,
        layer=1,
        least=SMALL_PX,
    )
    top = Part(BOX, cabin.rear, cabin.front, 0.465, belt, 1.0, FIRST, top_rear=cabin.roof_rear,
               top_front=cabin.roof_front, top_half=0.37, layer=3, least=SMALL_PX)  # fmt: skip
    bumper = Part(BOX, -0.505, 0.505, 0.487, 0.15, 0.33, DARK, foot=0.3, layer=2, least=MEDIUM_PX)
    wheels = (-0.31, 0.30)
    return (
        Part(BOX, -0.5, 0.5, 0.48, 0.10, 1.0, FIRST, top_rear=-0.42, top_front=0.30, top_half=0.42, shade=0.85, foot=0.35, most=SMALL_PX),
        *_small_lamps(0.33, 0.13, 0.44, 0.58),
        Part(BOX, -0.45, 0.46, 0.44, 0.08, 0.30, BLACK, least=SMALL_PX),
        *_wheels(wheels, 0.21, 0.055, 0.40),
        hull,
        *_discs(wheels, 0.21),
        bumper,
        top,
        panel(top, REAR, (0.07, 0.93), (0.08, 0.84), GLASS, least=SMALL_PX),
        panel(top, REAR, (0.16, 0.50), (0.45, 0.78), SHINE, least=LARGE_PX, opacity=0.20, layer=5),
        panel(top, FRONT, (0.05, 0.95), (0.05, 0.90), GLASS, least=SMALL_PX),
        panel(top, LEFT | RIGHT, (0.08, 0.48), (0.08, 0.86), GLASS, least=MEDIUM_PX),
        panel(top, LEFT | RIGHT, (0.52, 0.92), (0.08, 0.86), GLASS, least=MEDIUM_PX),
        *(
            part
            for side in (0, 1)
            for part in (
                panel(hull, REAR, (0.76, 0.98) if side else (0.02, 0.24), (0.60, 0.84), LAMP, least=SMALL_PX),
                panel(hull, REAR, (0.78, 0.84) if side else (0.16, 0.22), (0.62, 0.72), WHITE, least=LARGE_PX, layer=4, opacity=0.7),
            )
        ),
        panel(hull, REAR, (0.36, 0.64), (0.56, 0.74), PLATE, least=MEDIUM_PX),
        panel(hull, REAR, (0.25, 0.75), (0.90, 0.93), DARK, least=LARGE_PX, opacity=0.6),
        panel(hull, REAR, (0.485, 0.515), (0.80, 0.88), SHINE, least=LARGE_PX),
        panel(bumper, REAR, (0.10, 0.19), (0.15, 0.45), RED, least=LARGE_PX),
        panel(bumper, REAR, (0.81, 0.90), (0.15, 0.45), RED, least=LARGE_PX),
        panel(top, REAR, (0.38, 0.62), (0.86, 0.93), TOP_LAMP, least=MEDIUM_PX),
        panel(hull, FRONT, (0.03, 0.24), (0.50, 0.78), SHINE, least=MEDIUM_PX),
        panel(hull, FRONT, (0.76, 0.97), (0.50, 0.78), SHINE, least=MEDIUM_PX),
        *(
            Part(BOX, 0.14, 0.18, 0.035, 0.58, 0.68, FIRST, mid=side * 0.52, layer=2, least=MEDIUM_PX)
            for side in (-1.0, 1.0)
        ),
    )  # fmt: skip


def _small_lamps(middle: float, half: float, low: float, top: float) -> Model:
    """Lamps of a vehicle that is far away."""
    return tuple(
        Part(
            BOX,
            -0.504,
            -0.5,
            half,
            low,
            top,
            LAMP,
            mid=side * middle,
            faces=REAR,
            layer=2,
            least=FAR_PX,
            most=SMALL_PX,
            fills=0,
        )
        for side in (-1.0, 1.0)
    )


SEDAN: Final = car(Cabin(-0.40, 0.24, -0.24, 0.06, 0.62))
HATCHBACK: Final = car(Cabin(-0.475, 0.24, -0.36, 0.07, 0.60))
ESTATE: Final = car(Cabin(-0.485, 0.25, -0.43, 0.09, 0.59))
COUPE: Final = car(Cabin(-0.44, 0.20, -0.20, 0.02, 0.60))


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
            Part(BOX, -0.493, -0.49, 0.012, 0.10, 0.23, CHASSIS, mid=side * 0.25, layer=1, least=MEDIUM_PX)
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
        *_wheels(axles, 0.135, 0.12, 0.37),
        *(
            Part(AXLE, x, x, 0.5, low, low + wide, colour, is_round=1, layer=layer, least=MEDIUM_PX, faces=CAPS)
            for x in axles
            for low, wide, colour, layer in ((0.0, 0.27, BLACK, 2), (0.07, 0.13, STEEL, 3))
        ),
    )  # fmt: skip


def _far_truck(low: float) -> Model:
    """A truck that is far away."""
    return (
        Part(BOX, -0.47, 0.5, 0.42, 0.05, low, CHASSIS, most=SMALL_PX),
        Part(BOX, -0.5, 0.35, 0.5, low, 1.0, FIRST, most=SMALL_PX, foot=0.15),
        *_small_lamps(0.40, 0.09, 0.21, 0.28),
    )


def box_truck() -> Model:
    """A trailer with doors at the rear."""
    box = Part(BOX, -0.5, 0.35, 0.5, 0.30, 1.0, FIRST, foot=0.12, layer=1)
    bars = tuple(
        panel(box, REAR, (x - 0.008, x + 0.008), (0.04, 0.95), STEEL, least=MEDIUM_PX, layer=3)
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
        panel(box, LEFT | RIGHT, (x, x + 0.012), (0.02, 0.94), DARK, least=MEDIUM_PX, opacity=0.35)
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
        *_small_lamps(0.40, 0.09, 0.21, 0.27),
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


CARS: Final = ("sedan", "hatchback", "estate", "coupe")
TRUCKS: Final = ("box truck", "curtain truck")
OPEN_TRUCKS: Final = ("flat bed", "flat bed")

MODELS: Final[dict[str, Model]] = {
    "sedan": SEDAN,
    "hatchback": HATCHBACK,
    "estate": ESTATE,
    "coupe": COUPE,
    "box truck": box_truck(),
    "curtain truck": curtain_truck(),
    "flat bed": flat_bed(),
}
"""Every vehicle by name."""
