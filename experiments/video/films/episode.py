"""Film of one policy in one instance: title, driver's view, bird's view and read-out, one below the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Final

import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Canvas
from envs.highway.drawing.lettering import NORMAL, Lettering
from envs.highway.drawing.palette import Colour
from envs.highway.rendering import PANEL_PX
from envs.specification import DECISION_HZ, TICKS_PER_DECISION, episode, vehicle
from envs.specification.world import World
from experiments.video.course.clock import Moment, find_contacts, is_around
from experiments.video.course.course import Course, Replay
from experiments.video.course.script import Script
from experiments.video.drawing.ahead import draw_names, draw_paths
from experiments.video.drawing.ending import describe_ending, draw_ending
from experiments.video.drawing.ghosts import draw_ghosts
from experiments.video.drawing.lens import make_lens
from experiments.video.drawing.lines import POLICY_COLOURS, Pen
from experiments.video.drawing.strip import draw_strip
from experiments.video.drawing.surfaces import Frame, to_frame, to_surface
from experiments.video.drawing.title import TITLE_PX, Title, draw_title
from experiments.video.films.bird import Bird
from experiments.video.films.layout import Shape, arrange

SHAPE: Final = arrange("both", 2).shape
"""Default sizes: those of one of two panels."""


class Film:
    """The panels of a script, drawn when they are needed.

    Parameters
    ----------
    script
        What is shown.
    colour
        Colour of the policy.
    shape
        Sizes of the panel.
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
        shape: Shape = SHAPE,
        max_seconds: float | None = None,
    ) -> None:
        self.script, self.colour, self.shape = script, colour, shape
        length = script.num_decisions
        if max_seconds is not None:
            length = min(length, max(1, math.ceil(max_seconds * DECISION_HZ - 1e-9)))
        self.captions = [script.caption(k) for k in range(length)]
        self.cost_usd = script.cost_usd
        self.ending = describe_ending(script.episode, length)
        self._letters = Lettering()
        self._last = (0.0, 0.0)  # speed, cost
        self._replay = Replay(script, length)
        self._lens = make_lens(shape.width, shape.driver_px, is_chase=shape.is_chase)
        self._chase = make_lens(shape.width, shape.driver_px, is_chase=True)
        self._contacts = find_contacts([script])

    @property
    def num_decisions(self) -> int:
        """Number of decisions shown."""
        return len(self.captions)

    @property
    def num_ticks(self) -> int:
        """Number of ticks shown."""
        return self.num_decisions * TICKS_PER_DECISION

    @cached_property
    def course(self) -> Course:
        """The states of all ticks, which the reference engine computes when they are first needed."""
        return self._replay.run()

    @cached_property
    def bird(self) -> Bird:
        """The bird's view, whose memory the read-out needs even if it is not shown."""
        return Bird(self.course, (self.shape.width, self.shape.bird_px or 64))

    def describe_disagreement(self) -> str:
        """One line if pictures and records differ in cost, else empty; call it after the last frame."""
        return self._replay.describe_disagreement()

    def draw(self, moment: Moment) -> Frame:
        """Draw the panel at a moment, ``(shape.height, shape.width, 3)``."""
        surface = pygame.Surface((self.shape.width, self.shape.height))
        world = self.course.at(moment.tick)
        self._letters.begin_frame()
        self._draw_driver(surface, world, moment)
        self._draw_bird(surface, world, moment)
        pen = Pen(surface, self._letters)
        self._draw_strip(pen, world, moment)
        speed = float(world.vehicle_f[vehicle.SPEED, 0])
        cost = float(world.episode_f[episode.TOTAL_COST])
        self._last = (speed, cost)
        self._draw_title(pen, self._decision(moment), is_over=False)
        return to_frame(surface)

    def end_card(self, last: Frame, remark: str = "") -> Frame:
        """The last frame dimmed, with ending, cost, and a remark that compares the cost."""
        surface = to_surface(last)
        self._letters.begin_frame()
        pen = Pen(surface, self._letters)
        is_whole = self.num_decisions == self.script.num_decisions
        if is_whole:
            self._last = (self._last[0], self.cost_usd)
        self._draw_title(pen, self.num_decisions - 1, is_over=is_whole)
        area = pygame.Rect(0, TITLE_PX, self.shape.width, self.shape.height - TITLE_PX)
        road = pygame.Rect(0, TITLE_PX, self.shape.width, self.shape.pictures_px)
        draw_ending(pen, area, road, self.ending, remark)
        return to_frame(surface)

    def draw_still(self, moment: Moment) -> Frame:
        """Draw the panel at a moment with the cost of the whole episode."""
        surface = to_surface(self.draw(moment))
        self._last = (self._last[0], self.cost_usd)
        self._draw_title(Pen(surface, self._letters), self._decision(moment), is_over=True)
        return to_frame(surface)

    def draw_panels(self, moment: Moment) -> list[Frame]:
        """All panels of the film at a moment."""
        return [self.draw(moment)]

    def end_cards(self, last: Sequence[Frame], remark: str = "") -> list[Frame]:
        """All panels of the film after its end."""
        return [self.end_card(last[0], remark)]

    def close(self) -> None:
        """Release the viewer."""
        self.bird.close()

    def _decision(self, moment: Moment) -> int:
        """Number of the decision that a moment belongs to."""
        return min(moment.decision, self.num_decisions - 1)

    def _draw_driver(self, surface: pygame.Surface, world: World, moment: Moment) -> None:
        """Draw the driver's view; around a contact the view from behind, as the driver cannot see below the bonnet."""
        if self._lens is None or self._chase is None:
            return
        lens, text = self._lens, "slow motion"
        if moment.is_slow and is_around(moment.tick, self._contacts):
            lens, text = self._chase, "slow motion, from behind"
        lens.paint(surface, world, TITLE_PX)
        pen = Pen(surface, self._letters)
        area = pygame.Rect(0, TITLE_PX, self.shape.width, self.shape.driver_px)
        decision = self._decision(moment)
        options, origin = self.captions[decision].options, self.course.origin(decision)
        draw_paths(surface, area, world, lens, options, origin)
        draw_names(pen, area, world, lens, self.script.episode.instance.debris_types)
        if moment.is_slow:
            pen.draw_plate(text, 12, TITLE_PX + 12, NORMAL, ink.AMBER)

    def _draw_bird(self, surface: pygame.Surface, world: World, moment: Moment) -> None:
        """Draw the bird's view with the imagined futures on its road."""
        if not self.shape.bird_px:
            return
        decision = self._decision(moment)
        options, origin = self.captions[decision].options, self.course.origin(decision)
        road = pygame.Rect(0, 0, self.shape.width, self.bird.road_px)

        def more(canvas: Canvas) -> None:
            draw_ghosts(canvas.surface, road, canvas, options, origin)

        picture = self.bird.draw(world, moment.tick, more)
        surface.blit(picture, (0, TITLE_PX + self.shape.driver_px))

    def _draw_strip(self, pen: Pen, world: World, moment: Moment) -> None:
        """Draw the read-out, unless the bird's view contains it."""
        if self.shape.strip_px:
            readout = self.bird.read(world, moment.tick)
            options = self.captions[self._decision(moment)].options
            draw_strip(pen, self.strip_area, readout, options)

    @property
    def strip_area(self) -> pygame.Rect:
        """The read-out's part of the panel."""
        top = self.shape.height - PANEL_PX
        return pygame.Rect(0, top, self.shape.width, PANEL_PX)

    def _draw_title(self, pen: Pen, decision: int, *, is_over: bool) -> None:
        """Draw the strip above the pictures."""
        speed, cost = self._last
        title = Title(self.script.name, self.colour, self.captions[decision], speed, cost, is_over)
        draw_title(pen, pygame.Rect(0, 0, self.shape.width, TITLE_PX), title)
