"""The table of all observation columns, the spaces made from it, and the code that fills them.

``TABLE`` is the documentation: name, unit, range and meaning of every column, in order. Positions are relative to the
ego's centre (``dx`` forward, ``dy`` to the right), velocities are absolute in the road frame. A free slot is all zeros.
A track that is not visible keeps its last measurement, moved along with the ego; ``age_since_seen_s`` grows.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.sensing.tracker import update_tracks
from envs.specification import (
    DEBRIS_SLOTS,
    DECISION_S,
    DECISIONS_PER_EPISODE,
    VEHICLE_SLOTS,
    column,
    episode,
    track,
    vehicle,
)
from envs.specification.debris import LOOKS, NUM_LOOKS
from envs.specification.world import World


class Column(NamedTuple):
    """One column of an observation array."""

    name: str
    unit: str
    low: float
    high: float
    meaning: str


EGO_TABLE = (
    Column("y", "m", -10.0, 30.0, "lateral position; the leftmost lane has its centre at 0, right positive"),
    Column("speed", "m/s", -5.0, 50.0, "speed along the heading"),
    Column("lateral_speed", "m/s", -15.0, 15.0, "speed across the road, right positive"),
    Column("heading", "rad", -2.0, 2.0, "against the road, right positive"),
    Column("yaw_rate", "rad/s", -5.0, 5.0, "of the last tick, right positive"),
    Column("acceleration", "m/s2", -12.0, 12.0, "longitudinal, of the last tick"),
    Column("grip", "1", 0.0, 1.2, "tyre-road friction coefficient, mean of the wheels"),
    Column("set_speed", "m/s", 0.0, 50.0, "speed the driver wants"),
    Column("target_y", "m", -10.0, 30.0, "lateral target of the last command"),
    Column("left_edge", "m", -10.0, 10.0, "left edge of the drivable width"),
    Column("right_edge", "m", 0.0, 30.0, "right edge of the drivable width, shoulder included"),
    Column("num_lanes", "1", 1.0, 6.0, "live lanes"),
    Column("shoulder", "0/1", 0.0, 1.0, "a hard shoulder on the right"),
    Column("night", "0/1", 0.0, 1.0, "darkness"),
    Column("rain", "0/1", 0.0, 1.0, "rain, wet road"),
    Column("fog", "0/1", 0.0, 1.0, "fog"),
    Column("sight_range", "m", 0.0, 250.0, "range at which a large object is recognised now"),
    Column("time_left", "s", 0.0, 20.0, "until the episode is truncated"),
)  # fmt: skip
"""Columns of ``ego (18,)``."""

_TRACK_HEAD = (
    Column("tracked", "0/1", 0.0, 1.0, "this slot holds a live track"),
    Column("visible", "0/1", 0.0, 1.0, "measured in this decision"),
    Column("age_since_seen", "s", 0.0, 20.0, "time since the last measurement"),
    Column("track_age", "s", 0.0, 20.0, "time since the track began"),
    Column("identity", "1", 0.0, 1000.0, "number of the track within the episode; a new track has a new one"),
    Column("dx", "m", -250.0, 250.0, "measured position ahead of the ego's centre"),
    Column("dy", "m", -40.0, 40.0, "measured position right of the ego's centre"),
)  # fmt: skip
_SPEEDS = (
    Column("vx", "m/s", -60.0, 60.0, "measured speed along the road"),
    Column("vy", "m/s", -60.0, 60.0, "measured speed across the road, right positive"),
)
_DEVIATIONS = (
    Column("sd_x", "m", 0.0, 20.0, "standard deviation of dx, from the measured range, as all deviations here"),
    Column("sd_y", "m", 0.0, 5.0, "standard deviation of dy"),
    Column("sd_v", "m/s", 0.0, 5.0, "standard deviation of vx and vy"),
    Column("sd_size", "m", 0.0, 2.0, "standard deviation of the height; sizes have 5 % plus the pixel error"),
)  # fmt: skip

VEHICLE_TABLE = (
    *_TRACK_HEAD,
    *_SPEEDS,
    Column("heading", "rad", -3.2, 3.2, "against the road; above 5 m/s the direction of (vx, vy)"),
    Column("length", "m", 0.0, 30.0, "measured"),
    Column("width", "m", 0.0, 6.0, "measured"),
    Column("height", "m", 0.0, 6.0, "measured"),
    *_DEVIATIONS,
    Column("brake_lamp", "0/1", 0.0, 1.0, "brake lamp lit"),
    Column("jolt", "m", 0.0, 1.0, "largest vertical jolt of the body since the last decision: it drove over something"),
)  # fmt: skip
"""Columns of ``vehicles (8, 19)``."""

DEBRIS_TABLE = (
    *_TRACK_HEAD,
    Column("z", "m", -0.5, 10.0, "measured height of the lowest point above the road; 0 if not noticed"),
    *_SPEEDS,
    Column("vz", "m/s", -30.0, 30.0, "measured vertical speed; 0 if z is 0"),
    Column("yaw", "rad", -10.0, 10.0, "measured direction of the long axis against the road"),
    Column("length", "m", 0.0, 40.0, "measured along its own axis"),
    Column("width", "m", 0.0, 10.0, "measured"),
    Column("height", "m", 0.0, 3.0, "measured"),
    *_DEVIATIONS,
    Column("radar", "0/1", 0.0, 1.0, "radar sees metal (wrong for 10 % of tracks)"),
    Column("thermal", "0/1", 0.0, 1.0, "warmer than the road (wrong for 5 % of tracks)"),
    *(Column(f"look_{look}", "1", 0.0, 1.0, f"posterior probability that it looks like {look}") for look in LOOKS),
)  # fmt: skip
"""Columns of ``debris (4, 39)``."""

TABLE = {"ego": EGO_TABLE, "vehicles": VEHICLE_TABLE, "debris": DEBRIS_TABLE}
"""The whole table by key of the observation."""


def _bounds(table: tuple[Column, ...]) -> NDArray[np.float32]:
    """Lows and highs of a table, shape ``(2, columns)``."""
    return np.array([[c.low for c in table], [c.high for c in table]], dtype=np.float32)


_EGO_BOUNDS, _VEHICLE_BOUNDS, _DEBRIS_BOUNDS = (_bounds(table) for table in TABLE.values())


PICTURE: Final = "camera"
"""Key of the picture that an observation has if the environment has a camera."""


def observation_space(picture: gym.spaces.Box | None = None) -> gym.spaces.Dict:
    """``Dict`` of float32 Boxes ``ego (E,)``, ``vehicles (8, V)``, ``debris (4, D)`` of one world.

    ``picture`` is the space of a camera's pictures, which is added as ``camera``.
    """

    def box(bounds: NDArray[np.float32], slots: int) -> gym.spaces.Box:
        # a free slot is zero, so zero lies in every range
        low, high = np.minimum(bounds[0], 0.0), np.maximum(bounds[1], 0.0)
        if slots:
            low, high = np.tile(low, (slots, 1)), np.tile(high, (slots, 1))
        return gym.spaces.Box(low, high, dtype=np.float32)

    spaces: dict[str, gym.Space[Any]] = {
        "ego": box(_EGO_BOUNDS, 0),
        "vehicles": box(_VEHICLE_BOUNDS, VEHICLE_SLOTS),
        "debris": box(_DEBRIS_BOUNDS, DEBRIS_SLOTS),
    }
    return gym.spaces.Dict(spaces if picture is None else spaces | {PICTURE: picture})


def copy_observation(world: World) -> dict[str, NDArray[np.float32]]:
    """Copies of the observation arrays of one world or of a batch, as an environment returns them."""
    return {key: getattr(world, key).copy() for key in TABLE}


@compiled
def observe(world: World) -> None:
    """Advance the tracks by one decision and write the observation arrays, in place.

    Called by both engines once after reset and once after every decision.
    """
    update_tracks(world)
    write_observation(world)


@compiled
def write_observation(world: World) -> None:
    """Write the observation arrays from the ego's state and the tracks as they are, in place."""
    _write_ego(world)
    for slot in range(VEHICLE_SLOTS):
        _write_track(world, slot, world.vehicles[slot], _VEHICLE_BOUNDS)
    for slot in range(DEBRIS_SLOTS):
        _write_track(world, VEHICLE_SLOTS + slot, world.debris[slot], _DEBRIS_BOUNDS)


@compiled
def _write_ego(world: World) -> None:
    """Fill the ego row."""
    row, v, f, i = world.ego, world.vehicle_f, world.episode_f, world.episode_i
    heading, speed = v[vehicle.HEADING, 0], v[vehicle.SPEED, 0]
    row[column.E_Y] = v[vehicle.Y, 0]
    row[column.E_SPEED] = speed
    row[column.E_LATERAL_SPEED] = speed * math.sin(heading)
    row[column.E_HEADING] = heading
    row[column.E_YAW_RATE] = f[episode.YAW_RATE]
    row[column.E_ACCELERATION] = v[vehicle.ACCELERATION, 0]
    row[column.E_GRIP] = f[episode.GRIP]
    row[column.E_SET_SPEED] = f[episode.SET_SPEED]
    row[column.E_TARGET_Y] = f[episode.TARGET_Y]
    row[column.E_LEFT_EDGE] = f[episode.LEFT_EDGE]
    row[column.E_RIGHT_EDGE] = f[episode.RIGHT_EDGE]
    row[column.E_NUM_LANES] = i[episode.NUM_LANES]
    row[column.E_SHOULDER] = i[episode.HAS_SHOULDER]
    row[column.E_NIGHT] = 1.0 if i[episode.LIGHT] == episode.NIGHT else 0.0
    row[column.E_RAIN] = 1.0 if i[episode.WEATHER] == episode.RAIN else 0.0
    row[column.E_FOG] = 1.0 if i[episode.WEATHER] == episode.FOG else 0.0
    row[column.E_SIGHT_RANGE] = f[episode.SIGHT_RANGE]
    row[column.E_TIME_LEFT] = (DECISIONS_PER_EPISODE - i[episode.DECISION]) * DECISION_S
    for c in range(column.NUM_EGO):
        row[c] = min(max(row[c], _EGO_BOUNDS[0, c]), _EGO_BOUNDS[1, c])


@compiled
def _write_track(
    world: World, slot: int, row: NDArray[np.float32], bounds: NDArray[np.float32]
) -> None:
    """Fill one vehicle or debris row; the first seven columns are the same for both."""
    if world.track_i[track.TARGET, slot] < 0:
        if row[column.V_TRACKED] != 0.0:
            row[:] = 0.0
        return
    f, i = world.track_f, world.track_i
    row[column.V_TRACKED] = 1.0
    row[column.V_VISIBLE] = i[track.VISIBLE, slot]
    row[column.V_AGE_SINCE_SEEN] = i[track.UNSEEN, slot] * DECISION_S
    row[column.V_TRACK_AGE] = i[track.AGE, slot] * DECISION_S
    row[column.V_IDENTITY] = i[track.IDENTITY, slot]
    row[column.V_DX] = f[track.X, slot] - world.vehicle_f[vehicle.X, 0]
    row[column.V_DY] = f[track.Y, slot] - world.vehicle_f[vehicle.Y, 0]
    if slot < VEHICLE_SLOTS:
        _write_vehicle(row, f[:, slot])
    else:
        _write_object(row, f[:, slot])
    # looks, the columns after D_LOOK, are probabilities: in range as they are
    for c in range(min(row.shape[0], column.D_LOOK)):
        row[c] = min(max(row[c], bounds[0, c]), bounds[1, c])


@compiled
def _write_vehicle(row: NDArray[np.float32], f: NDArray[np.float64]) -> None:
    """Write the columns that only vehicles have."""
    row[column.V_VX] = f[track.VX]
    row[column.V_VY] = f[track.VY]
    row[column.V_HEADING] = f[track.HEADING]
    row[column.V_LENGTH] = f[track.LENGTH]
    row[column.V_WIDTH] = f[track.WIDTH]
    row[column.V_HEIGHT] = f[track.HEIGHT]
    row[column.V_SD_X] = f[track.SD_X]
    row[column.V_SD_Y] = f[track.SD_Y]
    row[column.V_SD_V] = f[track.SD_V]
    row[column.V_SD_SIZE] = f[track.SD_SIZE]
    row[column.V_BRAKE_LAMP] = f[track.BRAKE]
    row[column.V_JOLT] = f[track.JOLT]


@compiled
def _write_object(row: NDArray[np.float32], f: NDArray[np.float64]) -> None:
    """Write the columns that only debris has."""
    row[column.D_Z] = f[track.Z]
    row[column.D_VX] = f[track.VX]
    row[column.D_VY] = f[track.VY]
    row[column.D_VZ] = f[track.VZ]
    row[column.D_YAW] = f[track.HEADING]
    row[column.D_LENGTH] = f[track.LENGTH]
    row[column.D_WIDTH] = f[track.WIDTH]
    row[column.D_HEIGHT] = f[track.HEIGHT]
    row[column.D_SD_X] = f[track.SD_X]
    row[column.D_SD_Y] = f[track.SD_Y]
    row[column.D_SD_V] = f[track.SD_V]
    row[column.D_SD_SIZE] = f[track.SD_SIZE]
    row[column.D_RADAR] = f[track.RADAR]
    row[column.D_THERMAL] = f[track.THERMAL]
    for c in range(NUM_LOOKS):
        row[column.D_LOOK + c] = f[track.LOOK + c]
