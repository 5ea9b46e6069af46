"""Permanence probe: whether an object that is hidden after it was seen is still believed in, and where it really is.

Every object is probed once for each time it is hidden: by traffic, or by an occluder that
``experiments.studies.audit.scenes.occlusions`` puts there. Two controls: what never was a body, and objects that are
removed while hidden. Measured positions carry noise that no model can remove; a tracker that knows the sensor's noise
(``subjects.trackers.IdealMind``) says how accurate an estimate could be, and models are compared with it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISION_S
from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.scenes.moments import Driven
from experiments.studies.audit.scenes.occlusions import Occlusions, hide, natural, take_away
from experiments.studies.audit.subjects.trackers import IdealMind, Mind, Remembered, true_objects

Array = NDArray[np.float64]

NAME: Final = "permanence"

HIDDEN: Final = (3, 5, 10, 20)
"""Decisions out of sight: 0.6 to 4 s."""

JUDGED: Final = 10
"""2 s: here most must be kept."""

SURE, GONE = 0.8, 0.2
"""Probability above which an object is believed to exist, and below which it is not."""

WITHIN_M: Final = 1.5

MOST: Final = Line(">=", 0.95)

AS_IDEAL: Final = Line(">=", -0.05)
"""Share of objects near their place, less the share that the best by measuring has there [A]."""


class Drive(NamedTuple):
    """Episodes and what was driven."""

    driven: Driven
    instances: Sequence[ScenarioInstance]


class _Verdicts(NamedTuple):
    """About ``K`` objects, each 0 or 1, or not a number."""

    families: list[str]
    there: Array
    near: Array
    let_go: Array
    grows: Array


def probe(hidden: Drive, phantoms: Drive, minds: Sequence[Mind], seed: int) -> list[Finding]:
    """Ask minds about hidden objects.

    Parameters
    ----------
    hidden
        Episodes with objects.
    phantoms
        Episodes with tracks of what is no body.
    minds
        Whose memories.
    seed
        Of the choice of what is hidden, and when.

    Returns
    -------
    list of Finding
        Shares of hidden objects that are kept, of those near their place, and of what is not there and let go.
    """
    random = np.random.default_rng(seed)
    by_traffic = {steps: natural(hidden.driven, steps) for steps in HIDDEN}
    on_purpose = {
        steps: hide(hidden.driven, steps, random, by_traffic[steps].source) for steps in HIDDEN
    }
    removed = take_away(hidden.driven, random)
    never = hide(phantoms.driven, JUDGED, random)
    best = IdealMind()
    ideal = {
        steps: _judge(best, [by_traffic[steps], on_purpose[steps]], hidden, steps).near
        for steps in HIDDEN
    }
    found = []
    for mind in minds:
        for steps in HIDDEN:
            both = _judge(mind, [by_traffic[steps], on_purpose[steps]], hidden, steps)
            found += _kept(mind.name, both, ideal[steps], steps)
        alone = _judge(mind, [by_traffic[JUDGED]], hidden, JUDGED)
        where = f"hidden for {JUDGED * DECISION_S:.1f} s by traffic"
        found.append(_share(f"{where}, kept: both", mind.name, alone.there * alone.near, alone))
        for measure, one, drive in (
            ("taken away while hidden, 1 s in plain view: let go", removed, hidden),
            ("never a body, hidden for 2 s: not believed in", never, phantoms),
        ):
            verdicts = _judge(mind, [one], drive, 0)
            found.append(_share(measure, mind.name, verdicts.let_go, verdicts, MOST))
    return found


def _kept(name: str, seen: _Verdicts, ideal: Array, steps: int) -> list[Finding]:
    """What is believed of real objects that are hidden for so long."""
    is_judged = steps == JUDGED
    where = f"hidden for {steps * DECISION_S:.1f} s"
    found = [
        _share(
            f"{where}, believed to be there", name, seen.there, seen, MOST if is_judged else None
        ),
        _share(f"{where}, within 1.5 m", name, seen.near, seen),
        _share(
            f"{where}, kept: both", name, seen.there * seen.near, seen, MOST if is_judged else None
        ),
    ]
    if is_judged:
        measure = f"{where}, within 1.5 m, less the best by measuring"
        found.append(_share(measure, name, seen.near - ideal, seen, AS_IDEAL))
        # whoever is never uncertain has no deviation to grow
        if np.isfinite(seen.grows).any():
            measure = f"{where}, deviation of the place grows all the time"
            found.append(_share(measure, name, seen.grows, seen, MOST))
    return found


def _share(
    measure: str, name: str, values: Array, of: _Verdicts, line: Line | None = None
) -> Finding:
    return Finding(NAME, measure, name, mean_of(values, of.families), line)


def _judge(mind: Mind, asked: Sequence[Occlusions], drive: Drive, steps: int) -> _Verdicts:
    """One mind about objects that have been hidden for so many decisions."""
    families: list[str] = []
    verdicts: list[Array] = []
    for one in asked:
        known = mind.follow(one.driven)
        families += [drive.instances[k].family for k in one.source]
        verdicts += [_judge_one(known, one.driven, t, b, slot, steps) for t, b, slot in one.asked]
    there, near, let_go, grows = np.array(verdicts).reshape(-1, 4).T
    return _Verdicts(families, there, near, let_go, grows)


def _judge_one(known: Remembered, driven: Driven, t: int, b: int, slot: int, steps: int) -> Array:
    """Kept, near, let go, and less certain with every decision."""
    place, is_real = true_objects(driven, t)
    exists, sd = known.exists[t, b, slot], known.sd[t - steps : t + 1, b, slot]
    if not is_real[b, slot]:
        return np.array([np.nan, np.nan, float(exists < GONE), np.nan])
    away = float(np.linalg.norm(known.place[t, b, slot] - place[b, slot]))
    grows = float((np.diff(sd) > 0.0).all()) if np.isfinite(sd).all() else np.nan
    return np.array([float(exists > SURE), float(away < WITHIN_M), np.nan, grows])
