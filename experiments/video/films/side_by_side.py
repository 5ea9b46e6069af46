"""Several films of one instance in one picture, under a heading that shows the time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import LARGE, NORMAL, SMALL, Lettering
from envs.specification import TICK_HZ, TICK_S
from experiments.video.course.clock import Moment
from experiments.video.drawing.lines import Pen
from experiments.video.drawing.surfaces import Frame, to_frame
from experiments.video.films.episode import Film
from experiments.video.films.layout import HEADING_PX, Layout, compose

HOLD_S: Final = 2.0
"""The end cards of all policies stay this long."""

TIE_USD: Final = 0.005
"""Costs closer than half a cent are equal."""


class Heading(NamedTuple):
    """Text above all panels."""

    title: str
    details: str


class Timing(NamedTuple):
    """The moments that a film shows."""

    moments: Sequence[Moment]
    fps: int = TICK_HZ

    @property
    def hold(self) -> int:
        """Number of frames of the end cards."""
        return round(HOLD_S * self.fps)

    @property
    def num_frames(self) -> int:
        """Number of frames with the end cards."""
        return len(self.moments) + self.hold

    def frame_at(self, tick: float) -> int:
        """Number of the first frame that shows this time or a later one."""
        later = (k for k, moment in enumerate(self.moments) if moment.tick >= tick)
        return next(later, len(self.moments) - 1)


def play(
    films: Sequence[Film], heading: Heading, timing: Timing, layout: Layout
) -> Iterator[Frame]:
    """Play films at the same time; a film that ends early continues with its end card.

    Parameters
    ----------
    films
        Films of the same instance with panels of the same size; a film may have several panels in a row of its own.
    heading
        Text above them.
    timing
        The moments to show.
    layout
        Arrangement of the panels.

    Yields
    ------
    Frame
        ``timing.num_frames`` frames of the same size.
    """
    letters = Lettering()
    live: list[list[Frame]] = [[] for _ in films]
    cards: list[list[Frame]] = [[] for _ in films]
    for moment in timing.moments:
        for i, film in enumerate(films):
            if moment.tick <= film.course.num_ticks:
                live[i] = film.draw_panels(moment)
            elif not cards[i]:
                cards[i] = film.end_cards(live[i])
        head = draw_heading(heading, moment.tick * TICK_S, layout.width, letters)
        yield compose(head, _flat(cards, live), layout)
    remarks = compare_costs(films)
    cards = [film.end_cards(live[i], remarks[i]) for i, film in enumerate(films)]
    head = draw_heading(heading, timing.moments[-1].tick * TICK_S, layout.width, letters)
    final = compose(head, _flat(cards, live), layout)
    for _ in range(timing.hold):
        yield final
    for film in films:
        film.close()


def _flat(cards: Sequence[Sequence[Frame]], live: Sequence[Sequence[Frame]]) -> list[Frame]:
    """The panels of all films in order: their end cards, or what they show before."""
    return [panel for card, shown in zip(cards, live, strict=True) for panel in card or shown]


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
    after = pen.write(heading.title, 18, 9, NORMAL)
    left = pen.write_right(f"{seconds:.1f} s", width - 14, 5, LARGE)
    # the room for the seconds stays the same, or the text beside them would jump
    room = min(left, width - 100) - after - 36
    details = pen.shorten(heading.details, SMALL, room)
    pen.write(details, after + 18, 11, SMALL, ink.TEXT_DIM)
    return to_frame(surface)
