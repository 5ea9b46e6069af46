"""Track histories: how an object looked and moved while tracked, and the impact that the ego felt."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import EGO_LENGTH_M, EGO_WIDTH_M, VEHICLE_SLOTS, column
from envs.specification.debris import NUM_LOOKS
from envs.specification.world import Array
from policies.world_model.log import experience as log
from policies.world_model.model.contact_outcome import NUM_OUTCOMES, encode
from policies.world_model.training.datasets.track_sequences import find_starts
from policies.world_model.training.datasets.unprivileged_labels import JOLT_M, passage, was_felt

NUM_SIZES, NUM_FLAGS = 3, 2

# --- cues: what kind of thing happened, and what came of it ------------------------------------------
MOTION, DRIVEN_OVER, NEARBY = range(3)
NUM_CUES: Final = 3
NUM_VALUES: Final = 4
STILL, STAYED, MOVED_AND_LAY, NEVER_LAY = range(4)  # of MOTION; stayed: although a lorry passed
NO_CAR, NO_JOLT, JOLTED = range(3)  # of DRIVEN_OVER
FAR, SEEN, GONE = range(3)  # of NEARBY: whether it was still seen when the car came near

# --- what may be noted while it is tracked --------------------------------------------------------------
MOVED, RESTED, LORRY, OVER, JOLT, CAME_NEAR, SEEN_NEAR = range(7)
NUM_NOTES: Final = 7

# --- how the car met it, and what it felt -------------------------------------------------------------
NOT_MET, BETWEEN_WHEELS, UNDER_WHEEL, TALL, UNEXPECTED = range(5)
NUM_MEETINGS: Final = 5
NOTHING_FELT, GRIP_FELT, HIT_FELT = range(3)
NUM_FEELINGS: Final = 3

NEAR_M: Final = (8.0, 30.0)
"""Between these distances an object is seen if it is there and in sight."""

LORRY_M: Final = 6.0
"""Longer vehicles move light objects by their wake [A]."""

TALL_M: Final = 0.25
"""Higher objects do not fit under the car [A: its clearance is 0.15 m, sizes are measured to a few centimetres]."""

GRIP_CHANGE: Final = 0.02
"""Change of the grip that is felt [A]."""


class TrackHistories(NamedTuple):
    """``N`` tracks in the order of slots, then of time."""

    start: NDArray[np.int64]  # (N,) row of the first decision
    slot: NDArray[np.int64]  # (N,)
    size: Array  # (N, NUM_SIZES) ln of length, width, height
    look: Array  # (N, NUM_LOOKS) posterior at the best sighting
    flag: NDArray[np.int64]  # (N, NUM_FLAGS) radar, thermal
    cue: NDArray[np.int64]  # (N, NUM_CUES)
    meeting: NDArray[np.int64]  # (N,)
    feeling: NDArray[np.int64]  # (N,)
    grip: Array  # (N,) largest change of the grip, where it was felt
    mode: NDArray[np.int64]  # (N,) place of the hit, where one was felt
    speed: Array  # (N,) of the ego then, m/s
    offset: Array  # (N,) lateral, from the ego's axis, m
    outcome: Array  # (N, NUM_OUTCOMES) of ``contact_outcome.encode``
    cost: Array  # (N,) of the hit, US$
    key: NDArray[np.uint64]  # (N,) identifies a track within its shard


class Seen(NamedTuple):
    """The fields of ``TrackHistories`` about what was seen."""

    size: Array
    look: Array
    flag: Array
    cue: Array


class Met(NamedTuple):
    """Those about how the ego met the object, and the row of the first hit, -1 without one."""

    meeting: Array
    feeling: Array
    grip: Array
    hit: Array


def number_tracks(
    columns: log.Columns,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Rows and slots of ``find_starts``, and the track number in every row and slot, -1 where there is none."""
    start, slot = find_starts(columns)
    tracked = columns["debris"][..., column.D_TRACKED] > 0.5
    begins = np.zeros(tracked.shape, np.int64)
    begins[start, slot] = 1
    number = np.cumsum(begins.T.reshape(-1)).reshape(begins.T.shape).T - 1
    return start, slot, np.where(tracked, number, -1)


def read_histories(columns: log.Columns) -> TrackHistories:
    """Histories of all tracks of a shard, from the columns of ``without_truth``."""
    start, slot, number = number_tracks(columns)
    ego, debris, count = columns["ego"], columns["debris"], len(start)
    seen = Seen(
        np.zeros((count, NUM_SIZES)),
        np.full((count, NUM_LOOKS), 1.0 / NUM_LOOKS),
        np.zeros((count, NUM_FLAGS), np.int64),
        np.zeros((count, NUM_CUES), np.int64),
    )
    meeting, feeling = np.zeros((2, count), np.int64)
    met = Met(meeting, feeling, np.zeros(count), np.full(count, -1))
    tracks = start, slot, number
    _feel(tracks, ego, debris, was_felt(columns["contact"]), met)
    _watch(tracks, ego, columns["vehicles"], debris, columns["debris_true"], met.hit, seen)
    known = met.hit >= 0
    rows = np.where(known, met.hit, start)
    contact = columns["contact"][rows, slot]
    key = columns["episode"][start].astype(np.uint64) * np.uint64(4096)
    key += slot.astype(np.uint64) * np.uint64(1024)
    key += debris[start, slot, column.D_IDENTITY].astype(np.uint64)
    return TrackHistories(
        start,
        slot,
        *seen,
        *met[:3],
        np.where(known, contact[:, log.C_MODE], 0).astype(np.int64),
        ego[rows, column.E_SPEED].astype(np.float64),
        np.abs(contact[:, log.C_OFFSET]).astype(np.float64),
        encode(contact) if count else np.zeros((0, NUM_OUTCOMES)),
        np.where(known, contact[:, log.C_COST], 0.0).astype(np.float64),
        key,
    )


@compiled
def _watch(
    tracks: tuple[Array, Array, Array], ego: Array, vehicles: Array, debris: Array, things: Array, hit: Array,
    seen: Seen,
) -> None:  # fmt: skip
    """Record the observed properties of a track, in place; the sighting with the smallest size error counts."""
    start, slot, number = tracks
    for n in range(len(start)):
        j, best = slot[n], np.inf
        notes = np.zeros(NUM_NOTES, np.int64)
        for k in range(start[n], len(ego)):
            # its motion after the car's hit is no evidence of hits by others
            if number[k, j] != n or (hit[n] >= 0 and k > hit[n]):
                break
            row, thing = debris[k, j], things[k, j]
            is_visible = row[column.D_VISIBLE] > 0.5
            if NEAR_M[0] < row[column.D_DX] < NEAR_M[1]:
                notes[SEEN_NEAR if is_visible else CAME_NEAR] = 1
            _note_vehicles(vehicles[k], row, notes)
            if not is_visible:
                continue
            moves = abs(thing[log.M_VX]) + abs(thing[log.M_VY]) + abs(thing[log.M_VZ]) > 0.0
            notes[MOVED if moves else RESTED] = 1
            if row[column.D_SD_SIZE] <= best:
                best = row[column.D_SD_SIZE]
                _note_sighting(row, seen.size[n], seen.look[n], seen.flag[n])
        _conclude(notes, seen.cue[n])


@compiled
def _note_vehicles(vehicles: Array, row: Array, notes: Array) -> None:
    """Record whether a vehicle is over an object, and whether a lorry is beside it, in place."""
    for i in range(VEHICLE_SLOTS):
        car = vehicles[i]
        if car[column.V_TRACKED] < 0.5:
            continue
        along = abs(car[column.V_DX] - row[column.D_DX])
        aside = abs(car[column.V_DY] - row[column.D_DY])
        if car[column.V_LENGTH] > LORRY_M and along < 10.0 and aside < 4.0:
            notes[LORRY] = 1
        if along < 6.0 and aside < 0.5 * (car[column.V_WIDTH] + row[column.D_WIDTH]) - 0.2:
            notes[OVER] = 1
            if car[column.V_JOLT] > JOLT_M:
                notes[JOLT] = 1


@compiled
def _note_sighting(row: Array, size: Array, look: Array, flag: Array) -> None:
    """Record size, look and sensors of a sighting, in place."""
    size[0] = np.log(row[column.D_LENGTH] + 0.05)
    size[1] = np.log(row[column.D_WIDTH] + 0.05)
    size[2] = np.log(row[column.D_HEIGHT] + 0.02)
    flag[0], flag[1] = row[column.D_RADAR] > 0.5, row[column.D_THERMAL] > 0.5
    for c in range(NUM_LOOKS):
        look[c] = row[column.D_LOOK + c]


@compiled
def _conclude(notes: Array, cue: Array) -> None:
    """Compute the cues from all recorded values, in place."""
    if notes[MOVED] == 1:
        cue[MOTION] = MOVED_AND_LAY if notes[RESTED] == 1 else NEVER_LAY
    else:
        cue[MOTION] = STAYED if notes[LORRY] == 1 else STILL
    if notes[OVER] == 1:
        cue[DRIVEN_OVER] = JOLTED if notes[JOLT] == 1 else NO_JOLT
    if notes[SEEN_NEAR] == 1:
        cue[NEARBY] = SEEN
    elif notes[CAME_NEAR] == 1:
        cue[NEARBY] = GONE


@compiled
def _feel(
    tracks: tuple[Array, Array, Array], ego: Array, debris: Array, felt: Array, met: Met
) -> None:
    """Fill how the ego met the object and what it felt, in place."""
    start, slot, number = tracks
    meeting, feeling, grip, hit = met.meeting, met.feeling, met.grip, met.hit
    for n in range(len(start)):
        j, before = slot[n], ego[start[n], column.E_GRIP]
        for k in range(start[n], len(ego) - 1):
            if number[k, j] != n:
                break
            row = debris[k, j]
            clear, wheel = np.inf, np.inf
            if number[k + 1, j] == n:
                clear, wheel = passage(ego[k], ego[k + 1], row, debris[k + 1, j])
            sure = 0.05 + row[column.D_SD_Y]
            if clear < -sure:
                if row[column.D_HEIGHT] > TALL_M + row[column.D_SD_SIZE]:
                    meeting[n] = TALL
                else:
                    meeting[n] = UNDER_WHEEL if wheel < -sure else BETWEEN_WHEELS
            if felt[k, j]:
                hit[n], feeling[n] = k, HIT_FELT
                meeting[n] = meeting[n] if meeting[n] != NOT_MET else UNEXPECTED
                break
            over = abs(row[column.D_DX]) < 0.5 * (row[column.D_LENGTH] + EGO_LENGTH_M) + 0.5
            aside = abs(row[column.D_DY]) < 0.5 * (row[column.D_WIDTH] + EGO_WIDTH_M)
            change = ego[k, column.E_GRIP] - before
            if over and aside and abs(change) > max(GRIP_CHANGE, abs(grip[n])):
                feeling[n], grip[n] = GRIP_FELT, change
                meeting[n] = meeting[n] if meeting[n] != NOT_MET else UNEXPECTED
