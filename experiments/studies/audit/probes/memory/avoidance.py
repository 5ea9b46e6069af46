"""Probe whether a policy avoids an object that it has seen before it was hidden for a while."""

from __future__ import annotations

from typing import Final

import numpy as np

from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.scenes.bodies import Indices, object_targets
from experiments.studies.audit.scenes.moments import Driven
from experiments.studies.audit.scenes.occlusions import natural

NAME: Final = "permanence"

HIDDEN: Final = 3
"""Decisions, 0.6 s: for this long it was out of sight, after it had been tracked, and before it is reached."""

COSTLY_USD: Final = 1_000.0
"""A contact that costs more is costly [A]: light rubbish is run over for less, a lane change costs 421 at most."""

MOST: Final = Line(">=", 0.9)

Contact = tuple[int, str]
"""Index of the episode and type of the object."""


def costly_contacts(driven: Driven) -> set[Contact]:
    """Contacts of the ego with an object that cost more than ``COSTLY_USD``."""
    return {
        (b, one["object"])
        for b, episode in enumerate(driven.episodes)
        for one in episode.contacts
        if one["vehicle"] == 0 and one["cost_usd"] > COSTLY_USD
    }


def find_costly(kept: Driven, most: int) -> Indices:
    """The first ``most`` episodes in which keeping lane and speed ends in a costly contact with a hidden object."""
    found = {b for b, _ in costly_contacts(kept) & set(_hidden(kept))}
    return np.array(sorted(found)[:most], np.int64)


def measure_avoidance(kept: Driven, driven: Driven, name: str, *, judged: bool) -> list[Finding]:
    """Share of costly objects, hidden from this policy for 0.6 s or longer, that it avoids.

    Parameters
    ----------
    kept
        Episodes in which lane and speed are kept: they show which objects are costly to hit.
    driven
        The same instances, driven by the policy that is probed.
    name
        Of the subject.
    judged
        Whether there is a limit.
    """
    costly, hit = costly_contacts(kept), costly_contacts(driven)
    hidden = [one for one in _hidden(driven) if one in costly]
    avoided = np.array([float(one not in hit) for one in hidden])
    families = [driven.families[b] for b, _ in hidden]
    measure = "hidden for 0.6 s or longer and dear to hit: not hit"
    return [Finding(NAME, measure, name, mean_of(avoided, families), MOST if judged else None)]


def _hidden(driven: Driven) -> list[Contact]:
    """The first object of every episode that was hidden for the required time."""
    found = []
    for t, b, slot in natural(driven, HIDDEN).judged:
        target = object_targets(driven.worlds[t])[b, slot]
        found.append((int(b), driven.episodes[b].instance.debris_types[target]))
    return found
