"""Formulas of an object that front or floor push: loss of speed, energy, yaw, fate (envs/physics/SOURCES.md 2.2)."""

from __future__ import annotations

import math

from envs.physics.compilation import compiled
from envs.physics.contact.formulas import THINNEST_M, _gap_ratio, _Setting, _tyre_delta_v
from envs.physics.contact.geometry import UNDERBODY, Body, Overlap
from envs.physics.smooth import clip, logistic

ANCHORED_FACTOR, ANCHORED_RISE_M, ANCHORED_OVERLAP_M = 1.2, 0.15, 0.10
"""Rule for anchored objects (envs/physics/SOURCES.md 2.4) [A]: conservative, median error 3 m/s against
simulated contacts."""

WEDGE, WEDGE_GAP_M, WEDGE_LIMIT_MPS, WEDGE_BEHIND_FRONT = 3.4, 0.05, 2.0, 1.0 / 3.0
"""Loss of speed to an object under the floor, in units of J0 at 5 cm above the clearance; it grows no more above that
height, more slowly from J0 = 2 m/s on, and is a third if the front has met the object before
(envs/physics/SOURCES.md 2.2.1)."""

TURNING_SHARE = 0.8
"""Share of the impulse's moment that is left as yaw rate: the tyres take the rest (envs/physics/SOURCES.md 2.2.6)."""

GLANCE, GLANCE_SHARE, GLANCE_WIDTH = 0.3, 0.45, 0.05
"""Lever of an object that overhangs the bumper by more than half, as a share of that of one that does not: it is pushed
aside, and the nose with it the other way (envs/physics/SOURCES.md 2.2.6)."""

SCATTER_M = 0.03
"""Scatter of the lever: a body's centre of mass is not its middle (envs/physics/SOURCES.md 2.2.6) [A]."""

KEPT_MOMENTUM = 0.9
"""Share of the momentum that the front loses which an object thrown ahead or aside keeps; the road takes the rest
(envs/physics/SOURCES.md 2.2.7)."""

OUTWARD_M = 0.75
"""Lever from which an object thrown ahead always drifts outward (envs/physics/SOURCES.md 2.2.7)."""


@compiled
def _front_delta_v(s: _Setting) -> float:
    """Loss of speed to the front, m/s: half of it where all passes underneath (envs/physics/SOURCES.md 2.2.1)."""
    return s.exchange * s.g_b * (1.0 + s.restitution) * (1.0 - 0.5 * s.u)


@compiled
def _front_energy(s: _Setting, front: float) -> float:
    """Energy dissipated at the front, J, at most 1/2 m_e v^2 (envs/physics/SOURCES.md 2.2.1)."""
    if s.g_b <= 0.0:
        return 0.0
    restitution = clip(front / (s.exchange * s.g_b) - 1.0, 0.0, 1.0)
    available = 0.5 * s.effective_mass * s.speed * s.speed
    return available * s.g_b * (1.0 - restitution * restitution)


@compiled
def _floor_delta_v(s: _Setting) -> float:
    """Loss of speed to the part that wedges under the floor, m/s (envs/physics/SOURCES.md 2.2.1)."""
    if s.rise <= 0.0:
        return 0.0
    gap = _gap_ratio(s.rise, WEDGE_GAP_M) ** 0.637346
    crush = (s.floor_crush / (s.floor_crush + 1e4)) ** 0.681479
    push = s.exchange / (1.0 + s.exchange / WEDGE_LIMIT_MPS)
    left = 1.0 - (1.0 - WEDGE_BEHIND_FRONT) * s.g_b
    return s.u * s.g_f * left * WEDGE * gap * crush * push


@compiled
def _anchored_delta_v(
    body: Body, overlap: Overlap, s: _Setting, breakaway_energy: float
) -> tuple[float, float]:
    """Loss of speed to the front and in all against an anchored object, m/s (envs/physics/SOURCES.md 2.4)."""
    share = clip((s.height - body.lip) / ANCHORED_RISE_M, 0.0, 1.0)
    hold = overlap.bumper / (overlap.bumper + ANCHORED_OVERLAP_M)
    front = min(ANCHORED_FACTOR * s.speed * share * hold, s.speed)
    # a low step is ridden over at the price of the run-over formulas
    loss = max(front, _tyre_delta_v(s) + _floor_delta_v(s))
    if breakaway_energy > 0.0:
        left = max(0.0, s.speed * s.speed - 2.0 * breakaway_energy / body.mass)
        most = s.speed - math.sqrt(left)
        front, loss = min(front, most), min(loss, most)
    return front, loss


@compiled
def _yaw_rate(body: Body, overlap: Overlap, s: _Setting, yaw: float, pushed: float) -> float:
    """Peak yaw rate with locked steering, rad/s, >= 0 (envs/physics/SOURCES.md 2.2.6).

    ``pushed`` is the loss of speed to front and floor, m/s.
    """
    held = logistic((overlap.bumper / overlap.span - GLANCE_SHARE) / GLANCE_WIDTH)
    lever = math.fabs(overlap.centre) * (GLANCE + (1.0 - GLANCE) * held)
    lever += 0.176084 * math.fabs(math.sin(2.0 * yaw))
    lever = math.sqrt(lever * lever + SCATTER_M * SCATTER_M)
    rate = TURNING_SHARE * pushed * (body.mass / body.yaw_inertia) * lever
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
    return rate


@compiled
def _fate_probabilities(
    body: Body, overlap: Overlap, s: _Setting, length: float, yaw: float
) -> tuple[float, float]:
    """P(under) and P(side | not under) of an object met by front or floor (envs/physics/SOURCES.md 2.2.7)."""
    log_mass, log_w = math.log(s.mass), math.log(s.w)
    if overlap.mode == UNDERBODY:
        hard = s.floor_crush / (s.floor_crush + 1e4)
        return 1.0 - hard * s.g_f * logistic(-1.03 * (log_mass - math.log(20.0))), 0.0
    above = math.log((s.height - body.lip + 0.02) / 0.1)
    under = -3.099 - 1.321 * above + 0.544 * log_mass + 0.440 * log_w
    under += -1.136 * math.log(max(length, THINNEST_M)) + 0.057 * overlap.central / overlap.span
    side = -5.913 + 6.409 * math.fabs(overlap.centre) + 1.229 * overlap.span
    side += 0.087 * log_mass - 0.866 * log_w + 1.026 * math.fabs(yaw)
    return logistic(under), logistic(side)


@compiled
def _exit_speed(body: Body, s: _Setting, pushed: float) -> float:
    """Forward speed of an object that the front throws ahead or aside, m/s (envs/physics/SOURCES.md 2.2.7).

    ``pushed`` is the loss of speed to front and floor, m/s.
    """
    hit = s.exchange * s.g_b * (1.0 + s.restitution)
    return KEPT_MOMENTUM * min(hit, pushed) * body.mass / s.mass


@compiled
def _outward_probability(overlap: Overlap) -> float:
    """P(an object thrown ahead drifts outward, not inward) (envs/physics/SOURCES.md 2.2.7)."""
    lever = min(math.fabs(overlap.centre) / OUTWARD_M, 1.0)
    return 0.5 + 0.5 * lever * lever
