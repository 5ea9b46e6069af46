"""Cars and trucks from above, drawn from plain values."""

from __future__ import annotations

from typing import NamedTuple

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Canvas, Sketch
from envs.highway.drawing.palette import Colour

CAB_SHARE = 0.17
"""Length of a truck's cab over its whole length [A]: judgement."""


class Body(NamedTuple):
    """Shape, pose and lamps of a vehicle to draw."""

    x_m: float
    y_m: float
    heading_rad: float
    length_m: float
    width_m: float
    is_ego: bool = False
    is_truck: bool = False
    brakes: bool = False
    has_crashed: bool = False
    alpha: float = 1.0  # opacity 0..1
    paint: str = "blue"  # a key of envs.highway.drawing.palette.PAINTS; cars only


def draw_vehicle(canvas: Canvas, body: Body) -> None:
    """Draw a vehicle to scale; brake lamps glow beyond the body, a crashed vehicle is red and crossed out."""
    if not canvas.shows(body.x_m, body.y_m, body.length_m):
        return
    s = Sketch(canvas, body.x_m, body.y_m, body.heading_rad, body.length_m, body.width_m)
    if body.is_truck:
        _paint_truck(s, ink.CRASHED if body.has_crashed else ink.TRUCK)
    else:
        _paint_car(s, _car_colour(body))
    _paint_lamps(s, brakes=body.brakes)
    if body.has_crashed:
        s.line([(-0.9, -0.9), (0.9, 0.9)], ink.OUTLINE, 1.5)
        s.line([(-0.9, 0.9), (0.9, -0.9)], ink.OUTLINE, 1.5)
    s.stamp(body.alpha)


def _car_colour(body: Body) -> Colour:
    """Colour of a car: green for the ego, its paint for others, red after a crash."""
    if body.has_crashed:
        return ink.CRASHED
    return ink.EGO if body.is_ego else ink.PAINTS[body.paint]


def _shade(colour: Colour, share: float) -> Colour:
    """A darker or lighter tone."""
    red, green, blue = (min(255, round(c * share)) for c in colour)
    return red, green, blue


def _paint_car(s: Sketch, colour: Colour) -> None:
    """Paint body with cut corners, windscreen, roof, rear window, mirrors."""
    hull = [
        (-1.0, -0.80), (-0.93, -0.97), (0.80, -1.0), (0.96, -0.78), (1.0, -0.40), (1.0, 0.40),
        (0.96, 0.78), (0.80, 1.0), (-0.93, 0.97), (-1.0, 0.80),
    ]  # fmt: skip
    for across in (-1.08, 1.08):
        s.rectangle(0.24, across - 0.08, 0.32, across + 0.08, _shade(colour, 0.7))
    s.polygon(hull, colour, ink.OUTLINE)
    s.polygon([(0.20, -0.72), (0.46, -0.80), (0.46, 0.80), (0.20, 0.72)], ink.GLASS)
    s.polygon([(-0.52, -0.72), (-0.74, -0.78), (-0.74, 0.78), (-0.52, 0.72)], ink.GLASS)
    s.rectangle(-0.52, -0.74, 0.20, 0.74, _shade(colour, 1.15))
    s.line([(0.50, -0.45), (0.92, -0.38)], _shade(colour, 0.8))
    s.line([(0.50, 0.45), (0.92, 0.38)], _shade(colour, 0.8))


def _paint_truck(s: Sketch, colour: Colour) -> None:
    """Paint trailer, gap, cab with windscreen."""
    gap = 1.0 - 2.0 * CAB_SHARE
    s.rectangle(gap - 0.08, -0.30, gap + 0.04, 0.30, ink.TYRE)
    s.rectangle(-1.0, -1.0, gap - 0.06, 1.0, colour, ink.OUTLINE)
    for k in range(1, 8):
        along = -1.0 + (gap + 0.94) * k / 8
        s.line([(along, -0.96), (along, 0.96)], _shade(colour, 0.9))
    s.rectangle(gap, -0.97, 1.0, 0.97, ink.TRUCK_CAB, ink.OUTLINE)
    s.rectangle(0.90, -0.85, 0.965, 0.85, ink.GLASS)
    for across in (-1.10, 1.10):
        s.rectangle(0.86, across - 0.08, 0.90, across + 0.08, ink.OUTLINE)


def _paint_lamps(s: Sketch, *, brakes: bool) -> None:
    """Paint head lamps in front, tail lamps behind; bright and with a glow when braking."""
    # a fixed depth in px: a truck's lamps are not longer than a car's
    depth = 0.22 * s.canvas.scaling / s.half_length
    for across in (-0.70, 0.70):
        s.rectangle(1.0 - depth, across - 0.20, 1.0, across + 0.20, ink.HEAD_LAMP)
        colour = ink.BRAKE_LAMP if brakes else ink.TAIL_LAMP
        s.rectangle(-1.0, across - 0.26, -1.0 + depth, across + 0.26, colour)
        if brakes:
            s.rectangle(-1.0 - depth, across - 0.26, -1.0, across + 0.26, ink.BRAKE_LAMP)
