"""A spill of gravel, oil, water, glass or nails, which reduces friction or punctures tyres."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.debris.distribution import Uniform
from envs.debris.specification import DebrisSpec
from envs.scenario.encounter import OFFSET_M, ROAD, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.distribution import Flag
from envs.scenario.parameters.objects import Catalogue, TypeOf, object_parameters, specimen
from envs.scenario.parameters.table import Parameter, ParameterTable, Point
from envs.scenario.scene import SceneBuilder
from envs.scenario.source import LIGHT_SHARE, is_body
from envs.scenario.traffic import place_traffic, traffic

BODY_SHARE = 0.3
"""Share of spills with a solid object beyond them, for which the ego must brake before the spill [A]."""


def is_patch(spec: DebrisSpec) -> bool:
    """Whether the type is a spill on the surface."""
    return spec.kind == "patch"


PARAMETERS: Final = ParameterTable(
    *ROAD,
    *wind(),
    *ego(),
    *object_parameters(types=TypeOf(is_patch, uses_groups=False)),
    Parameter("object.offset", "m", -6.0, 6.0, Uniform(-0.4, 0.4),
              "Place of the spill to the right of the centre of the ego's lane."),
    Parameter("body.present", "", 0, 1, Flag(BODY_SHARE),
              "Whether a solid object lies beyond the spill.", kind="flag"),
    *object_parameters("body", TypeOf(is_body, LIGHT_SHARE, uses_groups=False)),
    Parameter("body.time", "s", 0.0, 5.0, Uniform(0.5, 1.5), "Time from the end of the spill to the body."),
    Parameter("body.offset", "m", -6.0, 6.0, Uniform(-OFFSET_M, OFFSET_M),
              "Place of the body to the right of the centre of the ego's lane."),
    *traffic(busy=0.55),
)  # fmt: skip
"""What varies. Look-alike groups do not apply: spills differ by their look."""


def build(point: Point, catalogue: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is consumed."""
    spec, draw = specimen(point, catalogue)
    stage = stage_at(point, draw.size_m)
    scene, lane_y = stage.scene, stage.lane_y_m
    scene.add_object(spec, draw, stage.object_x_m, lane_y + point.number("object.offset"))
    if point.flag("body.present"):
        body, item = specimen(point, catalogue, "body")
        x = stage.object_x_m + 0.5 * draw.length_m + stage.speed_mps * point.number("body.time")
        scene.add_object(body, item, x, lane_y + point.number("body.offset"))
    place_traffic(scene, point, stage.lane, rng)
    return scene


FAMILY: Final = Family("spill", PARAMETERS, build)
