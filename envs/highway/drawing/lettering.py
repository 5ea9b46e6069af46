"""Text on pictures: one typeface in a few sizes, and tags that do not cover each other."""

from __future__ import annotations

from collections.abc import Sequence

import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.palette import Colour

SMALL, NORMAL, LARGE = 17, 20, 30
"""Sizes of pygame's own typeface (capitals of 8, 9 and 14 px); it comes with pygame, so every machine has it."""


class Lettering:
    """Writes text; made anew for every frame, because fonts do not survive another viewer's ``pygame.quit``."""

    def __init__(self) -> None:
        if not pygame.font.get_init():
            pygame.font.init()
        self._fonts: dict[int, pygame.font.Font] = {}

    def render(self, text: str, size: int, colour: Colour) -> pygame.Surface:
        """The text on a transparent sheet."""
        if size not in self._fonts:
            self._fonts[size] = pygame.font.Font(None, size)
        return self._fonts[size].render(text, True, colour)

    def write(
        self,
        surface: pygame.Surface,
        text: str,
        x: int,
        y: int,
        size: int = NORMAL,
        colour: Colour = ink.TEXT,
    ) -> int:
        """Write one line with its upper left corner at ``(x, y)``; returns the x after it."""
        sheet = self.render(text, size, colour)
        surface.blit(sheet, (x, y))
        return x + sheet.get_width()


def place_tag(
    anchor: tuple[float, float],
    size: tuple[int, int],
    taken: Sequence[pygame.Rect],
    bounds: pygame.Rect,
) -> pygame.Rect:
    """Where a tag goes: above its anchor, else below it, stepping away until nothing is covered.

    Parameters
    ----------
    anchor
        Pixel the tag speaks of.
    size
        Of the tag, px.
    taken
        Tags placed before.
    bounds
        Where tags may be.

    Returns
    -------
    pygame.Rect
        Inside ``bounds`` if it is large enough.
    """
    width, height = size
    for step in range(1, 12):
        for side in (-1, 1):
            rect = pygame.Rect(0, 0, width, height)
            distance = 16 + (step - 1) * (height + 2) + height // 2
            rect.center = round(anchor[0]), round(anchor[1]) + side * distance
            rect = rect.clamp(bounds)
            covers = rect.collidepoint(anchor) or rect.collidelist(list(taken)) >= 0
            if not covers:
                return rect
    return pygame.Rect(round(anchor[0]), round(anchor[1]), width, height).clamp(bounds)


def draw_tag(
    surface: pygame.Surface,
    sheet: pygame.Surface,
    anchor: tuple[float, float],
    taken: list[pygame.Rect],
    bounds: pygame.Rect,
    colour: Colour,
) -> None:
    """Draw a tag with a thin line to what it speaks of; ``taken`` grows by its place."""
    rect = place_tag(anchor, (sheet.get_width() + 8, sheet.get_height() + 4), taken, bounds)
    taken.append(rect)
    near = (rect.centerx, rect.bottom if rect.centery < anchor[1] else rect.top)
    pygame.draw.aaline(surface, colour, near, anchor)
    plate = pygame.Surface(rect.size, pygame.SRCALPHA)
    plate.fill((*ink.PANEL, 205))
    pygame.draw.rect(plate, colour, plate.get_rect(), 1)
    plate.blit(sheet, (4, 2))
    surface.blit(plate, rect)
