"""Motion of an object after a vehicle has hit it (envs/physics/SOURCES.md 2.2.7, 2.2.8)."""

from __future__ import annotations

from typing import NamedTuple

from envs.physics.compilation import compiled
from envs.physics.contact.geometry import CAR, FRONTAL, MISS, RUN_OVER, STRADDLE, TRUCK
from envs.physics.contact.outcome import SLOWEST_MPS, ContactOutcome

STAYS, UNDER, SIDE, AHEAD = 0, 1, 2, 3
"""Fates: untouched or fixed; passed underneath; thrown aside; thrown or carried ahead."""

FATE_NAMES = ("stays", "under", "side", "ahead")
"""Names of the fates, in order."""

KNOTS = (0.05, 0.25, 0.50, 0.75, 0.95)
"""Levels of the quantile tables below (envs/physics/SOURCES.md 2.2.7)."""

LATERAL_SHARES = (0.0, 0.07, 0.13, 0.22, 0.34)
"""Outward speed of an object thrown aside, as a share of the contact speed."""

UNDER_LOW_SHARES = (-0.01, 0.0, 0.02, 0.08, 0.46)
UNDER_MIDDLE_SHARES = (0.0, 0.02, 0.09, 0.38, 0.97)
UNDER_HIGH_SHARES = (0.0, 0.07, 0.27, 0.50, 0.87)
"""Forward speed of an object that passed underneath, as a share of the contact speed: up to the
clearance, up to the lip, and higher."""

RISES_THROWN, RISES_UNDER, RISES_RUN_OVER = 0.08, 0.06, 0.07
"""P(the object's centre rises above 1 m): thrown ahead or aside, passed underneath, flicked by a
wheel."""


class Fate(NamedTuple):
    """The object's motion after a contact, in the frame in which it was at rest before."""

    fate: int  # STAYS ... AHEAD
    forward_speed: float  # m/s
    lateral_speed: float  # m/s, in the sign of the offset: outward
    delta_v_motion: float  # loss of the vehicle's speed for its motion, after the carried rule, m/s
    p_rises: float  # probability that the object's centre rises above 1 m


@compiled
def object_fate(
    outcome: ContactOutcome,
    speed: float,
    height: float,
    mass: float,
    anchored: int,
    is_truck: int,
    u_fate: float,
    u_forward: float,
    u_lateral: float,
) -> Fate:
    """Draw an object's fate from three uniform numbers in (0, 1), with the arguments of ``contact_outcome``.

    Momentum is never created: the object's forward momentum is at most what the vehicle loses. This bound is stated for
    objects thrown ahead and aside; we hold those that pass underneath to it as well [A]. Contacts below ``SLOWEST_MPS``
    are those at that speed, scaled down. An object met dead centre leaves to either side with equal chance.
    """
    if outcome.mode == MISS or outcome.mode == STRADDLE:
        return Fate(STAYS, 0.0, 0.0, 0.0, 0.0)
    body = TRUCK if is_truck else CAR
    used = max(speed, SLOWEST_MPS)
    scale = max(speed, 0.0) / used
    delta_v, limit = outcome.delta_v, body.mass * outcome.delta_v / max(mass, 1e-9)
    if anchored:
        return Fate(STAYS, 0.0, 0.0, delta_v * scale, 0.0)
    if outcome.mode != FRONTAL or u_fate < outcome.p_under:
        forward = min(used * _under_share(height, body.clearance, body.lip, u_forward), limit)
        rises = RISES_RUN_OVER if outcome.mode == RUN_OVER else RISES_UNDER
        return Fate(UNDER, forward * scale, 0.0, delta_v * scale, rises)
    forward = outcome.exit_speed
    if u_fate < outcome.p_under + (1.0 - outcome.p_under) * outcome.p_side:
        side, u = outcome.yaw_sign, u_lateral
        if side == 0.0:
            side = 1.0 if u < 0.5 else -1.0
            u = 2.0 * u if u < 0.5 else 2.0 * u - 1.0
        lateral = side * used * _quantile(LATERAL_SHARES, u)
        return Fate(SIDE, forward * scale, lateral * scale, delta_v * scale, RISES_THROWN)
    if forward < used - delta_v:
        # the bumper carries the object: otherwise the car would run through it
        delta_v = max(delta_v, outcome.momentum_exchange)
        forward = used - delta_v
    return Fate(AHEAD, forward * scale, 0.0, delta_v * scale, RISES_THROWN)


@compiled
def _under_share(height: float, clearance: float, lip: float, u: float) -> float:
    """Forward speed of an object that passed underneath over the contact speed, at level ``u``."""
    if height <= clearance:
        return _quantile(UNDER_LOW_SHARES, u)
    if height <= lip:
        return _quantile(UNDER_MIDDLE_SHARES, u)
    return _quantile(UNDER_HIGH_SHARES, u)


@compiled
def _quantile(values: tuple[float, float, float, float, float], u: float) -> float:
    """Value of a quantile table at level ``u``: linear between the knots, the ends held."""
    if u <= KNOTS[0]:
        return values[0]
    for k in range(1, 5):
        if u < KNOTS[k]:
            share = (u - KNOTS[k - 1]) / (KNOTS[k] - KNOTS[k - 1])
            return values[k - 1] + share * (values[k] - values[k - 1])
    return values[4]
