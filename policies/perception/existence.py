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

from envs.specification import column
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
