"""Expected cost of one contact to the vehicle that made it (envs/physics/SOURCES.md 6.1)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from envs.cost.damage import front_damage, underbody_damage, wheel_damage_probability
from envs.cost.harm import harm
from envs.cost.loss_of_control import crash_cost, yaw_loss_of_control
from envs.physics.compilation import compiled
from envs.physics.contact.outcome import MISS, STRADDLE, ContactOutcome
from envs.physics.smooth import ramp
from envs.physics.tyre import control_lost_after_puncture, puncture_probability
from envs.specification import GRAVITY_MPS2


class ContactCost(NamedTuple):
    """Expected cost of a contact by part, US$, and the probabilities behind it."""

    harm: float
    jolt: float
    front: float
    underbody: float
    tyre: float
    wheel: float
    loc_yaw: float
    loc_puncture: float
    p_puncture: float
    p_wheel: float  # of damage to rim, suspension or alignment
    p_loss_of_control: float  # by yaw or by puncture


@compiled
def contact_cost(
    outcome: ContactOutcome, speed: float, sharpness: float, p: np.record
) -> ContactCost:
    """Expected cost of a contact by parts, which ``contact_total`` adds up.

    Parameters
    ----------
    speed
        Of the vehicle over the road, m/s: it decides what losing control costs.
    sharpness
        Of the object, 0..1.
    """
    if outcome.mode == MISS or outcome.mode == STRADDLE:
        return ContactCost(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    jolt = ramp(
        outcome.vertical_acceleration / GRAVITY_MPS2,
        p.jolt_threshold_g,
        p.jolt_width_g,
        p.jolt_dead_band_g,
    )
    puncture = puncture_probability(outcome.tyre_indentation, sharpness, p.puncture_energy_j)
    wheel = wheel_damage_probability(outcome.rim_force, p)
    by_yaw = yaw_loss_of_control(outcome.yaw_rate, speed, p)
    by_puncture = control_lost_after_puncture(puncture, speed, p.puncture_loss_of_control)
    crash = crash_cost(speed, p)
    return ContactCost(
        p.occupants * harm(outcome.delta_v, p),
        p.occupants * p.jolt_harm_share * p.value_of_statistical_life_usd * jolt,
        front_damage(outcome.crush_energy, p),
        underbody_damage(outcome.underbody_force, p),
        p.tyre_damage_usd * puncture,
        p.wheel_damage_usd * wheel,
        by_yaw * crash,
        by_puncture * crash,
        puncture,
        wheel,
        1.0 - (1.0 - by_yaw) * (1.0 - by_puncture),
    )


@compiled
def contact_total(cost: ContactCost) -> float:
    """Sum of the parts of a contact's cost, US$."""
    vehicle = cost.front + cost.underbody + cost.tyre + cost.wheel
    return cost.harm + cost.jolt + vehicle + cost.loc_yaw + cost.loc_puncture
