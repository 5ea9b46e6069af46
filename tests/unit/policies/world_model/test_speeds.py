"""What is remembered of vehicles: the same vehicle's last speed, and how hard it has ever slowed."""

import numpy as np
import pytest

from envs.specification import column
from policies.world_model.speeds import HARSHEST, IS_KNOWN, LAST, LIMIT_MPS2, Speeds

NEW, OLD = np.ones(1, np.bool_), np.zeros(1, np.bool_)


def see(speed, identity=7.0, age=0.0):
    rows = np.zeros((1, 8, column.NUM_VEHICLE), np.float32)
    rows[0, 2, column.V_TRACKED], rows[0, 2, column.V_IDENTITY] = 1.0, identity
    rows[0, 2, column.V_VX], rows[0, 2, column.V_AGE_SINCE_SEEN] = speed, age
    return rows


def test_a_crash_is_never_forgotten():
    memory = Speeds(1)
    first = memory.note(see(30.0), NEW)[0, 2]
    assert first.tolist() == [0.0, 0.0, 0.0]
    struck = memory.note(see(26.0), OLD)[0, 2]
    assert struck.tolist() == [30.0, 1.0, 20.0]
    # 4 m/s in a decision is 20 m/s2; slower losses and gains afterwards change nothing
    for speed in (24.0, 24.0, 25.0):
        assert memory.note(see(speed), OLD)[0, 2, HARSHEST] == pytest.approx(20.0)
    assert memory.note(see(3.0), OLD)[0, 2, HARSHEST] == LIMIT_MPS2


def test_somebody_else_in_the_slot_has_no_past():
    memory = Speeds(1)
    memory.note(see(30.0), NEW)
    memory.note(see(26.0), OLD)
    assert memory.note(see(26.0, identity=8.0), OLD)[0, 2].tolist() == [0.0, 0.0, 0.0]
    memory.note(see(20.0, identity=8.0), OLD)
    assert memory.note(see(20.0, identity=8.0), NEW)[0, 2].tolist() == [0.0, 0.0, 0.0]


def test_what_was_hidden_is_no_measurement():
    memory = Speeds(1)
    memory.note(see(30.0), NEW)
    # hidden for a decision: its speed is the old one
    hidden = memory.note(see(30.0, age=0.2), OLD)[0, 2]
    assert (hidden[LAST], hidden[IS_KNOWN]) == (30.0, 1.0)
    again = memory.note(see(20.0), OLD)[0, 2]
    assert (again[IS_KNOWN], again[HARSHEST]) == (0.0, 0.0)


def test_worlds_are_overwritten_one_by_one():
    memory, other = Speeds(2), Speeds(1)
    both = np.concatenate([see(30.0), see(10.0)])
    memory.note(both, np.ones(2, np.bool_))
    other.note(see(50.0), NEW)
    memory.put(np.array([1]), other)
    found = memory.note(both, np.zeros(2, np.bool_))
    assert found[:, 2, LAST].tolist() == [30.0, 50.0]
