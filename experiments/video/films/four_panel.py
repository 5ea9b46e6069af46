"""Four panels of one instance: the true world, the rules, the world model, and the world model's imagined future."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import NORMAL
from envs.highway.drawing.palette import Colour
from envs.specification import TICK_S, TICKS_PER_DECISION, VEHICLE_SLOTS, track, vehicle
from envs.specification.world import World
from experiments.video.course.clock import Moment
from experiments.video.course.imagined import AHEAD_S, imagine
from experiments.video.course.script import Script
from experiments.video.drawing.ending import dim
from experiments.video.drawing.future import draw_future
from experiments.video.drawing.ghosts import draw_ghosts
from experiments.video.drawing.lens import make_lens
from experiments.video.drawing.lines import Pen
from experiments.video.drawing.readouts import draw_belief, draw_plans, draw_truth
from experiments.video.drawing.surfaces import Frame, to_frame, to_surface
from experiments.video.drawing.title import TITLE_PX, draw_name
from experiments.video.films.episode import SHAPE, Film
from experiments.video.films.layout import Shape


class ModelFilm(Film):
    """Three panels of one script: the truth, the policy's view, and its imagined future.

    Parameters
    ----------
    script
        Driven with ``foresee=True``.
    colour
        Colour of the policy.
    shape
        Sizes of the panel of the policy.
    outer
        Sizes of the panels of truth and imagination, which are as large.
    max_seconds
        As for ``Film``.
    """

    def __init__(
        self,
        script: Script,
        *,
        colour: Colour,
        shape: Shape = SHAPE,
        outer: Shape = SHAPE,
        max_seconds: float | None = None,
    ) -> None:
        super().__init__(script, colour=colour, shape=shape, max_seconds=max_seconds)
        self._eye = make_lens(outer.width, outer.driver_px, is_chase=outer.is_chase)

    def draw_panels(self, moment: Moment) -> list[Frame]:
        """The true world, the policy with its belief, and what it imagines."""
        world = self.course.at(moment.tick)
        said = to_surface(self.draw(moment))
        outlook = self.captions[self._decision(moment)].outlook
        draw_belief(Pen(said, self._letters), self.strip_area, find_nearest(world), outlook)
        truth = self._empty()
        self._picture(truth, world, moment)
        pen = Pen(truth, self._letters)
        draw_name(pen, "the true world", "as it is, seen by the ego or not", ink.TEXT)
        draw_truth(pen, self.strip_area, world, self.script.episode.instance)
        return [to_frame(truth), to_frame(said), to_frame(self._imagination(world, moment))]

    def end_cards(self, last: Sequence[Frame], remark: str = "") -> list[Frame]:
        """The three panels dimmed, with the ending in the middle one."""
        truth, said, imagined = last
        dimmed = []
        for panel in (truth, imagined):
            surface = to_surface(panel)
            dim(surface, pygame.Rect(0, TITLE_PX, self.shape.width, self.shape.height - TITLE_PX))
            dimmed.append(to_frame(surface))
        return [dimmed[0], self.end_card(said, remark), dimmed[1]]

    def _empty(self) -> pygame.Surface:
        """An empty panel."""
        surface = pygame.Surface((self.shape.width, self.shape.height))
        surface.fill(ink.PANEL)
        return surface

    def _picture(self, surface: pygame.Surface, world: World, moment: Moment) -> None:
        """Draw a state from the driver's view or from above."""
        if self._eye is None:
            surface.blit(self.bird.draw(world, moment.tick), (0, TITLE_PX))
        else:
            self._eye.paint(surface, world, TITLE_PX)

    def _imagination(self, world: World, moment: Moment) -> pygame.Surface:
        """Draw the imagined future: from the driver's view 1 s ahead, from above as ghosts on the dimmed road."""
        surface, decision = self._empty(), self._decision(moment)
        caption, origin = self.captions[decision], self.course.origin(decision)
        area = pygame.Rect(0, TITLE_PX, self.shape.width, self.shape.pictures_px)
        details = f"chosen: {caption.reason.replace('_', ' ')}"
        pen = Pen(surface, self._letters)
        if self._eye is None:
            self._picture(surface, world, moment)
            dim(surface, area)
            canvas = self.bird.canvas(surface)
            draw_ghosts(surface, area, canvas, caption.options, origin)
            if caption.foresight is not None:
                draw_future(pen, area, canvas, caption.foresight, origin)
            details += "; ghosts every second, fainter where the members disagree"
        elif caption.foresight is not None:
            since_s = (moment.tick - decision * TICKS_PER_DECISION) * TICK_S
            imagined = imagine(world, caption.foresight, origin, max(since_s, 0.0))
            self._picture(surface, imagined, moment)
            pen.draw_plate(f"imagined, {AHEAD_S:.0f} s ahead", 12, TITLE_PX + 12, NORMAL, ink.AMBER)
        else:
            self._picture(surface, world, moment)
            dim(surface, area)
            pen.draw_plate("imagines nothing now", 12, TITLE_PX + 12, NORMAL, ink.TEXT_DIM)
        draw_name(pen, f"what {self.script.name} imagines", details, ink.AMBER)
        draw_plans(pen, self.strip_area, caption.options)
        return surface


def find_nearest(world: World) -> int | None:
    """Slot of the tracked object that is nearest to the ego; ``None`` if none is tracked."""
    slots = np.flatnonzero(world.track_i[track.TARGET, VEHICLE_SLOTS:] >= 0)
    if not len(slots):
        return None
    away = np.abs(world.track_f[track.X, VEHICLE_SLOTS + slots] - world.vehicle_f[vehicle.X, 0])
    return int(slots[away.argmin()])
