"""Contact sheet: one picture with key moments from top to bottom and policies from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import LARGE, NORMAL, SMALL, Lettering
from envs.highway.drawing.panel import KMH_PER_MPS, format_usd
from envs.specification import DECISION_S, TICKS_PER_DECISION, column
from experiments.video.course.moments import key_moments
from experiments.video.drawing.ending import dim
from experiments.video.drawing.lens import make_lens
from experiments.video.drawing.lines import Pen
from experiments.video.drawing.surfaces import Frame, to_frame, to_surface
from experiments.video.films.bird import Bird
from experiments.video.films.episode import Film
from experiments.video.films.layout import HEADING_PX
from experiments.video.films.side_by_side import Heading, compare_costs

CELL_PX: Final = (640, 160)
"""Pictures of one policy at one moment; too low for the reference engine's own read-out."""

SCALING, CENTRING = 7.0, (0.18, 0.5)
"""Pixels per metre of the bird's view, and where in it the ego is."""

CAPTION_PX: Final = 34
"""Height of the line under a picture."""

TIMES_PX: Final = 84
"""Width of the column of times."""

NAMES_PX: Final = 64
"""Height of the row of names."""

DRIVER_PX: Final = 284
"""Width of the driver's view in the left of a picture, unless the film shows the road from above only."""

GAP_PX: Final = 8
"""Gap below every row."""

COLUMN_GAP_PX: Final = 24
"""Gap beside every column."""


def compute_size(num_films: int, num_moments: int) -> tuple[int, int]:
    """Width and height of a sheet, px."""
    width = TIMES_PX + num_films * (CELL_PX[0] + COLUMN_GAP_PX)
    row = CELL_PX[1] + CAPTION_PX + GAP_PX
    return width, HEADING_PX + NAMES_PX + num_moments * row


def draw_sheet(
    films: Sequence[Film], heading: Heading, moments: Sequence[int] | None = None
) -> Frame:
    """Draw the contact sheet of films, ``compute_size(len(films), len(moments))`` large.

    Parameters
    ----------
    films
        Films of the same instance; they are drawn again in another size.
    heading
        Text above everything.
    moments
        Numbers of complete decisions, rising; chosen by ``key_moments`` if not given.
    """
    if moments is None:
        shown = max(film.num_decisions for film in films)
        moments = key_moments([film.script for film in films], shown)
    sheet = pygame.Surface(compute_size(len(films), len(moments)))
    sheet.fill(ink.PANEL)
    pen = Pen(sheet, Lettering())
    pen.letters.begin_frame()
    after = pen.write(heading.title, 18, 9, NORMAL)
    details = pen.shorten(heading.details, SMALL, sheet.get_width() - after - 36)
    pen.write(details, after + 18, 11, SMALL, ink.TEXT_DIM)
    remarks = compare_costs(films)
    for i, film in enumerate(films):
        left = TIMES_PX + i * (CELL_PX[0] + COLUMN_GAP_PX)
        _write_name(pen, film, remarks[i], left)
        pictures = _shoot(film, moments)
        # a viewer that is closed takes the fonts with it
        pen.letters.begin_frame()
        for row, moment in enumerate(moments):
            top = _top_of(row)
            sheet.blit(to_surface(pictures[min(moment, film.num_decisions)]), (left, top))
            if moment > film.num_decisions:
                dim(sheet, pygame.Rect((left, top), CELL_PX))
            _write_caption(pen, film, moment, (left, top + CELL_PX[1]))
    for row, moment in enumerate(moments):
        middle = _top_of(row) + CELL_PX[1] // 2
        pen.write_right(f"{moment * DECISION_S:.1f} s", TIMES_PX - 14, middle - 10, LARGE)
    return to_frame(sheet)


def _top_of(row: int) -> int:
    """Upper edge of a row of pictures."""
    return HEADING_PX + NAMES_PX + row * (CELL_PX[1] + CAPTION_PX + GAP_PX)


def _shoot(film: Film, moments: Sequence[int]) -> dict[int, Frame]:
    """Pictures of one script by number of complete decisions; after its end, the last picture."""
    width, height = CELL_PX
    driver = DRIVER_PX if film.shape.driver_px else 0
    bird = Bird(film.course, (width - driver, height), SCALING, CENTRING)
    lens = make_lens(driver, height, is_chase=film.shape.is_chase)
    found: dict[int, Frame] = {}
    for moment in sorted({min(moment, film.num_decisions) for moment in moments}):
        tick = float(moment * TICKS_PER_DECISION)
        world = film.course.at(tick)
        parts = [to_frame(bird.draw(world, tick))]
        if lens is not None:
            parts.insert(0, lens.shoot(world))
        found[moment] = np.hstack(parts)
    bird.close()
    return found


def _write_name(pen: Pen, film: Film, remark: str, left: int) -> None:
    """Write the head of a column: name, ending and cost."""
    top, right = HEADING_PX, left + CELL_PX[0]
    pygame.draw.rect(pen.surface, film.colour, pygame.Rect(left, top, CELL_PX[0], 4))
    edge = pen.write_right(film.ending.cost, right, top + 14, LARGE)
    if remark:
        pen.write_right(remark, edge - 14, top + 20, NORMAL, ink.STRADDLED)
    name = pen.shorten(film.script.name, LARGE, CELL_PX[0] // 2 - 20)
    pen.write(name, left, top + 14, LARGE, film.colour)
    ending = film.ending
    words = ending.headline + (f", {ending.contacts}" if ending.contacts else "")
    colour = ink.STRUCK if ending.is_bad else ink.TEXT_DIM
    words = pen.shorten(words, SMALL, CELL_PX[0])
    pen.write(words, left, top + 43, SMALL, colour)


def _write_caption(pen: Pen, film: Film, moment: int, corner: tuple[int, int]) -> None:
    """Write the line under a picture: current decision, speed, cost so far."""
    x, y = corner
    script = film.script
    if moment > film.num_decisions:
        pen.write(film.ending.headline, x, y + 9, SMALL, ink.TEXT_DIM)
        return
    caption = film.captions[max(moment - 1, 0)]
    after = pen.draw_label(caption.label, x, y + 5)
    start = after + 10 if after > x else x
    cost = format_usd(float(script.episode.total_usd[:moment].sum()))
    right = pen.write_right(cost, x + CELL_PX[0], y + 9, NORMAL)
    speed = float(script.episode.ego[moment, column.E_SPEED]) * KMH_PER_MPS
    pen.write_right(f"{speed:.0f} km/h", x + CELL_PX[0] - 90, y + 9, NORMAL)
    room = min(right, x + CELL_PX[0] - 90) - 90 - start
    reason = pen.shorten(caption.reason.replace("_", " "), NORMAL, room)
    pen.write(reason, start, y + 9)
