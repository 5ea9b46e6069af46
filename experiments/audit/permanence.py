"""Probe: what has been seen and is then hidden by traffic is still there, and still where it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISION_S, column
from experiments.audit.findings import Finding, Line, mean_of
from experiments.audit.memory import Mind, true_objects
from experiments.audit.moments import Driven

NAME: Final = "permanence"

HIDDEN: Final = (3, 5, 10, 20)
"""Decisions out of sight: 0.6 to 4 s."""

JUDGED: Final = 10
"""2 s: here most must be kept."""

SURE, GONE = 0.8, 0.2
"""Probability above which an object is believed to exist, and below which it is not."""

LOOKS: Final = 3
"""Decisions that an object had been tracked before it was hidden: a glimpse is no memory [A]."""

WITHIN_M: Final = 1.5


def probe(
    driven: Driven, instances: Sequence[ScenarioInstance], minds: Sequence[Mind]
) -> list[Finding]:
    """Ask minds about hidden objects.

    Parameters
    ----------
    driven
        Episodes in which objects are hidden.
    instances
        Of the episodes.
    minds
        Whose memories.

    Returns
    -------
    list of Finding
        Shares of hidden objects that are kept, of those near their place, and of ghosts that are let go.
    """
    families = [one.family for one in instances]
    found = []
    for mind in minds:
        known = mind.follow(driven)
        for steps in HIDDEN:
            when = find_hidden(driven, steps)
            kept, near, ghosts = ([np.nan] * len(families) for _ in range(3))
            for t, b, slot in when:
                place, is_real = true_objects(driven, t)
                exists = known.exists[t, b, slot]
                if is_real[b, slot]:
                    away = float(np.linalg.norm(known.place[t, b, slot] - place[b, slot]))
                    kept[b], near[b] = float(exists > SURE), float(away < WITHIN_M)
                else:
                    ghosts[b] = float(exists < GONE)
            both = [k * n for k, n in zip(kept, near, strict=True)]
            line = Line(">=", 0.95) if steps == JUDGED else None
            where = f"hidden for {steps * DECISION_S:.1f} s"
            for measure, values, judged in (
                ("believed to be there", kept, None),
                ("within 1.5 m", near, None),
                ("kept: both", both, line),
                ("ghosts let go", ghosts, None),
            ):
                value = mean_of(np.array(values), families)
                found.append(Finding(NAME, f"{where}, {measure}", mind.name, value, judged))
    return found


def find_hidden(driven: Driven, steps: int) -> NDArray[np.int64]:
    """``(K, 3)``: decision, episode and slot of objects that have been out of sight for just so long, once each."""
    found = []
    for t, seen in enumerate(driven.observed):
        rows = seen["debris"]
        unseen = np.round(rows[..., column.D_AGE_SINCE_SEEN] / DECISION_S)
        age = np.round(rows[..., column.D_TRACK_AGE] / DECISION_S)
        just = (rows[..., column.D_TRACKED] > 0.5) & (unseen == steps) & (age >= steps + LOOKS)
        just &= (rows[..., column.D_DX] > 0.0) & (driven.length > t)[:, None]
        found += [(t, b, slot) for b, slot in np.argwhere(just)]
    return np.array(found, np.int64).reshape(-1, 3)
