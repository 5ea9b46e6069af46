"""Energy and momentum of many drawn contacts, in every mode: the object gains no more than the vehicle loses.

The environment variable CONTACT_DRAWS sets how many are drawn.
"""

from __future__ import annotations

import math
import os

import numpy as np
import pytest
from numba import njit

from envs.physics.contact.fate import FATE_NAMES, STAYS, object_fate
from envs.physics.contact.geometry import CAR, MODE_NAMES, TRUCK
from envs.physics.contact.outcome import contact_outcome
from envs.physics.noise import uniforms

DRAWS = int(os.environ.get("CONTACT_DRAWS", "20000"))

LAWS = (
    "energy of the front", "forward momentum", "lateral momentum", "kinetic energy", "loss of speed",
    "breakaway energy", "speed of what is carried",
)  # fmt: skip

ROUNDING = 1e-9


@njit
def between(u, low, high):
    return low + u * (high - low)


@njit
def log_between(u, low, high):
    return low * (high / low) ** u


@njit
def check(count, violations, modes, fates):
    """Draw contacts over the whole domain and count how many break each law."""
    for i in range(count):
        a, b = uniforms(7, i, 1, 1), uniforms(7, i, 2, 1)
        c, draws = uniforms(7, i, 3, 1), uniforms(7, i, 4, 1)
        anchored, is_truck = int(c[2] < 0.2), int(c[3] < 0.3)
        before = int(4.0 * ((1e4 * c[3]) % 1.0)) if c[2] > 0.8 else STAYS
        breakaway = log_between((1e4 * c[2]) % 1.0, 1e2, 1e6) if c[3] < 0.5 else 0.0
        speed = between(a[0], 0.0, 60.0) if a[0] > 0.02 else 50.0 * a[0]
        # an object in the air is met with its height plus its height above the road
        height = log_between(a[3], 0.005, 2.3)
        mass, crush = log_between(b[0], 1e-3, 3000.0), log_between(b[1], 100.0, 5e7)
        size = log_between(a[1], 0.05, 5.0), log_between(a[2], 0.05, 2.5)
        place = between(c[0], -2.5, 2.5), between(c[1], -math.pi, math.pi)
        stiffness = log_between(b[2], 1e5, 5e6)
        o = contact_outcome(
            speed, size[0], size[1], height, mass, crush, stiffness, place[0], place[1], anchored,
            breakaway, is_truck,
        )  # fmt: skip
        fate = object_fate(o, speed, height, mass, anchored, is_truck, before, draws)
        modes[o.mode] += 1
        fates[fate.fate] += 1
        m = TRUCK.mass if is_truck else CAR.mass
        dv, forward, lateral = fate.delta_v_motion, fate.forward_speed, fate.lateral_speed
        # in the frame in which the object is at rest before
        effective = m if anchored else mass * m / (mass + m)
        lost = m * dv * (speed - 0.5 * dv)
        gained = 0.5 * mass * (forward * forward + lateral * lateral)
        bound = 1.0 + ROUNDING
        violations[0] += o.crush_energy > 0.5 * effective * speed * speed * bound
        violations[1] += mass * forward > m * dv * bound
        violations[2] += mass * abs(lateral) > 0.5 * m * dv * bound
        violations[3] += gained > lost * bound
        violations[4] += max(o.delta_v, dv) > speed * bound
        violations[5] += anchored == 1 and breakaway > 0.0 and lost > breakaway * (1.0 + 1e-6)
        violations[6] += fate.fate == 3 and forward < (speed - dv) * (1.0 - ROUNDING)


def test_no_contact_creates_energy_or_momentum():
    violations, modes = np.zeros(len(LAWS), np.int64), np.zeros(len(MODE_NAMES), np.int64)
    fates = np.zeros(len(FATE_NAMES), np.int64)
    check(DRAWS, violations, modes, fates)
    assert dict(zip(LAWS, violations.tolist(), strict=True)) == dict.fromkeys(LAWS, 0)
    # every mode and every fate has been drawn
    assert modes.min() > DRAWS // 200
    assert fates.min() > DRAWS // 200
    assert modes.sum() == pytest.approx(DRAWS)
