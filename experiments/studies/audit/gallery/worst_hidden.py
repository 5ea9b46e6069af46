"""The worst failure of memory: a hidden object whose believed position is most wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISION_S, vehicle
from experiments.studies.audit.gallery.worst import AHEAD_M, Case
from experiments.studies.audit.probes.memory import permanence
from experiments.studies.audit.scenes.moments import Moments, drive_all, take_moments
from experiments.studies.audit.scenes.occlusions import natural
from experiments.studies.audit.subjects.models import Model
from experiments.studies.audit.subjects.trackers import BeliefTracker, true_objects
from policies.base import Policy
from policies.world_model.dream.simulation.starts import LENGTH

SHORTEST: Final = 10
"""Least number of decisions that must follow after an object has been hidden."""


def find_misplaced(
    instances: Sequence[ScenarioInstance], model: Model, driver: Policy
) -> Case | None:
    """The hidden object near the ego with the largest position error among those believed to exist."""
    driven = drive_all(instances, driver)
    known = BeliefTracker(model.learned.filter, model.name).follow(driven)
    worst, found = 0.0, None
    for t, b, slot in natural(driven, permanence.JUDGED).judged:
        place, is_real = (values[0, slot] for values in true_objects(driven.worlds[t][[b]]))
        away = float(np.linalg.norm(known.place[t, b, slot] - place))
        is_long = t >= LENGTH - 1 and t + SHORTEST <= driven.length[b]
        is_seen = float(place[0] - driven.worlds[t]["vehicle_f"][b, vehicle.X, 0]) < AHEAD_M
        exists = float(known.exists[t, b, slot])
        if is_real and is_long and is_seen and exists > permanence.SURE and away > worst:
            worst = away
            found = _case(away, exists, int(b), int(t))
    return found


def _case(away: float, exists: float, b: int, t: int) -> Case:
    """Make the case of a misplaced object."""
    caption = (
        f"Out of sight for {permanence.JUDGED * DECISION_S:.1f} s, an object is believed to be there (probability "
        f"{exists:.2f}), but {away:.1f} m from where it is."
    )
    remark = f"a hidden object is {away:.1f} m from its place"
    return Case("hidden", "permanence: kept", caption, remark, "hidden", b, 0, decision=t)


def take_moment(instance: ScenarioInstance, driver: Policy, t: int, steps: int) -> Moments:
    """Drive an episode again and take the moment at decision ``t``, with the actions that follow."""
    return take_moments(drive_all([instance], driver), [(0, t)], steps)
