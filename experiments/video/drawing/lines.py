"""Writes lines of text in a given width and text on plates, for titles, end cards and contact sheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import NORMAL, Lettering
from envs.highway.drawing.palette import Colour
from policies.base import LABELS

POLICY_COLOURS: Final[tuple[Colour, ...]] = (
    (213, 94, 0),
    (86, 180, 233),
    (0, 158, 115),
    (204, 121, 167),
    (240, 228, 66),
    (230, 159, 0),
)
"""One per policy, distinguishable with any colour vision (Okabe and Ito 2008).

The first two, of rules and model unless others are asked for, are near those of their kinds on pages.
"""

LABEL_COLOURS: Final[tuple[Colour, ...]] = (
    ink.TEXT_DIM,
    ink.STRUCK,
    ink.STRADDLED,
    ink.GHOST,
    ink.GHOST,
    ink.AMBER,
)
"""Plates of ``policies.base.LABELS``; the label is written on them too."""


class Pen(NamedTuple):
    """Writes text on one surface; ``x`` and ``y`` are upper left corners, px."""

    surface: pygame.Surface
    letters: Lettering

    def write(
        self, text: str, x: int, y: int, size: int = NORMAL, colour: Colour = ink.TEXT
    ) -> int:
        """Write one line; returns the x after it."""
        return self.letters.write(self.surface, text, x, y, size, colour)

    def write_right(
        self, text: str, right: int, y: int, size: int = NORMAL, colour: Colour = ink.TEXT
    ) -> int:
        """Write one line that ends at ``right``; returns the x before it."""
        left = right - self.letters.render(text, size, colour).get_width()
        self.write(text, left, y, size, colour)
        return left

    def shorten(self, text: str, size: int, width_px: int) -> str:
        """The text, or its longest prefix that fits into a width, with an ellipsis."""

        def fits(part: str) -> bool:
            return self.letters.render(part, size, ink.TEXT).get_width() <= width_px

        if fits(text):
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if fits(text[:middle].rstrip() + "…"):
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + "…"

    def draw_label(self, label: int, x: int, y: int) -> int:
        """Draw the plate of a decision's label; returns the x after it, which is ``x`` without a label."""
        if not 0 <= label < len(LABELS):
            return x
        sheet = self.letters.render(LABELS[label], NORMAL, ink.PANEL)
        plate = pygame.Rect(x, y, sheet.get_width() + 14, sheet.get_height() + 7)
        pygame.draw.rect(self.surface, LABEL_COLOURS[label], plate, border_radius=3)
        self.surface.blit(sheet, (plate.left + 7, plate.top + 3))
        return plate.right

    def draw_plate(self, text: str, x: int, y: int, size: int, colour: Colour) -> None:
        """Write one line on a dark plate, whose upper left corner is given."""
        sheet = self.letters.render(text, size, colour)
        plate = pygame.Rect(x, y, sheet.get_width() + 18, sheet.get_height() + 8)
        pygame.draw.rect(self.surface, ink.PANEL, plate, border_radius=4)
        self.surface.blit(sheet, (plate.left + 9, plate.top + 4))

    def draw_centred(self, lines: Sequence[tuple[str, int, Colour]], room: pygame.Rect) -> None:
        """Draw lines of text with sizes and colours, one below the other, on a dark plate in the middle of a room."""
        gap, pad = 6, 16
        sheets = [
            self.letters.render(self.shorten(text, size, room.width - 2 * pad - 8), size, colour)
            for text, size, colour in lines
        ]
        width = max(sheet.get_width() for sheet in sheets) + 2 * pad
        height = sum(sheet.get_height() for sheet in sheets) + gap * (len(sheets) - 1) + 2 * pad
        plate = pygame.Rect(0, 0, width, height)
        plate.center = room.center
        pygame.draw.rect(self.surface, ink.PANEL, plate, border_radius=6)
        pygame.draw.rect(self.surface, ink.TEXT_DIM, plate, 1, border_radius=6)
        y = plate.top + pad
        for sheet in sheets:
            self.surface.blit(sheet, (plate.centerx - sheet.get_width() // 2, y))
            y += sheet.get_height() + gap
