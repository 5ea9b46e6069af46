"""Film of one policy in one instance: its title strip above the reference engine's picture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import pygame

from envs.highway.drawing.canvas import Canvas
from envs.highway.drawing.lettering import Lettering
from envs.highway.drawing.palette import Colour
from envs.highway.env import DebrisEnv
from envs.highway.rendering import PANEL_PX
from envs.specification import DECISION_HZ, TICK_HZ, episode, vehicle
from experiments.video.course.script import Script
from experiments.video.drawing.ending import describe_ending, draw_ending
from experiments.video.drawing.ghosts import draw_ghosts
from experiments.video.drawing.lines import POLICY_COLOURS, Pen
from experiments.video.drawing.surfaces import Frame, to_frame, to_surface
from experiments.video.drawing.title import TITLE_PX, Title, draw_title
from experiments.video.films.replay import Replay, picture_of

PICTURE_PX: Final = 320
"""Height of the reference engine's picture, read-out included."""

PANEL_HEIGHT_PX: Final = TITLE_PX + PICTURE_PX
"""Height of one policy's panel: even, as videos need it."""

WIDTH_PX: Final = 1280
"""Default width."""

SCALING, CENTRING = 9.0, (0.22, 0.5)
"""Pixels per metre, and where in the picture the ego is."""


class Film:
    """The frames of a script, drawn when they are needed.

    Parameters
    ----------
    script
        What is shown.
    colour
        Colour of the policy.
    fps
        15: one frame per tick, 5: one per decision; both are real time.
    width
        Width of the picture, px, even.
    max_seconds
        Cut the film after this many seconds; ``None`` = show the whole episode.

    Attributes
    ----------
    captions
        Explanations of the policy, one per decision shown.
    cost_usd
        Expected cost of the whole episode, US$, as in the records.
    """

    def __init__(
        self,
        script: Script,
        *,
        colour: Colour = POLICY_COLOURS[0],
        fps: int = TICK_HZ,
        width: int = WIDTH_PX,
        max_seconds: float | None = None,
    ) -> None:
        self.script, self.colour, self.fps, self.width = script, colour, fps, width
        length = script.num_decisions
        if max_seconds is not None:
            length = min(length, max(1, math.ceil(max_seconds * DECISION_HZ - 1e-9)))
        self.captions = [script.caption(k) for k in range(length)]
        self.cost_usd = script.cost_usd
        self.ending = describe_ending(script.episode, length)
        self._letters = Lettering()
        self._origins: dict[int, float] = {}
        self._last = (0.0, 0.0)  # speed, cost
        self._replay = Replay(
            script,
            self._take,
            picture=picture_of((width, PICTURE_PX), SCALING, CENTRING),
            every_tick=fps == TICK_HZ,
            num_decisions=length,
        )

    @property
    def num_decisions(self) -> int:
        """Number of decisions shown."""
        return len(self.captions)

    @property
    def num_frames(self) -> int:
        """Number of frames: the first state, then ``fps / 5`` for every decision."""
        return 1 + self.num_decisions * (self.fps // DECISION_HZ)

    def frames(self) -> Iterator[Frame]:
        """All panels in order, ``(392, width, 3)``."""
        self._origins.clear()
        return self._replay.frames()

    def describe_disagreement(self) -> str:
        """One line if pictures and records differ in cost, else empty; call it after the last frame."""
        return self._replay.describe_disagreement()

    def end_card(self, last: Frame, remark: str = "") -> Frame:
        """The last frame dimmed, with ending, cost, and a remark that compares the cost."""
        surface = to_surface(last)
        self._letters.begin_frame()
        is_whole = self.num_decisions == self.script.num_decisions
        speed, cost = self._last
        shown = self.cost_usd if is_whole else cost
        self._draw_title(surface, self.num_decisions - 1, speed, shown, is_over=is_whole)
        area = pygame.Rect(0, TITLE_PX, self.width, PICTURE_PX)
        draw_ending(Pen(surface, self._letters), area, self._road(), self.ending, remark)
        return to_frame(surface)

    def _take(self, env: DebrisEnv, decision: int) -> Frame:
        """Draw one panel: the picture, the imagined futures on its road, the title above."""
        env.render()
        world = env.world
        surface = self._panel(env)
        self._letters.begin_frame()
        x = float(world.vehicle_f[vehicle.X, 0])
        # the first frame of a decision is its origin: later ticks must not move it
        self._origins.setdefault(int(world.episode_i[episode.DECISION]), x)
        options, canvas = self.captions[decision].options, self._canvas(surface, env)
        draw_ghosts(surface, self._road(), canvas, options, self._origins.get(decision, x))
        speed = float(world.vehicle_f[vehicle.SPEED, 0])
        cost = float(world.episode_f[episode.TOTAL_COST])
        self._last = (speed, cost)
        self._draw_title(surface, decision, speed, cost, is_over=False)
        return to_frame(surface)

    def _panel(self, env: DebrisEnv) -> pygame.Surface:
        """An empty panel with the picture."""
        viewer: Any = env.viewer
        surface = pygame.Surface((self.width, PANEL_HEIGHT_PX))
        surface.blit(viewer.sim_surface, (0, TITLE_PX))
        return surface

    def _canvas(self, surface: pygame.Surface, env: DebrisEnv) -> Canvas:
        """Canvas of the road in the picture."""
        viewer: Any = env.viewer
        left, top = viewer.window_position()
        road = self._road()
        return Canvas(
            surface,
            float(left) - CENTRING[0] * road.width / SCALING,
            float(top) - CENTRING[1] * road.height / SCALING,
            SCALING,
        )

    def _road(self) -> pygame.Rect:
        """Part of the panel that shows the road."""
        return pygame.Rect(0, TITLE_PX, self.width, PICTURE_PX - PANEL_PX)

    def _draw_title(
        self, surface: pygame.Surface, decision: int, speed: float, cost: float, *, is_over: bool
    ) -> None:
        """Draw the strip above the picture."""
        caption = self.captions[decision]
        title = Title(self.script.name, self.colour, caption, speed, cost, is_over)
        area = pygame.Rect(0, 0, self.width, TITLE_PX)
        draw_title(Pen(surface, self._letters), area, title)
