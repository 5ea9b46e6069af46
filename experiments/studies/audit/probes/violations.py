"""Laws of physics that no future may break, counted per 1,000 imagined decisions.

Limits are those of policies/world_model/SOURCES.md 7, where they are proposed; what the twin itself does sets none of
them aside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from envs.specification import DECISION_S
from experiments.studies.audit.subjects import rollout as c
from experiments.studies.audit.subjects.rollout import Array, Course, Indices, Mask

TELEPORT_VEHICLE_M, TELEPORT_OBJECT_M = 0.5, 1.0
"""Off the path that its own speeds at both ends of a decision tell."""

SLIP_M: Final = 1.5
"""The same across the road, for vehicles: the centre of a 16 m truck that steers goes where it does not point."""

ALONG_MPS2: Final = 9.0
"""Change of speed that tyres can do; 8 is the brakes' limit, the rest is rounding by decisions."""

PENETRATION_M: Final = 0.15
"""Depth to which two vehicles are inside each other, for two decisions, without a collision."""

AT_M: Final = 0.3
"""Vehicles that come nearer have met: after it a wreck may stop or jump as it will."""

PUSHED_MPS: Final = 1.0
"""An object that nobody is near gains no more speed in one decision: wind and slopes do less."""

NEAR_M: Final = 15.0
"""A vehicle that is nearer may have moved it, by wake or by touch."""

GAINED_MPS: Final = 0.75
"""Speed that the ego gains in a decision with full throttle, and a bit: a contact gives none."""

AHEAD_M: Final = 60.0
"""An object between the ego and this far ahead is in plain reach: it does not cease to be."""


def count_violations(course: Course) -> dict[str, Array]:
    """Count every law.

    Parameters
    ----------
    course
        ``N`` futures.

    Returns
    -------
    dict
        By law, ``(N,)`` violations per 1,000 decisions of each future; not a number for futures without any.
    """
    steps = course.length.astype(np.float64)
    per_1000 = np.where(steps > 0, 1000.0 / np.maximum(steps, 1.0), np.nan)
    return {name: law(course).sum(axis=1) * per_1000 for name, law in LAWS.items()}


def _off_path(bodies: Array) -> Array:
    """Where a body is less where its speeds would have brought it, ``(N, T, ..., 2)`` m."""
    before, after = bodies[:, :-1], bodies[:, 1:]
    mean = 0.5 * (before[..., [c.VX, c.VY]] + after[..., [c.VX, c.VY]])
    moved = after[..., [c.X, c.Y]] - before[..., [c.X, c.Y]]
    found: Array = moved - mean * DECISION_S
    return found


def _jumps(bodies: Array, along_m: float, across_m: float) -> Mask:
    """Who is further off its path than this, ``(N, T, ...)``."""
    off = np.abs(_off_path(bodies))
    jumps: Mask = (off[..., 0] > along_m) | (off[..., 1] > across_m)
    return jumps


def has_met(course: Course) -> Mask:
    """``(N, T, 8)``: the vehicle has been at another, or at the ego, up to the end of the decision."""
    met = _gap(course.vehicles, course.vehicles) < AT_M
    met &= ~np.eye(met.shape[-1], dtype=np.bool_)
    at = met.any(axis=-1) | (_gap(course.vehicles, course.ego[:, :, None])[..., 0] < AT_M)
    ever: Mask = np.logical_or.accumulate(at, axis=1)[:, 1:]
    # where a dream puts two wrecks, there may be a gap between them
    return ever | course.crashed[:, None]


def _speed(bodies: Array) -> Array:
    speed: Array = np.hypot(bodies[..., c.VX], bodies[..., c.VY])
    return speed


def teleporting(course: Course) -> Indices:
    """Somebody is not where its speed brings it."""
    cars = _jumps(course.vehicles, TELEPORT_VEHICLE_M, SLIP_M) & ~has_met(course)
    things = _jumps(course.objects, TELEPORT_OBJECT_M, TELEPORT_OBJECT_M)
    things &= ~has_company(course)[:, 1:]
    ego = _jumps(course.ego, TELEPORT_VEHICLE_M, SLIP_M) & ~course.collided[:, 1:]
    found: Indices = cars.sum(axis=-1) + things.sum(axis=-1) + ego
    return found


def beyond_friction(course: Course) -> Indices:
    """A vehicle that hits nobody changes its speed faster than tyres can."""
    change = np.abs(np.diff(_speed(course.vehicles), axis=1)) / DECISION_S
    found: Indices = ((change > ALONG_MPS2) & ~has_met(course)).sum(axis=-1)
    return found


def overlapping(course: Course) -> Indices:
    """The ego is inside a vehicle for two decisions, and nothing has happened."""
    inside = _gap(course.vehicles, course.ego[:, :, None])[..., 0] < -PENETRATION_M
    twice = inside[:, 1:] & inside[:, :-1]
    found: Indices = twice.sum(axis=-1) * ~course.collided[:, 1:]
    return found


def moving_unforced(course: Course) -> Indices:
    """An object gains speed with nobody near."""
    gained = np.diff(_speed(course.objects), axis=1) > PUSHED_MPS
    found: Indices = (gained & ~has_company(course)[:, 1:] & ~course.touched[:, 1:]).sum(axis=-1)
    return found


def vanishing(course: Course) -> Indices:
    """An object in plain reach ceases to be."""
    x = course.objects[..., c.X] - course.ego[:, :, None, c.X]
    was = np.isfinite(x[:, :-1]) & (x[:, :-1] > 0.0) & (x[:, :-1] < AHEAD_M)
    goes_on = np.isfinite(course.ego[:, 1:, None, c.X])
    found: Indices = (was & goes_on & ~np.isfinite(x[:, 1:])).sum(axis=-1)
    return found


def gaining_by_contact(course: Course) -> Indices:
    """The ego is faster after it has met something."""
    gained = np.diff(_speed(course.ego), axis=1) > GAINED_MPS
    meets = np.diff(course.touched.astype(np.int64), axis=1).any(axis=-1)
    found: Indices = (gained & meets).astype(np.int64)
    return found


def changing_size(course: Course) -> Indices:
    """A body has other measures than before."""
    found = np.zeros(course.usd.shape, np.int64)
    for bodies in (course.vehicles, course.objects):
        changed = np.abs(np.diff(bodies[..., [c.LENGTH, c.WIDTH]], axis=1)) > 1e-9
        found += changed.any(axis=-1).sum(axis=-1)
    return found


def has_company(course: Course) -> Mask:
    """``(N, T + 1, 4)``: a vehicle, or the ego, is near the object."""
    objects = course.objects[..., None, [c.X, c.Y]]
    others = np.concatenate([course.vehicles, course.ego[:, :, None]], axis=2)
    away = np.linalg.norm(objects - others[:, :, None, :, [c.X, c.Y]], axis=-1)
    near: Mask = (np.nan_to_num(away, nan=np.inf) < NEAR_M).any(axis=-1)
    return near


def _gap(one: Array, other: Array) -> Array:
    """``(N, T + 1, A, B)``: how far bodies are apart, m; below 0 how deep in each other; inf where nobody is."""
    # two rectangles are apart by the largest gap along the axes of either (separating axes)
    a, b = one[:, :, :, None], other[:, :, None]
    gap = np.full(np.broadcast_shapes(a.shape[:-1], b.shape[:-1]), -np.inf)
    between = b[..., [c.X, c.Y]] - a[..., [c.X, c.Y]]
    for body in (a, b):
        for turn in (0.0, 0.5 * np.pi):
            axis = body[..., c.HEADING] + turn
            along = np.stack([np.cos(axis), np.sin(axis)], axis=-1)
            apart = np.abs((between * along).sum(axis=-1))
            gap = np.maximum(gap, apart - _reach(a, axis) - _reach(b, axis))
    found: Array = np.nan_to_num(gap, nan=np.inf)
    return found


def _reach(body: Array, axis: Array) -> Array:
    """Half of a body's extent along an axis, m."""
    turn = axis - body[..., c.HEADING]
    reach: Array = 0.5 * (
        body[..., c.LENGTH] * np.abs(np.cos(turn)) + body[..., c.WIDTH] * np.abs(np.sin(turn))
    )
    return reach


LAWS: Final[Mapping[str, Callable[[Course], Indices]]] = {
    "teleporting": teleporting,
    "beyond friction": beyond_friction,
    "overlapping": overlapping,
    "moving unforced": moving_unforced,
    "vanishing": vanishing,
    "gaining by contact": gaining_by_contact,
    "changing size": changing_size,
}
"""By name, ``(N, T)`` violations of every decision."""
