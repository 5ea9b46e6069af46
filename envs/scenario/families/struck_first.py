"""The car ahead strikes an object that the ego has seen; how both move shows what is in it. No way around is free.

With look-alikes too wide to pass within the lane, contents decide and motion shows them 2 to 4 s before the ego is
there. The other lanes are full and there is no shoulder, so the ego can only brake, and a tailgater makes that costly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from envs.debris.distribution import Constant, Uniform
from envs.scenario.encounter import ROAD, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.distribution import Distribution, Flag
from envs.scenario.parameters.objects import Catalogue, TypeOf, object_parameters, specimen
from envs.scenario.parameters.table import Parameter, ParameterTable, Point, Value
from envs.scenario.room import FREE_GAP_M
from envs.scenario.scene import (
    CAR_SIZE_M,
    EGO_X_M,
    JAM_GAP_M,
    TRUCK_SIZE_M,
    SceneBuilder,
    equilibrium_time_gap,
)
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import equilibrium, follower, place_follower

LEAD_HEADWAY_S = (1.8, 3.0)
"""Headway of the ego behind the car that strikes the object: so long is there to read how both move [A]."""

SEEN_BEFORE_S = (0.6, 1.6)
"""How long before the strike the ego can recognise the object [A]."""

TAILGATER_HEADWAY_S = (0.5, 0.9)
"""Headway of the tailgater (envs/physics/SOURCES.md 5.1 studies 0.6-0.9 s)."""

TAILGATER_TRUCK_SHARE = 0.5
"""Share of trucks among tailgaters: where braking is most expensive [A]."""

OFFSET_M = (-0.3, 0.3)
"""Place of the object in the lane: the lead and the ego both meet it [A]."""

COLUMN_GAP_S = (0.3, 0.6)
"""Time between bumpers in the lanes beside: dense columns, as in an overtaking lane at capacity [A]."""

COLUMN_TRUCK_SHARE = 1.0
"""Share of trucks beside the ego: a column is held up by one, and it leaves no room to squeeze past the object [A]."""

COLUMN_HALF: Final = 2
"""Vehicles of a column before and behind the one beside the ego."""


@dataclass(frozen=True)
class BeforeStrike:
    """Rule: the object is recognised ``lead.seen_before`` before the lead strikes it."""

    def given(self, point: Mapping[str, Value], _: ObjectSource) -> Distribution:
        """The sum of the two times."""
        return Constant(float(point["lead.headway"]) + float(point["lead.seen_before"]))

    def __str__(self) -> str:
        return "lead.headway plus lead.seen_before"


def _road() -> tuple[Parameter, ...]:
    """Parameters of a road without a shoulder."""
    return tuple(
        replace(one, distribution=Flag(0.0)) if one.name == "road.shoulder" else one for one in ROAD
    )


def _column(side: str) -> tuple[Parameter, ...]:
    """Parameters of the column in the lane to the ``"left"`` or to the ``"right"``."""
    return (
        Parameter(f"{side}.column_gap", "s", 0.2, 3.0, Uniform(*COLUMN_GAP_S),
                  f"Time between the bumpers of the vehicles on the {side}; 4 m at least."),
        Parameter(f"{side}.column_place", "m", -8.0, 8.0, Uniform(-2.0, 2.0),
                  f"Place of the vehicle beside the ego on the {side}, ahead of the ego's centre."),
        Parameter(f"{side}.column_truck", "", 0, 1, Flag(COLUMN_TRUCK_SHARE),
                  "Whether it is a truck.", kind="flag"),
        Parameter(f"{side}.column_speed", "m/s", -3.0, 3.0, Uniform(-0.3, 0.3),
                  f"Speed of the column on the {side} above the ego's."),
    )  # fmt: skip


PARAMETERS: Final = ParameterTable(
    *_road(),
    *wind(),
    Parameter("lead.headway", "s", 0.8, 6.0, Uniform(*LEAD_HEADWAY_S), "Time of the ego behind the lead."),
    Parameter("lead.seen_before", "s", 0.0, 4.0, Uniform(*SEEN_BEFORE_S),
              "How long before the lead strikes the object the ego can recognise it."),
    *ego(recognition_time=BeforeStrike()),
    *object_parameters(types=TypeOf()),
    Parameter("object.offset", "m", -2.0, 2.0, Uniform(*OFFSET_M),
              "Place to the right of the centre of the ego's lane."),
    *follower(Uniform(*TAILGATER_HEADWAY_S), share=1.0, truck_share=TAILGATER_TRUCK_SHARE),
    *_column("left"),
    *_column("right"),
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
    for side, beside in (("left", lane - 1), ("right", lane + 1)):
        if 0 <= beside < scene.num_lanes:
            _place_column(scene, point, side, beside)
    if point.flag("follower.present"):
        place_follower(scene, point, lane, speed)
    return scene


def _place_column(scene: SceneBuilder, point: Point, side: str, lane: int) -> None:
    """Place a column beside the ego, front to back; each vehicle keeps its gap to the one ahead."""
    speed = point.number("ego.speed") + point.number(f"{side}.column_speed")
    space = max(point.number(f"{side}.column_gap") * speed, FREE_GAP_M) + CAR_SIZE_M[0]
    middle = EGO_X_M + point.number(f"{side}.column_place")
    is_truck = point.flag(f"{side}.column_truck")
    longer = 0.5 * (TRUCK_SIZE_M[0] - CAR_SIZE_M[0]) if is_truck else 0.0
    for k in range(COLUMN_HALF, -COLUMN_HALF - 1, -1):
        x = middle + k * space + (longer if k > 0 else -longer if k < 0 else 0.0)
        length = TRUCK_SIZE_M[0] if is_truck and k == 0 else CAR_SIZE_M[0]
        time_gap, free_speed = equilibrium(scene.gap_ahead(lane, x), speed, length + JAM_GAP_M)
        scene.add_vehicle(
            x,
            lane,
            speed,
            is_truck=is_truck and k == 0,
            target_speed_mps=free_speed,
            time_gap_s=time_gap,
        )


FAMILY: Final = Family("struck_first", PARAMETERS, build)
"""The car ahead strikes the object first."""
