"""The future of one plan as imagined by every member, for drawing only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.action import BRAKE_LIMIT_MPS2, decode_acceleration
from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS
from envs.specification.world import Array
from policies.base import Foresight
from policies.world_model.model import state as s
from policies.world_model.model.cruise_control import cruise_limit
from policies.world_model.model.dynamics import move_all
from policies.world_model.model.parameters import Learned
from policies.world_model.model.state import State, copy_state, empty_state, lateral_target


def foresee(
    learned: Learned,
    root: State,
    kinds: NDArray[np.int64],
    actions: NDArray[np.float64],
    steps: int,
) -> Foresight:
    """Roll out one plan with every member for ``steps`` decisions; all vehicles react to the ego.

    Parameters
    ----------
    learned
        The world model.
    root
        One world now.
    kinds
        ``(4,)`` likeliest class of every object.
    actions
        ``(T, 2)`` in [-1, 1].
    steps
        Decisions to imagine, at most ``T``.
    """
    members = learned.transition.car.b1.shape[0]
    ego = np.zeros((members, steps, 2))
    vehicles = np.full((members, steps, VEHICLE_SLOTS, 2), np.nan)
    objects = np.full((members, steps, DEBRIS_SLOTS, 2), np.nan)
    state, after = empty_state(), empty_state()
    for e in range(members):
        copy_state(root, state)
        _roll(learned, e, state, after, kinds, actions[:steps], ego[e], vehicles[e], objects[e])
    return Foresight(ego, vehicles, objects)


@compiled
def _roll(
    learned: Learned, e: int, state: State, after: State, kinds: Array, actions: Array, ego: Array, vehicles: Array,
    objects: Array,
) -> None:  # fmt: skip
    """Roll out one plan with one member, without effects of contacts."""
    targets = lateral_target(state.ego, actions[:, 1])
    none_known = np.zeros(VEHICLE_SLOTS, np.bool_)
    for t in range(actions.shape[0]):
        command = decode_acceleration(actions[t, 0])
        command = max(min(command, cruise_limit(state, targets[t:])), BRAKE_LIMIT_MPS2)
        move_all(learned.transition, e, state, command, targets[t], kinds, none_known, after)
        copy_state(after, state)
        ego[t, 0], ego[t, 1] = state.ego[s.X], state.ego[s.Y]
        for i in range(VEHICLE_SLOTS):
            if state.cars[i, s.C_LIVE] > 0.0:
                vehicles[t, i, 0], vehicles[t, i, 1] = state.cars[i, s.C_X], state.cars[i, s.C_Y]
        for j in range(DEBRIS_SLOTS):
            if state.things[j, s.D_LIVE] > 0.0 and kinds[j] > 0:
                objects[t, j, 0], objects[t, j, 1] = state.things[j, s.D_X], state.things[j, s.D_Y]
