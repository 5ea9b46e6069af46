"""Where an object meets a vehicle: its shape, overlaps, contact mode (envs/physics/SOURCES.md 2.1)."""

from __future__ import annotations

import math
from typing import NamedTuple

from envs.physics.compilation import compiled

MISS, STRADDLE, RUN_OVER, UNDERBODY, FRONTAL = 0, 1, 2, 3, 4
"""Contact modes: beside the car; under it untouched; under a tyre; against the floor; against the
front."""

MODE_NAMES = ("miss", "straddle", "run-over", "underbody", "frontal")
"""Names of the contact modes, in order."""


class Body(NamedTuple):
    """The properties of a vehicle that a contact depends on: kg, kg m2, m from the road or the axis."""

    mass: float
    yaw_inertia: float
    clearance: float
    lip: float  # lower edge of the front
    bumper: float  # half width of the front
    band_inner: float  # tyre bands, each side
    band_outer: float
    floor: float  # half width of the floor
    central_floor: float  # half width of the floor between the tyres


CAR = Body(1500.0, 2600.0, 0.15, 0.20, 0.85, 0.6725, 0.8775, 0.80, 0.58)
"""The car of envs/physics/SOURCES.md 2: the only body the fit is valid for."""

TRUCK = Body(20_000.0, 430_000.0, 0.30, 0.35, 1.25, 0.80, 1.25, 1.20, 0.72)
"""Mass, clearance, lip and bands of envs/physics/SOURCES.md 2.10 [A]. Ours [A]: front as wide as the vehicle,
floor in the car's proportion to the bands, yaw inertia of a uniform 16 m rod."""


class Overlap(NamedTuple):
    """How an object's span meets a vehicle: mode, side, overlaps in m."""

    mode: int  # MISS ... FRONTAL: a label; the outcome uses smooth weights
    side: float  # -1, 0, 1 in the sign of the offset: the vehicle yaws towards it
    span: float  # We, width of the object across the vehicle's axis
    depth: float  # Le, length of the object along it
    bumper: float
    left: float  # the tyre band at positive offsets
    right: float
    floor: float
    central: float
    centre: float  # y_c, centre of the bumper overlap


@compiled
def overlap_of(
    body: Body, length: float, width: float, height: float, offset: float, yaw: float
) -> Overlap:
    """Where an object (m) meets a vehicle; mirror-symmetric but for ``side`` and ``centre``, which change sign.

    ``offset`` is from the vehicle's axis to the object's centre, ``yaw`` of the object's long axis against the
    vehicle's. The side is that of the one tyre for a run-over, of the centre of the hit otherwise; a front covered on
    both sides is decided by the object's centre.
    """
    c, s = math.fabs(math.cos(yaw)), math.fabs(math.sin(yaw))
    span, depth = width * c + length * s, length * c + width * s
    low, high = offset - 0.5 * span, offset + 0.5 * span
    bumper = _shared(low, high, body.bumper)
    left = max(0.0, min(high, body.band_outer) - max(low, body.band_inner))
    right = max(0.0, min(high, -body.band_inner) - max(low, -body.band_outer))
    floor = _shared(low, high, body.floor)
    central = _shared(low, high, body.central_floor)
    centre = 0.5 * (max(low, -body.bumper) + min(high, body.bumper))
    mode = STRADDLE
    if bumper == 0.0 and left + right == 0.0:
        mode = MISS
    elif height > body.lip and bumper > 0.0:
        mode = FRONTAL
    elif body.clearance < height <= body.lip and floor > 0.0:
        mode = UNDERBODY
    elif left + right > 0.0:
        mode = RUN_OVER
    lever = left - right
    if mode != RUN_OVER:
        lever = offset if centre == 0.0 else centre
    side = 0.0 if lever == 0.0 else math.copysign(1.0, lever)
    return Overlap(mode, side, span, depth, bumper, left, right, floor, central, centre)


@compiled
def _shared(low: float, high: float, half_width: float) -> float:
    """Length that an interval shares with the one of ``half_width`` on both sides of the axis."""
    return max(0.0, min(high, half_width) - max(low, -half_width))
