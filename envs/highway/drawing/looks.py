"""What every look class looks like from above, drawn into a rectangle of its own size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pygame

Colour = tuple[int, int, int]

CARDBOARD: Final[Colour] = (196, 150, 90)
DARK: Final[Colour] = (40, 40, 44)
STEEL: Final[Colour] = (150, 156, 165)
WOOD: Final[Colour] = (176, 128, 76)
GREEN: Final[Colour] = (74, 130, 62)
STONE: Final[Colour] = (132, 126, 120)
FUR: Final[Colour] = (126, 88, 58)
CLOTH: Final[Colour] = (222, 214, 202)
ORANGE: Final[Colour] = (238, 112, 34)
BLUE: Final[Colour] = (66, 104, 168)
WHITE: Final[Colour] = (240, 240, 240)
OUTLINE: Final[Colour] = (20, 20, 20)

PATCH_COLOURS: Final[dict[str, Colour]] = {
    "gravel_spill": (168, 160, 146),
    "diesel_or_oil_spill": (30, 26, 40),
    "water_puddle": (92, 132, 176),
    "glass_shards": (196, 224, 228),
    "nails_screws": (120, 120, 126),
}
"""Colour of a spill by catalogue name; others are grey."""


def _box(s: pygame.Surface, colour: Colour) -> None:
    """A rectangle with an outline that fills the surface."""
    s.fill(colour)
    pygame.draw.rect(s, OUTLINE, s.get_rect(), max(1, s.get_height() // 16))


def _carton(s: pygame.Surface) -> None:
    """Flaps and a strip of tape."""
    _box(s, CARDBOARD)
    w, h = s.get_size()
    pygame.draw.rect(s, (224, 190, 130), (0, int(0.42 * h), w, max(2, int(0.16 * h))))
    pygame.draw.line(s, OUTLINE, (0, h // 2), (w, h // 2), max(1, h // 24))


def _bag(s: pygame.Surface) -> None:
    """A dark blob with a tied neck."""
    w, h = s.get_size()
    pygame.draw.ellipse(s, (58, 60, 70), (0, 0, int(0.86 * w), h))
    pygame.draw.polygon(s, (90, 92, 104), [(0.8 * w, h / 2), (w, 0.25 * h), (w, 0.75 * h)])


def _ring(s: pygame.Surface) -> None:
    """A tyre, or a curved piece of one if it is long."""
    w, h = s.get_size()
    pygame.draw.ellipse(s, DARK, s.get_rect())
    if w < 1.6 * h:
        pygame.draw.ellipse(s, (110, 110, 112), s.get_rect().inflate(-w // 2, -h // 2))
    else:
        for k in range(1, 6):
            pygame.draw.line(s, (86, 86, 90), (k * w // 6, 0), (k * w // 6, h), max(1, w // 60))


def _long(s: pygame.Surface) -> None:
    """A beam, or a ladder if it is wide."""
    w, h = s.get_size()
    if h * 9 > w:
        for y in (0, h - max(2, h // 5)):
            pygame.draw.rect(s, STEEL, (0, y, w, max(2, h // 5)))
        for k in range(1, 9):
            pygame.draw.line(s, STEEL, (k * w // 9, 0), (k * w // 9, h), max(2, w // 50))
    else:
        _box(s, WOOD)


def _mattress(s: pygame.Surface) -> None:
    """Quilted cloth."""
    _box(s, CLOTH)
    w, h = s.get_size()
    for k in range(1, 6):
        pygame.draw.line(s, (180, 170, 158), (k * w // 6, 0), (k * w // 6, h), max(1, w // 80))
    for k in range(1, 4):
        pygame.draw.line(s, (180, 170, 158), (0, k * h // 4), (w, k * h // 4), max(1, w // 80))


def _rock(s: pygame.Surface) -> None:
    """An uneven polygon."""
    w, h = s.get_size()
    corners = ((0.1, 0.3), (0.4, 0.0), (0.85, 0.1), (1.0, 0.55), (0.75, 1.0), (0.25, 0.92))
    points = [(x * w, y * h) for x, y in corners]
    pygame.draw.polygon(s, STONE, points)
    pygame.draw.polygon(s, OUTLINE, points, max(1, h // 16))


def _pallet(s: pygame.Surface) -> None:
    """Boards with gaps."""
    w, h = s.get_size()
    for k in range(5):
        pygame.draw.rect(s, WOOD, (0, k * h // 5, w, int(0.14 * h)))
    for x in (0.0, 0.45, 0.9):
        pygame.draw.rect(s, (130, 90, 50), (int(x * w), 0, int(0.1 * w), h))


def _cone(s: pygame.Surface) -> None:
    """Rings of a cone, a drum or a bucket from above."""
    rect = s.get_rect()
    for share, colour in ((0.0, ORANGE), (0.35, WHITE), (0.6, ORANGE)):
        inner = rect.inflate(-int(share * rect.width), -int(share * rect.height))
        pygame.draw.ellipse(s, colour, inner)


def _leaves(s: pygame.Surface) -> None:
    """A stem with leaves on both sides."""
    w, h = s.get_size()
    pygame.draw.line(s, (96, 66, 38), (0, h // 2), (w, h // 2), max(2, h // 10))
    for k in range(7):
        x = (0.08 + 0.13 * k) * w
        for y in (0.05, 0.5):
            pygame.draw.ellipse(s, GREEN, (int(x), int(y * h), int(0.2 * w), int(0.45 * h)))


def _animal(s: pygame.Surface) -> None:
    """Body, head and legs."""
    w, h = s.get_size()
    pygame.draw.ellipse(s, FUR, (0, int(0.15 * h), int(0.75 * w), int(0.6 * h)))
    pygame.draw.ellipse(s, FUR, (int(0.7 * w), 0, int(0.3 * w), int(0.45 * h)))
    for x in (0.12, 0.25, 0.5, 0.62):
        pygame.draw.line(s, FUR, (x * w, 0.6 * h), (x * w, h), max(2, w // 20))


def _sheet(s: pygame.Surface) -> None:
    """A creased tarpaulin."""
    _box(s, BLUE)
    w, h = s.get_size()
    for k in range(4):
        pygame.draw.line(
            s, (98, 138, 200), (k * w // 3, 0), ((k - 1) * w // 3 + w // 6, h), max(1, h // 14)
        )


def _appliance(s: pygame.Surface) -> None:
    """White, with a door."""
    _box(s, WHITE)
    w, h = s.get_size()
    pygame.draw.circle(s, (170, 190, 205), (w // 2, h // 2), min(w, h) // 3)


def _toolbox(s: pygame.Surface) -> None:
    """Dark, with a handle."""
    _box(s, (60, 64, 78))
    w, h = s.get_size()
    pygame.draw.rect(
        s, (200, 60, 50), (int(0.3 * w), int(0.4 * h), int(0.4 * w), max(2, int(0.2 * h)))
    )


def _frame(s: pygame.Surface) -> None:
    """Two wheels and a frame."""
    w, h = s.get_size()
    line = max(2, h // 12)
    r = min(h // 2, w // 4)
    for x in (r, w - r):
        pygame.draw.circle(s, DARK, (x, h // 2), r, line)
    points = [(r, h // 2), (w // 2, h // 5), (w - r, h // 2)]
    pygame.draw.lines(s, (190, 40, 40), True, points, line)


def _part(s: pygame.Surface) -> None:
    """A pipe with a box on it."""
    w, h = s.get_size()
    pygame.draw.rect(s, (120, 110, 104), (0, int(0.35 * h), w, max(2, int(0.3 * h))))
    pygame.draw.ellipse(s, STEEL, (int(0.35 * w), 0, int(0.5 * w), h))


def _flat(s: pygame.Surface) -> None:
    """A plain board or sheet."""
    _box(s, (206, 176, 128))


def _mark(s: pygame.Surface) -> None:
    """A dark stain without an outline."""
    pygame.draw.ellipse(s, (52, 52, 54), s.get_rect())


DRAW: Final[dict[str, Callable[[pygame.Surface], None]]] = {
    "tyre-like": _ring,
    "flat": _flat,
    "box": _carton,
    "bag": _bag,
    "long": _long,
    "soft-furniture": _mattress,
    "vehicle-part": _part,
    "block": _rock,
    "flat-tall": _pallet,
    "drum/cone": _cone,
    "vegetation": _leaves,
    "animal": _animal,
    "sheet-soft": _sheet,
    "box-white": _appliance,
    "box-dark": _toolbox,
    "frame": _frame,
    "ground-mark": _mark,
}
"""One function per look of a body; ``patch`` is drawn by ``draw_patch``."""


def draw_patch(s: pygame.Surface, name: str) -> None:
    """A spill: its colour, and grains for those that have them; the same every time."""
    colour = PATCH_COLOURS.get(name, STEEL)
    w, h = s.get_size()
    pygame.draw.ellipse(s, (*colour, 150), s.get_rect())
    if name in {"gravel_spill", "glass_shards", "nails_screws"}:
        for k in range(160):
            # a fixed low-discrepancy pattern: frames must not depend on a random generator
            x, y = (0.618034 * k) % 1.0, (0.754878 * k) % 1.0
            if (2 * x - 1) ** 2 + (2 * y - 1) ** 2 < 1.0:
                pygame.draw.circle(s, colour, (int(x * w), int(y * h)), max(1, h // 70))
