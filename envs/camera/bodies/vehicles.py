"""Vehicles: model, paint and lamps.

Indicators are left out on purpose: intended lane changes are not in the lists of observations either.
"""

from __future__ import annotations

import math
from typing import Final

from envs.camera.air import Air, light_at
from envs.camera.bodies.model import Tables, draw_model, set_colour
from envs.camera.bodies.shadows import upright
from envs.camera.models.parts import FIRST, LAMP, SECOND, TOP_LAMP
from envs.camera.optics import Eye
from envs.camera.shapes.body import Body
from envs.camera.shapes.polygons import VEHICLE, Canvas
from envs.camera.texture import hash_share
from envs.physics.compilation import compiled
from envs.sensing.tracker import BRAKE_LAMP_MPS2
from envs.specification import debris, episode, vehicle
from envs.specification.world import World

EGO_COLOUR: Final = (42.0, 122.0, 66.0)
"""Green, as the ego in pictures from above."""


@compiled
def model_of_vehicle(world: World, tables: Tables, k: int, key: int) -> int:
    """Model of vehicle ``k``: by its kind, what it carries, and chance that its paint and place in the list fix."""
    kinds = tables.vehicles
    if world.vehicle_i[vehicle.IS_TRUCK, k] == 0:
        q = hash_share(7 * k + world.vehicle_i[vehicle.PAINT, k], key + 2)
        return kinds[0, int(q * kinds.shape[1])]
    for j in range(world.episode_i[episode.NUM_DEBRIS]):
        if world.debris_i[debris.RELEASE_TICK, j] > 0:
            return kinds[
                2, 0
            ]  # loads fall here: trucks have open beds, before the fall and after it
    q = hash_share(7 * k + world.vehicle_i[vehicle.PAINT, k], key + 5)
    return kinds[1, int(q * kinds.shape[1])]


@compiled
def draw_vehicle(
    canvas: Canvas, eye: Eye, air: Air, tables: Tables, world: World, k: int, key: int
) -> None:
    """Draw vehicle ``k``."""
    v = world.vehicle_f
    length, width, height = v[vehicle.LENGTH, k], v[vehicle.WIDTH, k], v[vehicle.HEIGHT, k]
    pose = upright(eye, v[vehicle.X, k], v[vehicle.Y, k], v[vehicle.JOLT, k], v[vehicle.HEADING, k])
    near = max(pose.place[2] - 0.5 * length, 0.8)
    clearness = math.exp(-air.extinction * near)
    light = light_at(air, near, pose.place[0] / near, 1.0)
    brakes = v[vehicle.ACCELERATION, k] < BRAKE_LAMP_MPS2
    paint = tables.paints[world.vehicle_i[vehicle.PAINT, k]]
    first = (paint[0], paint[1], paint[2])
    if k == 0:
        first = EGO_COLOUR
    set_colour(canvas, FIRST, first, 0.0)
    if world.vehicle_i[vehicle.IS_TRUCK, k] == 1:
        stripe = tables.paints[int(8.0 * hash_share(3 * k + 1, key + 7))]
        set_colour(canvas, SECOND, (stripe[0], stripe[1], stripe[2]), 0.0)
        first = (0.72 * paint[0] + 64.0, 0.72 * paint[1] + 64.0, 0.72 * paint[2] + 64.0)
        set_colour(canvas, FIRST, first, 0.0)  # trailers are paler than cars
    _set_lamps(canvas, air, brakes)
    body = Body(
        pose, length, width, height, light, clearness, eye.focal * height / near, VEHICLE, k
    )
    draw_model(canvas, eye, air, tables, body, model_of_vehicle(world, tables, k, key))


@compiled
def _set_lamps(canvas: Canvas, air: Air, brakes: bool) -> None:
    """Set the colours of tail lamps: bright while braking, dim at night and in rain or fog, else unlit."""
    if brakes:
        set_colour(canvas, LAMP, (255.0, 34.0, 26.0), 1.0)
        set_colour(canvas, TOP_LAMP, (255.0, 40.0, 30.0), 1.0)
        return
    is_lit = air.is_night or air.is_wet or air.is_foggy
    shine = 0.9 if is_lit else 0.15
    set_colour(canvas, LAMP, (168.0 if is_lit else 132.0, 18.0, 20.0), shine)
    set_colour(canvas, TOP_LAMP, (70.0, 14.0, 16.0), 0.1)
