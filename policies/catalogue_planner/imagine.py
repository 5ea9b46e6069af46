"""Imagines every plan of every world to its end, under every hypothesis about the contents of the objects."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import TICK_S, TICKS_PER_DECISION, VEHICLE_SLOTS, column, episode, vehicle
from envs.specification.world import Array, Batch, World
from envs.world.tick import decision_cost, end_decision, is_over
from policies.catalogue_planner import debris_columns as debris
from policies.catalogue_planner.belief import Belief
from policies.catalogue_planner.contacts import _charge_patches, _look_beyond, _meet
from policies.catalogue_planner.imagined_world import charge_cutting_in, command, tick
from policies.perception.objects import TrackedObjects
from policies.planning.anchor import _copy_world

UNLIKELY: Final = 0.02
"""Probabilities below this do not make a body or a patch."""


def write_objects(objects: TrackedObjects, busy: NDArray[np.int64], belief: Belief) -> Array:
    """Object rows ``(K, J, debris.NUM_COLUMNS)`` of the worlds ``busy``; irrelevant objects have probability 0."""
    rows = objects.rows[busy]
    written = np.zeros((*rows.shape[:2], debris.NUM_COLUMNS))
    for place, values in (
        (debris.X, objects.x),
        (debris.Y, objects.y),
        (debris.Z, objects.z),
        (debris.VX, objects.vx),
        (debris.VY, objects.vy),
        (debris.VZ, objects.vz),
    ):
        written[..., place] = values[busy]
    written[..., debris.YAW] = rows[..., column.D_YAW]
    written[..., debris.LENGTH] = rows[..., column.D_LENGTH]
    written[..., debris.WIDTH] = rows[..., column.D_WIDTH]
    written[..., debris.SD_Y] = rows[..., column.D_SD_Y]
    for place, share in ((debris.BODY, belief.body), (debris.PATCH, belief.patch)):
        kept = objects.matters[busy] & (share[busy] > UNLIKELY)
        written[..., place] = np.where(kept, share[busy], 0.0)
    return written


@compiled
def imagine(
    roots: Batch,
    objects: Array,
    atoms: Array,
    weights: Array,
    actions: Array,
    wanted: Array,
    steps: Array,
    settings: Array,
    params: Array,
    future_batch: Batch,
    cost: Array,
    main: Array,
    first: Array,
    path: Array,
    met: Array,
) -> None:
    """Imagine every plan and sum up its cost.

    Parameters
    ----------
    roots
        ``(K,)`` imagined worlds as they are now; read only.
    objects
        ``(K, J, debris.NUM_COLUMNS)``; an object whose probabilities are both zero is left out.
    atoms, weights
        ``(K, J, A, hypothesis.NUM_COLUMNS)`` and ``(K, J, A)``: hypotheses about the objects.
    actions
        ``(K, C, T, 2)`` in [-1, 1].
    wanted
        ``(K, C)`` bool: which plans to imagine.
    steps
        ``(K,)`` int64: decisions to imagine, at most ``T``.
    settings
        ``(K, 2)``: share of the ego's contact cost that an object left on the road costs the follower; time from the
        end of the plan to the end of the episode, s.
    params
        ``CostParameters.to_array()``.
    future_batch
        Overwritten; room for one world.
    cost
        ``(K, C, A)`` output: US$ of a plan if the object that matters most is as its atom says; the other objects count
        with their mean.
    main
        ``(K,)`` int64 output: that object.
    first
        ``(K, C, 2)`` output: acceleration (m/s2) and lateral target (m) of the first decision, after the cruise
        control.
    path
        ``(K, C, T, 2)`` output: positions after every decision, m ahead and across the road.
    met
        ``(K, C)`` output: whether the ego is where a body may be.
    """
    p = params[0]
    num_plans, num_objects, num_atoms = actions.shape[1], objects.shape[1], atoms.shape[2]
    future = future_batch[0]
    close = np.zeros(VEHICLE_SLOTS + 1)
    done = np.zeros((num_objects, debris.NUM_DONE))
    by_object = np.zeros((num_plans, num_objects, num_atoms))
    base = np.zeros(num_plans)
    for k in range(roots.shape[0]):
        is_cause = _largest(objects[k], debris.BODY) > debris.LIKELY
        for c in range(num_plans):
            by_object[c] = 0.0
            base[c] = 0.0
            if not wanted[k, c]:
                continue
            _copy_world(roots[k], future)
            close[:] = 0.0
            done[:] = 0.0
            for t in range(steps[k]):
                base[c] += _decide(
                    future,
                    objects[k],
                    atoms[k],
                    weights[k],
                    actions[k, c, t],
                    t,
                    is_cause,
                    done,
                    close,
                    by_object[c],
                    settings[k],
                    p,
                )
                if t == 0:
                    first[k, c, 0] = future.episode_f[episode.COMMAND]
                    first[k, c, 1] = future.episode_f[episode.TARGET_Y]
                path[k, c, t, 0] = future.vehicle_f[vehicle.X, 0]
                path[k, c, t, 1] = future.vehicle_f[vehicle.Y, 0]
                if is_over(future):
                    break
            met[k, c] = _largest(done, debris.MET) > 0.0
            _charge_patches(future, objects[k], atoms[k], done, by_object[c], p)
            if steps[k] == actions.shape[2] and not is_over(future):
                _look_beyond(
                    future, objects[k], atoms[k], done, steps[k], by_object[c], settings[k], p
                )
        main[k] = _reduce(base, by_object, weights[k], cost[k])


@compiled
def _largest(rows: Array, column: int) -> float:
    """Largest value of a column of numbers >= 0."""
    largest = 0.0
    for j in range(rows.shape[0]):
        largest = max(largest, rows[j, column])
    return largest


@compiled
def _decide(
    world: World,
    objects: Array,
    atoms: Array,
    weights: Array,
    action: Array,
    step: int,
    is_cause: bool,
    done: Array,
    close: Array,
    cost: Array,
    settings: Array,
    p: np.record,
) -> float:
    """Imagine one decision of one plan; returns its cost without contacts."""
    command(world, action[0], action[1])
    y = world.vehicle_f[vehicle.Y, 0]
    for m in range(TICKS_PER_DECISION):
        tick(world, close, p)
        if is_cause:
            # something ahead may be hit: braking for it is no nuisance
            world.episode_i[episode.HAS_CAUSE] = 1
        time = (step * TICKS_PER_DECISION + m + 1) * TICK_S
        for j in range(objects.shape[0]):
            if objects[j, debris.BODY] + objects[j, debris.PATCH] > 0.0:
                _meet(world, objects[j], atoms[j], weights[j], time, done[j], cost[j], settings, p)
    charge_cutting_in(world, y, close, p)
    end_decision(world, p)
    return decision_cost(world)


@compiled
def _reduce(base: Array, by_object: Array, weights: Array, cost: Array) -> int:
    """Write costs by atom of the most relevant object, plus the means of the others; returns that object."""
    num_plans, num_objects, num_atoms = by_object.shape
    best, largest = 0, -1.0
    for j in range(num_objects):
        mean = 0.0
        for c in range(num_plans):
            for a in range(num_atoms):
                mean += weights[j, a] * by_object[c, j, a]
        if mean > largest:
            best, largest = j, mean
    for c in range(num_plans):
        rest = base[c]
        for j in range(num_objects):
            if j != best:
                for a in range(num_atoms):
                    rest += weights[j, a] * by_object[c, j, a]
        for a in range(num_atoms):
            cost[c, a] = rest + by_object[c, best, a]
    return best
