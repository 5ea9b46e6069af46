"""An object is seen and then hidden by traffic for 0.5 to 4 s, so that the policy must remember it."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.debris.distribution import Uniform
from envs.scenario.encounter import OFFSET, ROAD, SIDE, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.distribution import Flag
from envs.scenario.parameters.objects import Catalogue, TypeOf, object_parameters, specimen
from envs.scenario.parameters.table import Parameter, ParameterTable, Point
from envs.scenario.scene import CAR_SIZE_M, EGO_X_M, TRUCK_SIZE_M, SceneBuilder, Setting
from envs.scenario.source import LIGHT_SHARE
from envs.scenario.traffic import place_traffic, traffic
from envs.sensing.sight import recognition_share
from envs.specification import TICK_S

SEEN_S = (4.4, 5.6)
"""Time to the object when it is first recognised [A]: early, before the view closes."""

CUT_IN_S = (0.3, 1.0)
"""How long the object can be seen before the vehicle that cuts in begins to hide it [A]."""

CLOSING_S = 0.5
"""Least time from the beginning of a cut-in until the view of what is ahead in the lane closes [A]."""

HIDDEN_S = 3.2
"""Least time from the beginning of a cut-in until that vehicle leaves the lane again: the object is hidden for 0.6 s
or more by then [A]."""

CUT_IN_AHEAD_M = (9.0, 18.0)
"""Free space between the ego and the vehicle that cuts in [A]."""

LEAVE_S = (1.4, 2.6)
"""Time to the object when that vehicle leaves the lane again; some never do [A]."""

STAYS_SHARE = 0.35
"""Share of vehicles that drive over the object rather than around it [A]."""

PARAMETERS: Final = ParameterTable(
    *ROAD,
    *wind(),
    *ego(recognition_time=Uniform(*SEEN_S)),
    *object_parameters(types=TypeOf(light_share=LIGHT_SHARE)),
    OFFSET,
    SIDE,
    Parameter("hider.truck", "", 0, 1, Flag(0.4), "Whether the vehicle that cuts in is a truck.", kind="flag"),
    Parameter("hider.gap", "m", 4.0, 60.0, Uniform(*CUT_IN_AHEAD_M), "Free space between the ego and it."),
    Parameter("hider.cut_in_delay", "s", 0.0, 5.0, Uniform(*CUT_IN_S),
              "How long the object can be seen before it begins to hide it."),
    Parameter("hider.leaves", "", 0, 1, Flag(1.0 - STAYS_SHARE), "Whether it leaves the lane again.", kind="flag"),
    Parameter("hider.leave_time", "s", 0.5, 5.0, Uniform(*LEAVE_S),
              "Its time to the object when it leaves."),
    *traffic(busy=0.35),
)  # fmt: skip
"""What varies."""


def build(point: Point, catalogue: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is consumed."""
    spec, draw = specimen(point, catalogue)
    setting = Setting(point.name("road.light"), point.name("road.weather"))
    # nearer where light, weather and the object's size ask for it: it is seen first, then hidden
    reach = setting.sight_cap_m * recognition_share(*draw.size_m)
    seen = min(point.number("ego.recognition_time"), reach / point.number("ego.speed"))
    stage = stage_at(point, draw.size_m, seen)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    side = stage.side(point)
    is_truck = point.flag("hider.truck")
    length = TRUCK_SIZE_M[0] if is_truck else CAR_SIZE_M[0]
    x = EGO_X_M + 0.5 * (CAR_SIZE_M[0] + length) + point.number("hider.gap")
    hider = scene.add_vehicle(x, lane + side, speed, is_truck=is_truck, time_gap_s=0.8)
    begins = point.number("ego.warm_up") + point.number("hider.cut_in_delay") - CLOSING_S
    cut_in = max(1, round(begins / TICK_S))
    scene.change_lane(hider, cut_in, lane)
    if point.flag("hider.leaves"):
        arrival = (stage.object_x_m - x) / speed
        leave = max(arrival - point.number("hider.leave_time"), cut_in * TICK_S + HIDDEN_S)
        scene.change_back(hider, round(leave / TICK_S), lane + side)
    y = stage.lane_y_m + point.number("object.offset")
    scene.add_object(spec, draw, stage.object_x_m, y)
    place_traffic(scene, point, lane, rng)
    return scene


FAMILY: Final = Family("hidden_again", PARAMETERS, build)
