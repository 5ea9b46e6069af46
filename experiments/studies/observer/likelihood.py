"""Likelihood of measured tracks under simulated motion: errors that last for a track and errors of one decision.

Roll and pitch of a tumbling object are not measured; a face that changes is, by the sizes.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from envs.sensing.measure import (
    DECISION_SHARE,
    HEADING_RAD,
    NOTICED_SDS,
    PIXEL_RAD,
    SIZE_SHARE,
    SPEED_DECISION_SHARE,
    SPEED_FLOOR_MPS,
    SPEED_PER_M,
    SPEED_TRACK_SHARE,
    TRACK_SHARE,
)
from envs.sensing.tracker import BRAKE_LAMP_MPS2
from envs.specification import column
from experiments.studies.observer import drive as d
from experiments.studies.observer.drive import Drive, TrueDrive

Array = NDArray[np.float64]

LASTING: Final = (TRACK_SHARE, DECISION_SHARE)
LASTING_SPEED: Final = (SPEED_TRACK_SHARE, SPEED_DECISION_SHARE)
"""Shares of an error that last for the life of a track and for one decision: of positions and directions, of speeds."""

POSITION_SLACK_M: Final = 0.3
SPEED_SLACK_MPS: Final = 0.3
HEIGHT_SLACK_M: Final = 0.05
JOLT_SLACK_M: Final = 0.01
YAW_SLACK_RAD: Final = 0.6
SIZE_SLACK_M: Final = 0.3
"""Deviation by which simulated and true motion may differ although the contents are right: there are finitely many
candidates [A]."""

LAMP_ERROR: Final = 0.02
"""Probability that a brake lamp is not what the simulation says [A]."""

IMPOSSIBLE: Final = -20.0
"""Least logarithm of the likelihood of one measurement."""


def cumulate(residual: Array, lasting: Array, fleeting: Array, slack: float) -> Array:
    """Log-likelihood of all measurements of one channel up to every decision, ``(T, B)``, up to a constant.

    Parameters
    ----------
    residual
        ``(T, B)`` measured less simulated; NaN where nothing was measured.
    lasting, fleeting
        ``(T,)`` standard deviations of the errors that last for the life of the track and for one decision.
    slack
        Deviation of the simulation.

    Notes
    -----
    The covariance is a diagonal plus one outer product, whose inverse follows from Sherman and Morrison (1950), Annals
    of Mathematical Statistics 21, 124-127: with c = lasting and a = fleeting^2 + slack^2, the quadratic form is
    sum(r^2/a) - sum(r c/a)^2/(1 + sum(c^2/a)).
    """
    is_measured = np.isfinite(residual)
    r = np.where(is_measured, residual, 0.0)
    c = np.where(is_measured, lasting[:, None], 0.0)
    a = fleeting[:, None] ** 2 + slack**2
    own = np.cumsum(r * r / a, axis=0)
    mixed = np.cumsum(r * c / a, axis=0)
    common = np.cumsum(c * c / a, axis=0)
    found: Array = -0.5 * (own - mixed * mixed / (1.0 + common))
    return found


def of_object(true: TrueDrive, simulated: Drive) -> Array:
    """Log-likelihood of the object's track up to every decision, ``(T, B)``."""
    rows, motion = true.rows.astype(np.float64), simulated.motion
    visible = (rows[:, column.D_TRACKED] > 0.0) & (rows[:, column.D_VISIBLE] > 0.0)
    speed = (rows[:, column.D_SD_V], LASTING_SPEED, SPEED_SLACK_MPS)
    yaw = (np.full(len(rows), HEADING_RAD), LASTING, YAW_SLACK_RAD)
    channels = (
        (rows[:, column.D_DX] + true.ego[:, 0], d.X, rows[:, column.D_SD_X], LASTING, POSITION_SLACK_M),
        (rows[:, column.D_DY] + true.ego[:, 1], d.Y, rows[:, column.D_SD_Y], LASTING, POSITION_SLACK_M),
        (rows[:, column.D_VX], d.VX, *speed),
        (rows[:, column.D_VY], d.VY, *speed),
        (rows[:, column.D_YAW], d.YAW, *yaw),
    )  # fmt: skip
    total = np.zeros(motion.shape[:2])
    for measured, row, deviation, (lasting, fleeting), slack in channels:
        residual = measured[:, None] - motion[:, :, row]
        if row == d.YAW:
            residual = np.remainder(residual + math.pi, 2.0 * math.pi) - math.pi
        residual[~visible] = np.nan
        total += cumulate(residual, lasting * deviation, fleeting * deviation, slack)
    distance = np.hypot(rows[:, column.D_DX], rows[:, column.D_DY])
    measured = np.where(visible[:, None], rows[:, [column.D_Z, column.D_VZ]], np.nan)
    total += of_height(measured, motion[:, :, d.Z], motion[:, :, d.VZ], distance)
    total += _of_sizes(rows, visible, simulated, distance)
    return total + _ended(visible, simulated)


def _of_sizes(rows: Array, visible: NDArray[np.bool_], simulated: Drive, distance: Array) -> Array:
    """Log-likelihood of changes of the measured sizes since the first sighting, which is the look's, ``(T, B)``.

    An error that is a share of a size remains where the size has changed; those of pixels do in any case.
    """
    total = np.zeros(simulated.motion.shape[:2])
    seen = np.flatnonzero(visible)
    if not seen.size:
        return total
    first = seen[0]
    pixels = DECISION_SHARE * PIXEL_RAD * distance
    for at, row in zip((column.D_LENGTH, column.D_WIDTH, column.D_HEIGHT), d.SIZES, strict=True):
        change = rows[:, at] - rows[first, at]
        size = simulated.motion[:, :, row]
        residual = change[:, None] - (size - size[first])
        residual[~visible] = np.nan
        residual[first] = np.nan
        lasting = np.hypot(SIZE_SHARE * change, pixels[first])
        total += cumulate(residual, lasting, pixels, SIZE_SLACK_M)
    return total


def of_vehicle(true: TrueDrive, simulated: Drive, k: int) -> Array:
    """Log-likelihood of the track of vehicle ``k`` up to every decision: speed, brake lamp and jolt, ``(T, B)``."""
    is_row = true.targets == k
    at = is_row.argmax(axis=1)
    rows = true.vehicles[np.arange(len(at)), at].astype(np.float64)
    visible = is_row.any(axis=1) & (rows[:, column.V_VISIBLE] > 0.0)
    traffic = simulated.traffic[..., k]
    along = traffic[..., d.V_SPEED] * np.cos(traffic[..., d.V_HEADING])
    residual = np.where(visible[:, None], rows[:, [column.V_VX]] - along, np.nan)
    lasting, fleeting = (share * rows[:, column.V_SD_V] for share in LASTING_SPEED)
    total = cumulate(residual, lasting, fleeting, SPEED_SLACK_MPS)
    lamp = traffic[..., d.V_ACCELERATION] < BRAKE_LAMP_MPS2
    is_right = lamp == (rows[:, [column.V_BRAKE_LAMP]] > 0.5)
    log_lamp = np.where(is_right, math.log(1.0 - LAMP_ERROR), math.log(LAMP_ERROR))
    total += np.cumsum(np.where(visible[:, None], log_lamp, 0.0), axis=0)
    distance = np.hypot(rows[:, column.V_DX], rows[:, column.V_DY])
    measured = np.where(visible, rows[:, column.V_JOLT], np.nan)
    total += of_jolt(measured, traffic[..., d.V_JOLT], distance * PIXEL_RAD)
    return total + _ended(visible, simulated)


def of_jolt(measured: Array, simulated: Array, deviation: Array) -> Array:
    """Log-likelihood of all jolts measured up to every decision, ``(T, B)``; errors are those of one decision.

    Parameters
    ----------
    measured
        ``(T,)`` m; NaN where nothing was measured.
    simulated
        ``(T, B)`` m.
    deviation
        ``(T,)`` of the measurement, m.
    """
    own = _censored(measured[:, None], simulated, deviation[:, None], simulated > 0.0, JOLT_SLACK_M)
    return np.cumsum(np.where(np.isfinite(measured)[:, None], own, 0.0), axis=0)


def of_height(measured: Array, z: Array, vz: Array, distance: Array) -> Array:
    """Log-likelihood of all heights and vertical speeds measured up to every decision, ``(T, B)``.

    Parameters
    ----------
    measured
        ``(T, 2)`` m and m/s; NaN where nothing was measured.
    z, vz
        ``(T, B)`` simulated.
    distance
        ``(T,)`` to the object, m.
    """
    height, speed = measured[:, :1], measured[:, 1:]
    pixels = PIXEL_RAD * distance[:, None]
    own = _censored(height, z, pixels, (z > 0.0) | (vz != 0.0), HEIGHT_SLACK_M)
    deviation = np.hypot(SPEED_FLOOR_MPS + SPEED_PER_M * distance[:, None], SPEED_SLACK_MPS)
    own += np.where(height > 0.0, np.maximum(norm.logpdf(speed, vz, deviation), IMPOSSIBLE), 0.0)
    found: Array = np.cumsum(np.where(np.isfinite(height), own, 0.0), axis=0)
    return found


def _censored(
    measured: Array, simulated: Array, deviation: Array, is_there: NDArray[np.bool_], slack: float
) -> Array:
    """Log-likelihood of values that are reported as 0 up to ``NOTICED_SDS`` deviations, ``(T, B)``.

    Where there is nothing to be measured, 0 is certain.
    """
    spread = np.hypot(deviation, slack)
    missed = norm.logcdf((NOTICED_SDS * deviation - simulated) / spread)
    noticed = norm.logpdf(measured, simulated, np.where(is_there, spread, slack))
    found = np.where(measured > 0.0, noticed, np.where(is_there, missed, 0.0))
    return np.maximum(found, IMPOSSIBLE)


def _ended(visible: NDArray[np.bool_], simulated: Drive) -> Array:
    """Penalty of candidates whose episode ended although the true one went on, ``(T, B)``."""
    wrong = visible[:, None] & ~simulated.running
    penalty: Array = np.cumsum(np.where(wrong, IMPOSSIBLE, 0.0), axis=0)
    return penalty
