"""Lens: what a camera in the ego, or behind it, sees of a state."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import pygame

from envs.camera import CHASE, DRIVER, Camera, View, draw
from envs.specification.world import World
from experiments.video.drawing.surfaces import Frame, to_surface

FIELD_DEG, WIDE_DEG = 50.0, 64.0
"""Horizontal fields of view: of pictures up to twice as wide as high, and of wider ones [A]: judgement."""

CHASE_DEG: Final = 72.0
"""Horizontal field of view from behind: the whole ego is in the picture [A]: judgement."""

HORIZON, WIDE_HORIZON = 0.375, 0.30
"""Rows of the horizon as shares of the height."""

WIDE: Final = 2.2
"""Pictures are wide from this ratio of width to height on."""


class Lens(NamedTuple):
    """A camera, and from where it looks."""

    camera: Camera
    view: View = DRIVER

    def shoot(self, world: World) -> Frame:
        """The picture of a state."""
        frame: Frame = draw(world, self.camera, view=self.view)
        return frame

    def paint(self, surface: pygame.Surface, world: World, top: int) -> None:
        """Draw the picture of a state on a surface, ``top`` px below its edge."""
        surface.blit(to_surface(self.shoot(world)), (0, top))


def make_lens(width: int, height: int, *, is_chase: bool = False) -> Lens | None:
    """The lens for pictures of this size; ``None`` if they are 0 wide or high."""
    if not height or not width:
        return None
    camera = film_camera(width, height)
    if is_chase:
        return Lens(replace(camera, field_deg=CHASE_DEG), CHASE)
    return Lens(camera)


def film_camera(width: int, height: int) -> Camera:
    """The driver's camera of films with pictures of this size."""
    is_wide = width >= WIDE * height
    return Camera(
        height=height,
        width=width,
        field_deg=WIDE_DEG if is_wide else FIELD_DEG,
        horizon=WIDE_HORIZON if is_wide else HORIZON,
        detail=True,
    )
