"""Existence: an object is gone if its place is in plain view and no detection is reported there any more.

The learned filter separates bodies from ghosts by how they are reported. Its training data hardly contain bodies that
go away unseen (a truck may push one 30 m on), so it would keep them without end. Here Bayes' rule is applied: an
object may have gone in every decision in which it was not seen, and one that is there is reported more often than not
as soon as nothing hides it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import DEBRIS_SLOTS, column
from policies.base import Observation
from policies.perception.object_motion import REST_SDS, SLOWING_MPS2
from policies.sightings import is_in_plain_view

LEAVES: Final = 0.0005
"""Probability that an object goes away in a decision in which it is not seen: half a percent in two seconds [A]."""

MISSED: Final = 0.1
"""Probability that an object in plain view is not reported in a decision. On 720 driven episodes of the training seeds
3 % of them are missed, and 4 % after a miss, but two fifths after two in a row: something hides them that is not
tracked. In between [A]."""

NEAR_M: Final = 5.0
"""Nearer ahead than this, the error of a remembered place decides what stands before it [A]."""


class Existence:
    """Probabilities that the tracked objects of ``B`` worlds no longer exist."""

    def __init__(self, size: int) -> None:
        self._gone = np.zeros((size, DEBRIS_SLOTS))
        self._identity = np.full((size, DEBRIS_SLOTS), -1.0)

    def note(self, observation: Observation, is_new: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Process one observation; returns ``(B, 4)``. ``is_new`` ``(B,)`` marks worlds in which an episode begins."""
        rows = observation["debris"]
        identity = np.where(rows[..., column.D_TRACKED] > 0.5, rows[..., column.D_IDENTITY], -1.0)
        begins = (identity != self._identity) | is_new[:, None]
        self._identity = identity
        self._gone = update_gone(self._gone, observation, begins)
        return self._gone

    def put(self, chosen: NDArray[np.int64], other: Existence) -> None:
        """Overwrite the memory of some worlds, in place."""
        self._gone[chosen], self._identity[chosen] = other._gone, other._identity


def update_gone(
    gone: NDArray[np.float64], observation: Observation, begins: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Update the probability that a tracked object no longer exists, for one more observation.

    ``(B, 4)``; 0 where something is seen, for free slots, and for what begins: nothing leaves before it is known.

    Parameters
    ----------
    gone
        ``(B, 4)`` before.
    observation
        Batched.
    begins
        ``(B, 4)``: tracks that were not there before, or of which nothing is remembered.
    """
    rows = observation["debris"]
    tracked, visible = rows[..., column.D_TRACKED] > 0.5, rows[..., column.D_VISIBLE] > 0.5
    is_there = begins | ~tracked | visible
    if is_there.all():
        return np.zeros_like(gone)
    now = _where_now(rows)
    is_plain = is_in_plain_view({**observation, "debris": now})
    is_plain &= now[..., column.D_DX] > NEAR_M
    left = gone + LEAVES * (1.0 - gone)
    left /= left + np.where(is_plain, MISSED, 1.0) * (1.0 - left)
    return np.where(is_there, 0.0, left)


def _where_now(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of objects ``(B, 4, D)`` in which hidden moving objects have slid on to a stop."""
    now = rows.copy()
    speed = np.hypot(rows[..., column.D_VX], rows[..., column.D_VY])
    moves = speed > REST_SDS * rows[..., column.D_SD_V]
    time = np.minimum(rows[..., column.D_AGE_SINCE_SEEN], speed / SLOWING_MPS2)
    slides = time - 0.5 * SLOWING_MPS2 * time**2 / np.where(moves, speed, 1.0)
    for at, velocity in ((column.D_DX, column.D_VX), (column.D_DY, column.D_VY)):
        now[..., at] += np.where(moves, slides, 0.0) * rows[..., velocity]
    return now
