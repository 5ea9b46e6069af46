"""The film of a dream that begins with a real moment, below what really happened under the same actions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import LARGE, NORMAL, SMALL, Lettering
from envs.highway.drawing.panel import format_usd
from envs.highway.rendering import PANEL_PX
from envs.specification import DECISION_HZ, DECISION_S
from experiments.video.drawing.ending import draw_ending
from experiments.video.drawing.lines import shorten, write_right
from experiments.video.drawing.surfaces import Frame, to_frame, to_surface
from experiments.video.drawing.title import EDGE_PX, LEFT_PX, NUMBERS_PX, TITLE_PX
from experiments.video.films.dreaming import FPS, Dreamt
from experiments.video.films.episode import PANEL_HEIGHT_PX, PICTURE_PX, WIDTH_PX, Film
from experiments.video.films.side_by_side import HOLD_S, SEPARATOR_PX, Heading, draw_heading

MARK_LEFT_PX = 420
"""The line about the divergence begins here, right of the names."""


def play(dreamt: Dreamt, heading: Heading) -> Iterator[Frame]:
    """What really happened above, the dream below; from the divergence on both have a red edge.

    Parameters
    ----------
    dreamt
        Of ``dream``.
    heading
        Above both.

    Yields
    ------
    Frame
        ``dreamt.num_frames`` of them, ``(36 + 2 * 396, 1280, 3)``.
    """
    film = Film(dreamt.script, fps=FPS)
    per_decision = FPS // DECISION_HZ
    letters = Lettering()
    separator = np.zeros((SEPARATOR_PX, WIDTH_PX, 3), np.uint8)
    frames = film.frames()
    for _ in range(dreamt.start * per_decision):
        next(frames)
    frame = real = np.zeros(0, np.uint8)
    for k, picture in enumerate(dreamt.pictures):
        following = next(frames, None)
        # only a dream that outlasts the truth is still filmed then
        shown = film.end_card(real) if following is None else following
        real = real if following is None else following
        seconds = dreamt.start * DECISION_S + k / FPS
        step = -(-k // per_decision)
        truth = shown if dreamt.remark else _mark(shown, dreamt, step, letters)
        parts = [truth, _panel(picture, dreamt, step, letters)]
        head = draw_heading(heading, seconds, WIDTH_PX, letters)
        frame = np.concatenate([head, separator, parts[0], separator, parts[1]])
        yield frame
    for _ in range(round(HOLD_S * FPS)):
        yield frame


def _panel(picture: Frame, dreamt: Dreamt, step: int, letters: Lettering) -> Frame:
    """The dream with its own title strip."""
    surface = pygame.Surface((WIDTH_PX, PANEL_HEIGHT_PX))
    pygame.draw.rect(surface, ink.PANEL, pygame.Rect(0, 0, WIDTH_PX, TITLE_PX))
    pygame.draw.rect(surface, ink.PHANTOM, pygame.Rect(0, 0, EDGE_PX, TITLE_PX))
    surface.blit(to_surface(picture), (0, TITLE_PX))
    letters.begin_frame()
    if dreamt.ending is not None and step > dreamt.dreamt_steps:
        area = pygame.Rect(0, TITLE_PX, WIDTH_PX, PICTURE_PX)
        road = pygame.Rect(0, TITLE_PX, WIDTH_PX, PICTURE_PX - PANEL_PX)
        draw_ending(surface, area, road, dreamt.ending, letters)
    letters.write(surface, "the dream", LEFT_PX, 11, LARGE, ink.PHANTOM)
    said = f"the same actions in the learned model, since {dreamt.start * DECISION_S:.1f} s"
    letters.write(surface, said, LEFT_PX, 46, SMALL, ink.TEXT_DIM)
    write_right(surface, letters, "cost so far", WIDTH_PX - 14, 12, SMALL, ink.TEXT_DIM)
    usd = float(dreamt.costs_usd[min(step, len(dreamt.costs_usd) - 1)])
    write_right(surface, letters, format_usd(usd), WIDTH_PX - 14, 32, LARGE)
    return _mark(to_frame(surface), dreamt, step, letters)


def _mark(panel: Frame, dreamt: Dreamt, step: int, letters: Lettering) -> Frame:
    """A red frame and a line about the divergence, from its decision on."""
    parted = dreamt.divergence
    if parted is None or step < parted.step:
        return panel
    surface = to_surface(panel)
    pygame.draw.rect(surface, ink.STRUCK, surface.get_rect(), width=4)
    text = dreamt.remark or f"diverged after {parted.step * DECISION_S:.1f} s: {parted.what}"
    text = shorten(letters, text, NORMAL, WIDTH_PX - NUMBERS_PX - MARK_LEFT_PX)
    letters.write(surface, text, MARK_LEFT_PX, 12, NORMAL, ink.STRUCK)
    return to_frame(surface)


def describe(dreamt: Dreamt) -> str:
    """One line about a dream and the truth."""
    parted = dreamt.divergence
    seconds = (len(dreamt.true) - 1) * DECISION_S
    told = f"dreamt from {dreamt.start * DECISION_S:.1f} s for {seconds:.1f} s"
    return told + (
        f", diverged after {parted.step * DECISION_S:.1f} s: {parted.what}"
        if parted
        else ", never diverged"
    )
