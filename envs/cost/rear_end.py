"""Expected cost of braking in front of the actual follower (envs/physics/SOURCES.md 2.9)."""

from __future__ import annotations

import math

import numpy as np

from envs.cost.collision import rear_collision_cost
from envs.physics.compilation import compiled
from envs.physics.contact.geometry import CAR, TRUCK
from envs.physics.follower import (
    closing_speed,
    hit_probability,
    latest_reaction_time,
    reaction_time_given_hit,
)

NODES = (-math.sqrt(3.0), 0.0, math.sqrt(3.0))
WEIGHTS = (1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0)
"""Gauss-Hermite rule of three nodes over a normal braking strength: within 0.042 of the fine
integral."""

LEVELS = (1.0 / 6.0, 0.5, 5.0 / 6.0)
"""Levels of the reaction time among drivers who hit: the middles of three equal thirds."""

RAREST_HIT = 1e-9
"""Nodes with a smaller probability of a hit are skipped."""


@compiled
def rear_end_probability(
    gap: float, v_f: float, v0: float, v1: float, a: float, follower_is_truck: int, p: np.record
) -> float:
    """Probability that the follower hits the ego that brakes from ``v0`` to ``v1``.

    Parameters
    ----------
    gap
        Bumper to bumper at brake onset, m.
    v_f, v0, v1
        Speeds of the follower and of the ego before and after, m/s.
    a
        The ego's deceleration, m/s2.
    follower_is_truck
        0 or 1.
    """
    total = 0.0
    for j in range(3):
        b = _braking(NODES[j], follower_is_truck, p)
        total += WEIGHTS[j] * _hit(gap, v_f, v0, v1, a, b, p)
    return total


@compiled
def rear_end_cost(
    gap: float, v_f: float, v0: float, v1: float, a: float, follower_is_truck: int, p: np.record
) -> float:
    """Expected US$ of braking in front of the follower; arguments as for ``rear_end_probability``.

    Three braking strengths times three reaction times; median ratio to the fine integral: 0.94. A drop of less than
    ``charged_drop_mps`` and braking of less than ``charged_braking_mps2`` cost nothing.

    Charge a braking episode once: evaluate with the state at onset, ``a = (v0 - v)/elapsed`` and ``v1 = v``, and
    charge the increase. Charge either this or a simulated collision, never both.
    """
    if v0 - v1 < p.charged_drop_mps or a < p.charged_braking_mps2 or v_f <= v1:
        return 0.0
    mass = TRUCK.mass if follower_is_truck else CAR.mass
    total = 0.0
    for j in range(3):
        b = _braking(NODES[j], follower_is_truck, p)
        hit = _hit(gap, v_f, v0, v1, a, b, p)
        if hit < RAREST_HIT:
            continue
        crashes = 0.0
        for k in range(3):
            t = reaction_time_given_hit(hit, LEVELS[k], p.reaction_median_s, p.reaction_sigma)
            c = closing_speed(t, gap, v_f, v0, v1, a, b)
            crashes += rear_collision_cost(c, mass, CAR.mass, p)
        total += WEIGHTS[j] * hit * crashes / 3.0
    return total


@compiled
def standing_cost(lane_speed: float, arrivals: float, p: np.record) -> float:
    """Expected US$ per second of standing in a live lane, for traffic that cannot really collide.

    A driver who fails to stop arrives at half the lane's speed (envs/physics/SOURCES.md 6.1) [A, no source].
    ``lane_speed`` is that of the traffic, m/s; ``arrivals`` are vehicles per second in that lane.
    """
    return (
        arrivals
        * p.standing_probability
        * rear_collision_cost(0.5 * lane_speed, CAR.mass, CAR.mass, p)
    )


@compiled
def _braking(z: float, is_truck: int, p: np.record) -> float:
    """Follower's deceleration ``z`` standard deviations above the mean, m/s2."""
    if is_truck:
        return max(p.least_braking_mps2, p.truck_braking_mps2 + p.truck_braking_sd_mps2 * z)
    return max(p.least_braking_mps2, p.follower_braking_mps2 + p.follower_braking_sd_mps2 * z)


@compiled
def _hit(gap: float, v_f: float, v0: float, v1: float, a: float, b: float, p: np.record) -> float:
    """Probability of a hit given the follower's deceleration."""
    latest = latest_reaction_time(gap, v_f, v0, v1, a, b)
    return hit_probability(latest, p.reaction_median_s, p.reaction_sigma)
