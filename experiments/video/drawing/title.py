"""Title strip above a policy's picture: its name, decision and reason, speed, and cost so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import LARGE, NORMAL, SMALL
from envs.highway.drawing.palette import Colour
from envs.highway.drawing.panel import KMH_PER_MPS, format_usd
from experiments.rollout.listener import UNSAID
from experiments.video.course.script import Caption
from experiments.video.drawing.lines import Pen
from policies.base import Option

TITLE_PX: Final = 72
"""Height of the strip."""

EDGE_PX: Final = 6
"""Width of the bar in the policy's colour at the left edge."""

LEFT_PX: Final = 18

RIGHT_PX: Final = 14

WIDE_PX: Final = 1000
"""Only wider strips list the imagined options."""

NUMBERS_PX: Final = 210
"""Room for speed and cost at the right end of a wide strip."""

OPTIONS_LEFT_PX: Final = 330
"""Left edge of the imagined options of a wide strip."""

OPTION_PX: Final = 345
"""Room for one imagined option."""

OPTION_NAME_PX: Final = 210

OPTION_ROWS: Final = 3

BAR_PX: Final = 36
"""Length of the bar of the costliest option."""


class Title(NamedTuple):
    """Contents of the title strip."""

    name: str
    colour: Colour
    caption: Caption
    speed_mps: float
    cost_usd: float
    is_over: bool = False  # the cost is final


def draw_title(pen: Pen, area: pygame.Rect, title: Title) -> None:
    """Fill ``area`` with the strip: name and cost above, decision and speed below."""
    pygame.draw.rect(pen.surface, ink.PANEL, area)
    bar = pygame.Rect(area.left, area.top, EDGE_PX, area.height)
    pygame.draw.rect(pen.surface, title.colour, bar)
    x, top = area.left + LEFT_PX, area.top
    name_right, reason_right = _write_numbers(pen, title, area)
    if title.caption.options and area.width >= WIDE_PX:
        right = area.right - NUMBERS_PX
        left = area.left + OPTIONS_LEFT_PX
        _write_options(
            pen, title.caption.options, pygame.Rect(left, top, right - left, area.height)
        )
        name_right = reason_right = left
    name = pen.shorten(title.name, LARGE, name_right - x - 16)
    pen.write(name, x, top + 9, LARGE, title.colour)
    _write_decision(pen, title, x, top + 39, reason_right - 16)


def draw_name(pen: Pen, name: str, details: str, colour: Colour) -> None:
    """Fill the top of a panel with a strip without numbers: a name and a line of details."""
    width = pen.surface.get_width()
    pygame.draw.rect(pen.surface, ink.PANEL, pygame.Rect(0, 0, width, TITLE_PX))
    pygame.draw.rect(pen.surface, colour, pygame.Rect(0, 0, EDGE_PX, TITLE_PX))
    room = width - LEFT_PX - RIGHT_PX
    pen.write(pen.shorten(name, LARGE, room), LEFT_PX, 9, LARGE, colour)
    pen.write(pen.shorten(details, SMALL, room), LEFT_PX, 43, SMALL, ink.TEXT_DIM)


def _write_decision(pen: Pen, title: Title, x: int, y: int, right: int) -> None:
    """Write the label on its plate, and the reason beside it."""
    caption = title.caption
    if caption.label == UNSAID and not caption.reason:
        pen.write("gives no reasons", x, y + 5, SMALL, ink.TEXT_DIM)
        return
    after = pen.draw_label(caption.label, x, y)
    start = after + 10 if after > x else x
    reason = pen.shorten(caption.reason.replace("_", " "), NORMAL, right - start)
    pen.write(reason, start, y + 4)


def _write_options(pen: Pen, options: Sequence[Option], room: pygame.Rect) -> None:
    """Write names and imagined costs, the chosen one first and bright."""
    columns = max(1, room.width // OPTION_PX)
    shown = options[: columns * OPTION_ROWS]
    left_out = len(options) - len(shown)
    head = "imagined, US$" + (f"   {len(shown)} of {len(options)}" if left_out else "")
    pen.write(head, room.left, room.top + 4, SMALL, ink.TEXT_DIM)
    largest = max(max(option.score_usd for option in shown), 1e-9)
    for k, option in enumerate(shown):
        x = room.left + OPTION_PX * (k // OPTION_ROWS)
        y = room.top + 20 + 16 * (k % OPTION_ROWS)
        colour = ink.AMBER if k == 0 else ink.TEXT_DIM
        name = pen.shorten(option.name, SMALL, OPTION_NAME_PX)
        pen.write(name, x, y, SMALL, colour)
        length = max(2, round(BAR_PX * max(option.score_usd, 0.0) / largest))
        bar = pygame.Rect(x + OPTION_NAME_PX + 8, y + 3, length, 9)
        pygame.draw.rect(pen.surface, colour, bar, border_radius=2)
        pen.write(format_usd(option.score_usd), bar.right + 5, y, SMALL, colour)


def _write_numbers(pen: Pen, title: Title, area: pygame.Rect) -> tuple[int, int]:
    """Write cost and speed at the right end; returns the x before each of them."""
    right = area.right - RIGHT_PX
    left = pen.write_right(format_usd(title.cost_usd), right, area.top + 9, LARGE)
    head = "expected cost" if title.is_over else "cost so far"
    left = pen.write_right(head, left - 8, area.top + 17, SMALL, ink.TEXT_DIM)
    speed = f"{title.speed_mps * KMH_PER_MPS:.0f} km/h"
    return left, pen.write_right(speed, right, area.top + 43)
