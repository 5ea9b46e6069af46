"""Draws one sheet per object type (light by distance), and an overview with one picture of every type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pygame

from envs.camera import Camera, draw
from envs.debris.distribution import Distribution
from envs.debris.specification import DebrisDraw, DebrisSpec
from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import LARGE, NORMAL, SMALL, Lettering
from envs.scenario.generator import SETTINGS
from envs.scenario.scene import EGO_X_M, SceneBuilder, Setting
from envs.sensing.sight import CAMERA_AHEAD_M
from envs.specification import LANE_WIDTH_M
from envs.specification.world import World, empty_world
from envs.world.load import load_instance
from experiments.video.drawing.lens import film_camera
from experiments.video.drawing.lines import Pen
from experiments.video.drawing.surfaces import Frame, to_frame, to_surface

LANE, NUM_LANES = 1, 3

SPEED_MPS: Final = 30.0

TILE_PX: Final = (424, 238)
"""Width and height of a picture of a sheet."""

GAP_PX, HEAD_PX, SIDE_PX = 4, 64, 104
"""Gaps between pictures, height of the heading, and width of the column that names the lights."""

SMALL_TILE_PX: Final = (192, 120)
"""Width and height of a picture of the overview."""

SMALL_COLUMNS, NAME_PX, NEAR_M = 8, 20, 8.0
"""Columns of the overview, height of a name, and distance of its objects."""

NARROW: Final = Camera(
    height=SMALL_TILE_PX[1], width=SMALL_TILE_PX[0], field_deg=24.0, horizon=0.05, supersample=2, detail=True
)  # fmt: skip
"""The camera of the overview: objects are large, the horizon is at the upper edge."""


def draw_specimen(spec: DebrisSpec, seed: int) -> DebrisDraw:
    """The specimen of a type that is shown, the same for the same seed."""
    return spec.sample(np.random.default_rng(seed))


def build_world(spec: DebrisSpec, seed: int, setting: Setting, distance_m: float) -> World:
    """An empty road with the ego and an object in its lane, so far ahead of the camera."""
    scene = SceneBuilder(NUM_LANES, has_shoulder=True, setting=setting)
    scene.add_ego(LANE, SPEED_MPS)
    x = EGO_X_M + CAMERA_AHEAD_M + distance_m
    scene.add_object(spec, draw_specimen(spec, seed), x, LANE * LANE_WIDTH_M)
    world = empty_world()
    load_instance(world, scene.build("lone_object", seed))
    return world


def draw_sheet(spec: DebrisSpec, seed: int, distances_m: Sequence[float]) -> Frame:
    """The sheet of a type: one row per light and weather, one column per distance."""
    width, height = TILE_PX
    camera = film_camera(width, height)
    size = (
        SIDE_PX + len(distances_m) * (width + GAP_PX),
        HEAD_PX + len(SETTINGS) * (height + GAP_PX),
    )
    surface = pygame.Surface(size)
    surface.fill(ink.PANEL)
    letters = Lettering()
    letters.begin_frame()
    pen = Pen(surface, letters)
    _write_head(pen, spec, seed)
    for row, (name, (setting, _)) in enumerate(SETTINGS.items()):
        top = HEAD_PX + row * (height + GAP_PX)
        for word, line in zip(name.split("-"), (0, 20), strict=True):
            pen.write(word, 14, top + 12 + line, NORMAL, ink.TEXT if line == 0 else ink.TEXT_DIM)
        for column, distance in enumerate(distances_m):
            left = SIDE_PX + column * (width + GAP_PX)
            frame: Frame = draw(build_world(spec, seed, setting, distance), camera)
            surface.blit(to_surface(frame), (left, top))
            pen.draw_plate(f"{distance:g} m", left + 8, top + 8, SMALL, ink.TEXT)
    return to_frame(surface)


def draw_overview(catalogue: Sequence[DebrisSpec], seed: int) -> Frame:
    """One picture of every type by day, with its name."""
    width, height = SMALL_TILE_PX
    columns = min(SMALL_COLUMNS, len(catalogue))
    rows = -(-len(catalogue) // columns)
    cell = (width + GAP_PX, height + NAME_PX + GAP_PX)
    surface = pygame.Surface((columns * cell[0] - GAP_PX, rows * cell[1] - GAP_PX))
    surface.fill(ink.PANEL)
    letters = Lettering()
    letters.begin_frame()
    pen = Pen(surface, letters)
    setting = SETTINGS["day-clear"][0]
    for k, spec in enumerate(catalogue):
        left, top = k % columns * cell[0], k // columns * cell[1]
        frame = draw(build_world(spec, seed, setting, NEAR_M), NARROW)
        surface.blit(to_surface(frame), (left, top))
        name = pen.shorten(spec.name.replace("_", " "), SMALL, width - 12)
        pen.write(name, left + 6, top + height + 3, SMALL, ink.TEXT)
    return to_frame(surface)


def _write_head(pen: Pen, spec: DebrisSpec, seed: int) -> None:
    """Write the name of a type, the specimen that is drawn, and how its type varies."""
    shown = draw_specimen(spec, seed)
    after = pen.write(spec.name.replace("_", " "), 14, 8, LARGE)
    look = f"look {spec.look}, {spec.kind}, {spec.split.replace('_', ' ')} types"
    pen.write(look, after + 16, 16, SMALL, ink.TEXT_DIM)
    sizes = " x ".join(f"{100 * one:.0f}" for one in shown.size_m)
    text = f"drawn: {sizes} cm (length x width x height)"
    ranges = " x ".join(_range(one, 100) for one in (spec.length_m, spec.width_m, spec.height_m))
    text += f"; the type: {ranges} cm"
    if spec.kind == "body":
        text += f", {_range(spec.mass_kg)} kg"
    pen.write(pen.shorten(text, SMALL, pen.surface.get_width() - 28), 14, 40, SMALL, ink.TEXT)


def _range(values: Distribution, factor: float = 1.0) -> str:
    """The least and the greatest value in words."""
    low, high = factor * values.low, factor * values.high
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
