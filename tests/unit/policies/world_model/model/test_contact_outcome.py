"""Cost of predicted outcomes: exact where it can be, convex costs are not costs of means."""

import math

import numpy as np
import pytest

from envs.cost.loss_of_control import crash_cost
from envs.cost.parameters import CostParameters
from policies.world_model.log import experience as log
from policies.world_model.model import contact_outcome as oc

P = CostParameters().to_array()[0]
SCALE, SHIFT = np.ones(oc.NUM_OUTCOMES), np.zeros(oc.NUM_OUTCOMES)
RUN_OVER, FRONTAL = 1, 3


def head(modes, means=None, log_variance=-20.0):
    """Outputs of the severity head."""
    out = np.full(oc.NUM_SEVERITY_OUT, 0.0)
    out[: oc.NUM_MODES] = np.log(np.maximum(modes, 1e-12))
    for m in range(1, oc.NUM_MODES):
        base = oc.NUM_MODES + (m - 1) * 2 * oc.NUM_OUTCOMES
        # probabilities of nothing unless said otherwise
        out[base + oc.PUNCTURE] = out[base + oc.RIM] = -5.0
        out[base + oc.NUM_OUTCOMES : base + 2 * oc.NUM_OUTCOMES] = log_variance
        for k, value in (means or {}).get(m, {}).items():
            out[base + k] = value
    return out


def test_encoding_and_decoding_are_inverse():
    contact = np.zeros((1, log.NUM_CONTACT), np.float32)
    contact[0, log.C_DELTA_V], contact[0, log.C_FRONT_USD] = 3.5, 800.0
    contact[0, log.C_YAW_RATE], contact[0, log.C_PUNCTURE] = -0.4, 0.25
    encoded = oc.encode(contact)[0]
    assert oc.decode(oc.DELTA_V, encoded[oc.DELTA_V]) == pytest.approx(3.5, rel=1e-6)
    assert oc.decode(oc.FRONT, encoded[oc.FRONT]) == pytest.approx(800.0, rel=1e-6)
    assert oc.decode(oc.YAW_RATE, encoded[oc.YAW_RATE]) == pytest.approx(0.4, rel=1e-6)
    assert oc.decode(oc.PUNCTURE, encoded[oc.PUNCTURE]) == pytest.approx(0.25, rel=1e-4)


def test_straddling_costs_nothing():
    cost, slowed = oc.expected_cost(head([1.0, 0.0, 0.0, 0.0]), SCALE, SHIFT, 30.0, P)
    assert cost == pytest.approx(0.0, abs=1e-6)
    assert slowed == pytest.approx(0.0, abs=1e-9)


def test_front_damage_is_paid_by_its_share():
    means = {FRONTAL: {oc.FRONT: math.log1p(1000.0 / oc.UNITS[oc.FRONT])}}
    cost, _ = oc.expected_cost(head([0.5, 0.0, 0.0, 0.5], means), SCALE, SHIFT, 30.0, P)
    assert cost == pytest.approx(500.0, rel=3e-3)


def test_expected_cost_is_monte_carlo_and_not_the_cost_of_the_mean():
    mean, sd = math.log1p(0.35 / oc.UNITS[oc.YAW_RATE]), 0.25
    out = head([0.0, 1.0, 0.0, 0.0], {RUN_OVER: {oc.YAW_RATE: mean}}, 2.0 * math.log(sd))
    # every other outcome stays at nothing
    base = oc.NUM_MODES
    for k in range(oc.NUM_OUTCOMES):
        if k != oc.YAW_RATE:
            out[base + oc.NUM_OUTCOMES + k] = -20.0
    cost, _ = oc.expected_cost(out, SCALE, SHIFT, 30.0, P)
    draws = np.random.default_rng(0).normal(mean, sd, 20_000)
    crash = crash_cost(30.0, P)
    sampled = np.mean(
        [oc.outcome_cost(oc.YAW_RATE, oc.decode(oc.YAW_RATE, x), 30.0, crash, P) for x in draws]
    )
    of_mean = oc.outcome_cost(oc.YAW_RATE, oc.decode(oc.YAW_RATE, mean), 30.0, crash, P)
    assert cost == pytest.approx(sampled, rel=0.15)
    assert abs(of_mean - sampled) > abs(cost - sampled)
