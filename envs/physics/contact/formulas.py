"""The fitted formulas of one contact, output by output (envs/physics/SOURCES.md 2.2).

Constants are printed with the six digits of the golden values; the fit justifies two or three.
Powers of a quantity that is zero are skipped, not computed.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from envs.physics.compilation import compiled
from envs.physics.contact.geometry import Body, Overlap
from envs.physics.smooth import clip, logistic

ANCHORED_FACTOR, ANCHORED_RISE_M, ANCHORED_OVERLAP_M = 1.2, 0.15, 0.10
"""Rule for anchored objects (envs/physics/SOURCES.md 2.4) [A]: conservative, median error 3 m/s against
simulated contacts."""

THINNEST_M = 0.01
"""Least depth of an object along the vehicle's axis in the formula of the kicked-up object, which
divides by it."""


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
        x / (x + 0.499001),
        height_left,
        max(0.0, height - body.clearance),
        crush_pressure * min(width, 1.2) * min(length, 1.0) + 20.0,
        overlap.bumper / (overlap.bumper + 0.04) if height > body.lip else 0.0,
        wheels / (wheels + 0.04),
        overlap.floor / (overlap.floor + 0.05),
        u,
    )


@compiled
def _passing_delta_v(s: _Setting) -> float:
    """Loss of speed to the part that passes under tyres and floor, m/s (envs/physics/SOURCES.md 2.2.1)."""
    loss = 0.0
    if s.g_w > 0.0:
        loss += (
            s.g_w
            * 0.285514
            * (s.height_left / 0.1) ** 0.655547
            * s.w**-0.239549
            * (s.mass / (s.mass + 33.5321)) ** 0.447425
        )
    if s.rise > 0.0:
        loss += (
            s.g_f
            * 0.440450
            * _gap_ratio(s.rise, 0.20) ** 0.637346
            * s.w**-0.134028
            * (s.mass / (s.mass + 156.854)) ** 0.185290
            * (s.floor_crush / (s.floor_crush + 1e4)) ** 0.681479
        )
    return s.u * loss


@compiled
def _anchored_delta_v(
    body: Body, overlap: Overlap, speed: float, height: float, breakaway_energy: float
) -> float:
    """Loss of speed against an anchored object, m/s (envs/physics/SOURCES.md 2.4)."""
    share = clip((height - body.lip) / ANCHORED_RISE_M, 0.0, 1.0)
    hold = overlap.bumper / (overlap.bumper + ANCHORED_OVERLAP_M)
    loss = min(ANCHORED_FACTOR * speed * share * hold, speed)
    if breakaway_energy > 0.0:
        left = max(0.0, speed * speed - 2.0 * breakaway_energy / body.mass)
        loss = min(loss, speed - math.sqrt(left))
    return loss


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
def _yaw_rate(body: Body, overlap: Overlap, s: _Setting, yaw: float) -> float:
    """Peak yaw rate with locked steering, rad/s, >= 0 (envs/physics/SOURCES.md 2.2.6)."""
    lever = math.fabs(overlap.centre) + 0.176084 * math.fabs(math.sin(2.0 * yaw)) + 0.120333
    rate = (
        s.exchange
        * (body.mass / body.yaw_inertia)
        * s.g_b
        * lever
        * (0.469151 + 0.359799 * s.kappa)
    )
    if s.g_w > 0.0:
        one_sided = math.fabs(overlap.left - overlap.right) / (overlap.left + overlap.right + 0.02)
        rate += (
            s.u
            * one_sided
            * s.g_w
            * 0.0805860
            * (s.height_left / 0.1) ** 0.829106
            * s.w**-0.185482
            * (s.mass / (s.mass + 12.6091)) ** 0.293425
        )
    if s.rise > 0.0:
        rate += (
            s.u * lever * 0.0419962 * _gap_ratio(s.rise, 0.20) ** 0.294949 * s.exchange**0.377096
        )
    return rate


@compiled
def _fate_probabilities(
    body: Body, overlap: Overlap, s: _Setting, length: float, yaw: float
) -> tuple[float, float]:
    """P(under) and P(side | not under) of an object met by the front (envs/physics/SOURCES.md 2.2.7)."""
    log_mass, log_w = math.log(s.mass), math.log(s.w)
    above = math.log((s.height - body.lip + 0.02) / 0.1)
    under = -3.099 - 1.321 * above + 0.544 * log_mass + 0.440 * log_w
    under += -1.136 * math.log(max(length, THINNEST_M)) + 0.057 * overlap.central / overlap.span
    side = -5.913 + 6.409 * math.fabs(overlap.centre) + 1.229 * overlap.span
    side += 0.087 * log_mass - 0.866 * log_w + 1.026 * math.fabs(yaw)
    return logistic(under), logistic(side)


@compiled
def _gap_ratio(rise: float, limit: float) -> float:
    """Height above the clearance, limited, in units of 5 cm: q and q2 of the fit."""
    return (min(rise, limit) + 0.005) / 0.05
