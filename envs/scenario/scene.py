"""SceneBuilder: puts ego, traffic and objects on a road and turns them into a ScenarioInstance.

Used by every family. It draws nothing at random.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from envs.debris.specification import DebrisDraw, DebrisSpec
from envs.errors import UserError
from envs.scenario.instance import ScenarioInstance
from envs.scenario.parameters.table import NOTHING, Value
from envs.scenario.room import JAM_GAP_M, Room
from envs.scenario.rows import UNMOVED_MPS, debris_rows, draw_paint
from envs.specification import (
    EGO_HEIGHT_M,
    EGO_LENGTH_M,
    EGO_WIDTH_M,
    LANE_WIDTH_M,
    MAX_DEBRIS,
    MAX_VEHICLES,
    debris,
    episode,
    vehicle,
)

EGO_X_M = 500.0
"""Where the ego starts: far from the road's origin, so that no vehicle is ever behind the origin."""

CAR_SIZE_M = (EGO_LENGTH_M, EGO_WIDTH_M, EGO_HEIGHT_M)
"""Length, width, height of every car, the ego included (envs/physics/SOURCES.md 2.6; width of a compact car)."""

TRUCK_SIZE_M = (16.0, 2.5, 3.8)
"""Length, width, height of a truck (envs/physics/SOURCES.md 2.6; EU legal limits)."""

CAR_MASS_KG, TRUCK_MASS_KG = 1_500.0, 20_000.0
"""Masses of the contact model (envs/physics/SOURCES.md 2, 2.10)."""

BASE_FRICTION = {"clear": 0.80, "rain": 0.55, "fog": 0.75}
"""Tyre-road friction of the clean surface (envs/physics/SOURCES.md 1.4: dry 0.80, wet 0.40-0.65; fog: damp [A])."""

SIGHT_CAP_M = {"clear": 150.0, "rain": 110.0, "fog": 75.0}
"""Longest sight range in daylight [A]."""

NIGHT_SHARE = 0.6
"""Sight range at night (dipped headlights reach 60-75 m on dark objects) as a share of the day's [A]."""


@dataclass(frozen=True)
class Setting:
    """Light (``"day"`` or ``"night"``) and weather (``"clear"``, ``"rain"`` or ``"fog"``) of an instance."""

    light: str
    weather: str

    @property
    def name(self) -> str:
        """Name of the variant."""
        return f"{self.light}-{self.weather}"

    @property
    def sight_cap_m(self) -> float:
        """Longest sight range."""
        return SIGHT_CAP_M[self.weather] * (NIGHT_SHARE if self.light == "night" else 1.0)


def _plain_vehicle(*, is_truck: bool) -> tuple[np.ndarray, np.ndarray]:
    """Columns of ``vehicle_f`` and ``vehicle_i`` that all cars, or all trucks, begin with."""
    length, width, height = TRUCK_SIZE_M if is_truck else CAR_SIZE_M
    f = np.zeros(vehicle.NUM_FLOATS)
    f[vehicle.LENGTH], f[vehicle.WIDTH], f[vehicle.HEIGHT] = length, width, height
    f[vehicle.MASS] = TRUCK_MASS_KG if is_truck else CAR_MASS_KG
    f[vehicle.JAM_DISTANCE], f[vehicle.EXPONENT] = length + JAM_GAP_M, 4.0
    f[vehicle.SCRIPT_SPEED] = -1.0
    i = np.zeros(vehicle.NUM_INTS, dtype=np.int64)
    i[vehicle.KIND], i[vehicle.CHECK_COLLISIONS] = vehicle.KIND_IDM, 1
    i[vehicle.IS_TRUCK] = int(is_truck)
    i[[vehicle.SCRIPT_TICK, vehicle.SCRIPT_LANE, vehicle.RETURN_TICK]] = -1
    return f, i


_PLAIN = {is_truck: _plain_vehicle(is_truck=is_truck) for is_truck in (False, True)}


class SceneBuilder(Room):
    """One scene under construction.

    Parameters
    ----------
    num_lanes
        Live lanes, 2 to 4.
    has_shoulder
        One more lane on the right that traffic does not use.
    sight_range_m
        Range at which a large object is recognised; cut at what light and weather allow.
    """

    def __init__(
        self, num_lanes: int, *, has_shoulder: bool, setting: Setting, sight_range_m: float = 250.0
    ) -> None:
        super().__init__()
        self.num_lanes = num_lanes
        self.setting = setting
        self._debris_f: list[np.ndarray] = []
        self._types: list[str] = []
        f = np.zeros(episode.NUM_FLOATS)
        f[episode.FRICTION] = f[episode.GRIP] = BASE_FRICTION[setting.weather]
        f[episode.LEFT_EDGE] = -0.5 * LANE_WIDTH_M
        f[episode.RIGHT_EDGE] = (num_lanes + has_shoulder - 0.5) * LANE_WIDTH_M
        f[episode.SIGHT_RANGE] = min(sight_range_m, setting.sight_cap_m)
        f[episode.FLOW] = 0.3  # vehicles per second and lane: a busy motorway, 1,080 per hour [A]
        self.episode_f = f
        i = np.zeros(episode.NUM_INTS, dtype=np.int64)
        i[episode.NUM_LANES], i[episode.HAS_SHOULDER] = num_lanes, int(has_shoulder)
        i[episode.LIGHT] = episode.LIGHT_NAMES.index(setting.light)
        i[episode.WEATHER] = episode.WEATHER_NAMES.index(setting.weather)
        i[episode.BRAKE_TICK] = i[episode.BRAKE_FOLLOWER] = -1
        self.episode_i = i

    def grip(self, friction: float) -> None:
        """Set the tyre-road friction coefficient of the clean surface."""
        self.episode_f[[episode.FRICTION, episode.GRIP]] = friction

    def wind(self, along_mps: float, across_mps: float, gust_mps: float) -> None:
        """Set the mean wind along and across the road, and the amplitude of its gusts."""
        self.episode_f[[episode.WIND_X, episode.WIND_Y, episode.GUST]] = (
            along_mps,
            across_mps,
            gust_mps,
        )

    def add_ego(self, lane: int, speed_mps: float) -> None:
        """Place the ego, first of all vehicles, in the middle of ``lane`` at its set speed."""
        if self._vehicle_f:
            raise UserError("scene: expected the ego as the first vehicle")
        self.add_vehicle(EGO_X_M, lane, speed_mps)
        self._vehicle_i[0][vehicle.KIND] = vehicle.KIND_EGO
        self.episode_f[episode.SET_SPEED] = speed_mps
        self.episode_f[episode.TARGET_Y] = lane * LANE_WIDTH_M
        self.episode_i[episode.CHARGED_LANE] = lane

    def add_vehicle(
        self,
        x_m: float,
        lane: int,
        speed_mps: float,
        *,
        is_truck: bool = False,
        target_speed_mps: float | None = None,
        time_gap_s: float = 1.5,
        jam_distance_m: float | None = None,
        may_change_lane: bool = False,
        timer_s: float = 0.5,
    ) -> int:
        """Place a vehicle in the middle of a lane (0 = leftmost); returns its index.

        Parameters
        ----------
        x_m
            Centre along the road.
        is_truck
            Whether it has size, mass and contact geometry of a truck.
        target_speed_mps
            Free speed; the present one if not given.
        time_gap_s, jam_distance_m
            IDM's time gap, and its distance between centres at standstill: the length and ``JAM_GAP_M`` if not given.
        may_change_lane
            Whether MOBIL is on.
        timer_s
            MOBIL's clock at the start, 0 < timer <= 1.

        Raises
        ------
        UserError
            If the world is full.
        """
        if len(self._vehicle_f) >= MAX_VEHICLES:
            raise UserError(
                f"scene: num_vehicles: got {MAX_VEHICLES + 1}, at most {MAX_VEHICLES} fit"
            )
        plain_f, plain_i = _PLAIN[is_truck]
        f = plain_f.copy()
        f[vehicle.X], f[vehicle.Y] = x_m, lane * LANE_WIDTH_M
        f[vehicle.SPEED] = speed_mps
        f[vehicle.TARGET_SPEED] = speed_mps if target_speed_mps is None else target_speed_mps
        f[vehicle.TIMER], f[vehicle.TIME_GAP] = timer_s, time_gap_s
        if jam_distance_m is not None:
            f[vehicle.JAM_DISTANCE] = jam_distance_m
        i = plain_i.copy()
        i[vehicle.LANE] = i[vehicle.TARGET_LANE] = lane
        i[vehicle.MAY_CHANGE_LANE] = int(may_change_lane)
        self._vehicle_f.append(f)
        self._vehicle_i.append(i)
        return len(self._vehicle_f) - 1

    def add_object(
        self,
        spec: DebrisSpec,
        draw: DebrisDraw,
        x_m: float,
        y_m: float,
        *,
        blocks_traffic: bool = False,
    ) -> int:
        """Place a catalogue object lying on the road; returns its index."""
        f, i = debris_rows(spec, draw, x_m, y_m)
        i[debris.BLOCKS_TRAFFIC] = int(blocks_traffic)
        return self._append(spec.name, f, i)

    def add_phantom(
        self,
        name: str,
        look: str,
        size_m: tuple[float, float, float],
        x_m: float,
        y_m: float,
        *,
        flickers: bool,
    ) -> int:
        """Place an object that is seen but is not real; ``flickers``: a detector ghost rather than a mark."""
        f = np.zeros(debris.NUM_FLOATS)
        f[debris.X], f[debris.Y] = x_m, y_m
        f[debris.LENGTH], f[debris.WIDTH], f[debris.HEIGHT] = size_m
        f[debris.AIR_THRESHOLD] = UNMOVED_MPS
        i = np.zeros(debris.NUM_INTS, dtype=np.int64)
        i[debris.LOOK], i[debris.CARRIER] = debris.LOOKS.index(look), -1
        i[debris.FLICKERS] = int(flickers)
        return self._append(name, f, i)

    def _append(self, name: str, f: np.ndarray, i: np.ndarray) -> int:
        """Store one object."""
        if len(self._debris_f) >= MAX_DEBRIS:
            raise UserError(f"scene: num_debris: got {MAX_DEBRIS + 1}, at most {MAX_DEBRIS} fit")
        self._debris_f.append(f)
        self._debris_i.append(i)
        self._types.append(name)
        return len(self._debris_f) - 1

    def load_on(self, index: int, carrier: int, release_tick: int, height_m: float) -> None:
        """Load object ``index`` on the bed of vehicle ``carrier``, from whose rear end it falls at ``release_tick``."""
        self._debris_i[index][debris.CARRIER] = carrier
        self._debris_i[index][debris.RELEASE_TICK] = release_tick
        self._debris_f[index][debris.Z] = height_m

    def set_motion(self, index: int, vx_mps: float, vy_mps: float) -> None:
        """Give object ``index`` a velocity at the start."""
        self._debris_f[index][[debris.VX, debris.VY]] = vx_mps, vy_mps

    def build(
        self, family: str, noise_seed: int, parameters: Mapping[str, Value] = NOTHING
    ) -> ScenarioInstance:
        """The finished instance; ``noise_seed`` keys all noise, ``parameters`` is the point it was built from."""
        self.episode_i[episode.NOISE_SEED] = noise_seed
        self.episode_i[episode.NUM_VEHICLES] = len(self._vehicle_f)
        self.episode_i[episode.NUM_DEBRIS] = len(self._debris_f)
        for k, row in enumerate(self._vehicle_i):
            row[vehicle.PAINT] = draw_paint(noise_seed, k)

        def stack(columns: list[np.ndarray], rows: int, dtype: type) -> np.ndarray:
            return np.array(columns).T.copy() if columns else np.zeros((rows, 0), dtype)

        return ScenarioInstance(
            family=family,
            variant=self.setting.name,
            debris_types=tuple(self._types),
            vehicle_f=stack(self._vehicle_f, vehicle.NUM_FLOATS, np.float64),
            vehicle_i=stack(self._vehicle_i, vehicle.NUM_INTS, np.int64),
            debris_f=stack(self._debris_f, debris.NUM_FLOATS, np.float64),
            debris_i=stack(self._debris_i, debris.NUM_INTS, np.int64),
            episode_f=self.episode_f,
            episode_i=self.episode_i,
            parameters=parameters,
        )
