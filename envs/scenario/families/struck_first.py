"""The car ahead strikes an object that the ego has seen; how both move shows what is in it. There is no way around.

Road works: a single live lane between barriers. With look-alikes too wide to pass within it, contents decide: what is
light may be run over, what is heavy must be braked for, and a tailgater makes that costly. Motion shows them 2 to 4 s
before the ego is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from envs.debris.distribution import Constant, Uniform
from envs.scenario.encounter import ROAD, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.distribution import Distribution, Flag, Integer
from envs.scenario.parameters.objects import Catalogue, TypeOf, object_parameters, specimen
from envs.scenario.parameters.table import Parameter, ParameterTable, Point, Value
from envs.scenario.room import JAM_GAP_M, equilibrium_time_gap
from envs.scenario.scene import CAR_SIZE_M, EGO_X_M, SceneBuilder
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import follower, place_follower

SPEED_MPS = (15.0, 22.0)
"""Speed through the works: signed 60 or 80 km/h on German motorways (RSA 95, part D [M]), in all weathers [A]."""

LEAD_HEADWAY_S = (2.4, 3.6)
"""Headway of the ego behind the car that strikes the object: so long is there to read how both move [A]."""

SEEN_BEFORE_S = (1.5, 2.5)
"""How long before the strike the ego can recognise the object [A]."""

TAILGATER_HEADWAY_S = (0.5, 0.8)
"""Headway of the tailgater (envs/physics/SOURCES.md 5.1 studies 0.6-0.9 s)."""

TAILGATER_TRUCK_SHARE = 0.5
"""Share of trucks among tailgaters: where braking is most expensive [A]."""

OFFSET_M = (-0.2, 0.2)
"""Place of the object in the lane: the lead meets it squarely, so that it stays in the lane [A]."""


@dataclass(frozen=True)
class BeforeStrike:
    """Rule: the object is recognised ``lead.seen_before`` before the lead strikes it."""

    def given(self, point: Mapping[str, Value], _: ObjectSource) -> Distribution:
        """The sum of the two times."""
        return Constant(float(point["lead.headway"]) + float(point["lead.seen_before"]))

    def __str__(self) -> str:
        return "lead.headway plus lead.seen_before"


def _road() -> tuple[Parameter, ...]:
    """Parameters of a road with one live lane and no shoulder."""
    changes: dict[str, dict[str, Any]] = {
        "road.lanes": {"low": 1, "high": 1, "distribution": Integer(1, 1)},
        "road.shoulder": {"distribution": Flag(0.0)},
    }
    return tuple(replace(one, **changes.get(one.name, {})) for one in ROAD)


def _ego() -> tuple[Parameter, ...]:
    """Parameters of the ego at road works."""
    return tuple(
        replace(one, distribution=Uniform(*SPEED_MPS)) if one.name == "ego.speed" else one
        for one in ego(recognition_time=BeforeStrike())
    )


PARAMETERS: Final = ParameterTable(
    *_road(),
    *wind(),
    Parameter("lead.headway", "s", 0.8, 6.0, Uniform(*LEAD_HEADWAY_S), "Time of the ego behind the lead."),
    Parameter("lead.seen_before", "s", 0.0, 4.0, Uniform(*SEEN_BEFORE_S),
              "How long before the lead strikes the object the ego can recognise it."),
    *_ego(),
    *object_parameters(types=TypeOf()),
    Parameter("object.offset", "m", -2.0, 2.0, Uniform(*OFFSET_M),
              "Place to the right of the centre of the ego's lane."),
    *follower(Uniform(*TAILGATER_HEADWAY_S), share=1.0, truck_share=TAILGATER_TRUCK_SHARE),
)  # fmt: skip
"""What varies."""


def build(point: Point, catalogue: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is not used."""
    del rng
    spec, draw = specimen(point, catalogue)
    stage = stage_at(point, draw.size_m)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    gap = point.number("lead.headway") * speed
    time_gap = equilibrium_time_gap(gap, speed, CAR_SIZE_M[0] + JAM_GAP_M)
    scene.add_vehicle(EGO_X_M + gap, lane, speed, time_gap_s=time_gap)
    # where the lead will strike it, not earlier than half a second from now
    x = max(stage.object_x_m, EGO_X_M + gap + 0.5 * speed)
    scene.add_object(spec, draw, x, stage.lane_y_m + point.number("object.offset"))
    if point.flag("follower.present"):
        place_follower(scene, point, lane, speed)
    return scene


FAMILY: Final = Family("struck_first", PARAMETERS, build)
"""The car ahead strikes the object first."""
