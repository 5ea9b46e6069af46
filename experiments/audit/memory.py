"""What is remembered of objects while they are looked at and while they are hidden."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column, debris, track, vehicle
from experiments.audit.moments import Driven
from policies.world_model.belief import Belief
from policies.world_model.nets import FilterNets

Array = NDArray[np.float64]


class Remembered(NamedTuple):
    """``T`` decisions of ``B`` episodes."""

    exists: Array  # (T, B, 4) probability that something is there
    place: Array  # (T, B, 4, 2) where, m along the road and across; not a number without a track
    contents: Array  # (T, B, 4, N) belief about the contents; N may be 0


class Mind(Protocol):
    """Whoever remembers.

    Attributes
    ----------
    name
        In tables.
    """

    name: str

    def follow(self, driven: Driven) -> Remembered:
        """Live through episodes."""
        ...


class FilterMind:
    """The belief filter of a world model.

    Parameters
    ----------
    nets
        The filter.
    name
        In tables.
    remembers
        As of ``Belief``.
    """

    def __init__(self, nets: FilterNets, name: str, *, remembers: bool = True) -> None:
        self._nets, self.name, self._remembers = nets, name, remembers

    def follow(self, driven: Driven) -> Remembered:
        """See ``Mind``."""
        count = len(driven.length)
        belief = Belief(self._nets, 0.5, count, remembers=self._remembers)
        exists, places, contents = [], [], []
        for t, seen in enumerate(driven.observed):
            belief.update(seen, np.full(count, t == 0))
            found = belief.probabilities
            contents.append(found)
            exists.append(np.where(found.sum(axis=-1) > 0.0, 1.0 - found[..., 0], 0.0))
            places.append(_measured(driven, t))
        return Remembered(np.array(exists), np.array(places), np.array(contents))


class TrueMind:
    """Whoever knows what is there: the ceiling."""

    name = "twin"

    def follow(self, driven: Driven) -> Remembered:
        """See ``Mind``."""
        there = [true_objects(driven, t) for t in range(len(driven.observed))]
        exists = np.array([is_real.astype(np.float64) for _, is_real in there])
        empty = np.zeros((*exists.shape, 0))
        return Remembered(exists, np.array([place for place, _ in there]), empty)


class ForgetfulMind:
    """A mind for which what is out of sight is out of the world: broken, to see a probe notice.

    Parameters
    ----------
    other
        What it is otherwise.
    """

    name = "broken: forgets what is hidden"

    def __init__(self, other: Mind) -> None:
        self._other = other

    def follow(self, driven: Driven) -> Remembered:
        """See ``Mind``."""
        found = self._other.follow(driven)
        seen = np.array([rows["debris"][..., column.D_VISIBLE] > 0.5 for rows in driven.observed])
        return found._replace(exists=np.where(seen, found.exists, 0.0))


def true_objects(driven: Driven, t: int) -> tuple[Array, NDArray[np.bool_]]:
    """Where the tracked objects really are, ``(B, 4, 2)`` m, and whether they are real, ``(B, 4)``."""
    worlds = driven.worlds[t]
    target = worlds["track_i"][:, track.TARGET, VEHICLE_SLOTS : VEHICLE_SLOTS + DEBRIS_SLOTS]
    rows = np.arange(len(target))[:, None]
    at = np.maximum(target, 0)
    place = np.stack([worlds["debris_f"][rows, k, at] for k in (debris.X, debris.Y)], axis=-1)
    is_real = (target >= 0) & (worlds["debris_i"][rows, debris.IS_REAL, at] == 1)
    return np.where((target >= 0)[..., None], place, np.nan), is_real


def _measured(driven: Driven, t: int) -> Array:
    """Where the tracks say that objects are, ``(B, 4, 2)`` m."""
    rows = driven.observed[t]["debris"].astype(np.float64)
    v = driven.worlds[t]["vehicle_f"]
    age = rows[..., column.D_AGE_SINCE_SEEN]
    vx, vy = rows[..., column.D_VX], rows[..., column.D_VY]
    # as the world model reads a track: what lies still has measured speeds, too
    moves = (np.hypot(vx, vy) > 2.5 * rows[..., column.D_SD_V]) | (rows[..., column.D_Z] >= 0.05)
    x = v[:, vehicle.X, 0, None] + rows[..., column.D_DX] + np.where(moves, age * vx, 0.0)
    y = v[:, vehicle.Y, 0, None] + rows[..., column.D_DY] + np.where(moves, age * vy, 0.0)
    place = np.stack([x, y], axis=-1)
    return np.where(rows[..., [column.D_TRACKED]] > 0.5, place, np.nan)
