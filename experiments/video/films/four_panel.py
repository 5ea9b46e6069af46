"""Four panels of one instance: the true world, the rules, the world model, and what the world model imagines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Canvas
from envs.highway.drawing.lettering import LARGE, SMALL, Lettering
from envs.highway.drawing.palette import Colour
from envs.highway.env import DebrisEnv
from envs.highway.rendering import PANEL_PX
from envs.specification import VEHICLE_SLOTS, episode, track, vehicle
from envs.specification.world import World
from experiments.video.drawing.ending import dim
from experiments.video.drawing.future import draw_future
from experiments.video.drawing.ghosts import draw_ghosts
from experiments.video.drawing.readouts import draw_belief, draw_plans, draw_truth
from experiments.video.drawing.surfaces import Frame, to_frame, to_surface
from experiments.video.drawing.title import EDGE_PX, LEFT_PX, TITLE_PX
from experiments.video.films.episode import CENTRING, PANEL_HEIGHT_PX, SCALING, Film
from experiments.video.films.side_by_side import (
    HEADING_PX,
    HOLD_S,
    SEPARATOR_PX,
    Heading,
    compare_costs,
    draw_heading,
)

TRUTH_COLOUR, IMAGINED_COLOUR = ink.TEXT, ink.AMBER

PANELS: Final = 3
"""Panels that a ``ModelFilm`` stacks: the truth, the model, the imagination."""


class ModelFilm(Film):
    """Three panels of one script, above each other: what is true, what the policy says, what it imagines.

    The arguments are those of ``Film``; the script was driven with ``foresee=True``.
    """

    def _take(self, env: DebrisEnv, decision: int) -> Frame:
        """The three panels; the picture is drawn once."""
        said = to_surface(super()._take(env, decision))
        world: Any = env.world
        caption = self.captions[decision]
        below = pygame.Rect(0, PANEL_HEIGHT_PX - PANEL_PX, self.width, PANEL_PX)
        truth, imagined = self._plain(env), self._plain(env)
        self._letters.begin_frame()
        self._name(truth, "the true world", TRUTH_COLOUR, "as it is, whoever sees it")
        draw_truth(truth, below, world, self.script.episode.instance, self._letters)
        draw_belief(said, below, find_nearest(world), caption.outlook, self._letters)
        self._imagine(imagined, env, decision)
        self._name(
            imagined,
            f"what {self.script.name} imagines",
            IMAGINED_COLOUR,
            _describe(caption.reason),
        )
        draw_plans(imagined, below, caption.options, self._letters)
        return np.concatenate([to_frame(truth), to_frame(said), to_frame(imagined)])

    def _plain(self, env: DebrisEnv) -> pygame.Surface:
        """The picture without anything laid over it."""
        viewer: Any = env.viewer
        surface = pygame.Surface((self.width, PANEL_HEIGHT_PX))
        surface.blit(viewer.sim_surface, (0, TITLE_PX))
        return surface

    def _imagine(self, surface: pygame.Surface, env: DebrisEnv, decision: int) -> None:
        """Dim the road, and lay the imagined futures over it."""
        road, caption = self._road(), self.captions[decision]
        dim(surface, road)
        viewer: Any = env.viewer
        world = env.world
        left, top = viewer.window_position()
        canvas = Canvas(
            surface,
            float(left) - CENTRING[0] * road.width / SCALING,
            float(top) - CENTRING[1] * road.height / SCALING,
            SCALING,
        )
        now = int(world.episode_i[episode.DECISION])
        origin = self._origins.get(now, float(world.vehicle_f[vehicle.X, 0]))
        draw_ghosts(surface, road, canvas, caption.options, origin)
        if caption.foresight is not None:
            draw_future(surface, road, canvas, caption.foresight, origin, self._letters)

    def _name(self, surface: pygame.Surface, name: str, colour: Colour, details: str) -> None:
        """A title strip without numbers."""
        pygame.draw.rect(surface, ink.PANEL, pygame.Rect(0, 0, self.width, TITLE_PX))
        pygame.draw.rect(surface, colour, pygame.Rect(0, 0, EDGE_PX, TITLE_PX))
        self._letters.write(surface, name, LEFT_PX, 11, LARGE, colour)
        self._letters.write(surface, details, LEFT_PX, 46, SMALL, ink.TEXT_DIM)

    def end_card(self, last: Frame, remark: str = "") -> Frame:
        """All three dimmed; the one in the middle says how it ended."""
        truth, said, imagined = np.split(last, PANELS)
        dimmed = []
        for panel in (truth, imagined):
            surface = to_surface(panel)
            dim(surface, surface.get_rect().inflate(0, -2 * TITLE_PX).move(0, TITLE_PX))
            dimmed.append(to_frame(surface))
        return np.concatenate([dimmed[0], super().end_card(said, remark), dimmed[1]])


def _describe(reason: str) -> str:
    """What the imagination is of."""
    return f"chosen: {reason.replace('_', ' ')}; ghosts every second, fainter where the members disagree"


def find_nearest(world: World) -> int | None:
    """Slot of the tracked object that is nearest to the ego; ``None`` if none is tracked."""
    slots = np.flatnonzero(world.track_i[track.TARGET, VEHICLE_SLOTS:] >= 0)
    if not len(slots):
        return None
    away = np.abs(world.track_f[track.X, VEHICLE_SLOTS + slots] - world.vehicle_f[vehicle.X, 0])
    return int(slots[away.argmin()])


def count_frames(films: Sequence[Film]) -> int:
    """Frames of ``play``: the longer film and the end cards."""
    return max(film.num_frames for film in films) + round(HOLD_S * films[0].fps)


def play(rules: Film, model: ModelFilm, heading: Heading) -> Iterator[Frame]:
    """The frames: the truth and the rules in the upper row, the model and its imagination below.

    Parameters
    ----------
    rules, model
        Of the same instance, frame rate and width.
    heading
        Above them.

    Yields
    ------
    Frame
        ``count_frames([rules, model])`` of them, ``(36 + 2 * 396, 2 * width + 4, 3)``.
    """
    films: tuple[Film, Film] = (rules, model)
    letters = Lettering()
    sources = [film.frames() for film in films]
    shown = [next(source) for source in sources]
    last, is_over = list(shown), [False, False]
    num_frames = max(film.num_frames for film in films)
    width = 2 * rules.width + SEPARATOR_PX
    for k in range(num_frames):
        for i, film in enumerate(films):
            panel = None if is_over[i] or k == 0 else next(sources[i], None)
            if panel is not None:
                last[i] = shown[i] = panel
            elif k > 0 and not is_over[i]:
                is_over[i] = True
                shown[i] = film.end_card(last[i])
        yield _compose(draw_heading(heading, k / rules.fps, width, letters), *shown)
    remarks = compare_costs(films)
    cards = [film.end_card(last[i], remarks[i]) for i, film in enumerate(films)]
    final = _compose(draw_heading(heading, (num_frames - 1) / rules.fps, width, letters), *cards)
    for _ in range(count_frames(films) - num_frames):
        yield final


def _compose(heading: Frame, rules: Frame, model: Frame) -> Frame:
    """Heading and four panels with black lines between them."""
    truth, said, imagined = np.split(model, PANELS)
    height, width = rules.shape[:2]
    frame = np.zeros((HEADING_PX + 2 * (SEPARATOR_PX + height), heading.shape[1], 3), np.uint8)
    frame[:HEADING_PX] = heading
    right = width + SEPARATOR_PX
    for row, pair in enumerate(((truth, rules), (said, imagined))):
        top = HEADING_PX + SEPARATOR_PX + row * (SEPARATOR_PX + height)
        frame[top : top + height, :width] = pair[0]
        frame[top : top + height, right:] = pair[1]
    return frame
