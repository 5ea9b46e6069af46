"""Air that vehicles drag along, and the air speeds that move an object (envs/physics/SOURCES.md 2.6)."""

from __future__ import annotations

import math

from envs.physics.compilation import compiled
from envs.specification import GRAVITY_MPS2

AIR_DENSITY_KGPM3 = 1.2

GROUND_IMAGE = 1.26
"""Cube root of 2: the road mirrors the wake."""

WAKE_DEFICIT, WAKE_WIDTH = 1.14, 1.24
"""Amplitude and width of an axisymmetric wake (Johansson, George and Gourlay 2003, from memory
[M]). The decay with x^(-2/3) agrees with Howell, SAE 2011-01-0178; the amplitude is not verified at
full scale."""

WIDTH_SPREAD = 1.2
"""Half-value width of the wake over its displacement thickness [A]."""

WAKE_ORIGIN_M = 2.0
"""Distance by which the virtual origin of the wake lies before the rear [A]."""

WAKE_LIMIT = 0.6
"""Largest share of the vehicle's speed that its wake reaches [A]."""

UNDER_SHARE = 0.45
"""Air speed under a vehicle as a share of its speed [A: 0.3 to 0.6]."""

CAR_DRAG_AREA_M2, CAR_HALF_WIDTH_M = 0.65, 0.90
TRUCK_DRAG_AREA_M2, TRUCK_HALF_WIDTH_M = 6.0, 1.25
"""Drag area and half width of the two kinds of vehicle (envs/physics/SOURCES.md 2.6)."""


@compiled
def wake_air_speed(
    vehicle_speed: float, is_truck: int, distance_behind_rear: float, lateral: float
) -> float:
    """Forward air speed in the wake of a vehicle, m/s, between 0 and ``WAKE_LIMIT`` times the vehicle's speed.

    Parameters
    ----------
    distance_behind_rear
        From the vehicle's rear back to the point, m; negative (beside or ahead of it) gives 0.
    lateral
        From the vehicle's axis to the point, m, either sign.
    """
    if distance_behind_rear < 0.0:
        return 0.0
    drag_area = TRUCK_DRAG_AREA_M2 if is_truck else CAR_DRAG_AREA_M2
    half_width = TRUCK_HALF_WIDTH_M if is_truck else CAR_HALF_WIDTH_M
    theta = math.sqrt(drag_area / (2.0 * math.pi))
    root = ((distance_behind_rear + WAKE_ORIGIN_M) / theta) ** (1.0 / 3.0)
    axis = min(WAKE_LIMIT, GROUND_IMAGE * WAKE_DEFICIT / (root * root))
    spread = lateral / max(half_width, WAKE_WIDTH * GROUND_IMAGE * WIDTH_SPREAD * theta * root)
    return vehicle_speed * axis * math.exp(-0.69 * spread * spread)


@compiled
def under_vehicle_air_speed(
    vehicle_speed: float,
    is_truck: int,
    vehicle_length: float,
    distance_behind_rear: float,
    lateral: float,
) -> float:
    """Forward air speed under a vehicle, m/s; 0 unless the (negative) distance behind the rear is under it."""
    half_width = TRUCK_HALF_WIDTH_M if is_truck else CAR_HALF_WIDTH_M
    if (
        distance_behind_rear >= 0.0
        or distance_behind_rear <= -vehicle_length
        or math.fabs(lateral) >= half_width
    ):
        return 0.0
    return UNDER_SHARE * vehicle_speed


@compiled
def slide_threshold(mass: float, friction: float, drag_area: float) -> float:
    """Air speed above which drag overcomes friction, m/s; infinite without drag area."""
    if drag_area <= 0.0:
        return math.inf
    return math.sqrt(2.0 * friction * mass * GRAVITY_MPS2 / (AIR_DENSITY_KGPM3 * drag_area))


@compiled
def tumble_threshold(mass: float, drag_area: float, base_length: float, height: float) -> float:
    """Air speed above which drag tips the object over its edge, m/s."""
    area = drag_area * height
    if area <= 0.0:
        return math.inf
    return math.sqrt(2.0 * mass * GRAVITY_MPS2 * base_length / (AIR_DENSITY_KGPM3 * area))


@compiled
def fly_threshold(mass: float, lift_area: float) -> float:
    """Air speed above which lift carries the weight, m/s; infinite without lift area."""
    if lift_area <= 0.0:
        return math.inf
    return math.sqrt(2.0 * mass * GRAVITY_MPS2 / (AIR_DENSITY_KGPM3 * lift_area))


@compiled
def motion_threshold(mass: float, friction: float, drag_area: float, lift_area: float) -> float:
    """Least air speed that sets a resting object in motion, m/s; infinite without area.

    From ``drag = friction (weight - lift)``; never above ``slide_threshold`` nor ``fly_threshold``, so an object below
    it needs no aerodynamics.
    """
    area = drag_area + friction * lift_area
    if area <= 0.0:
        return math.inf
    return math.sqrt(2.0 * friction * mass * GRAVITY_MPS2 / (AIR_DENSITY_KGPM3 * area))
