"""Text on pictures: one typeface in a few sizes, and tags that do not cover each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import matplotlib as mpl
import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.palette import Colour

SMALL, NORMAL, LARGE = 12, 14, 21
"""Sizes of the letters, px: capitals are 9, 10 and 15 px high."""

FONTS: Final = Path(mpl.get_data_path()) / "fonts" / "ttf"
"""Folder of DejaVu Sans, an open typeface that matplotlib brings to every machine."""

KEPT_SHEETS = 500
"""Written sheets kept at most; a sheet has a few kilobytes."""


class Lettering:
    """Renders text and caches the rendered sheets, because most words occur again in the next picture."""

    def __init__(self) -> None:
        self._fonts: dict[int, pygame.font.Font] = {}
        self._sheets: dict[tuple[str, int, Colour], pygame.Surface] = {}

    def begin_frame(self) -> None:
        """Drop fonts that another viewer's ``pygame.quit`` has invalidated; rendered sheets stay valid."""
        if not pygame.font.get_init():
            pygame.font.init()
        self._fonts.clear()
        if len(self._sheets) > KEPT_SHEETS:
            self._sheets.clear()

    def render(self, text: str, size: int, colour: Colour) -> pygame.Surface:
        """The text on a transparent sheet, which is shared: copy it to change it."""
        key = (text, size, colour)
        if key not in self._sheets:
            if size not in self._fonts:
                weight = "DejaVuSans-Bold.ttf" if size >= LARGE else "DejaVuSans.ttf"
                self._fonts[size] = pygame.font.Font(FONTS / weight, size)
            self._sheets[key] = self._fonts[size].render(text, True, colour)
        return self._sheets[key]

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


class Tag(NamedTuple):
    """A text or a picture, and the pixel that it describes."""

    sheet: pygame.Surface
    anchor: tuple[float, float]
    colour: Colour


def place_tag(
    anchor: tuple[float, float],
    size: tuple[int, int],
    taken: Sequence[pygame.Rect],
    bounds: pygame.Rect,
) -> pygame.Rect:
    """Where a tag goes: above its anchor, else below it, further and further until it covers no other tag."""
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


def draw_tags(surface: pygame.Surface, tags: Sequence[Tag], bounds: pygame.Rect) -> None:
    """Draw tags with thin lines to their anchors; those anchored outside ``bounds`` are left out."""
    shown = [tag for tag in tags if bounds.collidepoint(tag.anchor)]
    places: list[pygame.Rect] = []
    for tag in shown:
        size = tag.sheet.get_width() + 8, tag.sheet.get_height() + 4
        places.append(place_tag(tag.anchor, size, places, bounds))
    # all lines first: none runs over a neighbour's text
    for tag, rect in zip(shown, places, strict=True):
        near = (rect.centerx, rect.bottom if rect.centery < tag.anchor[1] else rect.top)
        pygame.draw.aaline(surface, tag.colour, near, tag.anchor)
    for tag, rect in zip(shown, places, strict=True):
        plate = pygame.Surface(rect.size, pygame.SRCALPHA)
        plate.fill((*ink.PANEL, 205))
        pygame.draw.rect(plate, tag.colour, plate.get_rect(), 1)
        plate.blit(tag.sheet, (4, 2))
        surface.blit(plate, rect)
