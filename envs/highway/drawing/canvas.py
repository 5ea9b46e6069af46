"""Canvas: a surface with coordinates in metres. Sketch: a transparent sheet in the axes of one object or vehicle."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pygame

from envs.highway.drawing.palette import Colour, Tint

Point = tuple[float, float]

SMALLEST_PX = 8.0
"""Least longer side of an object on the final picture, px: a 0.3 m object must be seen [A]: judgement."""

THINNEST_PX = 3.0
"""Least shorter side, px, so that a beam looks like a beam [A]: judgement."""

HATCH_PERIOD_PX, HATCH_WIDTH_PX = 4, 2
"""Stripes of a hatched object on the final picture, px [A]: judgement."""


@dataclass(frozen=True)
class Canvas:
    """A surface and the part of the road that it shows; x to the right, y down.

    Parameters
    ----------
    surface
        What is drawn on.
    left_m, top_m
        Road coordinates of its upper left corner.
    scaling
        Pixels of the surface per metre.
    oversampling
        Pixels of the surface per pixel of the final picture; 2 smooths every edge.
    """

    surface: pygame.Surface
    left_m: float
    top_m: float
    scaling: float
    oversampling: int = 1

    def point(self, x_m: float, y_m: float) -> Point:
        """Pixel of a place on the road."""
        return (x_m - self.left_m) * self.scaling, (y_m - self.top_m) * self.scaling

    def shows(self, x_m: float, y_m: float, reach_m: float) -> bool:
        """Whether an object of this radius can be in the picture."""
        u, v = self.point(x_m, y_m)
        reach = (reach_m + 1.0) * self.scaling
        width, height = self.surface.get_size()
        return -reach < u < width + reach and -reach < v < height + reach


class Sketch:
    """A transparent sheet around one object, in the object's own axes, laid on the canvas by ``stamp``.

    Coordinates are shares of its half sizes: ``(1, 0)`` is the middle of its front edge, ``(0, 1)`` of its right one.

    Parameters
    ----------
    yaw_rad
        Long axis against the canvas' x axis, clockwise on the picture.
    length_m, width_m
        Size; objects below ``SMALLEST_PX`` and ``THINNEST_PX`` are enlarged.
    lift_px
        Shift up the final picture, px.
    """

    def __init__(
        self,
        canvas: Canvas,
        x_m: float,
        y_m: float,
        yaw_rad: float,
        length_m: float,
        width_m: float,
        lift_px: float = 0.0,
    ) -> None:
        self.canvas = canvas
        self.length_m, self.width_m = length_m, width_m
        fine = float(canvas.oversampling)
        self.half_length, self.half_width = _half_sizes(
            length_m * canvas.scaling / fine, width_m * canvas.scaling / fine, fine
        )
        self.cos, self.sin = math.cos(yaw_rad), math.sin(yaw_rad)
        u, v = canvas.point(x_m, y_m)
        v -= lift_px * fine
        # room for what sticks out: knots, legs, outlines
        reach = math.ceil(1.25 * math.hypot(self.half_length, self.half_width)) + 3
        self.corner = (math.floor(u) - reach, math.floor(v) - reach)
        self.centre = (u - self.corner[0], v - self.corner[1])
        self.sheet = pygame.Surface((2 * reach + 1, 2 * reach + 1), pygame.SRCALPHA)

    @property
    def smaller(self) -> float:
        """Smaller half size, px of the surface: the natural unit of round parts."""
        return min(self.half_length, self.half_width)

    def at(self, along: float, across: float) -> Point:
        """Pixel on the sheet of a point given in shares of the half sizes."""
        a, b = along * self.half_length, across * self.half_width
        return (
            self.centre[0] + self.cos * a - self.sin * b,
            self.centre[1] + self.sin * a + self.cos * b,
        )

    def polygon(
        self, points: Iterable[Point], colour: Colour | Tint, outline: Colour | None = None
    ) -> None:
        """Draw a filled polygon, if ``outline`` is given with an edge of one pixel of the final picture."""
        corners = [self.at(*p) for p in points]
        pygame.draw.polygon(self.sheet, colour, corners)
        if outline is not None:
            pygame.draw.lines(self.sheet, outline, True, corners, self.canvas.oversampling)

    def rectangle(
        self,
        back: float,
        left: float,
        front: float,
        right: float,
        colour: Colour,
        outline: Colour | None = None,
    ) -> None:
        """Draw a filled rectangle along the object's axes."""
        corners = [(back, left), (front, left), (front, right), (back, right)]
        self.polygon(corners, colour, outline)

    def ellipse(
        self,
        along: float,
        across: float,
        half_length: float,
        half_width: float,
        colour: Colour,
        outline: Colour | None = None,
    ) -> None:
        """Draw a filled ellipse; all sizes in shares."""
        self.polygon(round_points(along, across, half_length, half_width), colour, outline)

    def line(self, points: Sequence[Point], colour: Colour, width_px: float = 1.0) -> None:
        """Draw an open line; its width in px of the final picture."""
        width = max(1, round(width_px * self.canvas.oversampling))
        pygame.draw.lines(self.sheet, colour, False, [self.at(*p) for p in points], width)

    def disc(self, along: float, across: float, radius_px: float, colour: Colour) -> None:
        """Draw a disc; its radius in px of the surface."""
        pygame.draw.circle(self.sheet, colour, self.at(along, across), max(1.0, radius_px))

    def hatch(self) -> None:
        """Cut diagonal stripes out of everything drawn so far."""
        fine = self.canvas.oversampling
        stripes = pygame.Surface(self.sheet.get_size(), pygame.SRCALPHA)
        stripes.fill((255, 255, 255, 255))
        size = stripes.get_width()
        # fixed to the picture, not to the sheet, or the stripes would crawl
        start = -size + (-self.corner[0] - self.corner[1]) % (HATCH_PERIOD_PX * fine)
        for x in range(start, 2 * size, HATCH_PERIOD_PX * fine):
            ends = (x, size), (x + size, 0)
            pygame.draw.line(stripes, (255, 255, 255, 60), *ends, HATCH_WIDTH_PX * fine)
        self.sheet.blit(stripes, (0, 0), special_flags=pygame.BLEND_RGBA_MULT)

    def stamp(self, alpha: float) -> None:
        """Lay the sheet on the canvas with this opacity, 0..1."""
        self.sheet.set_alpha(round(255 * min(max(alpha, 0.0), 1.0)))
        self.canvas.surface.blit(self.sheet, self.corner)


def round_points(
    along: float, across: float, half_length: float, half_width: float, count: int = 24
) -> list[Point]:
    """Corners of a polygon that looks like an ellipse."""
    turns = [2.0 * math.pi * k / count for k in range(count)]
    return [(along + half_length * math.cos(t), across + half_width * math.sin(t)) for t in turns]


def square_point(turn: float, radius: float) -> Point:
    """Point of a superellipse, a square with rounded sides, at an angle in rad."""
    c, s = math.cos(turn), math.sin(turn)
    return radius * math.copysign(abs(c) ** 0.5, c), radius * math.copysign(abs(s) ** 0.5, s)


def _half_sizes(length_px: float, width_px: float, fine: float) -> tuple[float, float]:
    """Half sizes on the surface of an object of this size on the final picture, enlarged if too small to see."""
    grow = max(1.0, SMALLEST_PX / max(length_px, width_px, 1e-6))
    return (
        0.5 * fine * max(grow * length_px, THINNEST_PX),
        0.5 * fine * max(grow * width_px, THINNEST_PX),
    )
