"""Harm to people: injury curves times the value of a life (envs/physics/SOURCES.md 1.6 and 6.2)."""

from __future__ import annotations

import math

import numpy as np

from envs.physics.compilation import compiled
from envs.physics.smooth import clip, logistic

MPH_PER_MPS = 2.23694

_Levels = tuple[float, float, float, float, float, float]


def _curves(intercepts: _Levels, per_mph: _Levels) -> tuple[_Levels, _Levels, _Levels]:
    """Intercepts and slopes, in 1/(m/s), of the injury curves, and their values at delta-v 0."""
    slopes = tuple(MPH_PER_MPS * slope for slope in per_mph)
    at_rest = tuple(1.0 / (1.0 + math.exp(-intercept)) for intercept in intercepts)
    return intercepts, slopes, at_rest  # type: ignore[return-value] # six in, six out


FRONTAL = _curves(
    (-1.4930, -4.9429, -6.9774, -8.4254, -8.8355, -9.0422),
    (0.0854, 0.1425, 0.1620, 0.1586, 0.1566, 0.1571),
)
"""P(MAIS k+), k = 1..5 and fatal, frontal: NHTSA DOT HS 813 219 (Wang 2022, tables A-3, A-6, A-9)
[V]."""

REAR = _curves(
    (-1.8199, -6.1818, -8.0329, -11.8787, -12.1944, -12.1982),
    (0.0671, 0.1482, 0.1793, 0.2210, 0.2276, 0.2255),
)
"""The same for the occupants of the vehicle struck from behind."""

LIFE_FRACTIONS = (0.003, 0.047, 0.105, 0.266, 0.593, 1.0)
"""Price of MAIS 1..5 and death as a fraction of a life (US DOT [M])."""


@compiled
def harm(delta_v: float, p: np.record) -> float:
    """Expected harm to one occupant of a vehicle hit in front, US$; 0 up to ``injury_onset_mps``, and rising.

    The published curves charge $13,822 at delta-v 0: they are shifted to start at 0 there and faded in by a smoothstep
    between ``injury_onset_mps`` and ``injury_full_mps``. Neighbouring curves cross; a level whose probability would
    come out negative counts nothing.
    """
    return _expected_harm(delta_v, FRONTAL, p)


@compiled
def harm_rear(delta_v: float, p: np.record) -> float:
    """Expected harm to one occupant of a vehicle struck from behind, US$; as ``harm`` otherwise."""
    return _expected_harm(delta_v, REAR, p)


@compiled
def _expected_harm(delta_v: float, curves: tuple[_Levels, _Levels, _Levels], p: np.record) -> float:
    """Expected harm over the injury levels: each level counts with the probability that no higher one is reached."""
    if delta_v <= p.injury_onset_mps:
        return 0.0
    intercepts, slopes, at_rest = curves
    t = clip((delta_v - p.injury_onset_mps) / (p.injury_full_mps - p.injury_onset_mps), 0.0, 1.0)
    onset = t * t * (3.0 - 2.0 * t)
    total, above = 0.0, 0.0
    for k in range(5, -1, -1):
        raw = logistic(intercepts[k] + slopes[k] * delta_v)
        level = onset * (raw - at_rest[k]) / (1.0 - at_rest[k])
        total += LIFE_FRACTIONS[k] * max(0.0, level - above)
        above = level
    return p.value_of_statistical_life_usd * total
