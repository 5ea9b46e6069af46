"""The worst failure of memory: a hidden object that is believed to be somewhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISION_S, vehicle
from experiments.studies.audit.gallery.worst import AHEAD_M, Case
from experiments.studies.audit.probes import permanence
from experiments.studies.audit.scenes.moments import Driven, Moments, drive_all, histories
from experiments.studies.audit.scenes.occlusions import natural
from experiments.studies.audit.subjects.models import Model
from experiments.studies.audit.subjects.rollout import Array
from experiments.studies.audit.subjects.trackers import FilterMind, true_objects
from policies.base import Policy
from policies.world_model.dream.starts import LENGTH

SHORTEST: Final = 10
"""Decisions that must follow after an object has been hidden."""


def find_misplaced(
    instances: Sequence[ScenarioInstance], model: Model, driver: Policy
) -> Case | None:
    """The hidden object that is believed to be furthest from where it is.

    Parameters
    ----------
    instances
        With hidden objects.
    model
        Whose memory.
    driver
        Who drives past.

    Returns
    -------
    Case or None
        Of those that are surely believed to exist, and are on a film.
    """
    driven = drive_all(instances, driver)
    known = FilterMind(model.learned.filter, model.name).follow(driven)
    worst, found = 0.0, None
    for t, b, slot in natural(driven, permanence.JUDGED).asked:
        place, is_real = true_objects(driven, t)
        away = float(np.linalg.norm(known.place[t, b, slot] - place[b, slot]))
        is_long = t >= LENGTH - 1 and t + SHORTEST <= driven.length[b]
        is_seen = _ahead(driven, t, b, place[b, slot]) < AHEAD_M
        is_sure = known.exists[t, b, slot] > permanence.SURE
        if is_real[b, slot] and is_long and is_seen and is_sure and away > worst:
            worst = away
            found = _lost(away, float(known.exists[t, b, slot]), int(b), int(t))
    return found


def _ahead(driven: Driven, t: int, b: int, place: Array) -> float:
    """How far a place is ahead of the ego, m."""
    return float(place[0] - driven.worlds[t]["vehicle_f"][b, vehicle.X, 0])


def _lost(away: float, exists: float, b: int, t: int) -> Case:
    """How a misplaced object is told."""
    hidden = permanence.JUDGED * DECISION_S
    caption = (
        f"Out of sight for {hidden:.1f} s, an object is believed to be there (probability {exists:.2f}), but "
        f"{away:.1f} m from where it is."
    )
    remark = f"a hidden object is {away:.1f} m from its place"
    return Case(
        "hidden", "permanence: kept", caption, remark, "hidden", b, 0, temperature=1.0, decision=t
    )


def take_moment(instance: ScenarioInstance, driver: Policy, t: int, steps: int) -> Moments:
    """One moment of an episode.

    Parameters
    ----------
    instance, driver
        Driven again.
    t
        Decision.
    steps
        Decisions that follow, fewer if the episode ends.

    Returns
    -------
    Moments
        Of size 1.
    """
    driven = drive_all([instance], driver)
    end = min(t + steps, int(driven.length[0]))
    observed, truly = histories(driven, [(0, t)])
    actions = np.array([[driven.actions[k][0] for k in range(t, end)]])
    return Moments(
        driven.worlds[t][:1], (instance,), np.array(["hidden"]), observed, truly, actions
    )
