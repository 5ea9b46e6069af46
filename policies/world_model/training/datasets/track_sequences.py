"""Tracks in the log: observations of one object from its first sighting on, with its class as the label."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import column
from envs.specification.world import Array
from policies.world_model.estimation.belief_features import (
    NUM_BELIEF_FEATURES,
    NUM_CORRECTIONS,
    belief_features,
)
from policies.world_model.log import experience as log

LONGEST: Final = 60
"""Decisions of a track that are used: 12 s; nothing is ahead for longer."""


class Tracks(NamedTuple):
    """``N`` tracks, padded to ``LONGEST``."""

    x: NDArray[np.float32]  # (N, LONGEST, NUM_BELIEF_FEATURES)
    length: NDArray[np.int64]  # (N,)
    kind: NDArray[np.int64]  # (N,) class of the contents
    where: NDArray[np.float32]  # (N, LONGEST, NUM_CORRECTIONS) true less measured, extrapolated
    episode: NDArray[np.int64]  # (N,)


def make_tracks(columns: log.Columns, kinds: log.Kinds) -> Tracks:
    """Every track of a shard, in the order of slots, then of time; ``kinds`` are the classes ``(N, 4)``."""
    start, slot = find_starts(columns)
    count = len(start)
    found = Tracks(
        np.zeros((count, LONGEST, NUM_BELIEF_FEATURES), np.float32),
        np.zeros(count, np.int64),
        kinds[start, slot],
        np.zeros((count, LONGEST, NUM_CORRECTIONS), np.float32),
        columns["episode"][start].astype(np.int64),
    )
    c = columns
    _fill(start, slot, c["episode"], c["ego"], c["vehicles"], c["debris"], c["debris_true"], found)
    return found


def find_starts(columns: log.Columns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and slot of the first decision of every track, in the order of ``make_tracks``: two arrays ``(tracks,)``."""
    rows = columns["debris"]
    tracked = rows[..., column.D_TRACKED] > 0.5
    identity = rows[..., column.D_IDENTITY]
    begins = tracked.copy()
    same = (columns["episode"][1:] == columns["episode"][:-1])[:, None]
    begins[1:] &= ~(same & tracked[:-1] & (identity[1:] == identity[:-1]))
    slot, start = np.nonzero(begins.T)
    return start.astype(np.int64), slot.astype(np.int64)


@compiled
def _fill(
    start: Array, slot: Array, episode: Array, ego: Array, vehicles: Array, debris: Array, debris_true: Array,
    found: Tracks,
) -> None:  # fmt: skip
    """Write the features and the position corrections of every track, in place."""
    x, where, length = found.x, found.where, found.length
    for n in range(len(start)):
        first, j = start[n], slot[n]
        for t in range(x.shape[1]):
            k = first + t
            if k >= len(episode) or episode[k] != episode[first]:
                break
            row = debris[k, j]
            if row[column.D_TRACKED] < 0.5:
                break
            if row[column.D_IDENTITY] != debris[first, j, column.D_IDENTITY]:
                break
            belief_features(ego[k], vehicles[k], row, x[n, t])
            true = debris_true[k, j]
            length[n] = t + 1
            if np.isnan(true[log.M_DX]):
                # nothing better than the measurement is known
                continue
            measured = ego[k, column.E_Y] + row[column.D_DY]
            where[n, t, 0] = true[log.M_Y] - measured
            where[n, t, 1] = true[log.M_VX] - row[column.D_VX]
            where[n, t, 2] = true[log.M_VY] - row[column.D_VY]
