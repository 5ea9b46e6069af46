"""What is remembered of objects while they are looked at and while they are hidden."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from envs.sensing.measure import DECISION_SHARE, TRACK_SHARE
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column, debris, track, vehicle
from experiments.studies.audit.scenes.moments import Driven
from policies.world_model.estimation import position_filter as places
from policies.world_model.estimation.belief import Belief
from policies.world_model.estimation.parameters import FilterNets
from policies.world_model.estimation.position_filter import PositionFilter

Array = NDArray[np.float64]


class Remembered(NamedTuple):
    """``T`` decisions of ``B`` episodes."""

    exists: Array  # (T, B, 4) probability that something is there
    place: Array  # (T, B, 4, 2) where, m along the road and across; not a number without a track
    sd: Array  # (T, B, 4) what it says of its own error, m; not a number for whoever makes none
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
    """The belief filter of a world model, and what it makes of all measured places.

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
        self._last: tuple[Driven, Remembered] | None = None

    def follow(self, driven: Driven) -> Remembered:
        """See ``Mind``."""
        # broken minds ask for the same again
        if self._last is None or self._last[0] is not driven:
            self._last = driven, self._follow(driven)
        return self._last[1]

    def _follow(self, driven: Driven) -> Remembered:
        count = len(driven.length)
        belief = Belief(self._nets, 0.5, count, remembers=self._remembers)
        memory = PositionFilter(count)
        exists, where, sds, contents = [], [], [], []
        for t, seen in enumerate(driven.observed):
            is_new = np.full(count, t == 0)
            belief.update(seen, is_new)
            found = belief.probabilities
            contents.append(found)
            exists.append(np.where(found.sum(axis=-1) > 0.0, 1.0 - found[..., 0], 0.0))
            where.append(_told(memory.refine(seen, is_new), driven, t))
            sds.append(np.hypot(memory.now[..., places.SD_X], memory.now[..., places.SD_Y]))
        return Remembered(np.array(exists), np.array(where), np.array(sds), np.array(contents))


class LastMind:
    """Whoever takes the last measurement for what is: the floor."""

    name = "straight lines"

    def follow(self, driven: Driven) -> Remembered:
        """See ``Mind``."""
        rows = np.array([seen["debris"] for seen in driven.observed], np.float64)
        where = np.array([_told(seen, driven, t) for t, seen in enumerate(driven.observed)])
        sd = np.hypot(rows[..., column.D_SD_X], rows[..., column.D_SD_Y])
        exists = (rows[..., column.D_TRACKED] > 0.5).astype(np.float64)
        return Remembered(exists, where, sd, np.zeros((*exists.shape, 0)))


class TrueMind:
    """Whoever knows what is there: the ceiling."""

    name = "twin"

    def follow(self, driven: Driven) -> Remembered:
        """See ``Mind``."""
        there = [true_objects(driven, t) for t in range(len(driven.observed))]
        exists = np.array([is_real.astype(np.float64) for _, is_real in there])
        empty, unknown = np.zeros((*exists.shape, 0)), np.full(exists.shape, np.nan)
        return Remembered(exists, np.array([place for place, _ in there]), unknown, empty)


class IdealMind:
    """The most that can be known of places by measuring: a bound for everybody who is not the twin.

    A Bayesian who knows the sensor's errors (a share of the stated deviation for the life of a track, the rest of it
    anew in every decision), what is real, the ego's own way, and every movement of the object, seen or not: only the
    errors of the measurements are left, and their posterior is a normal distribution whose mean is the best guess.
    The stated deviation is taken as a deviation: in the simulator it is a function of the true range, and whoever
    solved it for that would err by a millimetre.
    """

    name = "best by measuring"

    def follow(self, driven: Driven) -> Remembered:
        """See ``Mind``."""
        true = TrueMind().follow(driven)
        shape = true.place.shape[1:]
        # sums of least squares: of the place, of both, of the lasting error, and the right-hand sides
        pp, pe, ee, p, e = np.zeros((5, *shape))
        identity = np.full(shape[:2], -1.0)
        where = []
        for t, seen in enumerate(driven.observed):
            rows = seen["debris"].astype(np.float64)
            tracked = rows[..., column.D_TRACKED] > 0.5
            number = np.where(tracked, rows[..., column.D_IDENTITY], -1.0)
            begins, identity = (number != identity)[..., None], number
            pp, pe, p, e = (np.where(begins, 0.0, x) for x in (pp, pe, p, e))
            ee = np.where(begins, 1.0, ee)
            sd = rows[..., [column.D_SD_X, column.D_SD_Y]]
            seen_now = (tracked & (rows[..., column.D_VISIBLE] > 0.5))[..., None]
            sd = np.where(seen_now, sd, 1.0)
            off = np.where(seen_now, _told(seen, driven, t) - true.place[t], 0.0)
            weight = seen_now / (DECISION_SHARE * sd) ** 2
            lasting = TRACK_SHARE * sd
            pp, pe, ee = pp + weight, pe + weight * lasting, ee + weight * lasting**2
            p, e = p + weight * off, e + weight * lasting * off
            with np.errstate(divide="ignore", invalid="ignore"):
                where.append(true.place[t] + (ee * p - pe * e) / (pp * ee - pe * pe))
        return true._replace(place=np.array(where))


class SpoiltMind:
    """A mind that is broken on purpose, to see a probe notice.

    Parameters
    ----------
    other
        What it is otherwise.
    what
        The defect, for tables.
    spoil
        Takes episodes and what is remembered of them, and returns what the defect makes of it.
    """

    def __init__(
        self, other: Mind, what: str, spoil: Callable[[Driven, Remembered], Remembered]
    ) -> None:
        self.name = f"broken: {what}"
        self._other, self._spoil = other, spoil

    def follow(self, driven: Driven) -> Remembered:
        """See ``Mind``."""
        return self._spoil(driven, self._other.follow(driven))


def forget(driven: Driven, known: Remembered) -> Remembered:
    """What is out of sight is out of the world."""
    seen = np.array([rows["debris"][..., column.D_VISIBLE] > 0.5 for rows in driven.observed])
    return known._replace(exists=np.where(seen, known.exists, 0.0))


def keep_all(driven: Driven, known: Remembered) -> Remembered:
    """Whatever was ever reported is there."""
    tracked = np.array([rows["debris"][..., column.D_TRACKED] > 0.5 for rows in driven.observed])
    return known._replace(exists=tracked.astype(np.float64))


def stay_sure(driven: Driven, known: Remembered) -> Remembered:
    """The place of what is hidden is as certain as when it was last seen."""
    sd = known.sd.copy()
    for t in range(1, len(sd)):
        hidden = driven.observed[t]["debris"][..., column.D_AGE_SINCE_SEEN] > 0.0
        sd[t] = np.where(hidden, sd[t - 1], sd[t])
    return known._replace(sd=sd)


def break_minds(mind: Mind) -> list[Mind]:
    """All defects, one at a time."""
    return [
        SpoiltMind(mind, "forgets what is hidden", forget),
        SpoiltMind(mind, "never lets go", keep_all),
        SpoiltMind(mind, "stays sure of what is hidden", stay_sure),
    ]


def true_objects(driven: Driven, t: int) -> tuple[Array, NDArray[np.bool_]]:
    """Where the tracked objects really are, ``(B, 4, 2)`` m, and whether they are real, ``(B, 4)``."""
    worlds = driven.worlds[t]
    target = worlds["track_i"][:, track.TARGET, VEHICLE_SLOTS : VEHICLE_SLOTS + DEBRIS_SLOTS]
    rows = np.arange(len(target))[:, None]
    at = np.maximum(target, 0)
    place = np.stack([worlds["debris_f"][rows, k, at] for k in (debris.X, debris.Y)], axis=-1)
    is_real = (target >= 0) & (worlds["debris_i"][rows, debris.IS_REAL, at] == 1)
    return np.where((target >= 0)[..., None], place, np.nan), is_real


def _told(seen: Mapping[str, NDArray[np.float32]], driven: Driven, t: int) -> Array:
    """Where tracks say that objects are, ``(B, 4, 2)`` m; ``seen`` is the observation or a better one."""
    rows = seen["debris"].astype(np.float64)
    v = driven.worlds[t]["vehicle_f"]
    age = rows[..., column.D_AGE_SINCE_SEEN]
    vx, vy = rows[..., column.D_VX], rows[..., column.D_VY]
    # as the world model reads a track: what lies still has measured speeds, too
    moves = (np.hypot(vx, vy) > 2.5 * rows[..., column.D_SD_V]) | (rows[..., column.D_Z] >= 0.05)
    x = v[:, vehicle.X, 0, None] + rows[..., column.D_DX] + np.where(moves, age * vx, 0.0)
    y = v[:, vehicle.Y, 0, None] + rows[..., column.D_DY] + np.where(moves, age * vy, 0.0)
    place = np.stack([x, y], axis=-1)
    return np.where(rows[..., [column.D_TRACKED]] > 0.5, place, np.nan)
