"""Cost of a collision between two vehicles (envs/physics/SOURCES.md 6.1)."""

from __future__ import annotations

import numpy as np

from envs.cost.harm import harm, harm_rear
from envs.physics.compilation import compiled


@compiled
def rear_collision_cost(
    closing_speed: float, striking_mass: float, struck_mass: float, p: np.record
) -> float:
    """Expected US$ when one vehicle runs into the rear of another: harm in both, and property.

    The striking vehicle's people are harmed by the frontal curve, those of the struck one by the rear curve.
    ``closing_speed`` is in m/s, >= 0; masses in kg.
    """
    share = striking_mass / (striking_mass + struck_mass)
    people = harm((1.0 - share) * closing_speed, p) + harm_rear(share * closing_speed, p)
    return p.occupants * people + p.rear_end_property_usd


@compiled
def side_swipe_cost(closing_speed: float, mass_a: float, mass_b: float, p: np.record) -> float:
    """Expected US$ when two vehicles touch side by side: harm in both, and property.

    Harm is by the frontal curve on both sides, as there is none for grazing contact [A]. ``closing_speed`` is lateral,
    m/s, >= 0; masses in kg.
    """
    share = mass_a / (mass_a + mass_b)
    people = harm((1.0 - share) * closing_speed, p) + harm(share * closing_speed, p)
    return p.occupants * people + p.side_swipe_property_usd


@compiled
def unsimulated_lane_change_cost(p: np.record) -> float:
    """Expected US$ of an unplanned lane change among traffic that is not simulated [A]."""
    crash = p.occupants * harm(p.side_swipe_delta_v_mps, p) + p.side_swipe_property_usd
    return p.lane_change_usd + p.side_swipe_probability * crash
