"""Imagines every plan of every world to its end, with every ensemble member, for every content class."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from envs.action import BRAKE_LIMIT_MPS2, decode_acceleration
from envs.cost.collision import rear_collision_cost, side_swipe_cost
from envs.cost.loss_of_control import crash_cost
from envs.physics.compilation import compiled
from envs.physics.contact.geometry import CAR, TRUCK
from envs.specification import DEBRIS_SLOTS, EGO_LENGTH_M, EGO_WIDTH_M, VEHICLE_SLOTS, episode
from envs.specification.world import Array, Batch, World
from policies.following import half_extents
from policies.networks.compiled import forward, logistic
from policies.planning.anchor import TRUCK_LENGTH_M, _copy_world
from policies.planning.evasion import CREEP_MPS, EVADE_M, evasion_cost
from policies.world_model.estimation.content_classes import NUM_CLASSES, NUM_PATCHES
from policies.world_model.imagination.cost_ledger import BESIDE_SHARE, charge_decision
from policies.world_model.model import event_features as ft
from policies.world_model.model import state as s
from policies.world_model.model.contact_outcome import NUM_SEVERITY_OUT, expected_cost
from policies.world_model.model.cruise_control import cruise_limit
from policies.world_model.model.dynamics import move_all, move_others
from policies.world_model.model.parameters import EventNets, Learned
from policies.world_model.model.state import State, copy_state, lateral_target

LEAST_CONTACT: Final = 1e-3
"""Least probability of a contact that is considered."""

LEAST_SLIP: Final = 2e-4
"""Losing control on a spill less likely than this costs nothing: the head cannot separate it from zero."""

LEAST_CLASS: Final = 0.004
"""Least probability of a class that is considered."""

AHEAD_M: Final = 6.0
"""Vehicles further ahead than this drive as if the ego kept its lane: they look ahead, not back [A]."""


@compiled
def imagine(
    learned: Learned,
    states: State,
    roots: Batch,
    belief: Array,
    actions: Array,
    wanted: Array,
    steps: Array,
    members: Array,
    is_shared: bool,
    params: Array,
    scratch: tuple[State, State, Batch],
    cost: Array,
    first: Array,
    path: Array,
    met: Array,
) -> None:
    """Roll out plans in the model and sum up their costs.

    Parameters
    ----------
    learned
        The world model.
    states
        Now; fields ``(K, ...)``.
    roots
        ``(K,)`` records with the cost ledgers.
    belief
        ``(K, 4, NUM_CLASSES)``; zero for objects that do not matter.
    actions
        ``(K, C, T, 2)`` in [-1, 1].
    wanted
        ``(K, C)`` bool: which plans to roll.
    steps
        ``(K,)`` int64: decisions to imagine, at most ``T``.
    members
        ``(M,)`` int64: which members roll.
    is_shared
        All others drive as they would if the ego kept its lane: once per world instead of once per plan. If not, those
        beside and behind answer to every plan.
    params
        ``CostParameters.to_array()``.
    scratch
        Two states and a batch of one, overwritten.
    cost
        ``(K, C, M, 4, NUM_CLASSES + 1)`` output: US$ by object and class, if the object is of the class; what has
        nothing to do with objects in the last column of the first.
    first, path, met
        ``(K, C, 2)``, ``(K, C, T, 2)``, ``(K, C)`` outputs of the first member: first command after the cruise
        control, positions, probability of touching something.
    """
    p = params[0]
    state, after, future = scratch[0], scratch[1], scratch[2][0]
    horizon = actions.shape[2]
    shared = np.zeros((horizon, VEHICLE_SLOTS, s.NUM_CAR))
    kinds = np.zeros(DEBRIS_SLOTS, np.int64)
    for k in range(states.ego.shape[0]):
        for j in range(DEBRIS_SLOTS):
            kinds[j] = belief[k, j].argmax()
        root = State(states.ego[k], states.cars[k], states.things[k])
        for m in range(members.shape[0]):
            e = members[m]
            _roll_others(learned, e, root, kinds, steps[k], state, after, shared)
            for c in range(actions.shape[1]):
                if not wanted[k, c]:
                    continue
                copy_state(root, state)
                _copy_world(roots[k], future)
                cost[k, c, m] = 0.0
                chance = _roll(
                    learned, e, m == 0, future, state, after, kinds, belief[k], actions[k, c], steps[k],
                    is_shared, shared, p, cost[k, c, m], first[k, c], path[k, c], steps[k] < horizon,
                )  # fmt: skip
                if m == 0:
                    met[k, c] = chance


@compiled
def _roll_others(
    learned: Learned, e: int, root: State, kinds: Array, steps: int, state: State, after: State, shared: Array,
) -> None:  # fmt: skip
    """Positions of the other vehicles if the ego keeps its course and speed."""
    copy_state(root, state)
    copy_state(root, after)
    for t in range(steps):
        move_others(learned.transition, e, state, kinds, after)
        after.ego[s.X] = state.ego[s.X] + state.ego[s.SPEED] * 0.2
        copy_state(after, state)
        for i in range(VEHICLE_SLOTS):
            for n in range(s.NUM_CAR):
                shared[t, i, n] = after.cars[i, n]


@compiled
def _roll(
    learned: Learned, e: int, is_first: bool, future: World, state: State, after: State, kinds: Array, belief: Array,
    actions: Array, steps: int, is_shared: bool, shared: Array, p: np.record, cost: Array, first: Array,
    path: Array, is_ending: bool,
) -> float:  # fmt: skip
    """Roll out one plan with one member; returns the probability that a vehicle or object is touched."""
    targets = lateral_target(state.ego, actions[:steps, 1])
    free = np.ones(DEBRIS_SLOTS)
    going, base = 1.0, 0.0
    is_cause = _is_something_ahead(state, belief)
    # who is ahead does not answer to the ego
    is_known = is_shared | (state.cars[:, s.C_X] > state.ego[s.X] + AHEAD_M)
    for t in range(steps):
        command = decode_acceleration(actions[t, 0])
        # no car brakes harder than commands reach, and the nets were never shown it
        command = max(min(command, cruise_limit(state, targets[t:])), BRAKE_LIMIT_MPS2)
        target = targets[t]
        if is_first and t == 0:
            first[0], first[1] = command, target
        move_all(learned.transition, e, state, command, target, kinds, is_known, after)
        for i in range(VEHICLE_SLOTS):
            if is_known[i]:
                for n in range(s.NUM_CAR):
                    after.cars[i, n] = shared[t, i, n]
        _charge_contacts(learned.events, e, state, after, belief, t, command, going, p, free, cost)
        crashed, paid = _charge_collisions(learned.events, e, state, after, t, is_shared, p)
        if is_cause:
            # something ahead may be hit: braking for it is no nuisance
            future.episode_i[episode.HAS_CAUSE] = 1
        base += going * (paid + charge_decision(future, state, after, p))
        going *= 1.0 - crashed
        if is_first:
            path[t, 0], path[t, 1] = after.ego[s.X], after.ego[s.Y]
        copy_state(after, state)
    if not is_ending:
        _look_beyond(learned.events, e, state, belief, going, p, free, cost)
    cost[0, NUM_CLASSES] = base
    chance = 1.0
    for j in range(DEBRIS_SLOTS):
        chance *= free[j]
    return 1.0 - chance


@compiled
def _is_something_ahead(state: State, belief: Array) -> bool:
    """Whether an object that matters is ahead with a probability above one half."""
    for j in range(DEBRIS_SLOTS):
        if state.things[j, s.D_LIVE] > 0.0 and belief[j].sum() > 0.0 and belief[j, 0] < 0.5:
            return True
    return False


@compiled
def _charge_contacts(
    events: EventNets, e: int, state: State, after: State, belief: Array, step: int, command: float, going: float,
    p: np.record, free: Array, cost: Array,
) -> None:  # fmt: skip
    """Expected cost of contacts in the decision, by object and class; also reduces the ego's expected speed."""
    x = np.empty(ft.NUM_CONTACT_FEATURES, np.float32)
    hidden = np.empty((2, events.contact.b1.shape[1]), np.float32)
    out = np.empty(1, np.float32)
    for j in range(DEBRIS_SLOTS):
        if state.things[j, s.D_LIVE] == 0.0 or belief[j, 0] + LEAST_CONTACT > 1.0:
            continue
        if not ft.is_near_contact(state, after, j):
            continue
        _slip(events, e, state, after, j, belief[j], step, command, going, p, cost[j])
        if free[j] < LEAST_CONTACT:
            continue
        ft.contact_features(state, after, j, step, x)
        forward(events.contact, e, x, hidden, out)
        calibration = events.contact_calibration[0]
        chance = logistic(out[0] / calibration[0] + calibration[1]) * free[j]
        if chance < LEAST_CONTACT:
            continue
        lost = _charge_contact(
            events, e, state, after, j, belief[j], step, command, going * chance, p, cost[j]
        )
        free[j] -= chance
        after.ego[s.SPEED] = max(after.ego[s.SPEED] - chance * lost, 0.0)


@compiled
def _slip(
    events: EventNets, e: int, state: State, after: State, j: int, belief: Array, step: int, command: float,
    going: float, p: np.record, cost: Array,
) -> None:  # fmt: skip
    """Expected cost of losing control on object ``j`` in the decision if it is a spill, by class."""
    x = np.empty(ft.NUM_SLIP_FEATURES, np.float32)
    hidden = np.empty((2, events.slip.b1.shape[1]), np.float32)
    out = np.empty(1, np.float32)
    for c in range(1, 1 + NUM_PATCHES):
        if belief[c] >= LEAST_CLASS:
            ft.slip_features(state, after, j, c, step, command, x)
            forward(events.slip, e, x, hidden, out)
            chance = logistic(out[0])
            if chance > LEAST_SLIP:
                cost[c] += going * chance * crash_cost(state.ego[s.SPEED], p)


@compiled
def _charge_contact(
    events: EventNets, e: int, state: State, after: State, j: int, belief: Array, step: int,
    command: float, chance: float, p: np.record, cost: Array,
) -> float:  # fmt: skip
    """Expected cost of touching object ``j`` by class, in place, and the expected loss of speed, m/s."""
    x = np.empty(ft.NUM_SEVERITY_FEATURES, np.float32)
    hidden = np.empty((2, events.severity.b1.shape[1]), np.float32)
    out = np.empty(NUM_SEVERITY_OUT, np.float32)
    lost = 0.0
    for c in range(1, NUM_CLASSES):
        if belief[c] < LEAST_CLASS:
            continue
        ft.severity_features(state, after, j, c, events.contents[c], False, step, command, x)
        forward(events.severity, e, x, hidden, out)
        paid, slowed = expected_cost(
            out, events.severity_scale, events.severity_shift, state.ego[s.SPEED], p
        )
        cost[c] += chance * paid
        lost += belief[c] * slowed
    return lost


@compiled
def _look_beyond(
    events: EventNets, e: int, state: State, belief: Array, going: float, p: np.record, free: Array,
    cost: Array,
) -> None:  # fmt: skip
    """Charge objects that are still ahead when the plan ends: hit or evade, whichever is cheaper."""
    x = np.empty(ft.NUM_SEVERITY_FEATURES, np.float32)
    hidden = np.empty((2, events.severity.b1.shape[1]), np.float32)
    out = np.empty(NUM_SEVERITY_OUT, np.float32)
    ego = state.ego
    speed = max(ego[s.SPEED], CREEP_MPS)
    for j in range(DEBRIS_SLOTS):
        thing = state.things[j]
        ahead, closing = thing[s.D_X] - ego[s.X], speed - thing[s.D_VX]
        if thing[s.D_LIVE] == 0.0 or free[j] < LEAST_CONTACT or ahead <= 0.0 or closing <= 0.0:
            continue
        _, half = half_extents(thing[s.D_LENGTH], thing[s.D_WIDTH], thing[s.D_YAW])
        needed = half + 0.5 * EGO_WIDTH_M + EVADE_M - abs(thing[s.D_Y] - ego[s.Y])
        if needed <= 0.0:
            continue
        away = ahead / closing
        lateral = min(4.0 * needed / (away * away), 20.0)
        evade = evasion_cost(lateral, ego[s.GRIP], speed, p)
        for c in range(1, NUM_CLASSES):
            if belief[j, c] >= LEAST_CLASS:
                ft.severity_features(state, state, j, c, events.contents[c], False, 0, 0.0, x)
                forward(events.severity, e, x, hidden, out)
                run, _ = expected_cost(out, events.severity_scale, events.severity_shift, speed, p)
                cost[j, c] += going * free[j] * min(run, evade)


@compiled
def _charge_collisions(
    events: EventNets, e: int, state: State, after: State, step: int, is_shared: bool, p: np.record
) -> tuple[float, float]:
    """Probability and expected cost of a collision in the decision."""
    x = np.empty(ft.NUM_COLLISION_FEATURES, np.float32)
    hidden = np.empty((2, events.collision.b1.shape[1]), np.float32)
    out = np.empty(1, np.float32)
    safe, paid = 1.0, 0.0
    for i in range(VEHICLE_SLOTS):
        if state.cars[i, s.C_LIVE] == 0.0 or not ft.is_near_collision(state, after, i):
            continue
        car = state.cars[i]
        dx = car[s.C_X] - state.ego[s.X]
        reach = 0.5 * (car[s.C_LENGTH] + EGO_LENGTH_M)
        side_by_side = abs(dx) < BESIDE_SHARE * reach
        if is_shared and dx < 0.0 and not side_by_side:
            # a vehicle from behind would brake
            continue
        ft.collision_features(state, after, i, step, x)
        forward(events.collision, e, x, hidden, out)
        calibration = events.collision_calibration[0]
        chance = logistic(out[0] / calibration[0] + calibration[1])
        mass = TRUCK.mass if car[s.C_LENGTH] > TRUCK_LENGTH_M else CAR.mass
        closing = state.ego[s.SPEED] - car[s.C_VX]
        if side_by_side:
            across = state.ego[s.SPEED] * math.sin(state.ego[s.HEADING]) - car[s.C_VY]
            cost = side_swipe_cost(abs(across), CAR.mass, mass, p)
        elif dx < 0.0:
            cost = rear_collision_cost(max(-closing, 0.0), mass, CAR.mass, p)
        else:
            cost = rear_collision_cost(max(closing, 0.0), CAR.mass, mass, p)
        paid += safe * chance * cost
        safe *= 1.0 - chance
    return 1.0 - safe, paid
