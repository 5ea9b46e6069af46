"""An object lies in the ego's lane while trucks pass beside it; light objects move in their wake."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.debris.distribution import Uniform
from envs.scenario.encounter import ROAD, SIDE, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.objects import Catalogue, TypeOf, object_parameters, specimen
from envs.scenario.parameters.table import Parameter, ParameterTable, Point
from envs.scenario.scene import EGO_X_M, TRUCK_SIZE_M, SceneBuilder
from envs.scenario.traffic import place_traffic, traffic

PASS_BEFORE_S = (2.2, 4.0)
"""How long before the ego the truck passes the object [A]."""

LIGHT_SHARE = 0.5
"""Share of light objects: half of them move [A]."""

PARAMETERS: Final = ParameterTable(
    *ROAD,
    *wind(),
    *ego(),
    *object_parameters(types=TypeOf(light_share=LIGHT_SHARE)),
    Parameter("object.offset_to_truck", "m", -2.0, 3.0, Uniform(0.2, 1.1),
              "Place of the object from the centre of the ego's lane towards the truck's."),
    SIDE,
    Parameter("truck.lead_time", "s", 0.5, 8.0, Uniform(*PASS_BEFORE_S),
              "How long before the ego the truck's rear passes the object."),
    *traffic(busy=0.4),
)  # fmt: skip
"""What varies."""


def build(point: Point, catalogue: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is consumed."""
    spec, draw = specimen(point, catalogue)
    stage = stage_at(point, draw.size_m)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    side = stage.side(point)
    # at the ego's speed, a truck this far ahead passes the object this long before the ego
    truck_x = EGO_X_M + speed * point.number("truck.lead_time") + 0.5 * TRUCK_SIZE_M[0]
    scene.add_vehicle(truck_x, lane + side, speed, is_truck=True, time_gap_s=1.0)
    y = stage.lane_y_m + side * point.number("object.offset_to_truck")
    scene.add_object(spec, draw, stage.object_x_m, y)
    place_traffic(scene, point, lane, rng)
    return scene


FAMILY: Final = Family("wake", PARAMETERS, build)
