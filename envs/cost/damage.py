"""Damage to the car by one contact, expected US$: front, underbody, wheel (envs/physics/SOURCES.md 6.1)."""

from __future__ import annotations

import math

import numpy as np

from envs.physics.compilation import compiled
from envs.physics.smooth import logistic


@compiled
def front_damage(crush_energy: float, p: np.record) -> float:
    """Damage to bumper, radiator and structure by ``crush_energy`` (J, >= 0) dissipated at the front, US$.

    Scale: 20 kJ (a deer) $4.6k; 0.3 kJ (an empty box) $88.
    """
    minor = p.front_damage_usd * -math.expm1(-crush_energy / p.front_energy_j)
    middle = p.structure_energy_j / p.structure_width_j
    broken = logistic(crush_energy / p.structure_width_j - middle) - logistic(-middle)
    return minor + p.structure_damage_usd * max(0.0, broken)


@compiled
def underbody_damage(force: float, p: np.record) -> float:
    """Damage to floor, exhaust and tank by a peak ``force`` in N, US$."""
    excess = (force - p.underbody_free_n) / p.underbody_force_n
    if excess <= 0.0:
        return 0.0
    return p.underbody_damage_usd * -math.expm1(-(excess**p.underbody_exponent))


@compiled
def wheel_damage_probability(rim_force: float, p: np.record) -> float:
    """Probability that rim, suspension or alignment suffers from a peak ``rim_force`` in N."""
    middle = p.rim_force_n / p.rim_force_width_n
    return max(0.0, logistic(rim_force / p.rim_force_width_n - middle) - logistic(-middle))
