"""Unprivileged labels: the log without truth, reconstructed from what the ego observed and felt.

Every hidden column is replaced by an estimate of the same shape, so that what learns from the log need not care:

* the ego's own motion is its own row of the observation, which has no noise; the way and the peak of the lateral
  acceleration are from its odometer and accelerometer, which go on between decisions;
* others are where and as fast as they were measured, averaged over the five decisions around, and unknown (NaN) while
  they are hidden: of a track's errors of position 0.8 and of speed 0.28 last as long as the track and vanish from
  differences, the rest is drawn anew and averages out;
* a contact is one if it was felt (a jolt, a change of speed, damage, cost), and belongs to the object that was measured
  nearest to where it was felt; an object that by its last measurement went under the car without being felt counts as
  straddled, or as run over if a wheel met it;
* another vehicle has struck an object if the object's speed jumped beside it, or it was seen to jolt over it.

Contents and types of objects are erased.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import (
    DEBRIS_SLOTS,
    DECISION_S,
    EGO_LENGTH_M,
    EGO_WIDTH_M,
    VEHICLE_SLOTS,
    column,
)
from envs.specification.world import Array
from policies.following import half_extents
from policies.world_model.log import experience as log
from policies.world_model.model.contact_outcome import MODES

AROUND: Final = 2
"""Decisions before and after over which measurements are averaged."""

STRADDLE, RUN_OVER = MODES[:2]

FELT: Final = np.array([0.02, 0.3, np.inf, 100.0, 1.0, 1e-3, 1e-3])
"""From which change of speed, m/s, jolt, m/s2, yaw rate (goes with the others), force on the underbody, N, damage of
the front, US$, and probabilities of damage a contact is felt [A: far above the noise of inertial sensors]."""

OWN_INSTRUMENTS: Final = (log.T_X, log.T_SWERVE_PEAK)
"""Columns of ``ego_true`` that the ego measures itself although they are in no observation."""

ONE_MEETING: Final = 5
"""Decisions within which an object is met once."""

STRUCK_MPS: Final = 2.5
"""Change of an object's measured speed within a decision beside a vehicle that is a blow [A]."""

JOLT_M: Final = 0.02
"""A larger visible jolt means that a vehicle drove over something [A]."""

WHEEL_M, WHEEL_WIDTH_M = 0.775, 0.22
"""Where the ego's wheels are, from its axis, and how wide they are."""


def without_truth(columns: log.Columns) -> dict[str, NDArray[Any]]:
    """The columns of a shard with all hidden values replaced; unseen motion is NaN."""
    found = dict(columns)
    ego = columns["ego"].astype(np.float64)
    own = np.zeros((len(ego), log.NUM_EGO_TRUE))
    for to, source in (
        (log.T_Y, column.E_Y),
        (log.T_SPEED, column.E_SPEED),
        (log.T_HEADING, column.E_HEADING),
        (log.T_YAW_RATE, column.E_YAW_RATE),
        (log.T_ACCELERATION, column.E_ACCELERATION),
        (log.T_GRIP, column.E_GRIP),
    ):
        own[:, to] = ego[:, source]
    for name in OWN_INSTRUMENTS:
        own[:, name] = columns["ego_true"][:, name]
    found["ego_true"] = own
    vehicles = np.full(columns["vehicles_true"].shape, np.nan, np.float32)
    things = np.full(columns["debris_true"].shape, np.nan, np.float32)
    episode = columns["episode"]
    _smooth(episode, own, columns["vehicles"], column.V_VX, vehicles)
    _smooth(episode, own, columns["debris"], column.D_VX, things)
    _finish_vehicles(episode, columns["vehicles"], vehicles)
    _finish_things(columns["debris"], things)
    found["vehicles_true"], found["debris_true"] = vehicles, things
    found["contents"] = np.zeros_like(columns["contents"])
    found["object_type"] = np.full_like(columns["object_type"], -1)
    found["contact"] = np.zeros_like(columns["contact"])
    _note_unfelt(episode, columns["ego"], columns["debris"], found["contact"])
    _note_felt(episode, columns["debris"], columns["contact"], found["contact"])
    found["struck"] = np.zeros_like(columns["struck"])
    _note_struck(episode, columns["vehicles"], columns["debris"], found["struck"])
    return found


def was_felt(contact: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether contacts were felt, from ``(..., NUM_CONTACT)``."""
    outcome = contact[..., log.C_DELTA_V : log.C_RIM + 1]
    found: NDArray[np.bool_] = (contact[..., log.C_IS] > 0.0) & (outcome > FELT).any(axis=-1)
    return found


def _note_felt(
    episode: NDArray[np.int32],
    debris: NDArray[np.float32],
    contact: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Assign felt contacts to the nearest measured object, in place; the costliest comes first."""
    felt = was_felt(contact)
    for k in np.flatnonzero(felt.any(axis=1)).tolist():
        rows = debris[k]
        hits = contact[k, felt[k]]
        for hit in hits[np.argsort(-hits[:, log.C_COST], kind="stable")]:
            away = np.abs(rows[:, column.D_DX])
            away += 2.0 * np.abs(rows[:, column.D_DY] - hit[log.C_OFFSET])
            taken = (rows[:, column.D_TRACKED] < 0.5) | was_felt(out[k])
            if taken.all():
                continue
            j = int(np.where(taken, np.inf, away).argmin())
            # it is not a second one that the object had been expected a moment earlier or later
            near = slice(max(k - ONE_MEETING, 0), k + ONE_MEETING + 1)
            same = (episode[near] == episode[k]) & ~was_felt(out[near, j])
            same &= debris[near, j, column.D_IDENTITY] == rows[j, column.D_IDENTITY]
            out[near, j][same] = 0.0
            out[k, j] = hit


@compiled
def _smooth(episode: Array, own: Array, rows: Array, first: int, out: Array) -> None:
    """Average measured position and velocity around every sighting, in place; ``first`` is the column of ``vx``."""
    for k in range(len(rows)):
        for i in range(rows.shape[1]):
            row = rows[k, i]
            if row[column.V_TRACKED] < 0.5 or row[column.V_VISIBLE] < 0.5:
                continue
            total, x, y, vx, vy = 0, 0.0, 0.0, 0.0, 0.0
            # as many after as before, or the mean would lag
            reach = 0
            for away in range(1, AROUND + 1):
                if _sees(episode, rows, k, k - away, i) and _sees(episode, rows, k, k + away, i):
                    reach = away
                else:
                    break
            for n in range(k - reach, k + reach + 1):
                seen = rows[n, i]
                x += own[n, log.T_X] + seen[column.V_DX]
                y += own[n, log.T_Y] + seen[column.V_DY]
                vx += seen[first]
                vy += seen[first + 1]
                total += 1
            out[k, i, log.M_DX] = x / total - own[k, log.T_X]
            out[k, i, log.M_Y] = y / total
            out[k, i, log.M_VX] = vx / total
            out[k, i, log.M_VY] = vy / total


@compiled
def _sees(episode: Array, rows: Array, k: int, n: int, i: int) -> bool:
    """Whether row ``n`` contains a measurement of the body in slot ``i`` of row ``k``."""
    if n < 0 or n >= len(rows) or episode[n] != episode[k]:
        return False
    one, two = rows[k, i], rows[n, i]
    same = one[column.V_IDENTITY] == two[column.V_IDENTITY]
    return bool(same and two[column.V_TRACKED] > 0.5 and two[column.V_VISIBLE] > 0.5)


@compiled
def _finish_vehicles(episode: Array, rows: Array, out: Array) -> None:
    """Write heading, and acceleration from the mean speed one decision ago, in place."""
    for k in range(len(rows)):
        for i in range(VEHICLE_SLOTS):
            if np.isnan(out[k, i, log.M_DX]):
                continue
            out[k, i, log.M_HEADING] = rows[k, i, column.V_HEADING]
            out[k, i, log.M_ACCELERATION] = 0.0
            if _sees(episode, rows, k, k - 1, i):
                change = (out[k, i, log.M_VX] - out[k - 1, i, log.M_VX]) / DECISION_S
                out[k, i, log.M_ACCELERATION] = min(max(change, -9.0), 4.0)


@compiled
def _finish_things(rows: Array, out: Array) -> None:
    """Write height, vertical speed and direction, in place; motion within the noise of rest counts as rest."""
    for k in range(len(rows)):
        for j in range(DEBRIS_SLOTS):
            row, thing = rows[k, j], out[k, j]
            if np.isnan(thing[log.M_DX]):
                continue
            thing[log.M_Z], thing[log.M_VZ] = row[column.D_Z], row[column.D_VZ]
            thing[log.M_YAW] = row[column.D_YAW]
            noise = 2.5 * row[column.D_SD_V]
            moves = thing[log.M_VX] ** 2 + thing[log.M_VY] ** 2 > noise * noise
            if not moves and row[column.D_Z] < 0.05:
                thing[log.M_VX], thing[log.M_VY], thing[log.M_VZ] = 0.0, 0.0, 0.0


@compiled
def passage(ego: Array, later: Array, row: Array, then: Array) -> tuple[float, float]:
    """Whether an object came under the car's front in a decision, by its last measurement.

    Parameters
    ----------
    ego, later
        The ego's rows of this decision and the next.
    row, then
        The object's rows.

    Returns
    -------
    clear, wheel
        Lateral room between car and object, and between its nearest wheel and the object, m; negative if they overlap;
        infinite if the front did not reach it in this decision.
    """
    yaw = row[column.D_YAW] - ego[column.E_HEADING]
    half_x, half_y = half_extents(row[column.D_LENGTH], row[column.D_WIDTH], yaw)
    reach = half_x + 0.5 * EGO_LENGTH_M
    age, age_then = row[column.D_AGE_SINCE_SEEN], then[column.D_AGE_SINCE_SEEN]
    noise = 2.5 * row[column.D_SD_V]
    moves = row[column.D_VX] ** 2 + row[column.D_VY] ** 2 > noise * noise
    vx, vy = (row[column.D_VX], row[column.D_VY]) if moves else (0.0, 0.0)
    ux, uy = (then[column.D_VX], then[column.D_VY]) if moves else (0.0, 0.0)
    dx, end_dx = row[column.D_DX] + age * vx, then[column.D_DX] + age_then * ux
    if dx <= reach or end_dx > reach:
        return np.inf, np.inf
    share = (dx - reach) / max(dx - end_dx, 0.1)
    dy = row[column.D_DY] + age * vy - dx * ego[column.E_HEADING]
    end_dy = then[column.D_DY] + age_then * uy - end_dx * later[column.E_HEADING]
    offset = abs(dy + share * (end_dy - dy))
    wheel = abs(offset - WHEEL_M) - half_y - 0.5 * WHEEL_WIDTH_M
    return offset - half_y - 0.5 * EGO_WIDTH_M, wheel


@compiled
def _note_unfelt(episode: Array, ego: Array, debris: Array, out: Array) -> None:
    """Record contacts without a felt impact, for objects that were in the ego's way, in place."""
    for k in range(len(episode) - 1):
        if episode[k] != episode[k + 1]:
            continue
        for j in range(DEBRIS_SLOTS):
            row, then = debris[k, j], debris[k + 1, j]
            same = row[column.D_IDENTITY] == then[column.D_IDENTITY]
            if row[column.D_TRACKED] < 0.5 or then[column.D_TRACKED] < 0.5 or not same:
                continue
            clear, wheel = passage(ego[k], ego[k + 1], row, then)
            if clear < 0.0:
                out[k, j, log.C_IS] = 1.0
                out[k, j, log.C_MODE] = RUN_OVER if wheel < 0.0 else STRADDLE


@compiled
def _note_struck(episode: Array, vehicles: Array, debris: Array, out: Array) -> None:
    """Record whether a vehicle was seen to touch an object in the decision, in place."""
    for k in range(len(episode) - 1):
        if episode[k] != episode[k + 1]:
            continue
        for j in range(DEBRIS_SLOTS):
            row, then = debris[k, j], debris[k + 1, j]
            if row[column.D_TRACKED] < 0.5 or then[column.D_IDENTITY] != row[column.D_IDENTITY]:
                continue
            known = row[column.D_VISIBLE] > 0.5 and then[column.D_VISIBLE] > 0.5
            jump = np.hypot(
                then[column.D_VX] - row[column.D_VX], then[column.D_VY] - row[column.D_VY]
            )
            blow = known and jump > max(STRUCK_MPS, 4.0 * row[column.D_SD_V])
            for i in range(VEHICLE_SLOTS):
                car, later = vehicles[k, i], vehicles[k + 1, i]
                if (
                    car[column.V_TRACKED] < 0.5
                    or later[column.V_IDENTITY] != car[column.V_IDENTITY]
                ):
                    continue
                jolts = later[column.V_JOLT] > JOLT_M and car[column.V_JOLT] <= JOLT_M
                if (blow or jolts) and _beside(car, later, row, then):
                    out[k, j] = 1


@compiled
def _beside(car: Array, later: Array, row: Array, then: Array) -> bool:
    """Whether a vehicle passed over or beside an object in a decision, by their measurements."""
    half = 0.5 * car[column.V_LENGTH] + 0.5 * row[column.D_LENGTH] + 1.0
    room = 0.5 * car[column.V_WIDTH] + 0.5 * max(row[column.D_WIDTH], row[column.D_LENGTH]) + 0.3
    start, end = car[column.V_DX] - row[column.D_DX], later[column.V_DX] - then[column.D_DX]
    along = min(start, end) < half and max(start, end) > -half
    aside = min(
        abs(car[column.V_DY] - row[column.D_DY]), abs(later[column.V_DY] - then[column.D_DY])
    )
    return bool(along and aside < room)
