"""Motion of an object after a vehicle has hit it (envs/physics/SOURCES.md 2.2.7, 2.2.8)."""

from __future__ import annotations

from typing import NamedTuple

from envs.physics.compilation import compiled
from envs.physics.contact.geometry import (
    CAR,
    FRONTAL,
    MISS,
    RUN_OVER,
    STRADDLE,
    TRUCK,
    UNDERBODY,
)
from envs.physics.contact.outcome import ContactOutcome

STAYS, UNDER, SIDE, AHEAD = 0, 1, 2, 3
"""Fates: untouched or fixed; passed underneath; thrown aside; thrown or carried ahead."""

FATE_NAMES = ("stays", "under", "side", "ahead")
"""Names of the fates, in order."""

KNOTS = (0.05, 0.25, 0.50, 0.75, 0.95)
"""Levels of the quantile tables below (envs/physics/SOURCES.md 2.2.7)."""

LATERAL_SHARES = (0.0, 0.07, 0.13, 0.22, 0.34)
"""Outward speed of an object thrown aside, as a share of the contact speed."""

AHEAD_LATERAL_SHARES = (0.001, 0.01, 0.053, 0.17, 0.30)
"""The same of an object thrown ahead, to the side that ``p_outward`` decides."""

LATERAL_CONE = 0.5
"""Most lateral momentum of a thrown object, as a share of what the vehicle loses: friction and oblique faces
(envs/physics/SOURCES.md 2.2.8) [A]."""

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
    before: int,
    draws: tuple[float, float, float, float],
) -> Fate:
    """Fate of an object from four uniform numbers in (0, 1), with the arguments of ``contact_outcome``.

    Momentum is never created: the object's forward momentum is at most what the vehicle loses. This bound is stated for
    objects thrown ahead and aside; we hold those that pass underneath to it as well [A].

    Parameters
    ----------
    before
        Fate at the first touch of the same encounter, which is kept; ``STAYS`` if this is the first.
    draws
        They decide the fate, the speed underneath, the size and the side of the lateral speed.
    """
    if outcome.mode == MISS or outcome.mode == STRADDLE:
        return Fate(STAYS, 0.0, 0.0, 0.0, 0.0)
    if anchored:
        return Fate(STAYS, 0.0, 0.0, outcome.delta_v, 0.0)
    body = TRUCK if is_truck else CAR
    limit = body.mass * outcome.delta_v / max(mass, 1e-9)
    fate = _kind(outcome, before, draws[0])
    if fate == UNDER:
        share = _under_share(height, body.clearance, body.lip, draws[1])
        rises = RISES_RUN_OVER if outcome.mode == RUN_OVER else RISES_UNDER
        return Fate(UNDER, min(speed * share, limit), 0.0, outcome.delta_v, rises)
    lateral = min(speed * _quantile(_lateral_shares(fate), draws[2]), LATERAL_CONE * limit)
    lateral *= _side(outcome, fate, draws[3])
    delta_v, forward = outcome.delta_v, outcome.exit_speed
    if fate == AHEAD and forward < speed - delta_v:
        # the bumper carries the object: otherwise the car would run through it
        delta_v = max(delta_v, outcome.momentum_exchange)
        forward = speed - delta_v
    return Fate(fate, forward, lateral, delta_v, RISES_THROWN)


@compiled
def _kind(outcome: ContactOutcome, before: int, u: float) -> int:
    """Fate of a free object that is touched: the one of the encounter's first touch, or drawn at level ``u``."""
    if outcome.mode != FRONTAL and outcome.mode != UNDERBODY:
        return UNDER
    if before != STAYS:
        return before
    if u < outcome.p_under:
        return UNDER
    return SIDE if u < outcome.p_under + (1.0 - outcome.p_under) * outcome.p_side else AHEAD


@compiled
def _lateral_shares(fate: int) -> tuple[float, float, float, float, float]:
    """Quantile table of the lateral speed of an object thrown aside or ahead."""
    return LATERAL_SHARES if fate == SIDE else AHEAD_LATERAL_SHARES


@compiled
def _side(outcome: ContactOutcome, fate: int, u: float) -> float:
    """Sign of the lateral speed: outward if thrown aside, with ``p_outward`` if ahead; dead centre either."""
    if outcome.yaw_sign == 0.0:
        return 1.0 if u < 0.5 else -1.0
    outward = fate == SIDE or u < outcome.p_outward
    return outcome.yaw_sign if outward else -outcome.yaw_sign


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
