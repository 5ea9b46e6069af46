"""Contacts of a free object with a car by plain arithmetic, as envs/physics/SOURCES.md 2.1 and 2.2 print the formulas.

Shares no code with ``envs.physics``: golden values are recomputed with it.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import NamedTuple

CAR_KG, CAR_KGM2 = 1500.0, 2600.0

with Path(__file__).with_name("golden_contacts.csv").open(encoding="utf-8") as file:
    CASES = {
        int(row["case"]): {k: float(v) for k, v in row.items()} for row in csv.DictReader(file)
    }


class Pushed(NamedTuple):
    """What front, floor and tyres do to a car, and where the object goes."""

    delta_v: float
    yaw_rate: float
    energy: float
    p_under: float
    p_side: float
    exit_speed: float


def logistic(x):
    return 1.0 / (1.0 + math.exp(-x))


def overlap(low, high, left, right):
    return max(0.0, min(high, right) - max(low, left))


def pushed(c):
    """Contact of a row of ``CASES`` that touches the car."""
    v, length, width, height, m = (c[k] for k in ("speed", "length", "width", "height", "mass"))
    sigma, psi = 1e3 * c["crush_kpa"], c["yaw"]
    we = width * abs(math.cos(psi)) + length * abs(math.sin(psi))
    low, high = c["offset"] - we / 2, c["offset"] + we / 2
    o_b, o_f = overlap(low, high, -0.85, 0.85), overlap(low, high, -0.8, 0.8)
    o_l, o_r = overlap(low, high, 0.6725, 0.8775), overlap(low, high, -0.8775, -0.6725)
    y_c = (max(low, -0.85) + min(high, 0.85)) / 2
    g_b = o_b / (o_b + 0.04) if height > 0.2 else 0.0
    g_f, g_w = o_f / (o_f + 0.05), (o_l + o_r) / (o_l + o_r + 0.04)
    m_e, j0, w = m * CAR_KG / (m + CAR_KG), v * m / (m + CAR_KG), v / 20
    u = 1.0
    if height > 0.2:
        above = math.log((height - 0.199) / 0.1)
        u = logistic(
            -5.19713 - 3.73402 * above + 1.71516 * math.log(m / 20) + 4.90516 * math.log(w)
        )
    x = (sigma * width * height + 20) * length / (m_e * v**2)
    e = 0.17 + 0.25 * x / (x + 0.499001) * sigma / (sigma + 3e4)
    f_c = sigma * min(width, 0.2) * min(length, 0.25) + 20
    f_d = 3680 + 2e5 * min(height, 0.1)
    h1 = height * (0.15 + 0.85 * f_c / (f_c + 0.636636 * f_d)) / 0.1
    a_z = sigma * min(width, 1.2) * min(length, 1.0) + 20
    front = j0 * g_b * (1 + e) * (1 - u / 2)
    tyres = u * g_w * 0.285514 * h1**0.655547 * w**-0.239549 * (m / (m + 33.5321)) ** 0.447425
    floor = 0.0
    if height > 0.15:
        q = (min(height - 0.15, 0.05) + 0.005) / 0.05
        soft = (a_z / (a_z + 1e4)) ** 0.681479
        floor = u * g_f * 3.4 * (1 - 2 / 3 * g_b) * q**0.637346 * soft * j0 / (1 + j0 / 2)
    held = logistic((o_b / we - 0.45) / 0.05)
    lever = math.hypot(abs(y_c) * (0.3 + 0.7 * held) + 0.176084 * abs(math.sin(2 * psi)), 0.03)
    one_sided = abs(o_l - o_r) / (o_l + o_r + 0.02)
    by_tyre = 0.0805860 * h1**0.829106 * w**-0.185482 * (m / (m + 12.6091)) ** 0.293425
    yaw = 0.8 * (front + floor) * CAR_KG / CAR_KGM2 * lever + u * one_sided * g_w * by_tyre
    energy, p_under, p_side, leaves = 0.0, 0.0, 0.0, 0.0
    if height > 0.2:
        energy = m_e * v**2 / 2 * g_b * (1 - max(front / (j0 * g_b) - 1, 0) ** 2)
        o_c = overlap(low, high, -0.58, 0.58)
        p_under = logistic(
            -3.099 - 1.321 * math.log((height - 0.18) / 0.1) + 0.544 * math.log(m)
            + 0.44 * math.log(w) - 1.136 * math.log(length) + 0.057 * o_c / we
        )  # fmt: skip
        p_side = logistic(
            -5.913 + 6.409 * abs(y_c) + 1.229 * we + 0.087 * math.log(m)
            - 0.866 * math.log(w) + 1.026 * abs(psi)
        )  # fmt: skip
        leaves = 0.9 * min(j0 * g_b * (1 + e), front + floor) * CAR_KG / m
    elif height > 0.15 and o_f > 0:
        p_under = 1 - a_z / (a_z + 1e4) * g_f * logistic(-1.03 * math.log(m / 20))
    return Pushed(front + floor + tyres, yaw, energy, p_under, p_side, leaves)
