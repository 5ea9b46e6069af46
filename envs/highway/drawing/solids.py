"""Painters of rigid objects: each fills a ``Sketch`` with a shape that is recognised from above."""

from __future__ import annotations

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Sketch

TREAD_ASPECT = 1.8
"""A tyre this much longer than wide is a torn-off tread, not a ring [A]: judgement."""

LADDER_WIDTH_M = 0.25
"""A long object at least this wide is a ladder with rungs [A]: judgement."""


def paint_box(s: Sketch) -> None:
    """Paint a carton: flaps and a strip of tape."""
    s.rectangle(-1.0, -1.0, 1.0, 1.0, ink.CARDBOARD, ink.OUTLINE)
    s.line([(-0.5, -1.0), (-0.5, 1.0)], ink.TIMBER_DARK)
    s.line([(0.5, -1.0), (0.5, 1.0)], ink.TIMBER_DARK)
    s.rectangle(-1.0, -0.16, 1.0, 0.16, ink.TAPE)


def paint_white_box(s: Sketch) -> None:
    """Paint an appliance: white, with a door and a round glass."""
    s.rectangle(-1.0, -1.0, 1.0, 1.0, ink.WHITE, ink.OUTLINE)
    s.rectangle(-1.0, -1.0, -0.72, 1.0, ink.STEEL)
    s.disc(0.15, 0.0, 0.52 * s.smaller, ink.GLASS)
    s.disc(0.15, 0.0, 0.30 * s.smaller, ink.CAR)


def paint_dark_box(s: Sketch) -> None:
    """Paint a tool box or a battery: dark, with a handle and two latches."""
    s.rectangle(-1.0, -1.0, 1.0, 1.0, ink.DARK_CASE, ink.WHITE)
    s.rectangle(-0.45, -0.22, 0.45, 0.22, ink.STEEL)
    s.rectangle(-0.75, 0.55, -0.45, 1.0, ink.LATCH)
    s.rectangle(0.45, 0.55, 0.75, 1.0, ink.LATCH)


def paint_tyre(s: Sketch) -> None:
    """Paint a ring, or a ragged strip of tread."""
    if s.length_m > TREAD_ASPECT * s.width_m:
        ragged = [
            (-1.0, -0.5), (-0.8, -1.0), (-0.2, -0.75), (0.3, -1.0), (0.85, -0.8), (1.0, -0.2),
            (0.8, 0.4), (0.95, 0.9), (0.3, 0.75), (-0.3, 1.0), (-0.75, 0.7), (-0.9, 0.95),
        ]  # fmt: skip
        s.polygon(ragged, ink.RUBBER, ink.STONE)
        for along in (-0.6, -0.2, 0.2, 0.6):
            s.line([(along - 0.08, -0.7), (along + 0.08, 0.0), (along - 0.08, 0.7)], ink.STONE)
        return
    s.ellipse(0.0, 0.0, 1.0, 1.0, ink.RUBBER, ink.STONE)
    s.ellipse(0.0, 0.0, 0.55, 0.55, ink.STEEL)
    s.ellipse(0.0, 0.0, 0.36, 0.36, ink.ASPHALT, ink.OUTLINE)


def paint_long(s: Sketch) -> None:
    """Paint a beam or a pipe; a ladder if it is wide."""
    if s.width_m < LADDER_WIDTH_M:
        s.rectangle(-1.0, -1.0, 1.0, 1.0, ink.TIMBER, ink.OUTLINE)
        s.rectangle(-1.0, -1.0, 1.0, -0.3, ink.TAPE)
        return
    for across in (-0.82, 0.82):
        s.rectangle(-1.0, across - 0.18, 1.0, across + 0.18, ink.STEEL, ink.OUTLINE)
    for k in range(9):
        along = -0.88 + 0.22 * k
        s.line([(along, -0.8), (along, 0.8)], ink.WHITE, 1.5)


def paint_block(s: Sketch) -> None:
    """Paint a rock or a block: facets."""
    rim = [
        (-1.0, -0.35), (-0.6, -0.95), (0.15, -1.0), (0.85, -0.65), (1.0, 0.1), (0.7, 0.85),
        (-0.1, 1.0), (-0.8, 0.75),
    ]  # fmt: skip
    top = [(-0.55, -0.3), (-0.2, -0.6), (0.4, -0.5), (0.55, 0.1), (0.1, 0.5), (-0.4, 0.4)]
    s.polygon(rim, ink.STONE, ink.OUTLINE)
    s.polygon(top, ink.STONE_LIGHT)
    for inner, outer in zip(top, rim[1:7], strict=True):
        s.line([inner, outer], ink.SEAM)


def paint_pallet(s: Sketch) -> None:
    """Paint slats across two bearers, with gaps."""
    s.rectangle(-1.0, -1.0, 1.0, 1.0, ink.TIMBER_DARK, ink.OUTLINE)
    for k in range(5):
        back = -1.0 + 0.42 * k
        s.rectangle(back, -1.0, back + 0.30, 1.0, ink.TIMBER)


def paint_drum(s: Sketch) -> None:
    """Paint a cone, a barrel or a bucket from above: square foot, orange and white rings."""
    s.rectangle(-1.0, -1.0, 1.0, 1.0, ink.OUTLINE)
    for share, colour in ((0.92, ink.ORANGE), (0.64, ink.WHITE), (0.42, ink.ORANGE)):
        s.ellipse(0.0, 0.0, share, share, colour)
    s.ellipse(0.0, 0.0, 0.16, 0.16, ink.OUTLINE)


def paint_vehicle_part(s: Sketch) -> None:
    """Paint a silencer with its pipes, for any metal part."""
    s.rectangle(-1.0, -0.28, 1.0, 0.28, ink.RUST, ink.OUTLINE)
    s.ellipse(-0.05, 0.0, 0.62, 1.0, ink.STEEL, ink.OUTLINE)
    s.line([(-0.45, -0.35), (0.35, -0.35)], ink.WHITE)
    s.line([(-0.35, 0.45), (0.25, 0.45)], ink.RUST)


def paint_frame(s: Sketch) -> None:
    """Paint a bicycle lying on its side: two wheels and a frame."""
    for along in (-0.58, 0.58):
        s.ellipse(along, 0.15, 0.42, 0.80, ink.RUBBER)
        s.ellipse(along, 0.15, 0.32, 0.60, ink.ASPHALT)
        s.ellipse(along, 0.15, 0.08, 0.14, ink.STEEL)
    bars = [(-0.58, 0.15), (-0.2, -0.7), (0.38, -0.65), (-0.02, 0.2), (-0.58, 0.15)]
    s.line(bars, ink.BICYCLE, 1.8)
    s.line([(-0.2, -0.7), (-0.02, 0.2)], ink.BICYCLE, 1.5)
    s.line([(0.58, 0.15), (0.32, -0.95), (0.5, -0.95)], ink.BICYCLE, 1.8)
    s.line([(-0.32, -0.88), (-0.12, -0.88)], ink.OUTLINE, 1.8)


def paint_flat(s: Sketch) -> None:
    """Paint a board, a flattened carton or sheet metal: thin, with a crease and a bent corner."""
    corners = [(-1.0, -1.0), (0.75, -1.0), (1.0, -0.7), (1.0, 1.0), (-1.0, 1.0)]
    s.polygon(corners, ink.STONE_LIGHT, ink.OUTLINE)
    s.polygon([(0.75, -1.0), (1.0, -0.7), (0.75, -0.7)], ink.STONE, ink.OUTLINE)
    s.line([(-1.0, 0.25), (1.0, -0.1)], ink.SEAM)
