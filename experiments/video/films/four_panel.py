"""Four panels of one instance: the true world, the rules, the world model, and the world model's imagined future."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pygame

from envs.highway.drawing import palette as ink
from envs.highway.env import DebrisEnv
from envs.highway.rendering import PANEL_PX
from envs.specification import VEHICLE_SLOTS, episode, track, vehicle
from envs.specification.world import World
from experiments.video.drawing.ending import dim
from experiments.video.drawing.future import draw_future
from experiments.video.drawing.ghosts import draw_ghosts
from experiments.video.drawing.lines import Pen
from experiments.video.drawing.readouts import draw_belief, draw_plans, draw_truth
from experiments.video.drawing.surfaces import Frame, to_frame, to_surface
from experiments.video.drawing.title import TITLE_PX, draw_name
from experiments.video.films import side_by_side
from experiments.video.films.episode import PANEL_HEIGHT_PX, Film
from experiments.video.films.side_by_side import SEPARATOR_PX, Heading

PANELS: Final = 3
"""Panels that a ``ModelFilm`` stacks: the truth, the model, the imagination."""


class ModelFilm(Film):
    """Three panels of one script: the truth, the policy's view, and its imagined futures.

    The arguments are those of ``Film``; the script was driven with ``foresee=True``.
    """

    def _take(self, env: DebrisEnv, decision: int) -> Frame:
        """Draw the three panels; the picture is rendered once."""
        said = to_surface(super()._take(env, decision))
        world: Any = env.world
        caption = self.captions[decision]
        below = pygame.Rect(0, PANEL_HEIGHT_PX - PANEL_PX, self.width, PANEL_PX)
        truth, imagined = self._panel(env), self._panel(env)
        self._letters.begin_frame()
        pen = Pen(truth, self._letters)
        draw_name(pen, "the true world", "as it is, seen by the ego or not", ink.TEXT)
        draw_truth(pen, below, world, self.script.episode.instance)
        draw_belief(Pen(said, self._letters), below, find_nearest(world), caption.outlook)
        self._imagine(imagined, env, decision)
        details = f"chosen: {caption.reason.replace('_', ' ')}; ghosts every second, fainter where the members disagree"
        name = f"what {self.script.name} imagines"
        pen = Pen(imagined, self._letters)
        draw_name(pen, name, details, ink.AMBER)
        draw_plans(pen, below, caption.options)
        return np.concatenate([to_frame(truth), to_frame(said), to_frame(imagined)])

    def _imagine(self, surface: pygame.Surface, env: DebrisEnv, decision: int) -> None:
        """Dim the road, and lay the imagined futures over it."""
        road, caption, world = self._road(), self.captions[decision], env.world
        dim(surface, road)
        canvas = self._canvas(surface, env)
        now = int(world.episode_i[episode.DECISION])
        origin = self._origins.get(now, float(world.vehicle_f[vehicle.X, 0]))
        draw_ghosts(surface, road, canvas, caption.options, origin)
        if caption.foresight is not None:
            pen = Pen(surface, self._letters)
            draw_future(pen, road, canvas, caption.foresight, origin)

    def end_card(self, last: Frame, remark: str = "") -> Frame:
        """The three panels dimmed, with the ending in the middle one."""
        truth, said, imagined = np.split(last, PANELS)
        dimmed = []
        for panel in (truth, imagined):
            surface = to_surface(panel)
            dim(surface, surface.get_rect().inflate(0, -2 * TITLE_PX).move(0, TITLE_PX))
            dimmed.append(to_frame(surface))
        return np.concatenate([dimmed[0], super().end_card(said, remark), dimmed[1]])


def find_nearest(world: World) -> int | None:
    """Slot of the tracked object that is nearest to the ego; ``None`` if none is tracked."""
    slots = np.flatnonzero(world.track_i[track.TARGET, VEHICLE_SLOTS:] >= 0)
    if not len(slots):
        return None
    away = np.abs(world.track_f[track.X, VEHICLE_SLOTS + slots] - world.vehicle_f[vehicle.X, 0])
    return int(slots[away.argmin()])


def play(rules: Film, model: ModelFilm, heading: Heading) -> Iterator[Frame]:
    """Frames with truth and rules in the upper row, the model and its imagined futures below.

    Parameters
    ----------
    rules, model
        Films of the same instance, frame rate and width.
    heading
        Text above them.

    Yields
    ------
    Frame
        ``count_frames([rules, model])`` frames, ``(36 + 2 * 396, 2 * width + 4, 3)``.
    """
    width = 2 * rules.width + SEPARATOR_PX
    yield from side_by_side.play([rules, model], heading, width, _compose)


def _compose(heading: Frame, panels: Sequence[Frame]) -> Frame:
    """Draw heading and four panels with black lines between them."""
    rules, model = panels
    truth, said, imagined = np.split(model, PANELS)
    gap = np.zeros((len(rules), SEPARATOR_PX, 3), np.uint8)
    rows = [np.hstack([truth, gap, rules]), np.hstack([said, gap, imagined])]
    return side_by_side.stack(heading, rows)
