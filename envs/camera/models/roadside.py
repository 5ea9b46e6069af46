"""Wheels, cones, parts of vehicles and bicycles, as tables of primitives; all lengths are shares."""

from __future__ import annotations

import math
from typing import Final

from envs.camera.models.parts import (
    BLACK,
    BOX,
    DARK,
    DISC,
    DRUM,
    FIRST,
    ROLLER,
    RUBBER,
    SECOND,
    SHINE,
    SMALL_PX,
    STEEL,
    THIRD,
    Model,
    Part,
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
        parts.extend(Part(BOX, x0 + 0.02, x1 - 0.02, 0.07, mid + 0.45, mid + 0.47, BLACK, mid=side, layer=1,
            fills=0) for side in (-0.26, 0.26))  # fmt: skip
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
        parts.extend(Part(BOX, x - 0.165, x + 0.165, 0.006, z, z + 0.02, SHINE, mid=-0.06, turn=0.25 + 0.785 * k,
            layer=1,
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
