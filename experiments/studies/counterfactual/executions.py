"""The four manoeuvres, and the cheapest execution of each in the true simulator."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.scenario.instance import ScenarioInstance
from envs.specification import LANE_WIDTH_M, debris
from experiments.metrics.answer import BRAKED_MPS2, BRAKED_SHARE
from experiments.rollout.decision_probe import DecisionProbe
from policies.planning import library
from policies.planning.answers import Approach, Candidate

MANOEUVRES: Final = ("run over", "straddle", "steer", "brake")
"""Ways to deal with an object on the road; driving on as if nothing were there is running over."""

RUN_OVER, STRADDLE, STEER, BRAKE = range(len(MANOEUVRES))

_FOR_ONE: Final = library.MANOEUVRES[:, library.WHICH] == 0.0
"""Rows of the planners' library that are about the nearest object, not about a second one."""

_PLACES: Final = {library.CENTRE: RUN_OVER, library.OVER: STRADDLE}
"""Lateral targets within the lane; all others of the planners' library steer."""


def cheapest(
    probe: DecisionProbe, instance: ScenarioInstance
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Cost of the cheapest execution of every manoeuvre, ``(4,)``, and the names of these executions.

    They are those of ``policies.planning.answers``, and those of the planners' library, laid out for the true object.
    All are rolled open-loop from the moment at which the object is recognised, so a policy that replans can cost less;
    costs are of the whole episode.
    """
    rolled = probe.roll(instance)
    horizon = rolled.actions.shape[2]
    planned = _lay_out(rolled.approach, instance, horizon)
    cost = np.append(rolled.cost_usd, probe.branch(planned[None])) + rolled.before_usd
    kinds = [*map(_kind, rolled.found), *_library_kinds()]
    planned_names = np.array(library.manoeuvre_names())[_FOR_ONE].tolist()
    names = [*(one.name for one in rolled.found), *planned_names]
    best = [min(np.flatnonzero(np.equal(kinds, m)), key=cost.__getitem__) for m in range(4)]
    return cost[best], tuple(names[k] for k in best)


def _kind(candidate: Candidate) -> int:
    """Index of the manoeuvre to which a candidate belongs."""
    if candidate.answer == "over":
        return STRADDLE if candidate.name == "straddle" else RUN_OVER
    return BRAKE if candidate.answer == "brake" else STEER


def _library_kinds() -> list[int]:
    """Index of every library entry's manoeuvre, by the same limits as for driven episodes.

    A lane change is steering, whether it brakes or not.
    """
    kinds = []
    columns = [library.PLACE, library.BRAKING_MPS2, library.SHARE]
    for place, braking, share in library.MANOEUVRES[_FOR_ONE][:, columns].tolist():
        is_braking = braking > BRAKED_MPS2 and share < 1.0 - BRAKED_SHARE
        kind = _PLACES.get(int(place), STEER)
        kinds.append(BRAKE if is_braking and place < library.LANE_LEFT else kind)
    return kinds


def _lay_out(approach: Approach, instance: ScenarioInstance, horizon: int) -> NDArray[np.float64]:
    """Actions of the planners' library for the first object, ``(C, H, 2)``."""
    f = instance.debris_f[:, 0]
    cos, sin = abs(np.cos(f[debris.YAW])), abs(np.sin(f[debris.YAW]))
    across = 0.5 * (f[debris.LENGTH] * sin + f[debris.WIDTH] * cos)
    along = 0.5 * (f[debris.LENGTH] * cos + f[debris.WIDTH] * sin)
    objects = np.zeros((2, 4))
    objects[0] = approach.object_distance_m, approach.object_y_m, across, along
    objects[1, 0] = np.inf
    centre = approach.lane * LANE_WIDTH_M
    lateral = np.array([approach.y_m, 0.0, approach.low_m, approach.high_m, centre])
    rows = library.MANOEUVRES[_FOR_ONE]
    actions = np.zeros((len(rows), horizon, 2))
    speed = approach.speed_mps
    library.write_actions(rows, speed, speed, lateral, objects, False, actions)
    return actions
