"""The scene that rules read, computed once per decision: objects, a wreck ahead, neighbours, the follower."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.specification import EGO_LENGTH_M, EGO_WIDTH_M, GRAVITY_MPS2, LANE_WIDTH_M, column
from envs.specification.debris import LOOKS
from policies.base import Observation
from policies.command import lateral_range
from policies.following import IN_PATH_M, half_extents, read_vehicles
from policies.rule.thresholds import Thresholds
from policies.rule.wrecks import CERTAIN, Wrecks

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MARK: Final = column.D_LOOK + LOOKS.index("ground-mark")
PATCH: Final = column.D_LOOK + LOOKS.index("patch")

STANDARD_DEVIATIONS: Final = 2.0
"""A measured speed counts as motion beyond this many standard deviations, or a third of a metre per second."""

FLOOR_MPS: Final = 0.3
"""A third of a metre per second is no motion, however precisely it is known [A]."""

SLIDE_MPS2: Final = 4.5
"""Deceleration of an object that slides on asphalt (envs/physics/SOURCES.md 2.4: friction 0.45)."""

DRIFT_S: Final = 2.5
"""Sideways motion is extrapolated for so long at most: objects stop, or are gone."""


@dataclass(frozen=True)
class Scene:
    """Scene of ``A`` worlds; objects ``(A, J)``, a wreck after the four slots, vehicles ``(A, 8)``, metres, seconds."""

    y: Array  # (A,) lateral position of the ego
    speed: Array
    low: Array  # leftmost and rightmost lateral target
    high: Array
    grip_mps2: Array  # friction coefficient times gravity
    # objects
    tracked: Mask
    past: Mask  # the ego's tail is beyond it
    hidden_s: Array  # time since last seen
    half_width: Array  # across the road
    height: Array  # measured plus one standard deviation
    arrival_s: Array  # until the bumper reaches it
    lateral: Array  # where it will be then
    mark: Array  # probability of a ground mark
    patch: Array  # probability of a patch
    is_wreck: Mask
    gone: Array  # probability that it no longer exists
    blur: Array  # standard deviation of its lateral position
    seen: Array  # decisions in which it was reported
    missed: Array  # decisions in which it was not although nothing hid it
    # vehicles
    beside_y: Array  # lateral position in a second; nan where there is none
    beside_reach: Array  # half of what it takes across the road, and half the ego
    gap: Array  # bumper to bumper along the road, negative beside
    closing: Array  # speed at which the gap shrinks
    is_behind: Mask
    brakes: Mask  # ahead, with its brake lamp lit
    is_same_path: Mask  # ahead or behind in the ego's own path
    # follower
    follower_gap: Array  # (A,) bumper to bumper, m; inf without a follower

    def take(self, rows: NDArray[np.intp]) -> Scene:
        """The scene of some of the worlds."""
        return Scene(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})


class Percept(NamedTuple):
    """Input of a scene: ``A`` worlds."""

    observation: Observation  # filtered with perception
    sightings: Array  # (A, 4, 2) decisions in which an object was seen, and missed in plain view
    gone: Array  # (A, 4) probability that an object no longer exists; zero without perception
    wrecks: Wrecks
    is_filtered: bool  # with perception: a speed that is not zero is motion

    def take(self, rows: NDArray[np.intp]) -> Percept:
        """The input of some of the worlds."""
        return Percept(
            {key: values[rows] for key, values in self.observation.items()},
            self.sightings[rows],
            self.gone[rows],
            Wrecks._make(values[rows] for values in self.wrecks),
            self.is_filtered,
        )


def read_scene(percept: Percept, limits: Thresholds) -> Scene:
    """Compute the scene of ``A`` worlds.

    Hidden objects are where they were last seen, because they lie still more often than not; with perception, where
    they have slid. Hidden vehicles are moved on with their last speed.
    """
    observation, sightings, wrecks = percept.observation, percept.sightings, percept.wrecks
    ego = observation["ego"].astype(np.float64)
    y, speed = ego[:, column.E_Y], np.maximum(ego[:, column.E_SPEED], 1.0)
    low, high = lateral_range(observation)
    debris = observation["debris"].astype(np.float64)
    objects = _read_objects(debris, y, speed, percept.is_filtered)
    objects |= {"seen": sightings[..., 0], "missed": sightings[..., 1], "gone": percept.gone}
    objects["is_wreck"] = np.zeros(debris.shape[:2], np.bool_)
    if wrecks.exists.any():
        wreck = _read_wreck(wrecks, limits)
        objects = {
            key: np.concatenate([objects[key], wreck[key][:, None]], axis=1) for key in objects
        }
    return Scene(
        y=y,
        speed=speed,
        low=low,
        high=high,
        grip_mps2=GRAVITY_MPS2 * ego[:, column.E_GRIP],
        **objects,
        **_read_vehicles(observation, y, speed, limits),
    )


def _read_objects(debris: Array, y: Array, speed: Array, is_filtered: bool) -> dict[str, Any]:
    """Compute the object fields of the scene."""
    length, width = debris[:, :, column.D_LENGTH], debris[:, :, column.D_WIDTH]
    half_length, half_width = half_extents(length, width, debris[:, :, column.D_YAW])
    along, across = debris[:, :, column.D_VX], debris[:, :, column.D_VY]
    hidden_s = debris[:, :, column.D_AGE_SINCE_SEEN]
    dx, dy = debris[:, :, column.D_DX], debris[:, :, column.D_DY]
    speeds = np.hypot(along, across)
    if is_filtered:
        dx, dy = dx + hidden_s * along, dy + hidden_s * across
    noise = STANDARD_DEVIATIONS * debris[:, :, column.D_SD_V] + FLOOR_MPS
    along = np.where(np.abs(along) > noise + 1.0, along, 0.0)
    across = np.where(np.abs(across) > noise, across, 0.0)
    ahead = dx - half_length - 0.5 * EGO_LENGTH_M
    # a sliding object comes to rest: until then it runs away from the ego, on average with half its speed
    slides_s = np.maximum(along, 0.0) / SLIDE_MPS2
    rest = ahead + 0.5 * np.maximum(along, 0.0) * slides_s
    arrival = np.maximum(rest, 0.0) / np.maximum(speed[:, None] - np.minimum(along, 0.0), 0.5)
    drift_s = np.minimum(arrival, DRIFT_S)
    if is_filtered:
        # small speeds are known too, and friction takes them along with the large one
        stop_s = np.maximum(speeds / SLIDE_MPS2, 1e-3)
        drift_s = np.minimum(drift_s, stop_s)
        drift_s = drift_s * (1.0 - 0.5 * drift_s / stop_s)
    return {
        "tracked": debris[:, :, column.D_TRACKED] > 0.0,
        "past": dx + half_length < -0.5 * EGO_LENGTH_M,
        "hidden_s": hidden_s,
        "half_width": half_width,
        "height": debris[:, :, column.D_HEIGHT] + debris[:, :, column.D_SD_SIZE],
        "arrival_s": arrival,
        "lateral": y[:, None] + dy + across * drift_s,
        "mark": debris[:, :, MARK],
        "patch": debris[:, :, PATCH],
        "blur": debris[:, :, column.D_SD_Y],
    }


def _read_wreck(wrecks: Wrecks, limits: Thresholds) -> dict[str, Any]:
    """Compute the object fields of the nearest wreck."""
    zero = np.zeros(len(wrecks.exists))
    return {
        "tracked": wrecks.exists,
        "past": np.zeros(len(zero), np.bool_),
        "hidden_s": zero,
        "half_width": wrecks.half_width + limits.wreck_margin_m,
        "height": wrecks.height,
        "arrival_s": wrecks.arrival_s,
        "lateral": wrecks.lateral,
        "mark": zero,
        "patch": zero,
        "blur": zero,
        "seen": zero + CERTAIN,
        "missed": zero,
        "gone": zero,
        "is_wreck": wrecks.exists,
    }


def _read_vehicles(
    observation: Observation, y: Array, speed: Array, limits: Thresholds
) -> dict[str, Any]:
    """Compute the vehicle fields of the scene."""
    seen = read_vehicles(observation, speed)
    is_behind = seen.dx < 0.0
    gap = np.abs(seen.dx) - seen.half_lengths
    is_same_path = seen.tracked & (np.abs(seen.dy) < IN_PATH_M)
    brakes = seen.tracked & ~is_behind & (observation["vehicles"][:, :, column.V_BRAKE_LAMP] > 0.5)
    along = seen.vx - limits.lamp_drop_mps * brakes
    lateral = _in_a_second(y[:, None] + seen.dy, observation["vehicles"].astype(np.float64))
    return {
        "beside_y": np.where(seen.tracked, lateral, np.nan),
        "beside_reach": seen.half_across + 0.5 * EGO_WIDTH_M,
        "gap": gap,
        "closing": np.where(is_behind, along - speed[:, None], speed[:, None] - along),
        "is_behind": is_behind,
        "brakes": brakes,
        "is_same_path": is_same_path,
        "follower_gap": np.where(is_same_path & is_behind, gap, np.inf).min(axis=1),
    }


def _in_a_second(lateral: Array, vehicles: Array) -> Array:
    """Lateral positions of vehicles in one second, during a lane change at most at the new lane's centre."""
    drift = vehicles[:, :, column.V_VY]
    drift = np.where(
        np.abs(drift) > STANDARD_DEVIATIONS * vehicles[:, :, column.V_SD_V], drift, 0.0
    )
    lanes = lateral / LANE_WIDTH_M
    centre = np.where(drift > 0.0, np.ceil(lanes), np.floor(lanes)) * LANE_WIDTH_M
    moved: Array = lateral + np.sign(drift) * np.minimum(np.abs(drift), np.abs(centre - lateral))
    return moved
