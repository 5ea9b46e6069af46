"""Painters of spills on the road: gravel, oil, water, glass, nails, and anything else."""

from __future__ import annotations

import math
from collections.abc import Callable

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Point, Sketch, square_point

SCATTER = (0.7548776662466927, 0.5698402909980532)
"""Powers of the inverse plastic number: fractions of their multiples fill a square evenly without any randomness
(Roberts 2018, the R2 sequence)."""

SPECKS = 320
"""Pieces drawn on a spill of solid pieces [A]: judgement."""

WORDS = {
    "gravel": ("gravel", "sand", "stones", "grain"),
    "oil": ("oil", "diesel", "fuel", "paint"),
    "water": ("water", "puddle", "ice"),
    "glass": ("glass", "shards"),
    "nails": ("nail", "screw", "metal", "scrap"),
}
"""Words in the name of an object type by material [A]: judgement."""


def material_of(name: str) -> str:
    """Drawing style of a spill of this name: a key of ``WORDS``, or ``"spill"`` if no word fits.

    Examples
    --------
    >>> material_of("diesel_or_oil_spill"), material_of("feathers")
    ('oil', 'spill')
    """
    for material, words in WORDS.items():
        if any(word in name for word in words):
            return material
    return "spill"


def paint_spill(s: Sketch, material: str) -> None:
    """Fill the sketch with a spill of this material."""
    PAINTERS[material](s)


def _scatter(count: int) -> list[Point]:
    """Points spread evenly over the whole rectangle; the same in every frame."""
    return [
        (1.96 * (k * SCATTER[0] % 1.0) - 0.98, 1.96 * (k * SCATTER[1] % 1.0) - 0.98)
        for k in range(count)
    ]


def _grain(s: Sketch) -> float:
    """Smallest unit of the drawing, px of the surface: two centimetres, but never too small to see."""
    return max(s.canvas.oversampling, 0.02 * s.canvas.scaling)


def _puddle(swell: float) -> list[Point]:
    """A wavy outline that nearly fills the rectangle, because spills are rectangles in the simulator."""
    edge = []
    for k in range(48):
        turn = 2.0 * math.pi * k / 48
        wave = swell * (0.93 + 0.05 * math.cos(3.0 * turn + 1.0) + 0.02 * math.cos(7.0 * turn))
        edge.append(square_point(turn, wave))
    return edge


def _paint_gravel(s: Sketch) -> None:
    """Paint stones of three shades."""
    s.polygon(_puddle(1.0), (*ink.TIMBER, 70))
    shades = (ink.STONE, ink.STONE_LIGHT, ink.TIMBER_DARK)
    for k, (along, across) in enumerate(_scatter(SPECKS)):
        s.disc(along, across, (0.9 + 0.5 * (k % 3)) * _grain(s), shades[k % 3])


def _paint_oil(s: Sketch) -> None:
    """Paint a black film with rainbow rims."""
    for swell, colour in (
        (1.0, (30, 26, 34)),
        (0.80, (88, 40, 110)),
        (0.68, (30, 96, 104)),
        (0.56, (112, 92, 40)),
        (0.44, (34, 28, 38)),
    ):
        s.polygon(_puddle(swell), colour)


def _paint_water(s: Sketch) -> None:
    """Paint a blue film with glints."""
    s.polygon(_puddle(1.0), (74, 116, 150), (128, 176, 208))
    s.polygon(_puddle(0.72), (92, 140, 178))
    for across in (-0.42, 0.0, 0.42):
        s.line([(-0.45 + across / 3, across), (0.1 + across / 3, across)], (196, 226, 242), 1.5)


def _paint_glass(s: Sketch) -> None:
    """Paint small bright triangles."""
    s.polygon(_puddle(1.0), (190, 236, 232, 45))
    for k, (along, across) in enumerate(_scatter(SPECKS // 2)):
        turn, size = 2.4 * k, (1.6 + 0.5 * (k % 3)) * _grain(s)
        corners = [
            (
                along + size * math.cos(turn + shift) / s.half_length,
                across + size * math.sin(turn + shift) / s.half_width,
            )
            for shift in (0.0, 2.3, 3.9)
        ]
        s.polygon(corners, (224, 248, 246) if k % 2 else (150, 220, 214))


def _paint_nails(s: Sketch) -> None:
    """Paint short strokes in all directions."""
    s.polygon(_puddle(1.0), (*ink.RUST, 45))
    for k, (along, across) in enumerate(_scatter(SPECKS // 2)):
        turn, size = 2.4 * k, 2.0 * _grain(s)
        a, b = size * math.cos(turn) / s.half_length, size * math.sin(turn) / s.half_width
        ends = [(along - a, across - b), (along + a, across + b)]
        s.line(ends, ink.STEEL if k % 3 else ink.RUST)


def _paint_unknown(s: Sketch) -> None:
    """Paint a pale film with specks."""
    s.polygon(_puddle(1.0), ink.SEAM, ink.STONE_LIGHT)
    for along, across in _scatter(SPECKS // 4):
        s.disc(along, across, s.canvas.oversampling, ink.STONE_LIGHT)


PAINTERS: dict[str, Callable[[Sketch], None]] = {
    "gravel": _paint_gravel,
    "oil": _paint_oil,
    "water": _paint_water,
    "glass": _paint_glass,
    "nails": _paint_nails,
    "spill": _paint_unknown,
}
"""Painter of every material."""
