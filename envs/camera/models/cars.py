"""Cars as tables of primitives; all lengths are shares (see ``envs.camera.models.parts``)."""

from __future__ import annotations

from typing import Final, NamedTuple

from envs.camera.models.parts import (
    AXLE,
    BLACK,
    BOX,
    CAPS,
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
    RIGHT,
    RUBBER,
    SHINE,
    SMALL_PX,
    STEEL,
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


def make_wheels(
    places: tuple[float, ...], radius: float, half_tread: float, outside: float
) -> Model:
    """Wheels at these places along, rear ones first, on both sides; ``radius`` as a share of the height."""
    parts: list[Part] = []
    for x in places:
        least = MEDIUM_PX if x == places[0] else LARGE_PX
        parts.extend(Part(AXLE, x, x, half_tread, 0.0, 2.0 * radius, RUBBER, mid=side * outside, is_round=1,
            least=least) for side in (-1.0, 1.0))  # fmt: skip
    return tuple(parts)


def make_discs(places: tuple[float, ...], radius: float) -> Model:
    """Wheels as they show on the sides of the body, with hubs."""
    parts: list[Part] = []
    for x in places:
        for scale, colour, layer, least in ((1.0, BLACK, 2, MEDIUM_PX), (0.6, STEEL, 3, LARGE_PX)):
            low = radius * (1.0 - scale)
            parts.append(
                Part(AXLE, x, x, 0.503, low, low + 2.0 * radius * scale, colour, is_round=1, layer=layer,
                     least=least, shade=0.9, faces=CAPS)
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
        Part(BOX, -0.5, 0.5, 0.49, 0.04, 1.0, FIRST, top_rear=-0.42, top_front=0.30, top_half=0.42, shade=0.85,
            foot=0.45, most=SMALL_PX),
        *small_lamps(0.33, 0.13, 0.44, 0.58),
        Part(BOX, -0.47, 0.46, 0.47, 0.05, 0.30, BLACK, least=SMALL_PX),
        *make_wheels(wheels, 0.21, 0.055, 0.40),
        hull,
        *make_discs(wheels, 0.21),
        bumper,
        top,
        panel(top, REAR, (0.07, 0.93), (0.08, 0.84), GLASS, least=SMALL_PX),
        panel(top, REAR, (0.16, 0.50), (0.45, 0.78), SHINE, least=LARGE_PX, opacity=0.20, layer=5),
        panel(top, FRONT, (0.05, 0.95), (0.05, 0.90), GLASS, least=LARGE_PX),
        panel(top, LEFT | RIGHT, (0.08, 0.48), (0.08, 0.86), GLASS, least=MEDIUM_PX),
        panel(top, LEFT | RIGHT, (0.52, 0.92), (0.08, 0.86), GLASS, least=MEDIUM_PX),
        *(
            part
            for side in (0, 1)
            for part in (
                panel(hull, REAR, (0.76, 0.98) if side else (0.02, 0.24), (0.60, 0.84), LAMP, least=SMALL_PX),
                panel(hull, REAR, (0.78, 0.84) if side else (0.16, 0.22), (0.62, 0.72), WHITE, least=LARGE_PX,
                    layer=4, opacity=0.7),
            )
        ),
        panel(hull, REAR, (0.36, 0.64), (0.56, 0.74), PLATE, least=MEDIUM_PX),
        panel(hull, REAR, (0.25, 0.75), (0.90, 0.93), DARK, least=LARGE_PX, opacity=0.6),
        panel(hull, REAR, (0.485, 0.515), (0.80, 0.88), SHINE, least=LARGE_PX),
        panel(bumper, REAR, (0.10, 0.19), (0.15, 0.45), RED, least=LARGE_PX),
        panel(bumper, REAR, (0.81, 0.90), (0.15, 0.45), RED, least=LARGE_PX),
        panel(top, REAR, (0.38, 0.62), (0.86, 0.93), TOP_LAMP, least=MEDIUM_PX),
        panel(hull, FRONT, (0.03, 0.24), (0.50, 0.78), SHINE, least=LARGE_PX),
        panel(hull, FRONT, (0.76, 0.97), (0.50, 0.78), SHINE, least=LARGE_PX),
        *(
            Part(BOX, 0.14, 0.18, 0.035, 0.58, 0.68, FIRST, mid=side * 0.52, layer=2, least=LARGE_PX)
            for side in (-1.0, 1.0)
        ),
    )  # fmt: skip


def small_lamps(middle: float, half: float, low: float, top: float) -> Model:
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
