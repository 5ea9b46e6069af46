"""Objects, tracks of wheels, marks of contacts and text, drawn onto a highway-env surface."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import pygame
from highway_env.road.graphics import WorldSurface

from envs.highway.drawing.looks import DRAW, OUTLINE, Colour, draw_patch

OVERSAMPLING: Final = 4
"""Things are drawn this much larger and scaled down: smooth edges at any angle."""

SMALLEST_PX: Final = 16
"""Longest side of the smallest picture: a 0.3 m thing must be seen at 9 px per metre."""

INK: Final[Colour] = (245, 245, 245)
GHOST: Final[Colour] = (90, 220, 255)
FLASH: Final[Colour] = (255, 214, 64)


class Pose(NamedTuple):
    """Where a thing is and how large, m and rad; ``z`` is its height above the road."""

    x: float
    y: float
    yaw: float
    length: float
    width: float
    z: float = 0.0


def font(size: int) -> pygame.font.Font:
    """The font that comes with pygame: the same on every machine. Not cached: it dies with the window."""
    return pygame.font.Font(None, size)


def draw_text(
    surface: pygame.Surface,
    text: str,
    at: tuple[float, float],
    size: int = 20,
    colour: Colour = INK,
) -> int:
    """Text with its top left corner at a pixel; returns its width in pixels."""
    picture = font(size).render(text, True, colour)
    surface.blit(picture, at)
    return picture.get_width()


def draw_object(surface: WorldSurface, look: str, name: str, pose: Pose, alpha: int = 255) -> None:
    """One object to scale, with a shadow if it is in the air.

    Parameters
    ----------
    surface
        Where to draw.
    look
        Look class.
    name
        Catalogue name: tells spills apart.
    pose
        Where and how large.
    alpha
        0 invisible to 255 opaque: for what is hidden, or imagined.
    """
    scale = surface.scaling
    length, width = pose.length * scale, pose.width * scale
    grow = max(1.0, SMALLEST_PX / max(length, width, 1e-6))
    size = (max(3, round(OVERSAMPLING * length * grow)), max(3, round(OVERSAMPLING * width * grow)))
    picture = pygame.Surface(size, pygame.SRCALPHA)
    if look == "patch":
        draw_patch(picture, name)
    else:
        DRAW[look](picture)
    picture.set_alpha(alpha)
    turned = pygame.transform.rotozoom(picture, -math.degrees(pose.yaw), 1.0 / OVERSAMPLING)
    turned.set_alpha(alpha)
    x, y = surface.pos2pix(pose.x, pose.y)
    if pose.z > 0.05:
        shadow = pygame.Surface(turned.get_size(), pygame.SRCALPHA)
        pygame.draw.ellipse(shadow, (0, 0, 0, 110), shadow.get_rect())
        surface.blit(shadow, shadow.get_rect(center=(x, y)))
        y -= int(pose.z * scale)
    surface.blit(turned, turned.get_rect(center=(x, y)))


def corners(surface: WorldSurface, pose: Pose, margin: float = 0.9) -> list[tuple[int, int]]:
    """Pixels of the four corners of a thing with a margin around it, m."""
    cos, sin = math.cos(pose.yaw), math.sin(pose.yaw)
    half = (0.5 * pose.length + margin, 0.5 * pose.width + margin)
    return [
        surface.pos2pix(
            pose.x + a * half[0] * cos - b * half[1] * sin,
            pose.y + a * half[0] * sin + b * half[1] * cos,
        )
        for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1))
    ]


def draw_frame(surface: WorldSurface, pose: Pose, colour: Colour, *, dashed: bool) -> None:
    """An outline around a thing, dashed for what is not seen or not there."""
    points = corners(surface, pose)
    for a, b in zip(points, points[1:] + points[:1], strict=True):
        if not dashed:
            pygame.draw.line(surface, colour, a, b, 1)
            continue
        steps = max(2, int(math.dist(a, b) // 4))
        for k in range(0, steps, 2):
            start = (a[0] + (b[0] - a[0]) * k / steps, a[1] + (b[1] - a[1]) * k / steps)
            end = (a[0] + (b[0] - a[0]) * (k + 1) / steps, a[1] + (b[1] - a[1]) * (k + 1) / steps)
            pygame.draw.line(surface, colour, start, end, 1)


def draw_wheel_tracks(
    surface: WorldSurface, path: list[tuple[float, float]], half_track: float
) -> None:
    """Two lines where the left and right wheels have been."""
    for side in (-half_track, half_track):
        points = [surface.pos2pix(x, y + side) for x, y in path]
        if len(points) > 1:
            pygame.draw.lines(surface, OUTLINE, False, points, 2)


def draw_contact(surface: WorldSurface, x: float, y: float, text: str, age: float) -> None:
    """A star where a contact happened, fading over a second, with its mode and cost."""
    alpha = int(255 * max(0.0, 1.0 - age))
    star = pygame.Surface((44, 44), pygame.SRCALPHA)
    points = [
        (
            22 + (20 if k % 2 == 0 else 8) * math.cos(k * math.pi / 8),
            22 + (20 if k % 2 == 0 else 8) * math.sin(k * math.pi / 8),
        )
        for k in range(16)
    ]
    pygame.draw.polygon(star, (*FLASH, alpha), points)
    at = surface.pos2pix(x, y)
    surface.blit(star, star.get_rect(center=at))
    label = font(20).render(text, True, FLASH)
    label.set_alpha(alpha)
    surface.blit(label, (at[0] - label.get_width() // 2, at[1] + 16))
