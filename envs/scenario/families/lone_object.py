"""One object in or between the lanes ahead: whether to drive over it, straddle it, brake or steer."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.scenario.encounter import OFFSET, ROAD, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.distribution import Flag
from envs.scenario.parameters.objects import Catalogue, TypeOf, object_parameters, specimen
from envs.scenario.parameters.table import Parameter, ParameterTable, Point
from envs.scenario.scene import SceneBuilder
from envs.scenario.source import LIGHT_SHARE
from envs.scenario.traffic import place_traffic, traffic

BLOCKING_SHARE = 0.4
"""Share of tall objects that other drivers brake for [A]."""

TALL_M = 0.3
"""Objects higher than this are tall [A]."""

BLOCKED_M = 0.9
"""An object further than this from the centre of the ego's lane blocks no traffic: highway-env's drivers count what is
up to 3 m from the centre of their lane as in it, so those of the next lane would stop for it too, too late."""

PARAMETERS: Final = ParameterTable(
    *ROAD,
    *wind(),
    *ego(),
    *object_parameters(types=TypeOf(light_share=LIGHT_SHARE)),
    OFFSET,
    Parameter(
        "object.blocks_traffic", "", 0, 1, Flag(BLOCKING_SHARE),
        f"Whether other drivers brake for it, if higher than {TALL_M:g} m and within {BLOCKED_M:g} m of the centre.",
        kind="flag",
    ),
    *traffic(busy=0.6),
)  # fmt: skip
"""What varies."""


def build(point: Point, catalogue: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is consumed."""
    spec, draw = specimen(point, catalogue)
    stage = stage_at(point, draw.size_m)
    offset = point.number("object.offset")
    is_in_the_way = draw.height_m > TALL_M and abs(offset) <= BLOCKED_M
    blocks = point.flag("object.blocks_traffic") and is_in_the_way
    y = stage.lane_y_m + offset
    stage.scene.add_object(spec, draw, stage.object_x_m, y, blocks_traffic=blocks)
    place_traffic(stage.scene, point, stage.lane, rng)
    return stage.scene


FAMILY: Final = Family("lone_object", PARAMETERS, build)
