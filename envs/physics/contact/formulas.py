"""Fitted formulas of one contact: shared quantities, tyres, jolt, forces (envs/physics/SOURCES.md 2.2).

Constants are printed with the six digits of the golden values; the fit justifies two or three.
Powers of a quantity that is zero are skipped, not computed.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from envs.physics.compilation import compiled
from envs.physics.contact.geometry import Body, Overlap
from envs.physics.smooth import clip, logistic

THINNEST_M = 0.01
"""Least depth of an object along the vehicle's axis in the formula of the kicked-up object, which
divides by it."""

SOFT_RESTITUTION, HARD_RESTITUTION, YIELD_PA = 0.17, 0.25, 3e4
"""Restitution at the front: of what is crushed, the most that a hard object adds, and the crush pressure that adds
half of it (envs/physics/SOURCES.md 2.2.1)."""


class _Setting(NamedTuple):
    """Quantities that several formulas of one contact share (envs/physics/SOURCES.md 2.2)."""

    speed: float
    mass: float
    height: float
    stiffness: float
    w: float
    exchange: float
    effective_mass: float
    kappa: float
    restitution: float
    height_left: float
    rise: float
    floor_crush: float
    g_b: float
    g_w: float
    g_f: float
    u: float


@compiled
def _setting(
    body: Body,
    overlap: Overlap,
    speed: float,
    length: float,
    width: float,
    height: float,
    mass: float,
    crush_pressure: float,
    stiffness: float,
) -> _Setting:
    """Shared quantities of one contact, envs/physics/SOURCES.md 2.1 and 2.2."""
    w = speed / 20.0
    exchange = speed * mass / (mass + body.mass)
    effective_mass = mass * body.mass / (mass + body.mass)
    x = (crush_pressure * width * height + 20.0) * length / (effective_mass * speed * speed)
    kappa = x / (x + 0.499001)
    tyre_crush = crush_pressure * min(width, 0.2) * min(length, 0.25) + 20.0
    wheel_force = 3680.0 + 2e5 * min(height, 0.1)
    height_left = height * (0.15 + 0.85 * tyre_crush / (tyre_crush + 0.636636 * wheel_force))
    u = 1.0
    if height > body.lip:
        above = math.log((height - body.lip + 0.001) / 0.1)
        u = logistic(
            -5.19713 - 3.73402 * above + 1.71516 * math.log(mass / 20.0) + 4.90516 * math.log(w)
        )
    wheels = overlap.left + overlap.right
    return _Setting(
        speed,
        mass,
        height,
        stiffness,
        w,
        exchange,
        effective_mass,
        kappa,
        SOFT_RESTITUTION + HARD_RESTITUTION * kappa * crush_pressure / (crush_pressure + YIELD_PA),
        height_left,
        max(0.0, height - body.clearance),
        crush_pressure * min(width, 1.2) * min(length, 1.0) + 20.0,
        overlap.bumper / (overlap.bumper + 0.04) if height > body.lip else 0.0,
        wheels / (wheels + 0.04),
        overlap.floor / (overlap.floor + 0.05),
        u,
    )


@compiled
def _tyre_delta_v(s: _Setting) -> float:
    """Loss of speed to the part that passes under the tyres, m/s (envs/physics/SOURCES.md 2.2.1)."""
    if s.g_w <= 0.0:
        return 0.0
    height = (s.height_left / 0.1) ** 0.655547
    mass = (s.mass / (s.mass + 33.5321)) ** 0.447425
    return s.u * s.g_w * 0.285514 * height * s.w**-0.239549 * mass


@compiled
def _vertical_acceleration(s: _Setting) -> float:
    """Peak upward acceleration of the sprung mass, m/s2 (envs/physics/SOURCES.md 2.2.2)."""
    total = 0.0
    if s.g_w > 0.0:
        step = 1.0 + math.exp(clip((s.height_left - 0.085) / 0.015, -30.0, 30.0))
        total += (
            s.u
            * s.g_w
            * 9.96649
            * (s.height_left / 0.1) ** 0.549624
            * s.w**0.279826
            * (s.mass / (s.mass + 46.4089)) ** 0.147487
            * step**0.123867
            * (s.stiffness / (s.stiffness + 2e5)) ** 1.61635
        )
    if s.rise > 0.0:
        total += (
            s.u
            * s.g_f
            * 68.6366
            * _gap_ratio(s.rise, 0.20) ** 0.170614
            * s.w**0.591800
            * (s.mass / (s.mass + 20851.5)) ** 0.203984
            * (s.floor_crush / (s.floor_crush + 1e4)) ** 0.739000
            * (s.stiffness / (s.stiffness + 8e5)) ** 0.945362
        )
    if s.g_b > 0.0:
        total += (
            s.g_b * 7.33534 * s.exchange**0.639582 * s.w**0.0543056 * math.exp(0.327740 * s.kappa)
        )
    return total


@compiled
def _underbody_force(s: _Setting, depth: float) -> float:
    """Peak force on the floor, N (envs/physics/SOURCES.md 2.2.3), capped by the impact bound of 2.2.8."""
    force = 0.0
    if s.rise > 0.0:
        force += (
            s.u
            * s.g_f
            * 39696.9
            * _gap_ratio(s.rise, 0.25) ** 0.182766
            * s.w**0.487766
            * (s.mass / (s.mass + 42.1967)) ** 0.456190
            * (s.floor_crush / (s.floor_crush + 1207.07)) ** -0.273128
            * (s.stiffness / (s.stiffness + 8e5)) ** -0.0578722
        )
    if s.g_w > 0.0:
        force += (
            s.u
            * s.g_w
            * s.g_f
            * 1853.16
            * (s.height_left / 0.1) ** 0.608284
            * s.w**1.93790
            * (max(depth, THINNEST_M) / 0.4) ** -0.904055
        )
    series = s.stiffness * 8e5 / (s.stiffness + 8e5)
    return min(force, s.speed * math.sqrt(series * s.effective_mass) + s.floor_crush)


@compiled
def _contact_indentation(s: _Setting) -> float:
    """Approach of tyre and object surfaces, m (envs/physics/SOURCES.md 2.2.4)."""
    if s.g_w <= 0.0:
        return 0.0
    soft = (s.stiffness / (s.stiffness + 2e5)) ** -0.759590
    depth = 0.0239202 + 1.09231 * s.height_left * s.w**1.10144 * s.mass / (s.mass + 1.59464) * soft
    return s.u * s.g_w * min(depth, 0.13)


@compiled
def _rim_force(s: _Setting) -> float:
    """Peak force on the rim, N (envs/physics/SOURCES.md 2.2.5): about 534 kN/m of step height above 58 mm."""
    if s.g_w <= 0.0:
        return 0.0
    step = s.height_left * (s.mass / (s.mass + 8.50060)) ** 0.661518
    load = math.log(1.0 + math.exp(clip((step - 0.0581134) / 0.00113863, -30.0, 30.0)))
    stiff = (s.stiffness / (s.stiffness + 2e5)) ** 0.174769
    return s.u * s.g_w * 607.530 * load * s.w**1.32199 * stiff


@compiled
def _gap_ratio(rise: float, limit: float) -> float:
    """Height above the clearance, limited, in units of 5 cm: q and q2 of the fit."""
    return (min(rise, limit) + 0.005) / 0.05
