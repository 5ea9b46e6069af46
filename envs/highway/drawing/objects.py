"""One object on the road, drawn from plain values: look, size, place, certainty."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Canvas, Sketch
from envs.highway.drawing.softs import (
    paint_animal,
    paint_bag,
    paint_furniture,
    paint_ground_mark,
    paint_sheet,
    paint_vegetation,
)
from envs.highway.drawing.solids import (
    paint_block,
    paint_box,
    paint_dark_box,
    paint_drum,
    paint_flat,
    paint_frame,
    paint_long,
    paint_pallet,
    paint_tyre,
    paint_vehicle_part,
    paint_white_box,
)
from envs.highway.drawing.spills import paint_spill

PAINTERS: dict[str, Callable[[Sketch], None]] = {
    "tyre-like": paint_tyre,
    "flat": paint_flat,
    "box": paint_box,
    "bag": paint_bag,
    "long": paint_long,
    "soft-furniture": paint_furniture,
    "vehicle-part": paint_vehicle_part,
    "block": paint_block,
    "flat-tall": paint_pallet,
    "drum/cone": paint_drum,
    "vegetation": paint_vegetation,
    "animal": paint_animal,
    "sheet-soft": paint_sheet,
    "box-white": paint_white_box,
    "box-dark": paint_dark_box,
    "frame": paint_frame,
    "ground-mark": paint_ground_mark,
}
"""Painter of every look but ``patch``, whose painter depends on the material."""

FLAT_LOOKS = ("ground-mark", "patch")
"""Looks that lie in the road's surface: half transparent."""

LIFT_SHARE = 0.7
"""Metres up the picture per metre of height: the eye reads it as height [A]: judgement."""

GROWTH_PER_M = 0.12
"""An object nearer to the eye is larger: share per metre of height [A]: judgement."""

ICON_PX = (26, 18)
"""Size of an icon."""

ICON_OVERSAMPLING = 3

AIRBORNE_M = 0.03
"""Lower than this an object lies on the road [A]: judgement."""


class Item(NamedTuple):
    """Look, size, place and certainty of an object to draw."""

    look: str  # one of envs.specification.debris.LOOKS
    x_m: float
    y_m: float
    yaw_rad: float
    length_m: float
    width_m: float
    z_m: float = 0.0  # height of the lowest point above the road
    material: str = "spill"  # patches only: a key of envs.highway.drawing.spills.WORDS
    alpha: float = 1.0  # opacity 0..1: faint is uncertain
    is_hatched: bool = False


def draw_object(canvas: Canvas, item: Item) -> None:
    """Draw an object to scale (enlarged if too small to see), with its shadow if it is in the air."""
    if not canvas.shows(item.x_m, item.y_m, math.hypot(item.length_m, item.width_m)):
        return
    lift = 0.0
    length, width = item.length_m, item.width_m
    if item.z_m > AIRBORNE_M:
        _draw_shadow(canvas, item)
        lift = LIFT_SHARE * item.z_m * canvas.scaling / canvas.oversampling
        length *= 1.0 + GROWTH_PER_M * item.z_m
        width *= 1.0 + GROWTH_PER_M * item.z_m
    sketch = Sketch(canvas, item.x_m, item.y_m, item.yaw_rad, length, width, lift)
    if item.look == "patch":
        paint_spill(sketch, item.material)
    else:
        PAINTERS[item.look](sketch)
    if item.is_hatched:
        sketch.hatch()
    sketch.stamp(item.alpha * (0.75 if item.look in FLAT_LOOKS else 1.0))


def draw_icon(item: Item) -> pygame.Surface:
    """Draw a small picture of an object alone on asphalt, ``ICON_PX`` in size and not to scale."""
    width, height = ICON_PX[0] * ICON_OVERSAMPLING, ICON_PX[1] * ICON_OVERSAMPLING
    sheet = pygame.Surface((width, height))
    sheet.fill(ink.ASPHALT)
    scaling = 0.86 * min(width / max(item.length_m, 1e-3), height / max(item.width_m, 1e-3))
    canvas = Canvas(sheet, 0.0, 0.0, scaling, ICON_OVERSAMPLING)
    x, y = 0.5 * width / scaling, 0.5 * height / scaling
    alone = item._replace(x_m=x, y_m=y, yaw_rad=0.0, z_m=0.0, alpha=1.0, is_hatched=False)
    draw_object(canvas, alone)
    return pygame.transform.smoothscale(sheet, ICON_PX)


def _draw_shadow(canvas: Canvas, item: Item) -> None:
    """Draw the shadow under a flying object; fainter the higher it is."""
    shadow = Sketch(canvas, item.x_m, item.y_m, item.yaw_rad, item.length_m, item.width_m)
    shadow.ellipse(0.0, 0.0, 1.0, 1.0, ink.OUTLINE)
    shadow.stamp(item.alpha * 0.6 / (1.0 + 0.3 * item.z_m))
