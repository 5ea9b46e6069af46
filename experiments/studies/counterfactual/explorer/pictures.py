"""Pictures of an instance for every value of a property: the driver's view, and the same moment from above."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
import pygame
from numpy.typing import NDArray
from PIL import Image

from envs.camera import PRESETS, Camera, draw
from envs.scenario.instance import ScenarioInstance
from envs.specification import debris, episode, vehicle
from envs.specification.world import LAYOUT, Batch, world_at
from experiments.rollout.listener import Listener
from experiments.rollout.loop import Rollout
from experiments.video.course.course import Course
from experiments.video.films.bird import Bird
from policies.base import Observation
from policies.floors import Constant

AHEAD_M: Final = 14.0
"""The pictures show the moment at which the object is closest to this far ahead: large enough to be recognised [A]."""

CAMERA: Final[Camera] = replace(PRESETS["film"], height=270, width=480)
"""The geometry of films in a small picture."""

ABOVE_PX: Final = (480, 180)
"""Width and height of the picture from above; it shows the road without read-outs."""

ABOVE_SCALING: Final = 8.0
"""Pixels per metre from above."""

QUALITY: Final = 80
"""Of the WebP encoder, 0 to 100: about 10 kB per picture [A]."""


class Sight(NamedTuple):
    """``data:`` addresses of both pictures of one value."""

    driver: str
    above: str


class _Watcher(Listener):
    """Keeps the state of every world in which the first object is closest to ``AHEAD_M`` ahead of the ego."""

    def __init__(self, size: int) -> None:
        super().__init__(Constant("centre"))
        self.kept: Batch = np.zeros(size, LAYOUT).view(np.recarray)
        self._distance = np.full(size, np.inf)
        self._is_open = np.ones(size, np.bool_)
        self._has_begun = False

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Stop watching a world whose episode has ended."""
        if self._has_begun:
            self._is_open &= ~mask
        self._has_begun = True
        super().reset(mask, seeds)

    def see(self, observation: Observation) -> None:
        """Keep the states that are better than those before."""
        del observation
        for b in np.flatnonzero(self._is_open).tolist():
            world = self.worlds.batch[b]
            distance = _distance_of(world)
            if distance < self._distance[b]:
                self._distance[b], self.kept[b] = distance, world


def _distance_of(world: Any) -> float:  # noqa: ANN401 (a record of envs.specification.world)
    """How far the first object is from the place where it is wanted, m; without objects, the start is best."""
    if not world["episode_i"][episode.NUM_DEBRIS]:
        return float(world["episode_i"][episode.TICK])
    gap = world["debris_f"][debris.X, 0] - world["vehicle_f"][vehicle.X, 0]
    return abs(float(gap) - AHEAD_M)


def take_pictures(instances: Sequence[ScenarioInstance]) -> list[Sight]:
    """Drive on in every instance as if nothing were there, and draw the moment before its first object."""
    watcher = _Watcher(len(instances))
    for _ in Rollout(watcher, list(instances), num_worlds=len(instances)).episodes():
        pass
    seen = draw(watcher.kept, CAMERA)
    return [
        Sight(_encode(picture), _encode(_look_down(watcher.kept[k : k + 1], instances[k])))
        for k, picture in enumerate(seen)
    ]


def _look_down(states: Batch, instance: ScenarioInstance) -> NDArray[np.uint8]:
    """The road from above in the only state of a batch, ``(H, W, 3)``."""
    bird = Bird(Course(states, [instance]), ABOVE_PX, ABOVE_SCALING)
    try:
        surface = bird.draw(world_at(states, 0), 0.0)
        picture = pygame.surfarray.array3d(surface).swapaxes(0, 1)
    finally:
        bird.close()
    return np.ascontiguousarray(picture, np.uint8)


def _encode(picture: NDArray[np.uint8]) -> str:
    """A picture as a WebP in a ``data:`` address."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="webp", quality=QUALITY, method=4)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
