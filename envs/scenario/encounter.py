"""Builds the start of an encounter: road, ego, speed, and an object that is recognised in time or late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from envs.debris.distribution import Constant, Uniform
from envs.errors import UserError
from envs.scenario.parameters.distribution import Distribution, Flag, Integer, Names, Pieces
from envs.scenario.parameters.table import Parameter, ParameterTable, Point, Rule, Value
from envs.scenario.scene import BASE_FRICTION, EGO_X_M, SceneBuilder, Setting
from envs.scenario.source import ObjectSource
from envs.sensing.sight import recognition_share
from envs.specification import LANE_WIDTH_M, episode

SPEED_RANGE_MPS = {"clear": (21.0, 33.0), "rain": (18.0, 28.0), "fog": (15.0, 22.0)}
"""Ego speed on a motorway by weather [A]."""

NIGHT_SPEED_SHARE = 0.9
"""Speed at night as a share of the day's [A]."""

RECOGNITION_TIME = Pieces(((1.3, 2.4, 0.15), (2.4, 3.6, 0.7), (3.6, 5.0, 0.15)))
"""Times to the object at recognition, s: mostly in the band for which knowing its contents pays, 2.6-3.4 s
(envs/physics/SOURCES.md 5), a little wider; shares [A]."""

SHOULDER_SHARE = 0.25
"""Share of roads with a hard shoulder beside the ego's carriageway [A]."""

WARM_UP_S = (0.6, 1.6)
"""Driving time before the object can be recognised: tracks of the traffic exist by then."""

OFFSET_M = 1.1
"""Largest distance of an object from the centre of the ego's lane (envs/physics/SOURCES.md 4)."""


@dataclass(frozen=True)
class ByWeather:
    """Rule: one value per weather, and a factor at night."""

    ranges: tuple[tuple[str, float, float], ...]
    night: float = 1.0

    def given(self, point: Mapping[str, Value], _: ObjectSource) -> Distribution:
        """Uniform over the range of the weather."""
        share = self.night if point["road.light"] == "night" else 1.0
        low, high = next(rest for name, *rest in self.ranges if name == point["road.weather"])
        return Constant(low) if low == high else Uniform(share * low, share * high)

    def __str__(self) -> str:
        texts = (
            f"{name} {low:g}" + ("" if low == high else f" to {high:g}")
            for name, low, high in self.ranges
        )
        return ", ".join(texts) + ("" if self.night == 1.0 else f"; times {self.night:g} at night")


@dataclass(frozen=True)
class AnyLane:
    """Rule: every live lane equally likely."""

    def given(self, point: Mapping[str, Value], _: ObjectSource) -> Distribution:
        """Lanes of the road."""
        return Integer(0, int(point["road.lanes"]) - 1)

    def __str__(self) -> str:
        return "every live lane equally likely"


@dataclass(frozen=True)
class AnySide:
    """Rule: a side of the ego with a live lane; both equally likely where there are two."""

    def given(self, point: Mapping[str, Value], _: ObjectSource) -> Distribution:
        """Sides with their probabilities."""
        lane, last = int(point["ego.lane"]), int(point["road.lanes"]) - 1
        left = 0.0 if lane == 0 else 1.0 if lane == last else 0.5
        return Names(("left", "right"), (left, 1.0 - left))

    def __str__(self) -> str:
        return "a side with a live lane, both equally likely"


@dataclass(frozen=True)
class LightOf:
    """Rule for the light: how often it is night in each weather."""

    night: tuple[tuple[str, float], ...] = (("clear", 0.2), ("rain", 2.0 / 7.0), ("fog", 0.0))

    def given(self, point: Mapping[str, Value], _: ObjectSource) -> Distribution:
        """Day or night."""
        share = dict(self.night)[str(point["road.weather"])]
        return Names(("day", "night"), (1.0 - share, share))

    def __str__(self) -> str:
        return ", ".join(f"night {share:.2g} in {name}" for name, share in self.night)


ROAD: Final = (
    Parameter("road.weather", "", 0.0, 0.0, Names(("clear", "rain", "fog"), (0.8, 0.14, 0.06)),
              "Weather.", episode.WEATHER_NAMES, "name"),
    Parameter("road.light", "", 0.0, 0.0, LightOf(), "Light.", episode.LIGHT_NAMES, "name"),
    Parameter("road.lanes", "", 2, 4, Integer(2, 4), "Number of live lanes.", kind="integer"),
    Parameter("road.shoulder", "", 0, 1, Flag(SHOULDER_SHARE),
              "Whether there is a hard shoulder on the right.", kind="flag"),
    Parameter("road.grip", "", 0.1, 1.2,
              ByWeather(tuple((name, mu, mu) for name, mu in BASE_FRICTION.items())),
              "Tyre-road friction coefficient of the clean surface."),
)  # fmt: skip
"""Road, light and weather. Shares of weather and light [A; envs/physics/SOURCES.md 1.1: 1 in 7 debris crashes in
adverse weather]."""


CALM: Final = Constant(0.0)


def wind(
    along: Distribution | Rule = CALM,
    across: Distribution | Rule = CALM,
    gust: Distribution | Rule = CALM,
) -> tuple[Parameter, ...]:
    """Parameters of the wind."""
    return (
        Parameter("wind.across", "m/s", -25.0, 25.0, across, "Mean wind to the right."),
        Parameter("wind.along", "m/s", -25.0, 25.0, along, "Mean wind along the road."),
        Parameter("wind.gust", "m/s", 0.0, 15.0, gust, "Amplitude of the gusts."),
    )


def ego(recognition_time: Distribution | Rule = RECOGNITION_TIME) -> tuple[Parameter, ...]:
    """Parameters of the ego, and of when it can recognise the object."""
    speeds = tuple((name, *ends) for name, ends in SPEED_RANGE_MPS.items())
    return (
        Parameter("ego.lane", "", 0, 3, AnyLane(), "Lane, from 0, the leftmost.", kind="integer"),
        Parameter("ego.speed", "m/s", 8.0, 40.0, ByWeather(speeds, NIGHT_SPEED_SHARE),
                  "Speed and set speed."),
        Parameter("ego.recognition_time", "s", 0.5, 8.0, recognition_time,
                  "Time to the object when it can first be recognised; later where light and weather do not allow it."),
        Parameter("ego.warm_up", "s", 0.0, 4.0, Uniform(*WARM_UP_S),
                  "Driving time before the object can be recognised."),
    )  # fmt: skip


STAGE: Final = ParameterTable(*ROAD, *wind(), *ego())
"""Parameters that ``set_stage`` draws."""

OFFSET: Final = Parameter(
    "object.offset", "m", -6.0, 6.0, Uniform(-OFFSET_M, OFFSET_M),
    "Place to the right of the centre of the ego's lane.",
)  # fmt: skip

SIDE: Final = Parameter(
    "side",
    "",
    0.0,
    0.0,
    AnySide(),
    "Side of the ego on which it happens.",
    ("left", "right"),
    "name",
)


class Stage(NamedTuple):
    """Road, ego and object position of an encounter."""

    scene: SceneBuilder
    lane: int
    speed_mps: float
    object_x_m: float

    @property
    def lane_y_m(self) -> float:
        """Centre of the ego's lane."""
        return self.lane * LANE_WIDTH_M

    def side(self, point: Point) -> int:
        """The side that a point names: -1 left, 1 right.

        Raises
        ------
        UserError
            If there is no live lane on it.
        """
        side = -1 if point.name("side") == "left" else 1
        if not 0 <= self.lane + side < self.scene.num_lanes:
            raise UserError(
                f"side: got {point['side']!r}, but the ego's lane {self.lane} of {self.scene.num_lanes} has no live "
                "lane there"
            )
        return side


def stage_at(
    point: Point, size_m: tuple[float, float, float], recognition_time_s: float | None = None
) -> Stage:
    """A road with the ego on it, and the place of an object recognised at the point's time.

    The sight range is the free parameter: it stands for curvature, crests and spray as well as light and weather.

    Parameters
    ----------
    point
        With ``ROAD``, ``wind`` and ``ego``.
    size_m
        Length, width and height of the object: they decide from where it is recognised.
    recognition_time_s
        Time to the object when it can first be recognised; ``ego.recognition_time`` if not given.

    Raises
    ------
    UserError
        If the road has no such lane.
    """
    num_lanes, lane = point.integer("road.lanes"), point.integer("ego.lane")
    if lane >= num_lanes:
        raise UserError(
            f"ego.lane: got {lane}, expected 0 to {num_lanes - 1} for {num_lanes} lanes"
        )
    speed = point.number("ego.speed")
    time = point.number("ego.recognition_time")
    time = time if recognition_time_s is None else recognition_time_s
    share = recognition_share(*size_m)
    scene = SceneBuilder(
        num_lanes,
        has_shoulder=point.flag("road.shoulder"),
        setting=Setting(point.name("road.light"), point.name("road.weather")),
        sight_range_m=min(max(time * speed / share, 30.0), 250.0),
    )
    scene.grip(point.number("road.grip"))
    scene.wind(point.number("wind.along"), point.number("wind.across"), point.number("wind.gust"))
    scene.add_ego(lane, speed)
    return Stage(scene, lane, speed, EGO_X_M + speed * (time + point.number("ego.warm_up")))


def set_stage(
    rng: np.random.Generator,
    setting: Setting,
    size_m: tuple[float, float, float],
    *,
    recognition_time_s: float | None = None,
) -> Stage:
    """A road with the ego on it, drawn from ``STAGE``, for scenarios without a table; ``rng`` is consumed.

    Parameters are those of ``stage_at``.
    """
    fixed = {"road.light": setting.light, "road.weather": setting.weather}
    return stage_at(STAGE.draw(rng, fixed=fixed), size_m, recognition_time_s)


def new_noise_seed(rng: np.random.Generator) -> int:
    """Key of the episode's noise; one draw consumed."""
    return int(rng.integers(2**62))
