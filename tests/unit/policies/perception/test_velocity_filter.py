"""What is made of measured speeds: a filtered acceleration, and how hard a vehicle has ever slowed."""

import numpy as np
import pytest

from envs.sensing.measure import SPEED_DECISION_SHARE
from envs.specification import DECISION_S, column
from policies.perception.velocity_filter import (
    ACCELERATION,
    HARSHEST,
    LIMIT_MPS2,
    VelocityFilter,
)

NEW, OLD = np.ones(1, np.bool_), np.zeros(1, np.bool_)
SLOT = 2


def see(speed, identity=7.0, age=0.0, sd=0.25):
    rows = np.zeros((1, 8, column.NUM_VEHICLE), np.float32)
    rows[0, SLOT, column.V_TRACKED], rows[0, SLOT, column.V_IDENTITY] = 1.0, identity
    rows[0, SLOT, column.V_VX], rows[0, SLOT, column.V_AGE_SINCE_SEEN] = speed, age
    rows[0, SLOT, column.V_SD_V] = sd
    return rows


def follow(speeds, **changes):
    """What is known after every speed of one vehicle, ``(T, NUM_SPEEDS)``."""
    memory = VelocityFilter(1)
    found = [memory.note(see(v, **changes), NEW if k == 0 else OLD) for k, v in enumerate(speeds)]
    return np.stack(found)[:, 0, SLOT]


def test_a_steady_deceleration_is_found_within_a_second():
    found = follow(30.0 - 2.0 * DECISION_S * np.arange(12))[:, ACCELERATION]
    assert found[0] == 0.0
    assert found[4:] == pytest.approx(-2.0, abs=0.05)


def test_one_step_of_kalmans_formulas():
    # predicted over a decision from variances of the measured speed and of an unknown acceleration
    variance = (SPEED_DECISION_SHARE * 0.25) ** 2
    found = follow([20.0, 20.2])[1]
    vv, va = variance + DECISION_S**2 * 1.5**2, DECISION_S * 1.5**2
    assert found[ACCELERATION] == pytest.approx(va / (vv + variance) * 0.2, rel=1e-4)


def test_errors_of_measured_speeds_do_not_pass_for_accelerations():
    random = np.random.default_rng(0)
    sd = 0.6
    errors = SPEED_DECISION_SHARE * sd * random.normal(size=(300, 20))
    found = np.stack([follow(25.0 + one, sd=sd)[10:, ACCELERATION] for one in errors])
    naive = np.diff(errors, axis=1)[:, 10:] / DECISION_S
    assert naive.std() > 2.0
    assert found.std() < 0.5
    # of 3,000 errors none is taken for a crash
    assert found.min() > -4.0


def test_a_crash_is_found_at_once_and_never_forgotten():
    found = follow([30.0, 30.0, 30.0, 26.0, 22.0, 21.0, 21.0])
    assert found[2, HARSHEST] == pytest.approx(0.0, abs=1e-6)
    # 4 m/s in a decision is 20 m/s2
    assert found[3, ACCELERATION] == pytest.approx(-20.0, rel=0.1)
    assert (found[3:, HARSHEST] > 18.0).all()
    assert (np.diff(found[:, HARSHEST]) >= 0.0).all()
    assert follow([30.0, 30.0, 3.0])[-1, HARSHEST] == LIMIT_MPS2


def test_somebody_else_in_the_slot_has_no_past():
    memory = VelocityFilter(1)
    memory.note(see(30.0), NEW)
    memory.note(see(20.0), OLD)
    assert memory.note(see(20.0, identity=8.0), OLD)[0, SLOT].tolist() == [0.0, 0.0]
    memory.note(see(10.0, identity=8.0), OLD)
    assert memory.note(see(10.0, identity=8.0), NEW)[0, SLOT].tolist() == [0.0, 0.0]


def test_what_was_hidden_is_no_measurement():
    memory = VelocityFilter(1)
    for speed in (30.0, 29.0, 28.0):
        seen = memory.note(see(speed), NEW if speed == 30.0 else OLD)[0, SLOT]
    assert seen[ACCELERATION] < -3.0
    hidden = memory.note(see(28.0, age=DECISION_S), OLD)[0, SLOT]
    assert hidden[ACCELERATION] == 0.0
    again = memory.note(see(18.0), OLD)[0, SLOT]
    assert again[ACCELERATION] == 0.0
    assert again[HARSHEST] == hidden[HARSHEST] == pytest.approx(-seen[ACCELERATION])


def test_worlds_are_overwritten_one_by_one():
    memory, other = VelocityFilter(2), VelocityFilter(1)
    both = np.concatenate([see(30.0), see(10.0)])
    memory.note(both, np.ones(2, np.bool_))
    other.note(see(50.0), NEW)
    memory.put(np.array([1]), other)
    faster = np.concatenate([see(30.1), see(50.1)])
    found = memory.note(faster, np.zeros(2, np.bool_))[:, SLOT, ACCELERATION]
    assert found[0] == pytest.approx(found[1], rel=1e-4)
    assert found[0] > 0.0
