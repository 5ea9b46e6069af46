"""A car ahead straddles or hits the object first; brake lamp, jolt and the object's flight reveal its contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from envs.debris.distribution import Constant, Uniform
from envs.scenario.encounter import OFFSET, ROAD, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.distribution import Distribution, Flag
from envs.scenario.parameters.objects import Catalogue, TypeOf, object_parameters, specimen
from envs.scenario.parameters.table import Parameter, ParameterTable, Point, Value
from envs.scenario.room import HURRY, JAM_GAP_M, equilibrium_time_gap
from envs.scenario.scene import CAR_SIZE_M, EGO_X_M, SceneBuilder
from envs.scenario.source import LIGHT_SHARE, ObjectSource
from envs.scenario.traffic import place_traffic, traffic

LEAD_HEADWAY_S = (1.6, 3.2)
"""Headway of the ego behind the car that drives over the object [A]."""

RECOGNISED_S = 1.2
"""The ego can recognise the object this long before the lead reaches it [A]."""


@dataclass(frozen=True)
class BeforeLead:
    """Rule: the object is recognised this long before the lead reaches it."""

    time_s: float

    def given(self, point: Mapping[str, Value], _: ObjectSource) -> Distribution:
        """The lead's headway and that time."""
        return Constant(float(point["lead.headway"]) + self.time_s)

    def __str__(self) -> str:
        return f"{self.time_s:g} s more than lead.headway"


PARAMETERS: Final = ParameterTable(
    *ROAD,
    *wind(),
    Parameter("lead.headway", "s", 0.8, 6.0, Uniform(*LEAD_HEADWAY_S), "Time of the ego behind the lead."),
    Parameter("lead.hurries", "", 0, 1, Flag(0.5),
              "Whether the lead's free speed is above its present speed.", kind="flag"),
    *ego(recognition_time=BeforeLead(RECOGNISED_S)),
    *object_parameters(types=TypeOf(light_share=LIGHT_SHARE)),
    OFFSET,
    *traffic(busy=0.6),
)  # fmt: skip
"""What varies."""


def build(point: Point, catalogue: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is consumed."""
    spec, draw = specimen(point, catalogue)
    stage = stage_at(point, draw.size_m)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    gap = point.number("lead.headway") * speed
    scene.add_vehicle(
        EGO_X_M + gap,
        lane,
        speed,
        target_speed_mps=HURRY * speed if point.flag("lead.hurries") else speed,
        time_gap_s=equilibrium_time_gap(gap, speed, CAR_SIZE_M[0] + JAM_GAP_M),
    )
    # the object lies where the lead will meet it: the ego sees its body move, then the object itself
    x = max(stage.object_x_m, EGO_X_M + gap + 0.5 * speed)
    scene.add_object(spec, draw, x, stage.lane_y_m + point.number("object.offset"))
    place_traffic(scene, point, lane, rng)
    return scene


FAMILY: Final = Family("lead_drives_over", PARAMETERS, build)
