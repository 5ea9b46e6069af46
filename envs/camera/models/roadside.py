"""Wheels, road furniture, plants, animals, stains and pieces as tables of primitives; lengths are shares."""

from __future__ import annotations

import math

from envs.camera.models.parts import (
    BALL,
    BLACK,
    BOX,
    DARK,
    DISC,
    DRUM,
    FIRST,
    MEDIUM_PX,
    REAR,
    ROLLER,
    RUBBER,
    SECOND,
    SHINE,
    SMALL_PX,
    STEEL,
    THIRD,
    WOOD,
    Model,
    Part,
    panel,
)


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
