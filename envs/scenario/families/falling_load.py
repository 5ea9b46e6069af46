"""An object falls off a truck ahead, bounces and slides: its mass can be read from how it moves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from envs.debris.distribution import Constant, Uniform
from envs.scenario.encounter import ROAD, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.distribution import Distribution
from envs.scenario.parameters.objects import Catalogue, TypeOf, object_parameters, specimen
from envs.scenario.parameters.table import Parameter, ParameterTable, Point, Value
from envs.scenario.scene import EGO_X_M, TRUCK_SIZE_M, SceneBuilder
from envs.scenario.source import LIGHT_SHARE, ObjectSource
from envs.scenario.traffic import place_traffic, traffic
from envs.specification import TICK_HZ

BED_HEIGHT_M = 1.2
"""Height from which the load falls (envs/physics/SOURCES.md 2.6)."""

HEADWAY_S = (1.4, 3.2)
"""Headway of the ego behind the truck [A]."""

RELEASE_S = (0.8, 2.5)
"""When the load comes loose [A]."""

OFFSET_M = 0.8
"""Largest distance of the load from the truck's centre line [A]."""


@dataclass(frozen=True)
class OnBed:
    """Rule: anywhere across the truck's bed where the load does not stick out; in its middle if it is too wide."""

    def given(self, point: Mapping[str, Value], _: ObjectSource) -> Distribution:
        """Uniform about the centre line."""
        length, width = float(point["object.length"]), float(point["object.width"])
        yaw = float(point["object.yaw"])
        half = 0.5 * (width * abs(math.cos(yaw)) + length * abs(math.sin(yaw)))
        free = min(max(0.5 * TRUCK_SIZE_M[1] - half, 0.0), OFFSET_M)
        return Uniform(-free, free) if free > 0.0 else Constant(0.0)

    def __str__(self) -> str:
        return (
            f"uniform within {OFFSET_M:g} of the truck's centre, as far as the load fits on the bed"
        )


PARAMETERS: Final = ParameterTable(
    *ROAD,
    *wind(),
    *ego(recognition_time=Constant(4.5)),
    *object_parameters(types=TypeOf(light_share=LIGHT_SHARE)),
    Parameter("object.offset", "m", -1.2, 1.2, OnBed(),
              "Place on the truck, to the right of its centre."),
    Parameter("fall.height", "m", 0.2, 3.5, Constant(BED_HEIGHT_M), "Height of the truck's bed."),
    Parameter("fall.time", "s", 0.1, 15.0, Uniform(*RELEASE_S), "When the load comes loose."),
    Parameter("truck.headway", "s", 0.8, 6.0, Uniform(*HEADWAY_S), "Time of the ego behind the truck's rear."),
    *traffic(busy=0.6),
)  # fmt: skip
"""What varies."""


def build(point: Point, catalogue: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is consumed."""
    spec, draw = specimen(point, catalogue)
    stage = stage_at(point, draw.size_m)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    centre = EGO_X_M + point.number("truck.headway") * speed + 0.5 * TRUCK_SIZE_M[0]
    truck = scene.add_vehicle(centre, lane, speed, is_truck=True, time_gap_s=1.0)
    # at the rear end of its bed
    cos, sin = abs(math.cos(draw.yaw_rad)), abs(math.sin(draw.yaw_rad))
    x = centre - 0.5 * (TRUCK_SIZE_M[0] - draw.length_m * cos - draw.width_m * sin)
    load = scene.add_object(spec, draw, x, stage.lane_y_m + point.number("object.offset"))
    release = round(TICK_HZ * point.number("fall.time"))
    scene.load_on(load, truck, release, point.number("fall.height"))
    place_traffic(scene, point, lane, rng)
    return scene


FAMILY: Final = Family("falling_load", PARAMETERS, build)
