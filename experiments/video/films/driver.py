"""Driver's view: the road as a camera in the ego sees it, or from behind and above the ego."""

from __future__ import annotations

from typing import Final

from envs.camera import CHASE, DRIVER, Camera, draw
from envs.specification.world import World
from experiments.video.drawing.surfaces import Frame

FIELD_DEG, WIDE_DEG = 50.0, 64.0
"""Horizontal fields of view: of pictures up to twice as wide as high, and of wider ones [A]: judgement."""

HORIZON, WIDE_HORIZON = 0.375, 0.30
"""Rows of the horizon as shares of the height."""

WIDE: Final = 2.2
"""Pictures are wide from this ratio of width to height on."""


def film_camera(width: int, height: int) -> Camera:
    """The camera of a picture of a film."""
    is_wide = width >= WIDE * height
    return Camera(
        height=height,
        width=width,
        field_deg=WIDE_DEG if is_wide else FIELD_DEG,
        horizon=WIDE_HORIZON if is_wide else HORIZON,
        supersample=1,
        detail=True,
        masks=False,
        noise=0.0,
        exposure=0.0,
        dropped=0.0,
    )


def draw_driver(world: World, camera: Camera, *, chase: bool = False) -> Frame:
    """The picture of a state; ``chase``: from behind and above the ego."""
    frame: Frame = draw(world, camera, view=CHASE if chase else DRIVER)
    return frame
