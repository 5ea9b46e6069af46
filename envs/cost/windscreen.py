"""Expected cost of a thrown object for the windscreen of a follower (envs/physics/SOURCES.md 6.1)."""

from __future__ import annotations

import math

import numpy as np

from envs.physics.compilation import compiled


@compiled
def windscreen_cost(
    p_rises: float, mass: float, relative_speed: float, gap: float, p: np.record
) -> float:
    """Expected US$ of an object that a contact may throw at the vehicle behind.

    A new windscreen if the glass breaks, and harm by penetration if the object is heavy and fast enough. Ours [A]: the
    glass holds up to ``windscreen_energy_j`` and then breaks with ``1 - exp(-excess/that energy)``; otherwise every
    paper bag would be charged for glass. A penetration injures one occupant at MAIS 2.

    Parameters
    ----------
    p_rises
        Probability that the object's centre rises above 1 m: ``Fate.p_rises``.
    mass
        Of the object, kg.
    relative_speed
        Follower's speed less that of the object, m/s.
    gap
        From the object to the follower's front, m; negative or beyond ``windscreen_range_m`` costs nothing.
    """
    if gap < 0.0 or gap > p.windscreen_range_m or relative_speed <= 0.0:
        return 0.0
    excess = 0.5 * mass * relative_speed * relative_speed / p.windscreen_energy_j - 1.0
    if excess <= 0.0:
        return 0.0
    cost = p.windscreen_usd * -math.expm1(-excess)
    if mass > p.penetration_mass_kg and relative_speed > p.penetration_speed_mps:
        injury = p.penetration_harm_share * p.value_of_statistical_life_usd
        cost += p.penetration_probability * injury
    return p_rises * p.windscreen_probability * cost
