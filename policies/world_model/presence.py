"""Whether what was seen is still there: a place in plain view where nothing is reported any more is empty.

The learned filter tells bodies from ghosts by how they are reported. That a body can go away while nobody looks it has
hardly ever seen: in the simulator nobody takes anything away, though a truck pushes what it covers 30 m on. So it would
believe in it for ever. A Bayesian knows: something may have gone in every decision in which it was not seen, and what
is there is reported more often than not as soon as nothing hides it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import DEBRIS_SLOTS, column
from policies.base import Observation
from policies.sightings import is_in_plain_view
from policies.world_model.places import REST_SDS, SLOWING_MPS2

LEAVES: Final = 0.0005
"""Probability that an object goes away in a decision in which it is not seen: half a percent in two seconds [A]."""

MISSED: Final = 0.1
"""Probability that an object in plain view is not reported in a decision. On 720 driven episodes of the training seeds
3 % of them are missed, and 4 % after a miss, but two fifths after two in a row: something hides them that is not
tracked. In between [A]."""

NEAR_M: Final = 5.0
"""Nearer ahead than this, the error of a remembered place decides what stands before it [A]."""


class Presence:
    """The memory of ``B`` worlds.

    Parameters
    ----------
    size
        ``B``.
    """

    def __init__(self, size: int) -> None:
        self.gone = np.zeros((size, DEBRIS_SLOTS))
        """``(B, 4)`` probability that what a track was made of is no longer there; 0 where it is seen."""
        self._identity = np.full((size, DEBRIS_SLOTS), -1.0)

    def put(self, chosen: NDArray[np.int64], other: Presence) -> None:
        """Overwrite some worlds by those of another memory, in place."""
        self.gone[chosen], self._identity[chosen] = other.gone, other._identity

    def update(self, observation: Observation, is_new: NDArray[np.bool_]) -> None:
        """Take in one observation.

        Parameters
        ----------
        observation
            Batched.
        is_new
            ``(B,)``: worlds in which an episode begins.
        """
        rows = observation["debris"]
        tracked = rows[..., column.D_TRACKED] > 0.5
        identity = np.where(tracked, rows[..., column.D_IDENTITY], -1.0)
        begins = (identity != self._identity) | is_new[:, None]
        # nothing leaves before it is known
        is_there = begins | ~tracked | (rows[..., column.D_VISIBLE] > 0.5)
        self._identity = identity
        if is_there.all():
            self.gone[:] = 0.0
            return
        gone = self.gone + LEAVES * (1.0 - self.gone)
        now = _where_now(rows)
        is_plain = is_in_plain_view({**observation, "debris": now})
        is_plain &= now[..., column.D_DX] > NEAR_M
        missed = np.where(is_plain, MISSED, 1.0)
        gone /= gone + missed * (1.0 - gone)
        self.gone = np.where(is_there, 0.0, gone)


def _where_now(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of objects in which what was moving when it was last seen has slid on to a stop, ``(B, 4, D)``."""
    now = rows.copy()
    speed = np.hypot(rows[..., column.D_VX], rows[..., column.D_VY])
    moves = speed > REST_SDS * rows[..., column.D_SD_V]
    time = np.minimum(rows[..., column.D_AGE_SINCE_SEEN], speed / SLOWING_MPS2)
    slides = time - 0.5 * SLOWING_MPS2 * time**2 / np.where(moves, speed, 1.0)
    for at, velocity in ((column.D_DX, column.D_VX), (column.D_DY, column.D_VY)):
        now[..., at] += np.where(moves, slides, 0.0) * rows[..., velocity]
    return now
