"""Plans for a whole episode in the true world, and small variations of them: the search of the clairvoyant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_S, episode, vehicle
from policies.command import encode_actions
from policies.oracle.watch import arrival_s, lateral_state, nearest_objects
from policies.planning.library import MANOEUVRES, write_actions

Array = NDArray[np.float64]

CLOSER_M: Final = (0.0, 0.25)
"""Objects are passed with the margin of the library, and with a tenth of a metre: true positions have no error."""


def first_plans(world: np.void, starts_s: Sequence[float], horizon: int) -> Array:
    """Plans of the library ``(C, T, 2)`` that begin now or later, the lane and the speed being kept till then.

    Parameters
    ----------
    world
        The world now; all its objects matter.
    starts_s
        Seconds from now at which the plans begin.
    horizon
        Decisions ``T``.
    """
    v, set_speed = world["vehicle_f"], world["episode_f"][episode.SET_SPEED]
    speed = v[vehicle.SPEED, 0]
    num_objects = int(world["episode_i"][episode.NUM_DEBRIS])
    ahead = sorted(range(num_objects), key=lambda j: arrival_s(world, j))
    lateral = lateral_state(world, 0.0)
    found = np.empty((len(starts_s), len(CLOSER_M), len(MANOEUVRES), horizon, 2))
    for i, start_s in enumerate(starts_s):
        waits = round(start_s / DECISION_S)
        found[i, :, :, :waits] = encode_actions(0.0, lateral[4], lateral[2], lateral[3])
        for k, closer_m in enumerate(CLOSER_M):
            objects = nearest_objects(world, ahead, start_s, closer_m)
            plans = found[i, k, :, waits:]
            write_actions(MANOEUVRES, speed, set_speed, lateral, objects, False, plans)
    return np.unique(found.reshape(-1, horizon, 2), axis=0)


def vary(actions: Array, count: int, reach: int, scale: float, rng: np.random.Generator) -> Array:
    """Variations of a plan: a smooth bump on either component, a shift in time, or a stretched sideways motion.

    Parameters
    ----------
    actions
        ``(T, 2)``.
    count
        Number of neighbours: the result is ``(count, T, 2)``.
    reach
        Changes are centred within this many decisions from now.
    scale
        Size of a change, 1 for the first round.
    rng
        Consumed.
    """
    horizon = len(actions)
    index = np.arange(horizon)
    found = np.repeat(actions[None], count, axis=0)
    for varied in found:
        kind = rng.integers(4)
        if kind == 0:
            shift = int(rng.integers(1, 6)) * (1 if rng.random() < 0.5 else -1)
            varied[:] = actions[np.clip(index + shift, 0, horizon - 1)]
        elif kind == 1:
            level = actions[0, 1]
            varied[:, 1] = level + (actions[:, 1] - level) * rng.uniform(0.5, 1.4)
        for component in (0, 1):
            if kind in {2 + component, 1}:
                centre, width = rng.uniform(0.0, reach), rng.uniform(1.5, 12.0)
                bump = np.exp(-0.5 * ((index - centre) / width) ** 2)
                varied[:, component] += scale * rng.normal(0.0, 0.35) * bump
    return np.clip(found, -1.0, 1.0)
