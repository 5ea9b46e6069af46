"""An object is blown across the lanes; it moves and is mostly harmless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from envs.debris.distribution import Constant, Uniform
from envs.debris.specification import DebrisDraw, DebrisSpec
from envs.physics.motion import advance_object
from envs.scenario.encounter import OFFSET_M, ROAD, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.distribution import Distribution, Pieces
from envs.scenario.parameters.objects import Catalogue, TypeOf, object_parameters, specimen
from envs.scenario.parameters.table import Parameter, ParameterTable, Point, Value
from envs.scenario.rows import debris_rows
from envs.scenario.scene import EGO_X_M, SceneBuilder
from envs.scenario.source import ObjectSource, is_light
from envs.scenario.traffic import place_traffic, traffic
from envs.specification import debris

WIND_MPS = (7.0, 14.0)
"""Cross wind: fresh breeze to near gale."""

GUST_SHARE = 0.4
"""Amplitude of the gusts as a share of the mean wind [A]."""

LIGHT_SHARE = 0.8
"""Share of light objects; the others are pushed by what hit them before, and slide to rest [A]."""

DRIFT_SHARE = 0.5
"""Speed of a drifting object at the start as a share of the wind [A]."""

SHORTEST_S = 0.3
"""It moves at least this long before it gets to its place [A]."""


@dataclass(frozen=True)
class OfWind:
    """Rule: a share of the cross wind, either way where it is along the road."""

    low: float
    high: float
    is_signed: bool = False

    def given(self, point: Mapping[str, Value], _: ObjectSource) -> Distribution:
        """The share of the wind."""
        across = float(point["wind.across"])
        size = across if self.is_signed else abs(across)
        ends = sorted((self.low * size, self.high * size))
        return Constant(ends[0]) if self.low == self.high else Uniform(*ends)

    def __str__(self) -> str:
        share = f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"
        return f"{share} of wind.across"


@dataclass(frozen=True)
class Drift:
    """Rule for the speed across the road: light types drift with the wind, others slide to rest."""

    def given(self, point: Mapping[str, Value], source: ObjectSource) -> Distribution:
        """A share of the wind, or a range."""
        if is_light(source.catalogue[str(point["object.type"])]):
            return Constant(DRIFT_SHARE * abs(float(point["wind.across"])))
        return Uniform(2.0, 5.0)

    def __str__(self) -> str:
        return f"light types {DRIFT_SHARE:g} of wind.across, others 2 to 5"


LOW_MPS, HIGH_MPS = WIND_MPS

PARAMETERS: Final = ParameterTable(
    *ROAD,
    *wind(
        along=OfWind(-0.3, 0.3),
        across=Pieces(((-HIGH_MPS, -LOW_MPS, 0.5), (LOW_MPS, HIGH_MPS, 0.5))),
        gust=OfWind(GUST_SHARE, GUST_SHARE),
    ),
    *ego(),
    *object_parameters(types=TypeOf(light_share=LIGHT_SHARE)),
    Parameter("object.drift", "m/s", 0.0, 15.0, Drift(), "Its speed at the start, the way the wind blows across."),
    Parameter("object.early", "s", -4.0, 4.0, Uniform(-1.0, 1.0),
              "How long after the ego it gets to its place in the ego's lane in the mean wind."),
    Parameter("object.offset", "m", -6.0, 6.0, Uniform(-OFFSET_M, OFFSET_M),
              "That place, to the right of the lane's centre; where it comes to rest if it stops before."),
    *traffic(busy=0.6),
)  # fmt: skip
"""What varies."""


def build(point: Point, catalogue: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is consumed."""
    spec, draw = specimen(point, catalogue)
    stage = stage_at(point, draw.size_m)
    side = -1.0 if point.number("wind.across") < 0.0 else 1.0
    along, across = DRIFT_SHARE * point.number("wind.along"), side * point.number("object.drift")
    arrival = (stage.object_x_m - EGO_X_M) / stage.speed_mps
    duration = max(arrival + point.number("object.early"), SHORTEST_S)
    y = stage.lane_y_m + point.number("object.offset")
    start = y - _way_across(spec, draw, along, across, point, duration)
    index = stage.scene.add_object(spec, draw, stage.object_x_m, start)
    stage.scene.set_motion(index, along, across)
    place_traffic(stage.scene, point, stage.lane, rng)
    return stage.scene


def _way_across(
    spec: DebrisSpec,
    draw: DebrisDraw,
    along_mps: float,
    across_mps: float,
    point: Point,
    duration_s: float,
) -> float:
    """How far an object with this velocity moves across the road in the mean wind, m."""
    f, _ = debris_rows(spec, draw, 0.0, 0.0)
    return advance_object(
        along_mps,
        across_mps,
        0.0,
        0.0,
        point.number("wind.along"),
        point.number("wind.across"),
        f[debris.MASS],
        f[debris.FRICTION],
        f[debris.DRAG_AREA],
        f[debris.LIFT_AREA],
        f[debris.RESTITUTION],
        duration_s,
    ).dy


FAMILY: Final = Family("wind_blown", PARAMETERS, build)
