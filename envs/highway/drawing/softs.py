"""Painters of soft objects: bags, furniture, sheets, plants, animals, marks on the ground."""

from __future__ import annotations

import math

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Sketch, square_point


def paint_bag(s: Sketch) -> None:
    """Paint a filled bag: a lumpy outline and a knot."""
    lumps = []
    for k in range(20):
        turn = 2.0 * math.pi * k / 20
        swell = 0.90 + 0.10 * math.cos(3.0 * turn + 0.8)
        lumps.append((0.82 * swell * math.cos(turn) - 0.14, swell * math.sin(turn)))
    s.polygon([(0.55, 0.0), (1.05, -0.42), (1.05, 0.42)], ink.PLASTIC_BAG, ink.STONE)
    s.polygon(lumps, ink.PLASTIC_BAG, ink.STONE)
    s.line([(0.5, -0.05), (0.0, -0.45)], ink.SEAM)
    s.line([(0.5, 0.05), (-0.1, 0.35)], ink.SEAM)
    s.ellipse(-0.35, -0.38, 0.20, 0.14, ink.STONE)


def paint_furniture(s: Sketch) -> None:
    """Paint a mattress or a sofa: rounded corners, a border and a quilt."""
    corners = [
        (-1.0, -0.85), (-0.92, -1.0), (0.92, -1.0), (1.0, -0.85), (1.0, 0.85), (0.92, 1.0),
        (-0.92, 1.0), (-1.0, 0.85),
    ]  # fmt: skip
    s.polygon(corners, ink.MATTRESS, ink.OUTLINE)
    rim = [(-0.88, -0.82), (0.88, -0.82), (0.88, 0.82), (-0.88, 0.82), (-0.88, -0.82)]
    s.line(rim, ink.SEAM)
    for along in (-0.44, 0.0, 0.44):
        for across in (-0.41, 0.0, 0.41):
            s.disc(along, across, 0.07 * s.smaller, ink.SEAM)


def paint_sheet(s: Sketch) -> None:
    """Paint a tarpaulin: a wavy edge and folds."""
    edge = []
    for k in range(32):
        turn = 2.0 * math.pi * k / 32
        # waves: a square that has crumpled
        edge.append(square_point(turn, 0.93 - 0.07 * math.cos(7.0 * turn)))
    s.polygon(edge, ink.TARPAULIN, ink.OUTLINE)
    for across in (-0.55, 0.0, 0.55):
        fold = [(-0.8, across), (-0.3, across + 0.2), (0.3, across - 0.15), (0.8, across + 0.1)]
        s.line(fold, ink.TARPAULIN_LIGHT, 1.5)


def paint_vegetation(s: Sketch) -> None:
    """Paint a branch with leaves."""
    s.line([(-1.0, 0.1), (-0.2, -0.05), (0.9, 0.05)], ink.TIMBER_DARK, 2.0)
    for k in range(11):
        along = -0.75 + 0.16 * k
        across = 0.50 if k % 2 else -0.50
        s.line([(along - 0.15, 0.0), (along, across)], ink.TIMBER_DARK)
        s.ellipse(along, across, 0.19, 0.40, ink.LEAF if k % 3 else ink.LEAF_LIGHT)


def paint_animal(s: Sketch) -> None:
    """Paint an animal lying on its side: body, head, legs."""
    for along in (-0.62, -0.44, 0.22, 0.40):
        s.line([(along, 0.1), (along + 0.10, 0.95)], ink.FUR, 1.6)
    s.ellipse(-0.15, -0.2, 0.68, 0.62, ink.FUR, ink.OUTLINE)
    s.ellipse(-0.15, 0.02, 0.45, 0.26, ink.FUR_LIGHT)
    s.ellipse(0.72, -0.45, 0.28, 0.34, ink.FUR, ink.OUTLINE)
    s.line([(0.62, -0.7), (0.52, -1.0)], ink.FUR, 1.6)
    s.line([(0.78, -0.7), (0.80, -1.0)], ink.FUR, 1.6)


def paint_ground_mark(s: Sketch) -> None:
    """Paint a shadow, a stain, a sealed crack: dark, flat, without an edge."""
    s.ellipse(0.0, 0.0, 1.0, 1.0, ink.SHADOW)
    s.ellipse(-0.15, 0.1, 0.7, 0.6, ink.OUTLINE)
