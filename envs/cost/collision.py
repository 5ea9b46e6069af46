"""Cost of a collision between two vehicles (envs/physics/SOURCES.md 6.1)."""

from __future__ import annotations

import numpy as np

from envs.cost.harm import harm, harm_rear
from envs.physics.compilation import compiled


@compiled
def rear_collision_cost(
    closing_speed: float, striking_mass: float, struck_mass: float, p: np.record
) -> float:
    """Expected US$ when one vehicle runs into the rear of another.

    Parameters
    ----------
    closing_speed
        m/s, >= 0.
    striking_mass, struck_mass
        kg, > 0.
    p
        Record of ``CostParameters.to_array``.

    Returns
    -------
    float
        Harm in the striking vehicle by the frontal curve, in the struck one by the rear curve, and
        property.
    """
    share = striking_mass / (striking_mass + struck_mass)
    people = harm((1.0 - share) * closing_speed, p) + harm_rear(share * closing_speed, p)
    return p.occupants * people + p.rear_end_property_usd


@compiled
def side_swipe_cost(closing_speed: float, mass_a: float, mass_b: float, p: np.record) -> float:
    """Expected US$ when two vehicles touch side by side.

    Parameters
    ----------
    closing_speed
        Lateral, m/s, >= 0.
    mass_a, mass_b
        kg, > 0.
    p
        Record of ``CostParameters.to_array``.

    Returns
    -------
    float
        Harm on both sides by the frontal curve, as there is none for grazing contact [A], and
        property.
    """
    share = mass_a / (mass_a + mass_b)
    people = harm((1.0 - share) * closing_speed, p) + harm(share * closing_speed, p)
    return p.occupants * people + p.side_swipe_property_usd


@compiled
def unsimulated_lane_change_cost(p: np.record) -> float:
    """Expected US$ of an unplanned lane change among traffic that is not simulated [A]."""
    crash = p.occupants * harm(p.side_swipe_delta_v_mps, p) + p.side_swipe_property_usd
    return p.lane_change_usd + p.side_swipe_probability * crash
