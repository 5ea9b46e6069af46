"""The driver's view: pictures of a world's state, drawn by compiled kernels from tables of primitives.

The camera knows straight, flat roads. It draws what could be seen and nothing hidden: places, sizes, turning, looks,
paints and brake lamps, but no indicators.
"""

from __future__ import annotations

from envs.camera.optics import CHASE, DRIVER, PRESETS, Camera, View, camera_from, project
from envs.camera.render import draw, draw_into
from envs.camera.sensor import sense_into

__all__ = [
    "CHASE",
    "DRIVER",
    "PRESETS",
    "Camera",
    "View",
    "camera_from",
    "draw",
    "draw_into",
    "project",
    "sense_into",
]
