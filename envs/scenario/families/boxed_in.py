"""Vehicles left and right and a tailgater behind: neither steering nor braking is free."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.debris.distribution import Uniform
from envs.scenario.encounter import OFFSET, ROAD, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.objects import Catalogue, TypeOf, object_parameters, specimen
from envs.scenario.parameters.table import Parameter, ParameterTable, Point
from envs.scenario.scene import SceneBuilder
from envs.scenario.source import LIGHT_SHARE
from envs.scenario.traffic import BESIDE_M, follower, neighbours, place_traffic

TAILGATER_HEADWAY_S = (0.5, 1.0)
"""Headway of the tailgater (envs/physics/SOURCES.md 5.1 studies 0.6-0.9 s)."""

GAP_SHARE = 0.2
"""Probability, for each side, of a gap behind the neighbour [A]."""


def _beside(side: str) -> tuple[Parameter, ...]:
    """Vehicles on one side, about as fast as the ego."""
    return neighbours(
        side, near=1.0, second=1.0 - GAP_SHARE, near_m=BESIDE_M, faster_mps=(-0.3, 0.3)
    )


PARAMETERS: Final = ParameterTable(
    *ROAD,
    *wind(),
    *ego(),
    *object_parameters(types=TypeOf(light_share=LIGHT_SHARE)),
    OFFSET,
    *follower(Uniform(*TAILGATER_HEADWAY_S), share=1.0),
    *_beside("left"),
    *_beside("right"),
)
"""What varies."""


def build(point: Point, catalogue: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is consumed."""
    spec, draw = specimen(point, catalogue)
    stage = stage_at(point, draw.size_m)
    y = stage.lane_y_m + point.number("object.offset")
    stage.scene.add_object(spec, draw, stage.object_x_m, y)
    place_traffic(stage.scene, point, stage.lane, rng)
    return stage.scene


FAMILY: Final = Family("boxed_in", PARAMETERS, build)
