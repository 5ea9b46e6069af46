"""Probe whether an object that was seen and then hidden is still believed to exist, and at its true place.

Every object is judged once for each time it is hidden: by traffic, or by an occluder that
``experiments.studies.audit.scenes.occlusions`` puts there. Two controls: what never was a body, and objects that are
removed while hidden. Measured positions carry noise that no model can remove; a tracker with the sensor's noise model
(``subjects.trackers.IdealTracker``) shows how accurate an estimate can be, and models are compared with it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from envs.specification import DECISION_S
from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.scenes.bodies import Array
from experiments.studies.audit.scenes.moments import Driven
from experiments.studies.audit.scenes.occlusions import Occlusions, hide, natural, take_away
from experiments.studies.audit.subjects.trackers import (
    Estimates,
    IdealTracker,
    Tracker,
    true_objects,
)

NAME: Final = "permanence"

HIDDEN: Final = (3, 5, 10, 20)
"""Numbers of decisions out of sight: 0.6 to 4 s."""

JUDGED: Final = 10
"""Number of decisions, 2 s, after which most objects must be kept."""

SURE, GONE = 0.8, 0.2
"""Probability above which an object is believed to exist, and below which it is not."""

WITHIN_M: Final = 1.5

MOST: Final = Line(">=", 0.95)

AS_IDEAL: Final = Line(">=", -0.05)
"""Share of objects near their place, less the share that the best by measuring has there [A]."""


class _Verdicts(NamedTuple):
    """Verdicts on ``K`` objects, each 0 or 1, or NaN."""

    families: list[str]
    there: Array  # it is believed to exist
    near: Array  # and placed near where it is
    let_go: Array  # what does not exist is not believed in
    grows: Array  # the stated deviation grows with every decision

    def share(self, measure: str, name: str, values: Array, line: Line | None = None) -> Finding:
        """Share of the objects with a positive verdict."""
        return Finding(NAME, measure, name, mean_of(values, self.families), line)


def measure_permanence(
    hidden: Driven, phantoms: Driven, trackers: Sequence[Tracker], seed: int
) -> list[Finding]:
    """Share of hidden objects still believed to exist and at their place, and of removed objects dropped.

    Parameters
    ----------
    hidden
        Episodes with objects.
    phantoms
        Episodes with tracks of what is no body.
    trackers
        Subjects.
    seed
        Of the choice of what is hidden, and when.
    """
    random = np.random.default_rng(seed)
    by_traffic = {steps: natural(hidden, steps) for steps in HIDDEN}
    both = {}
    for steps, one in by_traffic.items():
        both[steps] = [one, hide(hidden, steps, random, one.judged[:, 1])]
    removed = take_away(hidden, random)
    never = hide(phantoms, JUDGED, random)
    ideal = {steps: _judge(IdealTracker(), both[steps], steps).near for steps in HIDDEN}
    found = []
    for tracker in trackers:
        name = tracker.name
        for steps in HIDDEN:
            found += _kept(name, _judge(tracker, both[steps], steps), ideal[steps], steps)
        alone = _judge(tracker, [by_traffic[JUDGED]], JUDGED)
        measure = f"hidden for {JUDGED * DECISION_S:.1f} s by traffic, kept: both"
        found.append(alone.share(measure, name, alone.there * alone.near))
        for measure, one in (
            ("taken away while hidden, 1 s in plain view: let go", removed),
            ("never a body, hidden for 2 s: not believed in", never),
        ):
            verdicts = _judge(tracker, [one], 0)
            found.append(verdicts.share(measure, name, verdicts.let_go, MOST))
    return found


def _kept(name: str, seen: _Verdicts, ideal: Array, steps: int) -> list[Finding]:
    """Findings on real objects that are hidden for a given time."""
    where = f"hidden for {steps * DECISION_S:.1f} s"
    line = MOST if steps == JUDGED else None
    found = [
        seen.share(f"{where}, believed to be there", name, seen.there, line),
        seen.share(f"{where}, within 1.5 m", name, seen.near),
        seen.share(f"{where}, kept: both", name, seen.there * seen.near, line),
    ]
    if steps == JUDGED:
        measure = f"{where}, within 1.5 m, less the best by measuring"
        found.append(seen.share(measure, name, seen.near - ideal, AS_IDEAL))
        # a tracker that states no deviation has none to grow
        if np.isfinite(seen.grows).any():
            measure = f"{where}, deviation of the place grows all the time"
            found.append(seen.share(measure, name, seen.grows, MOST))
    return found


def _judge(tracker: Tracker, occlusions: Sequence[Occlusions], steps: int) -> _Verdicts:
    """Verdicts on one tracker for objects hidden for a given number of decisions."""
    families: list[str] = []
    verdicts: list[Array] = []
    for one in occlusions:
        known = tracker.follow(one.driven)
        names = one.driven.families
        families += [names[b] for _, b, _ in one.judged]
        verdicts += [_judge_one(known, one.driven, t, b, slot, steps) for t, b, slot in one.judged]
    there, near, let_go, grows = np.array(verdicts).reshape(-1, 4).T
    return _Verdicts(families, there, near, let_go, grows)


def _judge_one(known: Estimates, driven: Driven, t: int, b: int, slot: int, steps: int) -> Array:
    """Verdicts on one object, in their order."""
    place, exists = (values[0, slot] for values in true_objects(driven.worlds[t][[b]]))
    p, sd = known.exists[t, b, slot], known.sd[t - steps : t + 1, b, slot]
    if not exists:
        return np.array([np.nan, np.nan, float(p < GONE), np.nan])
    away = float(np.linalg.norm(known.place[t, b, slot] - place))
    grows = float((np.diff(sd) > 0.0).all()) if np.isfinite(sd).all() else np.nan
    return np.array([float(p > SURE), float(away < WITHIN_M), np.nan, grows])
