"""Trackers: estimates of objects while these are in view and while they are hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from envs.sensing.measure import DECISION_SHARE, TRACK_SHARE
from envs.specification import column, debris, vehicle
from experiments.studies.audit.scenes.bodies import Array, Mask, gather, is_real, object_targets
from experiments.studies.audit.scenes.moments import Driven
from policies.base import Observation
from policies.perception import object_filter
from policies.perception.object_filter import ObjectFilter
from policies.world_model.estimation.belief import Belief
from policies.world_model.estimation.parameters import FilterNets


class Estimates(NamedTuple):
    """Estimates for ``T`` decisions of ``B`` episodes."""

    exists: Array  # (T, B, 4) probability that the track is of an object
    place: Array  # (T, B, 4, 2) m along the road and across; NaN without a track
    sd: Array  # (T, B, 4) stated deviation of the place, m; NaN if none is stated
    contents: Array  # (T, B, 4, N) belief about the contents; N may be 0


class Tracker(Protocol):
    """An estimator of objects; ``name`` is that of its column in tables."""

    name: str

    def follow(self, driven: Driven) -> Estimates:
        """Estimate at every decision from the observations until then."""
        ...


class BeliefTracker:
    """The belief filter of a world model, with a position filter over all measured places.

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
        self._last: tuple[Driven, Estimates] | None = None

    def follow(self, driven: Driven) -> Estimates:
        """Estimate at every decision; the last result is cached, because broken trackers reuse it."""
        if self._last is None or self._last[0] is not driven:
            self._last = driven, self._follow(driven)
        return self._last[1]

    def _follow(self, driven: Driven) -> Estimates:
        count = len(driven.episodes)
        belief = Belief(self._nets, 0.5, count, remembers=self._remembers)
        places = ObjectFilter(count)
        exists, where, sds, contents = [], [], [], []
        for t, seen in enumerate(driven.observed):
            is_new = np.full(count, t == 0 or not self._remembers)
            belief.update(seen, is_new)
            p = belief.probabilities
            contents.append(p)
            exists.append(np.where(p.sum(axis=-1) > 0.0, 1.0 - p[..., 0], 0.0))
            where.append(_measured_places(places.refine(seen, is_new), driven, t))
            sd_x, sd_y = (places.now[..., k] for k in (object_filter.SD_X, object_filter.SD_Y))
            sds.append(np.hypot(sd_x, sd_y))
        return Estimates(np.array(exists), np.array(where), np.array(sds), np.array(contents))


class LastMeasurement:
    """A tracker that keeps objects where they were last measured: the lower bound."""

    name = "straight lines"

    def follow(self, driven: Driven) -> Estimates:
        """Estimate at every decision; see ``Tracker.follow``."""
        rows = _object_rows(driven)
        places = [_measured_places(seen, driven, t) for t, seen in enumerate(driven.observed)]
        sd = np.hypot(rows[..., column.D_SD_X], rows[..., column.D_SD_Y])
        exists = (rows[..., column.D_TRACKED] > 0.5).astype(np.float64)
        return Estimates(exists, np.array(places), sd, np.zeros((*exists.shape, 0)))


class TrueTracks:
    """A tracker that returns the true objects: the upper bound."""

    name = "twin"

    def follow(self, driven: Driven) -> Estimates:
        """Estimate at every decision; see ``Tracker.follow``."""
        places, real = zip(*map(true_objects, driven.worlds), strict=True)
        exists = np.array(real).astype(np.float64)
        empty, unknown = np.zeros((*exists.shape, 0)), np.full(exists.shape, np.nan)
        return Estimates(exists, np.array(places), unknown, empty)


class IdealTracker:
    """The best position estimate that the measurements allow: a bound for every tracker but the twin.

    Bayes' rule with known errors of the sensor (a share of the stated deviation for the life of a track, the rest of it
    anew in every decision), known existence, and known movement of the ego and of the object, seen or not. Only the
    errors of the measurements are unknown, and their posterior is a normal distribution whose mean is the best guess.
    The stated deviation is taken as a deviation: in the simulator it is a function of the true range, and an estimator
    that solved it for that would err by a millimetre.
    """

    name = "best by measuring"

    def follow(self, driven: Driven) -> Estimates:
        """Estimate at every decision; see ``Tracker.follow``."""
        true = TrueTracks().follow(driven)
        shape = true.place.shape[1:]
        # sums of least squares: of the place, of both, of the lasting error, and the right-hand sides
        pp, pe, ee, p, e = np.zeros((5, *shape))
        identity = np.full(shape[:2], -1.0)
        where = []
        for t, rows in enumerate(_object_rows(driven)):
            tracked = rows[..., column.D_TRACKED] > 0.5
            number = np.where(tracked, rows[..., column.D_IDENTITY], -1.0)
            begins, identity = (number != identity)[..., None], number
            pp, pe, p, e = (np.where(begins, 0.0, x) for x in (pp, pe, p, e))
            ee = np.where(begins, 1.0, ee)
            sd = rows[..., [column.D_SD_X, column.D_SD_Y]]
            seen_now = (tracked & (rows[..., column.D_VISIBLE] > 0.5))[..., None]
            sd = np.where(seen_now, sd, 1.0)
            measured = _measured_places(driven.observed[t], driven, t)
            off = np.where(seen_now, measured - true.place[t], 0.0)
            weight = seen_now / (DECISION_SHARE * sd) ** 2
            lasting = TRACK_SHARE * sd
            pp, pe, ee = pp + weight, pe + weight * lasting, ee + weight * lasting**2
            p, e = p + weight * off, e + weight * lasting * off
            with np.errstate(divide="ignore", invalid="ignore"):
                where.append(true.place[t] + (ee * p - pe * e) / (pp * ee - pe * pe))
        return true._replace(place=np.array(where))


class BrokenTracker:
    """A tracker whose estimates are changed by a defect, which is named in tables."""

    def __init__(
        self, other: Tracker, what: str, spoil: Callable[[Driven, Estimates], Estimates]
    ) -> None:
        self.name = f"broken: {what}"
        self._other, self._spoil = other, spoil

    def follow(self, driven: Driven) -> Estimates:
        """Estimate at every decision; see ``Tracker.follow``."""
        return self._spoil(driven, self._other.follow(driven))


def forget(driven: Driven, known: Estimates) -> Estimates:
    """Defect: objects out of sight do not exist."""
    seen = _object_rows(driven)[..., column.D_VISIBLE] > 0.5
    return known._replace(exists=np.where(seen, known.exists, 0.0))


def keep_all(driven: Driven, known: Estimates) -> Estimates:
    """Defect: every track is an object."""
    tracked = _object_rows(driven)[..., column.D_TRACKED] > 0.5
    return known._replace(exists=tracked.astype(np.float64))


def stay_sure(driven: Driven, known: Estimates) -> Estimates:
    """Defect: the position of a hidden object stays as certain as when it was last seen."""
    sd = known.sd.copy()
    hidden = _object_rows(driven)[..., column.D_AGE_SINCE_SEEN] > 0.0
    for t in range(1, len(sd)):
        sd[t] = np.where(hidden[t], sd[t - 1], sd[t])
    return known._replace(sd=sd)


def break_trackers(tracker: Tracker) -> list[Tracker]:
    """Make one broken tracker per defect."""
    return [
        BrokenTracker(tracker, "forgets what is hidden", forget),
        BrokenTracker(tracker, "never lets go", keep_all),
        BrokenTracker(tracker, "stays sure of what is hidden", stay_sure),
    ]


def true_objects(worlds: NDArray[np.void]) -> tuple[Array, Mask]:
    """True positions of the tracked objects, ``(B, 4, 2)`` m, and whether they exist, ``(B, 4)``."""
    targets = object_targets(worlds)
    return gather(worlds["debris_f"], (debris.X, debris.Y), targets), is_real(worlds, targets)


def _object_rows(driven: Driven) -> Array:
    """Observed objects, ``(T, B, 4, D)``."""
    return np.array([seen["debris"] for seen in driven.observed], np.float64)


def _measured_places(seen: Observation, driven: Driven, t: int) -> Array:
    """Measured positions of tracks, ``(B, 4, 2)`` m; ``seen`` is the observation or a filtered one."""
    rows = seen["debris"].astype(np.float64)
    v = driven.worlds[t]["vehicle_f"]
    age = rows[..., column.D_AGE_SINCE_SEEN]
    vx, vy = rows[..., column.D_VX], rows[..., column.D_VY]
    # as the world model reads a track: objects at rest have measured speeds, too
    moves = (np.hypot(vx, vy) > 2.5 * rows[..., column.D_SD_V]) | (rows[..., column.D_Z] >= 0.05)
    x = v[:, vehicle.X, 0, None] + rows[..., column.D_DX] + np.where(moves, age * vx, 0.0)
    y = v[:, vehicle.Y, 0, None] + rows[..., column.D_DY] + np.where(moves, age * vy, 0.0)
    place = np.stack([x, y], axis=-1)
    return np.where(rows[..., [column.D_TRACKED]] > 0.5, place, np.nan)
