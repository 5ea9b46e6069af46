"""Marks on the road: wheel tracks, contacts, outlines of measured and of believed positions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Canvas, Point, round_points
from envs.highway.drawing.palette import Colour

DASH_PX = 4.0
"""Length of a dash and of a gap on the final picture [A]: judgement."""

BRACKET_PX = 5.0
"""Length of the arms of a corner bracket on the final picture [A]: judgement."""


def draw_dashed(canvas: Canvas, corners: Sequence[Point], colour: Colour) -> None:
    """Draw a closed dashed line through pixels of the surface."""
    step = DASH_PX * canvas.oversampling
    travelled = 0.0
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        length = math.hypot(x1 - x0, y1 - y0)
        at = 0.0
        while at < length:
            # the dashes go on around the corner
            phase = (travelled + at) % (2.0 * step)
            end = min(length, at + (step - phase if phase < step else 2.0 * step - phase) + 1e-6)
            if phase < step:
                a, b = at / length, end / length
                pygame.draw.line(
                    canvas.surface,
                    colour,
                    (x0 + a * (x1 - x0), y0 + a * (y1 - y0)),
                    (x0 + b * (x1 - x0), y0 + b * (y1 - y0)),
                    canvas.oversampling,
                )
            at = end
        travelled += length


def box_corners(
    canvas: Canvas,
    x_m: float,
    y_m: float,
    yaw_rad: float,
    length_m: float,
    width_m: float,
    pad_px: float = 3.0,
) -> list[Point]:
    """Corners of a turned rectangle around an object, in pixels of the surface, ``pad_px`` away from it."""
    u, v = canvas.point(x_m, y_m)
    pad = pad_px * canvas.oversampling
    a = 0.5 * length_m * canvas.scaling + pad
    b = 0.5 * width_m * canvas.scaling + pad
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    return [(u + c * p - s * q, v + s * p + c * q) for p, q in ((a, b), (-a, b), (-a, -b), (a, -b))]


def draw_belief(
    canvas: Canvas,
    x_m: float,
    y_m: float,
    yaw_rad: float,
    size_m: tuple[float, float],
    sd_m: tuple[float, float],
) -> None:
    """Draw the believed position of a hidden object: a thin outline, and an ellipse of two standard deviations.

    ``size_m`` is the believed length and width; ``sd_m`` the standard deviations along and across the road.
    """
    corners = box_corners(canvas, x_m, y_m, yaw_rad, *size_m)
    pygame.draw.lines(canvas.surface, ink.GHOST, True, corners, canvas.oversampling)
    # never inside the outline, or it would be taken for the object
    reach = [
        max(2.0 * sd * canvas.scaling, 0.5 * max(size_m) * canvas.scaling + 6 * canvas.oversampling)
        for sd in sd_m
    ]
    u, v = canvas.point(x_m, y_m)
    rim = [(u + p * reach[0], v + q * reach[1]) for p, q in round_points(0, 0, 1, 1, 36)]
    draw_dashed(canvas, rim, ink.GHOST)


def draw_measurement(
    canvas: Canvas, x_m: float, y_m: float, yaw_rad: float, length_m: float, width_m: float
) -> None:
    """Draw corner brackets around the measured position and size of a visible object."""
    corners = box_corners(canvas, x_m, y_m, yaw_rad, length_m, width_m, pad_px=5.0)
    for k, (x, y) in enumerate(corners):
        for other in (corners[k - 1], corners[(k + 1) % 4]):
            length = math.hypot(other[0] - x, other[1] - y)
            share = min(0.4, BRACKET_PX * canvas.oversampling / max(length, 1e-6))
            end = (x + share * (other[0] - x), y + share * (other[1] - y))
            pygame.draw.line(canvas.surface, ink.AMBER, (x, y), end, canvas.oversampling)


def draw_phantom(
    canvas: Canvas, x_m: float, y_m: float, yaw_rad: float, length_m: float, width_m: float
) -> None:
    """Draw a dashed frame around a false detection."""
    corners = box_corners(canvas, x_m, y_m, yaw_rad, length_m, width_m, pad_px=5.0)
    draw_dashed(canvas, corners, ink.PHANTOM)


def draw_wheel_tracks(
    canvas: Canvas, poses: Sequence[tuple[float, float, float]], half_track_m: float, back_m: float
) -> None:
    """Draw two lines where the rear wheels have rolled, fading with age.

    ``poses`` are x, y (m) and heading (rad) of the vehicle's centre, oldest first; ``half_track_m`` is from its axis to
    the middle of a tyre, ``back_m`` from its centre back to the rear axle.
    """
    if len(poses) < 2:
        return
    width = max(canvas.oversampling, round(0.2 * canvas.scaling))
    middle = [canvas.point(x, y) for x, y, _ in poses]
    reach = round((half_track_m + back_m) * canvas.scaling) + width
    area = _bounds(middle, reach).clip(canvas.surface.get_rect())
    if area.width == 0 or area.height == 0:
        return
    sheet = pygame.Surface(area.size, pygame.SRCALPHA)
    for side in (-half_track_m, half_track_m):
        points = [
            canvas.point(
                x - back_m * math.cos(h) - side * math.sin(h),
                y - back_m * math.sin(h) + side * math.cos(h),
            )
            for x, y, h in poses
        ]
        points = [(u - area.left, v - area.top) for u, v in points]
        for k in range(1, len(points)):
            colour = (*ink.TYRE, round(190 * k / len(points)))
            pygame.draw.line(sheet, colour, points[k - 1], points[k], width)
    canvas.surface.blit(sheet, area)


def _bounds(points: Sequence[Point], reach: int) -> pygame.Rect:
    """Smallest rectangle around points, larger by ``reach`` on every side."""
    columns, rows = [u for u, _ in points], [v for _, v in points]
    left, top = math.floor(min(columns)), math.floor(min(rows))
    rect = pygame.Rect(left, top, math.ceil(max(columns)) - left, math.ceil(max(rows)) - top)
    return rect.inflate(2 * reach, 2 * reach)


def draw_target(canvas: Canvas, x_m: float, y_m: float, target_y_m: float) -> None:
    """Draw a thin line ahead of the vehicle that ends at the commanded lateral position."""
    width = canvas.oversampling
    points = [
        canvas.point(x_m + 22.0 * s, y_m + (target_y_m - y_m) * s * s * (3.0 - 2.0 * s))
        for s in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    ]
    pygame.draw.lines(canvas.surface, ink.EGO, False, points, width)
    u, v = points[-1]
    size = 4.0 * canvas.oversampling
    arrow = [(u + size, v), (u - size, v - 0.8 * size), (u - size, v + 0.8 * size)]
    pygame.draw.polygon(canvas.surface, ink.EGO, arrow)


def draw_star(
    canvas: Canvas, x_m: float, y_m: float, colour: Colour, size_px: float, alpha: float
) -> None:
    """Draw a star with eight rays and an open middle around the place of a contact; ``size_px`` is its radius."""
    u, v = canvas.point(x_m, y_m)
    reach = size_px * canvas.oversampling
    sheet = pygame.Surface((2 * math.ceil(reach) + 2,) * 2, pygame.SRCALPHA)
    middle = sheet.get_width() / 2.0
    corners = []
    for k in range(16):
        radius = reach if k % 2 == 0 else 0.55 * reach
        turn = math.pi * k / 8.0
        corners.append((middle + radius * math.cos(turn), middle + radius * math.sin(turn)))
    pygame.draw.polygon(sheet, colour, corners)
    pygame.draw.circle(sheet, ink.WHITE, (middle, middle), 0.50 * reach)
    pygame.draw.circle(sheet, (0, 0, 0, 0), (middle, middle), 0.42 * reach)
    sheet.set_alpha(round(255 * min(max(alpha, 0.0), 1.0)))
    canvas.surface.blit(sheet, (u - middle, v - middle))


def draw_sight_limit(
    canvas: Canvas, x_m: float, range_m: float, colour: Colour, strength: float
) -> None:
    """Draw a veil beyond the sight range of an observer at ``x_m``, denser over its last third up to ``strength``."""
    width, height = canvas.surface.get_size()
    strip_px = 8 * canvas.oversampling
    strip = pygame.Surface((strip_px, height))
    strip.fill(colour)
    for left in range(0, width, strip_px):
        distance = (left + 0.5 * strip_px) / canvas.scaling + canvas.left_m - x_m
        share = (distance - 0.67 * range_m) / (0.33 * range_m)
        if share > 0.0:
            strip.set_alpha(round(255 * strength * min(share, 1.0)))
            canvas.surface.blit(strip, (left, 0))
