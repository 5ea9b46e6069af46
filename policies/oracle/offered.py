"""The plans that an oracle chooses from: the library, what is left of the last plan, and those of other policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.specification import episode, vehicle
from policies.base import KEEP, RUN_OVER
from policies.oracle.watch import nearest_objects
from policies.planning.extend import fit_plans, label_plans
from policies.planning.library import MANOEUVRES, manoeuvre_labels, write_all
from policies.planning.search import Library

Array = NDArray[np.float64]


class Offered(NamedTuple):
    """Plans in one world besides the library."""

    last: Array | None  # (T, 2) what is left of the plan under way
    last_label: int
    proposed: Array | None  # (P, T, 2) of other policies
    num_policies: int  # P


def make_library(
    world: np.void, ahead: Sequence[int], lateral: Array, horizon: int, offered: Offered
) -> Library:
    """Plans of the library, then the last plan and those of other policies, for one world.

    A plan that does not exist is a copy of the first one.

    Parameters
    ----------
    world
        The world now.
    ahead
        Indices of the objects that matter, the next one first.
    lateral
        As for ``library.write_actions``.
    horizon
        Decisions of the plans.
    offered
        The other plans.
    """
    count = len(MANOEUVRES)
    actions = np.empty((1, count + 1 + offered.num_policies, horizon, 2))
    write_all(
        world["vehicle_f"][vehicle.SPEED, :1],
        world["episode_f"][[episode.SET_SPEED]],
        lateral[None],
        nearest_objects(world, ahead)[None],
        False,
        actions[:, :count],
    )
    actions[:, count:] = actions[:, :1]
    if offered.last is not None:
        actions[0, count] = fit_plans(offered.last, horizon)
    if offered.proposed is not None:
        actions[0, count + 1 :] = fit_plans(offered.proposed, horizon)
    is_ahead = len(ahead) > 0
    others = label_plans(actions[0, count:], lateral, is_ahead=is_ahead)
    labels = np.append(manoeuvre_labels(), others)
    labels[labels == KEEP] = RUN_OVER if is_ahead else KEEP
    under_way = -1
    if offered.last is not None:
        labels[count], under_way = offered.last_label, count
    return Library(actions, labels[None], np.array([horizon]), np.array([under_way]))
