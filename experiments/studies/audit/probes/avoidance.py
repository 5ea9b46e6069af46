"""Probe: the policy still avoids what it has seen and then has not seen for a while."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.scenario.instance import ScenarioInstance
from envs.specification import VEHICLE_SLOTS, track
from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.scenes.moments import Driven
from experiments.studies.audit.scenes.occlusions import natural

NAME: Final = "permanence"

HIDDEN: Final = 3
"""Decisions, 0.6 s: for this long it was out of sight, after it had been tracked, and before it is reached."""

DEAR_USD: Final = 1_000.0
"""A contact that costs more is dear [A]: light rubbish is run over for less, a lane change costs 421 at most."""

MOST: Final = Line(">=", 0.9)


def dear_contacts(driven: Driven, instances: Sequence[ScenarioInstance]) -> set[tuple[int, str]]:
    """Episodes in which the ego hits an object at a cost of more than ``DEAR_USD``, and the type of it."""
    return {
        (b, one["object"])
        for t, contacts in enumerate(driven.contacts)
        for b in range(len(instances))
        if t < driven.length[b]
        for one in contacts[b]
        if one["vehicle"] == 0 and one["cost_usd"] > DEAR_USD
    }


def find_dear(kept: Driven, instances: Sequence[ScenarioInstance], most: int) -> NDArray[np.int64]:
    """Episodes in which somebody who never leaves lane and speed has a dear contact with what was hidden.

    Parameters
    ----------
    kept
        Driven by that somebody.
    instances
        Of the episodes.
    most
        The first so many are enough.

    Returns
    -------
    ndarray
        Indices.
    """
    found = {b for b, _ in dear_contacts(kept, instances) & set(_hidden(kept, instances))}
    return np.array(sorted(found)[:most], np.int64)


def probe(
    kept: Driven, driven: Driven, instances: Sequence[ScenarioInstance], name: str, *, judged: bool
) -> list[Finding]:
    """Count dear contacts with what had been hidden.

    Parameters
    ----------
    kept
        Episodes in which lane and speed are kept: what is dear in them is dear to hit.
    driven
        The same instances, driven by whoever is asked.
    instances
        Those.
    name
        Of the subject.
    judged
        Whether there is a line.

    Returns
    -------
    list of Finding
        Share of the objects dear to hit, hidden from this driver for 0.6 s or longer, that it does not hit dearly.
    """
    dear, hit = dear_contacts(kept, instances), dear_contacts(driven, instances)
    asked = [one for one in _hidden(driven, instances) if one in dear]
    avoided = np.array([float(one not in hit) for one in asked])
    families = [instances[b].family for b, _ in asked]
    measure = "hidden for 0.6 s or longer and dear to hit: not hit"
    value = mean_of(avoided, families)
    return [Finding(NAME, measure, name, value, MOST if judged else None)]


def _hidden(driven: Driven, instances: Sequence[ScenarioInstance]) -> list[tuple[int, str]]:
    """Episodes in which an object was hidden for so long, and its type; the first one of every episode."""
    asked = natural(driven, HIDDEN).asked
    targets = [
        int(driven.worlds[t]["track_i"][b, track.TARGET, VEHICLE_SLOTS + slot])
        for t, b, slot in asked
    ]
    return [
        (int(b), instances[b].debris_types[target])
        for (_, b, _), target in zip(asked, targets, strict=True)
    ]
