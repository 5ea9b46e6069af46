"""A struck object is thrown at other vehicles, or another vehicle throws it at the ego."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from envs.debris.distribution import Uniform
from envs.debris.specification import DebrisSpec
from envs.scenario.encounter import OFFSET, ROAD, SIDE, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.distribution import Distribution, Flag
from envs.scenario.parameters.objects import Catalogue, TypeOf, object_parameters, specimen
from envs.scenario.parameters.table import Parameter, ParameterTable, Point, Value
from envs.scenario.scene import CAR_SIZE_M, EGO_X_M, SceneBuilder
from envs.scenario.source import ObjectSource, is_body
from envs.scenario.traffic import OVERTAKING_M, follower, neighbours, place_traffic
from envs.specification import LANE_WIDTH_M

RETURN_SHARE = 0.5
"""Share of instances in which a car beside the ego strikes the object towards it; in the others the ego is first."""

LEAST_MASS_KG = 2.0
"""Least mass of an object that can damage the next vehicle."""

LEAD_S = (1.2, 2.2)
"""How long before the ego the car beside reaches the object [A]."""


STRIKER_OFFSET_M = (0.5, 1.2)
"""Place of the object from the striker's axis: off-centre, so that it flies to one side [A]."""

LEAST_OVERLAP_M = 0.15
"""Least width of the object in the striker's path [A]."""


@dataclass(frozen=True)
class InPath:
    """Rule: off the striker's axis, but far enough in its path that it is hit."""

    def given(self, point: Mapping[str, Value], _: ObjectSource) -> Distribution:
        """Uniform, up to where the object's narrowest side still overlaps the car."""
        narrow = min(float(point["object.length"]), float(point["object.width"]))
        low, high = STRIKER_OFFSET_M
        return Uniform(low, min(high, 0.5 * (CAR_SIZE_M[1] + narrow) - LEAST_OVERLAP_M))

    def __str__(self) -> str:
        low, high = STRIKER_OFFSET_M
        return f"uniform from {low:g} to {high:g}, less where a narrow object would be missed"


def is_massive(spec: DebrisSpec) -> bool:
    """Whether specimens of the type can damage the next vehicle."""
    return is_body(spec) and spec.mass_kg.high >= LEAST_MASS_KG


def _beside(side: str) -> tuple[Parameter, ...]:
    """Vehicles on one side: one overtakes, or none."""
    return neighbours(side, near=0.7, second=0.0, near_m=OVERTAKING_M, faster_mps=(-0.5, 0.5))


PARAMETERS: Final = ParameterTable(
    *ROAD,
    *wind(),
    *ego(),
    *object_parameters(types=TypeOf(is_massive)),
    OFFSET,
    SIDE,
    Parameter("striker.present", "", 0, 1, Flag(RETURN_SHARE),
              "Whether a car beside the ego strikes the object first.", kind="flag"),
    Parameter("striker.lead_time", "s", 0.5, 5.0, Uniform(*LEAD_S), "Its time ahead of the ego."),
    Parameter("striker.offset", "m", -1.5, 1.5, InPath(),
              "Place of the object from the centre of the striker's lane towards the ego's, if there is a striker."),
    *follower(Uniform(0.7, 1.6), share=1.0, truck_share=0.0),
    *_beside("left"), *_beside("right"),
)  # fmt: skip
"""What varies."""


def build(point: Point, catalogue: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is consumed."""
    spec, draw = specimen(point, catalogue)
    stage = stage_at(point, draw.size_m)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    y = stage.lane_y_m + point.number("object.offset")
    if point.flag("striker.present"):
        # on the inner edge of the striker's path: what it hits off its axis flies to that side, into the ego's lane
        side = stage.side(point)
        striker_x = EGO_X_M + speed * point.number("striker.lead_time")
        scene.add_vehicle(striker_x, lane + side, speed, time_gap_s=1.0)
        y = stage.lane_y_m + side * (LANE_WIDTH_M - point.number("striker.offset"))
    scene.add_object(spec, draw, stage.object_x_m, y)
    place_traffic(scene, point, lane, rng)
    return scene


FAMILY: Final = Family("knock_on", PARAMETERS, build)
