"""The lateral controller of highway-env's vehicles: from distance to the lane to steering angle."""

from __future__ import annotations

import math

from envs.physics.compilation import compiled

KP_LATERAL = 1.0 / 0.6
"""Gain from lateral error to lateral speed, 1/s (highway-env ``ControlledVehicle.KP_LATERAL``)."""

KP_HEADING = 1.0 / 0.2
"""Gain from heading error to heading rate, 1/s (highway-env ``ControlledVehicle.KP_HEADING``)."""

MAX_HEADING_REFERENCE = math.pi / 4
"""Largest heading that the lateral controller commands, rad (highway-env, quirk 14)."""

MAX_STEERING = math.pi / 3
"""Largest steering angle, rad (highway-env ``ControlledVehicle.MAX_STEERING_ANGLE``)."""

_TWO_PI = 2 * math.pi
_SMALLEST_SPEED = 0.01


@compiled
def not_zero(value: float) -> float:
    """The value, at least 0.01 in size with its sign (0.01 for 0): a divisor that is never zero.

    It jumps by 0.02 at zero, and what is divided by it jumps too (highway-env ``utils.not_zero``).

    Examples
    --------
    >>> not_zero(-0.004), not_zero(0.0), not_zero(3.0)
    (-0.01, 0.01, 3.0)
    """
    if abs(value) > _SMALLEST_SPEED:
        return value
    return _SMALLEST_SPEED if value >= 0.0 else -_SMALLEST_SPEED


@compiled
def wrap_to_pi(angle: float) -> float:
    """The angle in [-pi, pi], rad (highway-env ``utils.wrap_to_pi``); pi itself by rounding only.

    Adding and subtracting pi rounds small angles; that rounding is part of the result.

    Examples
    --------
    >>> round(wrap_to_pi(4.0), 4), wrap_to_pi(1e-17)
    (-2.2832, 0.0)
    """
    shifted = angle + math.pi
    if 0.0 <= shifted < _TWO_PI:  # the modulo would change nothing
        return shifted - math.pi
    return shifted % _TWO_PI - math.pi


@compiled
def steering_command(lateral_error: float, heading: float, speed: float, length: float) -> float:
    """Steering angle that brings a vehicle to a straight line along x, rad, within +-pi/3.

    Lateral error -> lateral speed -> heading -> heading rate -> slip angle -> steering angle, each step clipped. Twin
    of ``ControlledVehicle.steering_control`` in highway-env; pinned by ``tests/parity/test_one_tick.py``.

    Parameters
    ----------
    lateral_error
        y of the vehicle minus y of the line, m.
    heading
        Heading against the line, rad.
    speed
        Speed along the heading, m/s; near zero the answer jumps (see :func:`not_zero`).
    length
        Length of the vehicle, m, > 0.

    Examples
    --------
    >>> round(steering_command(-4.0, 0.0, 25.0, 5.0), 4)
    0.266
    >>> steering_command(0.0, 0.0, 25.0, 5.0)
    0.0
    """
    if lateral_error == 0.0 and heading == 0.0:  # the whole chain is zero, exactly
        return 0.0
    divisor = not_zero(speed)
    sine = min(max(-KP_LATERAL * lateral_error / divisor, -1.0), 1.0)
    wanted = min(max(math.asin(sine), -MAX_HEADING_REFERENCE), MAX_HEADING_REFERENCE)
    rate = KP_HEADING * wrap_to_pi(wanted - heading)
    slip = math.asin(min(max(length / 2.0 / divisor * rate, -1.0), 1.0))
    return min(max(math.atan(2.0 * math.tan(slip)), -MAX_STEERING), MAX_STEERING)
