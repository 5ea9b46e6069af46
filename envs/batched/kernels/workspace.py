"""Scratch memory of one tick: allocated once, overwritten by every world stepped with it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

# --- floats -------------------------------------------------------------------------------------
SORTED_X = 0  # x of the k-th entity by increasing x
SORTED_Y = 1
EARLIER = 2  # corners of the earlier box of a pair: x in this row, y in the next
LATER = 4  # the same of the later box
COURSE_X = 6  # state after this tick of a vehicle on a course; of others, these rows are not read
COURSE_Y = 7
COURSE_HEADING = 8
COURSE_SPEED = 9
COURSE_ACCELERATION = 10
NUM_FLOATS = 11

# --- ints ---------------------------------------------------------------------------------------
SORTED = 0  # the k-th entity by increasing x: vehicle e < n, obstacle e - n otherwise
RANK = 1  # position of a vehicle in SORTED
LEADER = 2  # entity ahead of a vehicle on its own lane, -1 = none
OBSTACLE_ORDER = 3  # obstacles by increasing x
LAST_ON_LANE = 4  # per lane, while sweeping from the front: entity met last
CHANGING_TO = 5  # per lane: vehicles on their way to it
NUM_INTS = 6

_MIN_COLUMNS = 16
"""Room for the lanes and the four corners in a world with hardly any vehicle."""


class Workspace(NamedTuple):
    """Scratch arrays; nothing in them outlives a tick."""

    floats: np.ndarray[Any, np.dtype[np.float64]]  # (NUM_FLOATS, M)
    ints: np.ndarray[Any, np.dtype[np.int64]]  # (NUM_INTS, M)
    pairs: np.ndarray[Any, np.dtype[np.int64]]  # (N * M,) keys of the pairs that may touch


def make_workspace(max_vehicles: int, max_obstacles: int) -> Workspace:
    """Scratch memory for worlds of at most this size; one is enough for any number of worlds.

    The arrays have ``M = max(N + J, 16)`` columns, so at most 16 lanes are possible.
    """
    columns = max(max_vehicles + max_obstacles, _MIN_COLUMNS)
    return Workspace(
        floats=np.zeros((NUM_FLOATS, columns)),
        ints=np.zeros((NUM_INTS, columns), np.int64),
        pairs=np.zeros(max(max_vehicles, 1) * columns, np.int64),
    )
