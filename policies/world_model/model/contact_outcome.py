"""Contact outcome as the severity head predicts it, and its known cost."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.cost.damage import underbody_damage
from envs.cost.harm import harm
from envs.cost.loss_of_control import crash_cost, yaw_loss_of_control
from envs.physics.compilation import compiled
from envs.physics.contact.outcome import FRONTAL, RUN_OVER, STRADDLE, UNDERBODY
from envs.physics.smooth import ramp
from envs.physics.tyre import control_lost_after_puncture
from envs.specification import GRAVITY_MPS2
from envs.specification.world import Array
from policies.networks.compiled import logistic
from policies.world_model.log import experience as log

MODES: Final = (STRADDLE, RUN_OVER, UNDERBODY, FRONTAL)
"""Modes of a contact; a spill counts as run over."""

NUM_MODES: Final = len(MODES)

DELTA_V, VERTICAL, YAW_RATE, UNDERBODY_FORCE, FRONT, PUNCTURE, RIM, KNOCK_ON = range(8)
NUM_OUTCOMES: Final = 8

UNITS: Final = np.array([1.0, 10.0, 0.3, 5e3, 200.0, 0.0, 0.0, 500.0])
"""Size from which an outcome counts as large: m/s, m/s2, rad/s, N, US$; 0 marks a probability [A: symlog's elbow]."""

LEAST_PROBABILITY: Final = 1e-4
"""Probabilities are learned as logits between this and one less this."""

LOGIT_UNIT: Final = 3.0

NUM_SEVERITY_OUT: Final = NUM_MODES + (NUM_MODES - 1) * 2 * NUM_OUTCOMES
"""Mode logits, then means and log variances of every mode that does something."""

NODES: Final = (0.0, math.sqrt(3.0), -math.sqrt(3.0))
SHARES: Final = (2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0)
"""Three-point Gauss-Hermite quadrature: exact for polynomials up to the fifth degree."""


def encode(contact: NDArray[np.float32]) -> NDArray[np.float64]:
    """Outcomes of logged contacts ``(N, NUM_CONTACT)`` as training targets ``(N, NUM_OUTCOMES)``, of order one."""
    raw = np.stack(
        [
            np.maximum(contact[:, log.C_DELTA_V], 0.0),
            np.maximum(contact[:, log.C_VERTICAL], 0.0),
            np.abs(contact[:, log.C_YAW_RATE]),
            np.maximum(contact[:, log.C_UNDERBODY], 0.0),
            np.maximum(contact[:, log.C_FRONT_USD], 0.0),
            contact[:, log.C_PUNCTURE],
            contact[:, log.C_RIM],
            np.maximum(contact[:, log.C_KNOCK_ON_USD], 0.0),
        ],
        axis=1,
    ).astype(np.float64)
    found = np.empty(raw.shape)
    for k, unit in enumerate(UNITS.tolist()):
        if unit > 0.0:
            found[:, k] = np.log1p(raw[:, k] / unit)
        else:
            p = np.clip(raw[:, k], LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY)
            found[:, k] = np.log(p / (1.0 - p)) / LOGIT_UNIT
    return found


@compiled
def decode(k: int, value: float) -> float:
    """Outcome ``k`` in SI units, or as a probability."""
    unit: float = UNITS[k]
    if unit > 0.0:
        return max(unit * math.expm1(min(value, 8.0)), 0.0)
    p: float = logistic(value * LOGIT_UNIT)
    return p if p > 2.0 * LEAST_PROBABILITY else 0.0


@compiled
def outcome_cost(k: int, value: float, speed: float, crash: float, p: np.record) -> float:
    """Cost of one outcome, US$.

    Parameters
    ----------
    k
        Which outcome.
    value
        In SI units, or a probability.
    speed
        Of the ego, m/s.
    crash
        What losing control costs at this speed, US$.
    p
        Record of ``CostParameters.to_array``.
    """
    # the front's damage and what happens to others are in US$ already
    usd = value
    if k == DELTA_V:
        usd = p.occupants * harm(value, p)
    elif k == VERTICAL:
        g = value / GRAVITY_MPS2
        share = ramp(g, p.jolt_threshold_g, p.jolt_width_g, p.jolt_dead_band_g)
        usd = p.occupants * p.jolt_harm_share * p.value_of_statistical_life_usd * share
    elif k == YAW_RATE:
        usd = yaw_loss_of_control(value, speed, p) * crash
    elif k == UNDERBODY_FORCE:
        usd = underbody_damage(value, p)
    elif k == PUNCTURE:
        lost = control_lost_after_puncture(value, speed, p.puncture_loss_of_control)
        usd = p.tyre_damage_usd * value + lost * crash
    elif k == RIM:
        usd = p.wheel_damage_usd * value
    return usd


@compiled
def expected_cost(
    out: Array, scale: Array, shift: Array, speed: float, p: np.record
) -> tuple[float, float]:
    """Expected cost of a contact, US$, and its loss of speed, m/s, from the head's outputs.

    Parameters
    ----------
    out
        ``(NUM_SEVERITY_OUT,)``.
    scale, shift
        ``(NUM_OUTCOMES,)`` of the targets.
    speed
        Of the ego, m/s.
    p
        Record of ``CostParameters.to_array``.
    """
    largest = -1e30
    for m in range(NUM_MODES):
        largest = max(largest, out[m])
    total = 0.0
    for m in range(NUM_MODES):
        total += math.exp(out[m] - largest)
    crash = crash_cost(speed, p)
    cost, slowed = 0.0, 0.0
    for m in range(1, NUM_MODES):
        share = math.exp(out[m] - largest) / total
        if share < 1e-3:
            continue
        base = NUM_MODES + (m - 1) * 2 * NUM_OUTCOMES
        for k in range(NUM_OUTCOMES):
            mean = out[base + k]
            spread = math.exp(0.5 * min(max(out[base + NUM_OUTCOMES + k], -9.0), 3.0))
            for q in range(3):
                value = decode(k, (mean + NODES[q] * spread) * scale[k] + shift[k])
                cost += share * SHARES[q] * outcome_cost(k, value, speed, crash, p)
                if k == DELTA_V:
                    slowed += share * SHARES[q] * value
    return cost, slowed
