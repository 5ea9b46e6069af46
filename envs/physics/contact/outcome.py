"""Effect of a contact with an object on a vehicle: closed formulas fitted to simulated contacts.

See envs/physics/SOURCES.md 2 and 3. Nothing here is validated against a physical test. Against a second simulation
delta-v is good, yaw rate and vertical acceleration are fair, forces on tyre, rim and floor are not validated.
"""

from __future__ import annotations

from typing import NamedTuple

from envs.physics.compilation import compiled
from envs.physics.contact.formulas import (
    _contact_indentation,
    _rim_force,
    _setting,
    _tyre_delta_v,
    _underbody_force,
    _vertical_acceleration,
)
from envs.physics.contact.geometry import (
    CAR,
    FRONTAL,
    MISS,
    MODE_NAMES,
    RUN_OVER,
    STRADDLE,
    TRUCK,
    UNDERBODY,
    overlap_of,
)
from envs.physics.contact.push import (
    _anchored_delta_v,
    _exit_speed,
    _fate_probabilities,
    _floor_delta_v,
    _front_delta_v,
    _front_energy,
    _outward_probability,
    _yaw_rate,
)
from envs.physics.smooth import clip

__all__ = [
    "CAR",
    "FRONTAL",
    "MISS",
    "MODE_NAMES",
    "RUN_OVER",
    "STRADDLE",
    "TRUCK",
    "UNDERBODY",
    "ContactOutcome",
    "contact_outcome",
    "default_stiffness",
]

SLOWEST_MPS = 0.5
"""Contacts slower than this are computed at this speed: the fit has powers of the speed."""

LIGHTEST_KG = 1e-4
"""Lighter objects are computed with this mass, so that nothing divides by zero."""

SOFTEST_NPM = 1.0
"""Softer objects are computed with this stiffness: the fit has negative powers of it."""

ANCHORED_MASS_KG = 10_000.0
"""Mass that stands for an anchored object in the run-over formulas (envs/physics/SOURCES.md 2.4) [A]."""


class ContactOutcome(NamedTuple):
    """Outcome of one contact, SI units; all zero for a miss."""

    mode: int  # MISS ... FRONTAL
    delta_v: (
        float  # loss of forward speed by contact, before the carried rule: the one that costs, m/s
    )
    delta_v_front: float  # the part of it that the front takes, m/s
    vertical_acceleration: float  # peak, sprung mass, upward, m/s2
    yaw_rate: float  # peak, steering locked, rad/s, >= 0
    yaw_sign: (
        float  # -1, 0, 1: side of the contact, in the sign of the offset; the yaw turns towards it
    )
    tyre_indentation: float  # the tyre's own share d_t, m
    contact_indentation: float  # approach of tyre and object surfaces d_c, m
    underbody_force: float  # N
    rim_force: float  # N
    crush_energy: float  # energy dissipated at the front, J
    exit_speed: float  # forward speed of an object the front throws ahead or aside, m/s
    p_under: float  # probability that it goes under the vehicle; frontal and underbody only
    p_side: float  # probability that it leaves aside, given that it does not go under; frontal only
    p_outward: float  # probability that it drifts outward, given that it leaves ahead
    wheel_overlap: float  # o_w, m
    central_share: float  # share of the object's span under the floor between the tyres, 0..1
    passing_weight: float  # u, fitted weight of what passes underneath, 0..1; not a probability
    momentum_exchange: float  # J0, loss of speed if both went on together, m/s


@compiled
def default_stiffness(crush_pressure: float, width: float, length: float) -> float:
    """Elastic contact stiffness of an object for which none is known, N/m.

    ``crush_pressure width min(length, 0.5)/0.01`` within 0.2 to 5 MN/m (envs/physics/SOURCES.md 2).
    """
    return clip(crush_pressure * width * min(length, 0.5) / 0.01, 2e5, 5e6)


@compiled
def contact_outcome(
    speed: float,
    length: float,
    width: float,
    height: float,
    mass: float,
    crush_pressure: float,
    stiffness: float,
    offset: float,
    yaw: float,
    anchored: int,
    breakaway_energy: float,
    is_truck: int,
) -> ContactOutcome:
    """Outcome of the contact of a vehicle with one object, deterministic and finite for finite input.

    ``delta_v`` never exceeds ``speed``, and the energy dissipated at the front never what exists in the frame of both,
    1/2 m_e v^2. SI units.

    Parameters
    ----------
    speed
        Closing speed at contact; below ``SLOWEST_MPS`` it is taken as that, and momentum and energy are scaled down.
    length, width, height
        Of the object; ``length`` along its own axis.
    stiffness
        Elastic contact stiffness; <= 0 means unknown: ``default_stiffness`` is used.
    offset
        From the vehicle's axis to the object's centre.
    yaw
        Of the object's long axis against the vehicle's. The outcome is mirror-symmetric in (offset, yaw), so either
        handedness will do if both have the same.
    anchored
        1: fixed to the road; the fit does not cover it, the conservative rule of envs/physics/SOURCES.md 2.4 applies.
    breakaway_energy
        Energy that breaks or crushes an anchored object; <= 0 means none is stated.
    is_truck
        1 for the truck of envs/physics/SOURCES.md 2.10.
    """
    body = TRUCK if is_truck else CAR
    overlap = overlap_of(body, length, width, height, offset, yaw)
    if overlap.mode == MISS:
        return ContactOutcome(
            MISS,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
        )
    if stiffness <= 0.0:
        stiffness = default_stiffness(crush_pressure, width, length)
    stiffness = max(stiffness, SOFTEST_NPM)
    mass = ANCHORED_MASS_KG if anchored else max(mass, LIGHTEST_KG)
    # slower contacts are this one, with less momentum and energy
    share = clip(speed / SLOWEST_MPS, 0.0, 1.0)
    speed = max(speed, SLOWEST_MPS)
    s = _setting(body, overlap, speed, length, width, height, mass, crush_pressure, stiffness)

    front, floor = _front_delta_v(s), _floor_delta_v(s)
    pushed = front + floor
    delta_v = pushed + _tyre_delta_v(s)
    energy = _front_energy(s, front)
    p_under, p_side, exit_speed = 0.0, 0.0, 0.0
    if anchored:
        front, delta_v = _anchored_delta_v(body, overlap, s, breakaway_energy)
        pushed, energy = delta_v, 0.5 * body.mass * front * front
    elif overlap.mode == FRONTAL or overlap.mode == UNDERBODY:
        p_under, p_side = _fate_probabilities(body, overlap, s, length, yaw)
        exit_speed = _exit_speed(body, s, pushed)
    approach = _contact_indentation(s)
    return ContactOutcome(
        overlap.mode,
        share * min(delta_v, speed),
        share * front,
        _vertical_acceleration(s),
        _yaw_rate(body, overlap, s, yaw, pushed),
        overlap.side,
        approach * s.stiffness / (s.stiffness + 2e5),
        approach,
        _underbody_force(s, overlap.depth),
        _rim_force(s),
        share * share * energy,
        share * exit_speed,
        p_under,
        p_side,
        _outward_probability(overlap),
        overlap.left + overlap.right,
        min(1.0, overlap.central / overlap.span),
        s.u,
        share * s.exchange,
    )
