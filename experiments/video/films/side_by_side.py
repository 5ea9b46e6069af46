"""Side by side: several films of one instance in one frame, aligned in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import LARGE, NORMAL, SMALL, Lettering
from experiments.video.drawing.lines import shorten, write_right
from experiments.video.drawing.surfaces import Frame, to_frame
from experiments.video.films.episode import PANEL_HEIGHT_PX, Film

HEADING_PX: Final = 36
"""Height of the line above all panels."""

SEPARATOR_PX: Final = 4
"""Black, above every panel."""

HOLD_S: Final = 2.0
"""The end cards of all policies stay this long."""

TIE_USD: Final = 0.005
"""Costs closer than half a cent are equal."""


class Heading(NamedTuple):
    """What stands above all panels."""

    title: str
    details: str


def compute_height(num_films: int) -> int:
    """Height of a frame with this many films, px; even, as videos need it."""
    return HEADING_PX + num_films * (SEPARATOR_PX + PANEL_HEIGHT_PX)


def count_frames(films: Sequence[Film]) -> int:
    """Frames of ``play``: the longest film and the end cards."""
    return max(film.num_frames for film in films) + round(HOLD_S * films[0].fps)


def play(films: Sequence[Film], heading: Heading) -> Iterator[Frame]:
    """The frames of all films, one above the other; who ends first is dimmed and says how it ended.

    Parameters
    ----------
    films
        Of the same instance, frame rate and width.
    heading
        Above them.

    Yields
    ------
    Frame
        ``count_frames(films)`` of them, all of the same size.
    """
    letters = Lettering()
    fps, width = films[0].fps, films[0].width
    sources = [film.frames() for film in films]
    last_live = [next(source) for source in sources]
    shown = list(last_live)
    has_ended = [False] * len(films)
    num_frames = max(film.num_frames for film in films)
    for k in range(num_frames):
        for i, source in enumerate(sources):
            panel = None if has_ended[i] or k == 0 else next(source, None)
            if panel is not None:
                last_live[i] = shown[i] = panel
            elif k > 0 and not has_ended[i]:
                has_ended[i] = True
                shown[i] = films[i].end_card(last_live[i])
        yield _stack(draw_heading(heading, k / fps, width, letters), shown)
    remarks = compare_costs(films)
    cards = [film.end_card(last_live[i], remarks[i]) for i, film in enumerate(films)]
    final = _stack(draw_heading(heading, (num_frames - 1) / fps, width, letters), cards)
    for _ in range(count_frames(films) - num_frames):
        yield final


def compare_costs(films: Sequence[Film]) -> list[str]:
    """What the end cards say about each other.

    Parameters
    ----------
    films
        In the order of the panels.

    Returns
    -------
    list of str
        ``"cheapest"`` for the cheapest of several, nothing for the others and where all cost the same.
    """
    costs = [film.cost_usd for film in films]
    if max(costs) - min(costs) < TIE_USD:
        return [""] * len(films)
    return ["cheapest" if cost - min(costs) < TIE_USD else "" for cost in costs]


def draw_heading(heading: Heading, seconds: float, width: int, letters: Lettering) -> Frame:
    """The line above all panels, ``(36, width, 3)``."""
    surface = pygame.Surface((width, HEADING_PX))
    surface.fill(ink.PANEL)
    letters.begin_frame()
    after = letters.write(surface, heading.title, 18, 11, NORMAL)
    left = write_right(surface, letters, f"{seconds:.1f} s", width - 14, 8, LARGE)
    # the room for the seconds stays the same, or the text beside them would jump
    room = min(left, width - 100) - after - 36
    details = shorten(letters, heading.details, SMALL, room)
    letters.write(surface, details, after + 18, 13, SMALL, ink.TEXT_DIM)
    return to_frame(surface)


def _stack(heading: Frame, panels: Sequence[Frame]) -> Frame:
    """Everything below each other, with a black line above every panel."""
    separator = np.zeros((SEPARATOR_PX, heading.shape[1], 3), np.uint8)
    parts = [heading]
    for panel in panels:
        parts.extend([separator, panel])
    return np.concatenate(parts)
