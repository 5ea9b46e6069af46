"""The film of a dream that starts at a real moment, beside the true course under the same actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import LARGE, SMALL, Lettering
from envs.highway.drawing.panel import format_usd
from envs.specification import DECISION_HZ, DECISION_S, TICK_S, TICKS_PER_DECISION
from experiments.video.course.clock import Moment, set_clock
from experiments.video.drawing.ahead import draw_names
from experiments.video.drawing.ending import draw_ending
from experiments.video.drawing.lens import make_lens
from experiments.video.drawing.lines import Pen
from experiments.video.drawing.strip import draw_strip
from experiments.video.drawing.surfaces import Frame, to_frame, to_surface
from experiments.video.drawing.title import RIGHT_PX, TITLE_PX, draw_name
from experiments.video.films.bird import Bird
from experiments.video.films.dreaming import Dreamt
from experiments.video.films.episode import Film
from experiments.video.films.layout import Layout, arrange, compose
from experiments.video.films.side_by_side import Heading, Timing, draw_heading

FPS: Final = 15

PER_DECISION: Final = FPS // DECISION_HZ
"""Frames per decision of a film with ``FPS`` frames per second."""


def time_dream(dreamt: Dreamt, fps: int = FPS) -> Timing:
    """The moments of the film of a dream."""
    first = dreamt.start * TICKS_PER_DECISION
    return Timing(set_clock(first + dreamt.shown * TICKS_PER_DECISION, fps, first=first), fps)


def play(
    dreamt: Dreamt, heading: Heading, timing: Timing | None = None, layout: Layout | None = None
) -> Iterator[Frame]:
    """The true course on the left or above, the dream beside it; both have a red edge after they diverge.

    Parameters
    ----------
    dreamt
        What is shown.
    heading
        Text above both.
    timing
        The moments to show; ``FPS`` frames per second if not given.
    layout
        Arrangement of the two panels; the driver's view above the bird's view if not given.

    Yields
    ------
    Frame
        ``timing.num_frames`` frames.
    """
    layout = layout or arrange("both", 2)
    timing = timing or time_dream(dreamt)
    film, panel = Film(dreamt.script, shape=layout.shape), _DreamPanel(dreamt, layout)
    letters = Lettering()
    real = frame = film.draw(timing.moments[0])
    for moment in timing.moments:
        # only a dream that outlasts the truth is still filmed then
        if moment.tick <= film.course.num_ticks:
            truth = real = film.draw(moment)
        else:
            truth = film.end_card(real)
        step = dreamt.step_at(moment.tick)
        if not dreamt.remark:
            truth = _mark(truth, dreamt, step, letters)
        dream = _mark(panel.draw(moment, step), dreamt, step, letters)
        head = draw_heading(heading, moment.tick * TICK_S, layout.width, letters)
        frame = compose(head, [truth, dream], layout)
        yield frame
    for _ in range(timing.hold):
        yield frame
    film.close()
    panel.close()


class _DreamPanel:
    """Draws the dream with its own title."""

    def __init__(self, dreamt: Dreamt, layout: Layout) -> None:
        self._dreamt, self._shape = dreamt, layout.shape
        self._letters = Lettering()
        size = (self._shape.width, self._shape.bird_px or 64)
        self._bird = Bird(dreamt.course, size)
        shape = self._shape
        self._lens = make_lens(shape.width, shape.driver_px, is_chase=shape.is_chase)

    def draw(self, moment: Moment, step: int) -> Frame:
        """Draw the panel at a moment, which is in a decision of the dream."""
        dreamt, shape = self._dreamt, self._shape
        tick = min(moment.tick - dreamt.start * TICKS_PER_DECISION, dreamt.course.num_ticks)
        world = dreamt.course.at(tick)
        surface = pygame.Surface((shape.width, shape.height))
        if self._lens is not None:
            self._lens.paint(surface, world, TITLE_PX)
        if shape.bird_px:
            surface.blit(self._bird.draw(world, tick), (0, TITLE_PX + shape.driver_px))
        self._letters.begin_frame()
        pen = Pen(surface, self._letters)
        if self._lens is not None:
            area = pygame.Rect(0, TITLE_PX, shape.width, shape.driver_px)
            names = dreamt.course.scenes[int(tick)].debris_types
            draw_names(pen, area, world, self._lens, names)
        below = pygame.Rect(0, shape.height - shape.strip_px, shape.width, shape.strip_px)
        if shape.strip_px:
            draw_strip(pen, below, self._bird.read(world, tick), ())
        if dreamt.ending is not None and step > dreamt.dreamt_steps:
            area = pygame.Rect(0, TITLE_PX, shape.width, shape.height - TITLE_PX)
            road = pygame.Rect(0, TITLE_PX, shape.width, shape.pictures_px)
            draw_ending(pen, area, road, dreamt.ending)
        self._write_title(pen, step)
        return to_frame(surface)

    def close(self) -> None:
        """Release the viewer."""
        self._bird.close()

    def _write_title(self, pen: Pen, step: int) -> None:
        """Write the name of the panel and the cost of the dream."""
        start_s = self._dreamt.start * DECISION_S
        details = f"the same actions in the learned model, since {start_s:.1f} s"
        draw_name(pen, "the dream", details, ink.PHANTOM)
        usd = float(self._dreamt.costs_usd[min(step, self._dreamt.dreamt_steps)])
        right = self._shape.width - RIGHT_PX
        left = pen.write_right(format_usd(usd), right, 9, LARGE)
        pen.write_right("cost so far", left - 8, 17, SMALL, ink.TEXT_DIM)


def _mark(panel: Frame, dreamt: Dreamt, step: int, letters: Lettering) -> Frame:
    """Draw a red frame and a line about the divergence on the panel, from its decision on."""
    parted = dreamt.divergence
    if parted is None or step < parted.step:
        return panel
    surface = to_surface(panel)
    pen = Pen(surface, letters)
    pygame.draw.rect(surface, ink.STRUCK, surface.get_rect(), width=4)
    text = dreamt.remark or _describe_divergence(dreamt)
    text = pen.shorten(text, SMALL, surface.get_width() - 48)
    pen.draw_plate(text, 12, TITLE_PX + 10, SMALL, ink.STRUCK)
    return to_frame(surface)


def _describe_divergence(dreamt: Dreamt) -> str:
    """When and how the dream diverges from the true course."""
    parted = dreamt.divergence
    if parted is None:
        return "never diverged"
    return f"diverged after {parted.step * DECISION_S:.1f} s: {parted.what}"


def describe(dreamt: Dreamt) -> str:
    """One line that compares a dream with the true course."""
    start_s, seconds = dreamt.start * DECISION_S, dreamt.dreamt_steps * DECISION_S
    return f"dreamt from {start_s:.1f} s for {seconds:.1f} s, {_describe_divergence(dreamt)}"


def poster_frames(dreamt: Dreamt, timing: Timing) -> set[int]:
    """Frames of a poster: the start, the divergence or the middle, and the end."""
    last = len(timing.moments) - 1
    parted = dreamt.divergence
    per_decision = timing.fps // DECISION_HZ
    middle = last // 2 if parted is None else parted.step * per_decision
    return {0, min(middle, last), last}
