"""The lead vehicle swerves out of the lane and reveals an object late, so that little time is left."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.debris.distribution import Constant, Uniform
from envs.scenario.encounter import OFFSET, ROAD, SIDE, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.distribution import Flag
from envs.scenario.parameters.objects import Catalogue, TypeOf, object_parameters, specimen
from envs.scenario.parameters.table import Parameter, ParameterTable, Point
from envs.scenario.room import LET_IN_TIME_GAP_S
from envs.scenario.scene import EGO_X_M, TRUCK_SIZE_M, SceneBuilder
from envs.scenario.source import LIGHT_SHARE
from envs.scenario.traffic import place_traffic, traffic
from envs.specification import TICK_S

LEAD_TRUCK_SHARE = 0.5
"""Share of trucks among leads: they hide everything [A]."""

REVEAL_S = (1.6, 3.0)
"""Time to the object when the lead begins to leave the lane [A]: it takes about a second to clear the view."""

LEAD_HEADWAY_S = (0.9, 1.6)
"""Headway of the ego behind the lead [A]."""

PARAMETERS: Final = ParameterTable(
    *ROAD,
    *wind(),
    *ego(recognition_time=Constant(5.0)),
    *object_parameters(types=TypeOf(light_share=LIGHT_SHARE)),
    OFFSET,
    Parameter("lead.headway", "s", 0.5, 4.0, Uniform(*LEAD_HEADWAY_S),
              "Time of the ego behind the lead, to its rear where it is a truck."),
    Parameter("lead.truck", "", 0, 1, Flag(LEAD_TRUCK_SHARE), "Whether the lead is a truck.", kind="flag"),
    Parameter("lead.reveal_time", "s", 0.5, 6.0, Uniform(*REVEAL_S),
              "Ego's time to the object when the lead begins to leave; a second before the lead meets it or more."),
    SIDE,
    *traffic(busy=0.45),
)  # fmt: skip
"""What varies."""


def build(point: Point, catalogue: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is consumed."""
    spec, draw = specimen(point, catalogue)
    stage = stage_at(point, draw.size_m)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    headway = point.number("lead.headway")
    is_truck = point.flag("lead.truck")
    half_truck = 0.5 * TRUCK_SIZE_M[0] if is_truck else 0.0
    lead = scene.add_vehicle(
        EGO_X_M + headway * speed + half_truck,
        lane,
        speed,
        is_truck=is_truck,
        time_gap_s=LET_IN_TIME_GAP_S,
    )
    # the lead must be out of the lane before it reaches the object: it swerves this long before the ego gets there
    reveal = max(point.number("lead.reveal_time"), headway + 1.0)
    x = max(stage.object_x_m, EGO_X_M + speed * (reveal + 1.0))
    tick = max(1, round(((x - EGO_X_M) / speed - reveal) / TICK_S))
    scene.change_lane(lead, tick, lane + stage.side(point))
    scene.add_object(spec, draw, x, stage.lane_y_m + point.number("object.offset"))
    place_traffic(scene, point, lane, rng)
    return scene


FAMILY: Final = Family("cut_out", PARAMETERS, build)
