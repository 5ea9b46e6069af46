"""The scene that rules read, computed once per decision: objects, their arrival, neighbours, the follower."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import EGO_LENGTH_M, EGO_WIDTH_M, GRAVITY_MPS2, LANE_WIDTH_M, column
from envs.specification.debris import LOOKS
from policies.base import Observation
from policies.command import lateral_range
from policies.following import IN_PATH_M, half_extents, read_vehicles

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MARK: Final = column.D_LOOK + LOOKS.index("ground-mark")
PATCH: Final = column.D_LOOK + LOOKS.index("patch")

STANDARD_DEVIATIONS: Final = 2.0
"""A measured speed counts as motion beyond this many standard deviations, or a third of a metre per second."""

SLIDE_MPS2: Final = 4.5
"""Deceleration of an object that slides on asphalt (envs/physics/SOURCES.md 2.4: friction 0.45)."""

DRIFT_S: Final = 2.5
"""Sideways motion is extrapolated for so long at most: objects stop, or are gone."""


@dataclass(frozen=True)
class Scene:
    """Scene of ``A`` worlds with a tracked body; objects ``(A, 4)``, vehicles ``(A, 8)``, metres, seconds."""

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
    blur: Array  # standard deviation of its lateral position
    seen: Array  # decisions in which it was reported
    missed: Array  # decisions in which it was not although nothing hid it
    # vehicles
    beside_y: Array  # lateral position in a second; nan where there is none
    beside_reach: Array  # half of what it takes across the road, and half the ego
    gap: Array  # bumper to bumper along the road, negative beside
    closing: Array  # speed at which the gap shrinks
    is_behind: Mask
    is_same_path: Mask  # ahead or behind in the ego's own path
    # follower
    follower_gap: Array  # (A,) bumper to bumper, m; inf without a follower

    def take(self, rows: NDArray[np.intp]) -> Scene:
        """The scene of some of the worlds."""
        return Scene(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})


def read_scene(observation: Observation, sightings: Array) -> Scene:
    """Compute the scene of ``A`` worlds.

    Hidden objects are where they were last seen, because they lie still more often than not; hidden vehicles are moved
    on with their last speed. ``sightings`` ``(A, 4, 2)`` counts the decisions in which an object was seen, and missed
    in plain view.
    """
    ego = observation["ego"].astype(np.float64)
    y, speed = ego[:, column.E_Y], np.maximum(ego[:, column.E_SPEED], 1.0)
    low, high = lateral_range(observation)
    return Scene(
        y=y,
        speed=speed,
        low=low,
        high=high,
        grip_mps2=GRAVITY_MPS2 * ego[:, column.E_GRIP],
        **_read_objects(observation["debris"].astype(np.float64), y, speed),
        **_read_vehicles(observation, y, speed),
        seen=sightings[..., 0],
        missed=sightings[..., 1],
    )


def _read_objects(debris: Array, y: Array, speed: Array) -> dict[str, Any]:
    """Compute the object fields of the scene."""
    length, width = debris[:, :, column.D_LENGTH], debris[:, :, column.D_WIDTH]
    half_length, half_width = half_extents(length, width, debris[:, :, column.D_YAW])
    noise = STANDARD_DEVIATIONS * debris[:, :, column.D_SD_V] + 0.3
    along, across = debris[:, :, column.D_VX], debris[:, :, column.D_VY]
    along = np.where(np.abs(along) > noise + 1.0, along, 0.0)
    across = np.where(np.abs(across) > noise, across, 0.0)
    ahead = debris[:, :, column.D_DX] - half_length - 0.5 * EGO_LENGTH_M
    # a sliding object comes to rest: until then it runs away from the ego, on average with half its speed
    slides_s = np.maximum(along, 0.0) / SLIDE_MPS2
    rest = ahead + 0.5 * np.maximum(along, 0.0) * slides_s
    arrival = np.maximum(rest, 0.0) / np.maximum(speed[:, None] - np.minimum(along, 0.0), 0.5)
    return {
        "tracked": debris[:, :, column.D_TRACKED] > 0.0,
        "past": debris[:, :, column.D_DX] + half_length < -0.5 * EGO_LENGTH_M,
        "hidden_s": debris[:, :, column.D_AGE_SINCE_SEEN],
        "half_width": half_width,
        "height": debris[:, :, column.D_HEIGHT] + debris[:, :, column.D_SD_SIZE],
        "arrival_s": arrival,
        "lateral": y[:, None] + debris[:, :, column.D_DY] + across * np.minimum(arrival, DRIFT_S),
        "mark": debris[:, :, MARK],
        "patch": debris[:, :, PATCH],
        "blur": debris[:, :, column.D_SD_Y],
    }


def _read_vehicles(observation: Observation, y: Array, speed: Array) -> dict[str, Any]:
    """Compute the vehicle fields of the scene."""
    seen = read_vehicles(observation, speed)
    is_behind = seen.dx < 0.0
    gap = np.abs(seen.dx) - seen.half_lengths
    is_same_path = seen.tracked & (np.abs(seen.dy) < IN_PATH_M)
    lateral = _in_a_second(y[:, None] + seen.dy, observation["vehicles"].astype(np.float64))
    return {
        "beside_y": np.where(seen.tracked, lateral, np.nan),
        "beside_reach": seen.half_across + 0.5 * EGO_WIDTH_M,
        "gap": gap,
        "closing": np.where(is_behind, seen.vx - speed[:, None], speed[:, None] - seen.vx),
        "is_behind": is_behind,
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
