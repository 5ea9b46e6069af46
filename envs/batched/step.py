"""One decision of many worlds, and of many futures of one world, in compiled code."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from envs.batched.kernels import obstacle
from envs.batched.kernels import workspace as ws
from envs.batched.kernels.tick import initialise_caches, traffic_tick
from envs.batched.kernels.workspace import Workspace
from envs.observation import observe
from envs.physics.borrow import borrow
from envs.physics.compilation import compiled, entry
from envs.specification import (
    LANE_SPEED_LIMIT_MPS,
    TICKS_PER_DECISION,
    component,
    course,
    debris,
    episode,
    vehicle,
)
from envs.specification.world import Array, Batch, World
from envs.world.course import next_pose
from envs.world.load import state_hash
from envs.world.tick import (
    after_traffic,
    before_traffic,
    begin_decision,
    decision_cost,
    end_decision,
    is_over,
)


class Scratch(NamedTuple):
    """Scratch memory of a step; one is enough for any number of worlds."""

    work: Workspace
    obstacle_f: Array  # (obstacle.NUM_FLOATS, J)
    obstacle_i: Array  # (obstacle.NUM_INTS, J)


@compiled
def _obstacles(world: World, scratch: Scratch) -> int:
    """List the objects that traffic reacts to, as they were after the last tick; returns their number."""
    count = 0
    d, f = world.debris_f, scratch.obstacle_f
    for j in range(world.episode_i[episode.NUM_DEBRIS]):
        if world.debris_i[debris.BLOCKS_TRAFFIC, j] == 1 and world.debris_i[debris.CARRIER, j] < 0:
            f[obstacle.X, count] = d[debris.X, j]
            f[obstacle.Y, count] = d[debris.Y, j]
            f[obstacle.VX, count] = d[debris.VX, j]
            f[obstacle.VY, count] = d[debris.VY, j]
            scratch.obstacle_i[obstacle.COLLIDES, count] = 0
            count += 1
    return count


@compiled
def _store_courses(world: World, place: Array) -> None:
    """Store where vehicles on a course are after this tick in the rows of ``Workspace.floats``."""
    for k in range(1, world.episode_i[episode.NUM_VEHICLES]):
        if world.vehicle_i[vehicle.KIND, k] == vehicle.KIND_COURSE:
            pose = next_pose(world, k)
            place[ws.COURSE_X, k], place[ws.COURSE_Y, k] = pose.x, pose.y
            place[ws.COURSE_HEADING, k], place[ws.COURSE_SPEED, k] = pose.heading, pose.speed
            place[ws.COURSE_ACCELERATION, k] = pose.acceleration


@compiled
def advance_world(
    world: World, first: float, second: float, is_discrete: bool, p: np.record, scratch: Scratch
) -> None:
    """Simulate one decision of one world up to its charges, without those and without observing, in place."""
    begin_decision(world, first, second, is_discrete)
    n = world.episode_i[episode.NUM_VEHICLES]
    num_lanes = world.episode_i[episode.NUM_LANES] + world.episode_i[episode.HAS_SHOULDER]
    for _ in range(TICKS_PER_DECISION):
        before_traffic(world)
        if world.course_i[course.END, 0] > 0:
            _store_courses(world, scratch.work.floats)
        traffic_tick(
            world.vehicle_f,
            world.vehicle_i,
            n,
            scratch.obstacle_f,
            scratch.obstacle_i,
            _obstacles(world, scratch),
            num_lanes,
            world.episode_i[episode.HAS_SHOULDER],
            LANE_SPEED_LIMIT_MPS,
            scratch.work,
        )
        after_traffic(world, p)


@compiled
def _borrow_scratch(scratch: Scratch) -> Scratch:
    """The scratch memory as borrowed buffers, which compiled code passes on without counting references."""
    work = scratch.work
    return Scratch(
        Workspace(borrow(work.floats), borrow(work.ints), borrow(work.pairs)),
        borrow(scratch.obstacle_f),
        borrow(scratch.obstacle_i),
    )


@entry
def begin_worlds(batch: Batch, chosen: Array) -> None:
    """Fill the engine's caches of freshly loaded worlds, and make their first observation, in place."""
    for b in chosen:
        world = batch[b]
        n = world.episode_i[episode.NUM_VEHICLES]
        initialise_caches(world.vehicle_f, world.vehicle_i, n)
        observe(world)


@entry
def step_worlds(
    batch: Batch,
    actions: Array,
    is_discrete: bool,
    limit: float,
    params: Array,
    scratch: Scratch,
    total: Array,
    terminated: Array,
    truncated: Array,
    hashes: Array,
) -> tuple[int, int]:
    """Advance every world by one decision and observe, in place.

    Returns how many worlds ended and how many contacts there were; ``(-1, 0)`` if an action was refused.

    Parameters
    ----------
    actions
        ``(B, 2)`` float64; column 0 is an index if ``is_discrete``.
    limit
        Largest absolute value of a component; if one is larger, or not a number, nothing happens.
    params
        ``CostParameters.to_array()``.
    scratch
        Overwritten.
    total, terminated, truncated, hashes
        ``(B,)`` outputs: US$ of the decision as float64, bool, bool, state hash as int64.
    """
    p = params[0]
    for b in range(actions.shape[0]):
        # a NaN fails both comparisons
        if not (abs(actions[b, 0]) <= limit and abs(actions[b, 1]) <= limit):
            return -1, 0
    own = _borrow_scratch(scratch)
    num_ended, num_contacts = 0, 0
    for b in range(actions.shape[0]):
        world = batch[b]
        advance_world(world, actions[b, 0], actions[b, 1], is_discrete, p, own)
        end_decision(world, p)
        observe(world)
        total[b] = decision_cost(world)
        terminated[b] = is_over(world)
        truncated[b] = world.episode_i[episode.TRUNCATED] == 1
        hashes[b] = state_hash(world)
        num_contacts += world.episode_i[episode.NUM_CONTACTS]
        if terminated[b] or truncated[b]:
            num_ended += 1
    return num_ended, num_contacts


@compiled
def _copy_dynamics(source: World, target: World) -> None:
    """Copy the arrays that decide the future, without those of perception and the courses."""
    n, j = source.episode_i[episode.NUM_VEHICLES], source.episode_i[episode.NUM_DEBRIS]
    target.vehicle_f[:, :n] = source.vehicle_f[:, :n]
    target.vehicle_i[:, :n] = source.vehicle_i[:, :n]
    target.debris_f[:, :j] = source.debris_f[:, :j]
    target.debris_i[:, :j] = source.debris_i[:, :j]
    target.episode_f[:] = source.episode_f
    target.episode_i[:] = source.episode_i


@compiled
def _copy_courses(source: World, target: World) -> None:
    """Copy the courses, which never change within an episode."""
    moments = source.course_i[course.END, 0]
    target.course_i[:] = source.course_i
    target.course_f[:, :moments] = source.course_f[:, :moments]


@entry
def roll_futures(
    batch: Batch,
    chosen: Array,
    actions: Array,
    is_discrete: bool,
    noise_seeds: Array,
    params: Array,
    scratch: Scratch,
    future_batch: Batch,
    cost: Array,
    length: Array,
) -> None:
    """Roll candidate action sequences from the present state of some worlds, which stay as they are.

    Parameters
    ----------
    chosen
        ``(K,)`` int64: worlds to roll from.
    actions
        ``(K, C, H, 2)`` float64: ``C`` candidates of ``H`` decisions.
    noise_seeds
        ``(K,)`` int64: key of the noise of the futures.
    params
        ``CostParameters.to_array()``.
    scratch, future_batch
        Overwritten; the latter has room for one world.
    cost
        ``(K, C, H, NUM_COMPONENTS)`` output: US$ by decision; 0 after the end.
    length
        ``(K, C)`` output, int64: decisions until the future was terminated, or ``H``.
    """
    p = params[0]
    own = _borrow_scratch(scratch)
    future = future_batch[0]
    for k in range(chosen.shape[0]):
        world = batch[chosen[k]]
        if world.course_i[course.END, 0] + future.course_i[course.END, 0] > 0:
            _copy_courses(world, future)
        for c in range(actions.shape[1]):
            _copy_dynamics(world, future)
            future.episode_i[episode.NOISE_SEED] = noise_seeds[k]
            cost[k, c] = 0.0
            length[k, c] = actions.shape[2]
            for h in range(actions.shape[2]):
                if is_over(future):
                    length[k, c] = h
                    break
                advance_world(future, actions[k, c, h, 0], actions[k, c, h, 1], is_discrete, p, own)
                end_decision(future, p)
                for part in range(component.NUM_COMPONENTS):
                    cost[k, c, h, part] = future.cost[part]
