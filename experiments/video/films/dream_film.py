"""The film of a dream that starts at a real moment, below the true course under the same actions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import LARGE, NORMAL, SMALL, Lettering
from envs.highway.drawing.panel import format_usd
from envs.highway.rendering import PANEL_PX
from envs.specification import DECISION_S
from experiments.video.drawing.ending import draw_ending
from experiments.video.drawing.lines import Pen
from experiments.video.drawing.surfaces import Frame, to_frame, to_surface
from experiments.video.drawing.title import NUMBERS_PX, TITLE_PX, draw_name
from experiments.video.films.dreaming import FPS, PER_DECISION, Dreamt
from experiments.video.films.episode import PANEL_HEIGHT_PX, PICTURE_PX, WIDTH_PX, Film
from experiments.video.films.side_by_side import HOLD_S, Heading, draw_heading, stack

MARK_LEFT_PX = 420
"""The line about the divergence begins here, right of the names."""


def play(dreamt: Dreamt, heading: Heading) -> Iterator[Frame]:
    """The true course above, the dream below; both have a red edge after they diverge.

    Parameters
    ----------
    dreamt
        What is shown.
    heading
        Text above both.

    Yields
    ------
    Frame
        ``dreamt.num_frames`` frames, ``(36 + 2 * 396, 1280, 3)``.
    """
    film = Film(dreamt.script, fps=FPS)
    letters = Lettering()
    frames = film.frames()
    for _ in range(dreamt.start * PER_DECISION):
        next(frames)
    frame = real = np.zeros(0, np.uint8)
    for k, picture in enumerate(dreamt.pictures):
        following = next(frames, None)
        # only a dream that outlasts the truth is still filmed then
        truth = film.end_card(real) if following is None else following
        real = real if following is None else following
        step = -(-k // PER_DECISION)
        if not dreamt.remark:
            truth = _mark(truth, dreamt, step, letters)
        dream = _panel(picture, dreamt, step, letters)
        head = draw_heading(heading, dreamt.start * DECISION_S + k / FPS, WIDTH_PX, letters)
        frame = stack(head, [truth, dream])
        yield frame
    for _ in range(round(HOLD_S * FPS)):
        yield frame


def _panel(picture: Frame, dreamt: Dreamt, step: int, letters: Lettering) -> Frame:
    """Draw the dream with its own title strip."""
    surface = pygame.Surface((WIDTH_PX, PANEL_HEIGHT_PX))
    surface.blit(to_surface(picture), (0, TITLE_PX))
    letters.begin_frame()
    pen = Pen(surface, letters)
    if dreamt.ending is not None and step > dreamt.dreamt_steps:
        area = pygame.Rect(0, TITLE_PX, WIDTH_PX, PICTURE_PX)
        road = pygame.Rect(0, TITLE_PX, WIDTH_PX, PICTURE_PX - PANEL_PX)
        draw_ending(pen, area, road, dreamt.ending)
    details = f"the same actions in the learned model, since {dreamt.start * DECISION_S:.1f} s"
    draw_name(pen, "the dream", details, ink.PHANTOM)
    pen.write_right("cost so far", WIDTH_PX - 14, 12, SMALL, ink.TEXT_DIM)
    usd = float(dreamt.costs_usd[min(step, dreamt.dreamt_steps)])
    pen.write_right(format_usd(usd), WIDTH_PX - 14, 32, LARGE)
    return _mark(to_frame(surface), dreamt, step, letters)


def _mark(panel: Frame, dreamt: Dreamt, step: int, letters: Lettering) -> Frame:
    """Draw a red frame and a line about the divergence on the panel, from its decision on."""
    parted = dreamt.divergence
    if parted is None or step < parted.step:
        return panel
    surface = to_surface(panel)
    pen = Pen(surface, letters)
    pygame.draw.rect(surface, ink.STRUCK, surface.get_rect(), width=4)
    text = dreamt.remark or _describe_divergence(dreamt)
    text = pen.shorten(text, NORMAL, WIDTH_PX - NUMBERS_PX - MARK_LEFT_PX)
    pen.write(text, MARK_LEFT_PX, 12, NORMAL, ink.STRUCK)
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


def poster_frames(dreamt: Dreamt) -> set[int]:
    """Frames of a poster: the start, the divergence or the middle, and the end."""
    last = len(dreamt.pictures) - 1
    parted = dreamt.divergence
    middle = last // 2 if parted is None else parted.step * PER_DECISION
    return {0, min(middle, last), last}
