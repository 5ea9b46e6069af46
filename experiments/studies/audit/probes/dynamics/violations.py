"""Probe of physical laws that no future may break, counted per 1,000 imagined decisions.

Limits are those proposed in policies/world_model/SOURCES.md 7; the twin must meet them, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from envs.specification import DECISION_S
from experiments.studies.audit.scenes import bodies as c
from experiments.studies.audit.scenes.bodies import Array, Indices, Mask
from experiments.studies.audit.subjects.rollout import Futures

TELEPORT_VEHICLE_M, TELEPORT_OBJECT_M = 0.5, 1.0
"""Distance from the path that a body's own speeds at both ends of a decision predict."""

SLIP_M: Final = 1.5
"""The same across the road, for vehicles: the centre of a 16 m truck that steers goes where it does not point."""

ALONG_MPS2: Final = 9.0
"""Change of speed that tyres can do; 8 is the brakes' limit, the rest is rounding by decisions."""

PENETRATION_M: Final = 0.15
"""Depth to which two vehicles are inside each other, for two decisions, without a collision."""

AT_M: Final = 0.3
"""Vehicles that come nearer have collided: afterwards a crashed vehicle may stop or jump."""

PUSHED_MPS: Final = 1.0
"""Speed that an object gains in one decision with no vehicle near: wind and slopes do less."""

NEAR_M: Final = 15.0
"""Distance within which a vehicle may have moved an object, by wake or by touch."""

GAINED_MPS: Final = 0.75
"""Speed that the ego gains in a decision with full throttle, with a margin: a contact gives none."""

AHEAD_M: Final = 60.0
"""An object between the ego and this far ahead does not vanish."""


def count_violations(futures: Futures) -> dict[str, Array]:
    """Violations per 1,000 decisions of each future, ``(N,)`` by law; NaN for futures without any decision."""
    steps = futures.length.astype(np.float64)
    per_1000 = np.where(steps > 0, 1000.0 / np.maximum(steps, 1.0), np.nan)
    return {name: law(futures).sum(axis=1) * per_1000 for name, law in LAWS.items()}


def _off_path(bodies: Array) -> Array:
    """Difference between a body's position and the one predicted from its speeds, ``(N, T, ..., 2)`` m."""
    before, after = bodies[:, :-1], bodies[:, 1:]
    mean = 0.5 * (before[..., [c.VX, c.VY]] + after[..., [c.VX, c.VY]])
    moved = after[..., [c.X, c.Y]] - before[..., [c.X, c.Y]]
    found: Array = moved - mean * DECISION_S
    return found


def _jumps(bodies: Array, along_m: float, across_m: float) -> Mask:
    """Whether a body is further off its predicted position than a limit, ``(N, T, ...)``."""
    off = np.abs(_off_path(bodies))
    jumps: Mask = (off[..., 0] > along_m) | (off[..., 1] > across_m)
    return jumps


def has_met(futures: Futures) -> Mask:
    """Whether a vehicle has touched another one, or the ego, until the end of the decision, ``(N, T, 8)``."""
    met = _gap(futures.vehicles, futures.vehicles) < AT_M
    met &= ~np.eye(met.shape[-1], dtype=np.bool_)
    at = met.any(axis=-1) | (_gap(futures.vehicles, futures.ego[:, :, None])[..., 0] < AT_M)
    ever: Mask = np.logical_or.accumulate(at, axis=1)[:, 1:]
    # a dream may leave a gap between two crashed vehicles
    return ever | futures.crashed[:, None]


def _speed(bodies: Array) -> Array:
    speed: Array = np.hypot(bodies[..., c.VX], bodies[..., c.VY])
    return speed


def teleporting(futures: Futures) -> Indices:
    """Law: a body is not where its speed brings it."""
    vehicles = _jumps(futures.vehicles, TELEPORT_VEHICLE_M, SLIP_M) & ~has_met(futures)
    objects = _jumps(futures.objects, TELEPORT_OBJECT_M, TELEPORT_OBJECT_M)
    objects &= ~has_company(futures)[:, 1:]
    ego = _jumps(futures.ego, TELEPORT_VEHICLE_M, SLIP_M) & ~futures.collided[:, 1:]
    found: Indices = vehicles.sum(axis=-1) + objects.sum(axis=-1) + ego
    return found


def beyond_friction(futures: Futures) -> Indices:
    """Law: a vehicle without a contact changes its speed faster than tyres can."""
    change = np.abs(np.diff(_speed(futures.vehicles), axis=1)) / DECISION_S
    found: Indices = ((change > ALONG_MPS2) & ~has_met(futures)).sum(axis=-1)
    return found


def overlapping(futures: Futures) -> Indices:
    """Law: the ego overlaps a vehicle for two decisions without a collision."""
    inside = _gap(futures.vehicles, futures.ego[:, :, None])[..., 0] < -PENETRATION_M
    twice = inside[:, 1:] & inside[:, :-1]
    found: Indices = twice.sum(axis=-1) * ~futures.collided[:, 1:]
    return found


def moving_unforced(futures: Futures) -> Indices:
    """Law: an object gains speed with no vehicle near."""
    gained = np.diff(_speed(futures.objects), axis=1) > PUSHED_MPS
    found: Indices = (gained & ~has_company(futures)[:, 1:] & ~futures.touched[:, 1:]).sum(axis=-1)
    return found


def vanishing(futures: Futures) -> Indices:
    """Law: an object shortly ahead of the ego vanishes."""
    x = futures.objects[..., c.X] - futures.ego[:, :, None, c.X]
    was = np.isfinite(x[:, :-1]) & (x[:, :-1] > 0.0) & (x[:, :-1] < AHEAD_M)
    goes_on = np.isfinite(futures.ego[:, 1:, None, c.X])
    found: Indices = (was & goes_on & ~np.isfinite(x[:, 1:])).sum(axis=-1)
    return found


def gaining_by_contact(futures: Futures) -> Indices:
    """Law: the ego is faster after a contact."""
    gained = np.diff(_speed(futures.ego), axis=1) > GAINED_MPS
    meets = np.diff(futures.touched.astype(np.int64), axis=1).any(axis=-1)
    found: Indices = (gained & meets).astype(np.int64)
    return found


def changing_size(futures: Futures) -> Indices:
    """Law: a vehicle changes its length or width, or an object the lengths of its three sides."""
    found = np.zeros(futures.usd.shape, np.int64)
    # an object that tips over stands on another face: the same sides in another order
    sides = np.sort(futures.objects[..., [c.LENGTH, c.WIDTH, c.HEIGHT]], axis=-1)
    for size in (futures.vehicles[..., [c.LENGTH, c.WIDTH]], sides):
        changed = np.abs(np.diff(size, axis=1)) > 1e-9
        found += changed.any(axis=-1).sum(axis=-1)
    return found


def has_company(futures: Futures) -> Mask:
    """Whether a vehicle, or the ego, is near the object, ``(N, T + 1, 4)``."""
    objects = futures.objects[..., None, [c.X, c.Y]]
    others = np.concatenate([futures.vehicles, futures.ego[:, :, None]], axis=2)
    away = np.linalg.norm(objects - others[:, :, None, :, [c.X, c.Y]], axis=-1)
    near: Mask = (np.nan_to_num(away, nan=np.inf) < NEAR_M).any(axis=-1)
    return near


def _gap(one: Array, other: Array) -> Array:
    """Distance between bodies, ``(N, T + 1, A, B)`` m; negative where they overlap, inf for free slots."""
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


LAWS: Final[Mapping[str, Callable[[Futures], Indices]]] = {
    "teleporting": teleporting,
    "beyond friction": beyond_friction,
    "overlapping": overlapping,
    "moving unforced": moving_unforced,
    "vanishing": vanishing,
    "gaining by contact": gaining_by_contact,
    "changing size": changing_size,
}
"""Laws by name: functions that return ``(N, T)`` violations of every decision."""
