"""Several films of one instance in one picture, under a heading that shows the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import LARGE, NORMAL, SMALL, Lettering
from experiments.video.drawing.lines import Pen
from experiments.video.drawing.surfaces import Frame, to_frame
from experiments.video.films.episode import Film

HEADING_PX: Final = 36
"""Height of the heading above all panels."""

SEPARATOR_PX: Final = 4
"""Height of the black line above every panel."""

HOLD_S: Final = 2.0
"""The end cards of all policies stay this long."""

TIE_USD: Final = 0.005
"""Costs closer than half a cent are equal."""


class Heading(NamedTuple):
    """Text above all panels."""

    title: str
    details: str


def count_frames(films: Sequence[Film]) -> int:
    """Number of frames of ``play``: the longest film and the end cards."""
    return max(film.num_frames for film in films) + round(HOLD_S * films[0].fps)


def stack(heading: Frame, panels: Sequence[Frame]) -> Frame:
    """Stack the heading and the panels, with a black line above every panel."""
    separator = np.zeros((SEPARATOR_PX, heading.shape[1], 3), np.uint8)
    return np.concatenate([heading, *(part for panel in panels for part in (separator, panel))])


def play(
    films: Sequence[Film],
    heading: Heading,
    width: int | None = None,
    compose: Callable[[Frame, Sequence[Frame]], Frame] = stack,
) -> Iterator[Frame]:
    """Play films at the same time; a film that ends early continues with its end card.

    Parameters
    ----------
    films
        Films of the same instance, frame rate and width.
    heading
        Text above them.
    width
        Width of the heading, px; that of one film if not given.
    compose
        Puts the heading and one panel per film together.

    Yields
    ------
    Frame
        ``count_frames(films)`` frames of the same size.
    """
    letters = Lettering()
    fps, width = films[0].fps, width or films[0].width
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
        yield compose(draw_heading(heading, k / fps, width, letters), shown)
    remarks = compare_costs(films)
    cards = [film.end_card(last_live[i], remarks[i]) for i, film in enumerate(films)]
    final = compose(draw_heading(heading, (num_frames - 1) / fps, width, letters), cards)
    for _ in range(count_frames(films) - num_frames):
        yield final


def compare_costs(films: Sequence[Film]) -> list[str]:
    """One remark per film: ``"cheapest"`` for the cheapest ones, empty for the others and if all cost the same."""
    costs = [film.cost_usd for film in films]
    if max(costs) - min(costs) < TIE_USD:
        return [""] * len(films)
    return ["cheapest" if cost - min(costs) < TIE_USD else "" for cost in costs]


def draw_heading(heading: Heading, seconds: float, width: int, letters: Lettering) -> Frame:
    """Draw the heading, ``(36, width, 3)``."""
    surface = pygame.Surface((width, HEADING_PX))
    surface.fill(ink.PANEL)
    letters.begin_frame()
    pen = Pen(surface, letters)
    after = pen.write(heading.title, 18, 11, NORMAL)
    left = pen.write_right(f"{seconds:.1f} s", width - 14, 8, LARGE)
    # the room for the seconds stays the same, or the text beside them would jump
    room = min(left, width - 100) - after - 36
    details = pen.shorten(heading.details, SMALL, room)
    pen.write(details, after + 18, 13, SMALL, ink.TEXT_DIM)
    return to_frame(surface)
