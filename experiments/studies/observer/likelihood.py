"""Likelihood of measured tracks under simulated motion: errors that last for a track and errors of one decision."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from envs.sensing.measure import DECISION_SHARE, PIXEL_RAD, TRACK_SHARE
from envs.sensing.tracker import BRAKE_LAMP_MPS2
from envs.specification import column
from experiments.studies.observer import drive as d
from experiments.studies.observer.drive import Drive, TrueDrive

Array = NDArray[np.float64]

POSITION_SLACK_M: Final = 0.3
SPEED_SLACK_MPS: Final = 0.3
"""Deviation by which simulated and true motion may differ although the contents are right: there are finitely many
candidates [A]."""

HEIGHT_FLOOR_M: Final = 0.05
"""Error of a measured height above the road at range zero; it grows with the pixel error [A]."""

LAMP_ERROR: Final = 0.02
"""Probability that a brake lamp is not what the simulation says [A]."""

IMPOSSIBLE: Final = -20.0
"""Logarithm of the likelihood of a measurement that a candidate cannot cause."""


def cumulate(residual: Array, deviation: Array, slack: float) -> Array:
    """Log-likelihood of all measurements of one channel up to every decision, ``(T, B)``, up to a constant.

    Parameters
    ----------
    residual
        ``(T, B)`` measured less simulated; NaN where nothing was measured.
    deviation
        ``(T,)`` standard deviation of the measurement.
    slack
        Deviation of the simulation.

    Notes
    -----
    An error is ``TRACK_SHARE`` of one draw for the life of the track plus ``DECISION_SHARE`` of one per decision, so
    the covariance is a diagonal plus one outer product, whose inverse follows from Sherman and Morrison (1950), Annals
    of Mathematical Statistics 21, 124-127: with c = TRACK_SHARE sd and a = (DECISION_SHARE sd)^2 + slack^2, the
    quadratic form is sum(r^2/a) - sum(r c/a)^2/(1 + sum(c^2/a)).
    """
    is_measured = np.isfinite(residual)
    r = np.where(is_measured, residual, 0.0)
    c = np.where(is_measured, TRACK_SHARE * deviation[:, None], 0.0)
    a = (DECISION_SHARE * deviation[:, None]) ** 2 + slack**2
    own = np.cumsum(r * r / a, axis=0)
    mixed = np.cumsum(r * c / a, axis=0)
    common = np.cumsum(c * c / a, axis=0)
    found: Array = -0.5 * (own - mixed * mixed / (1.0 + common))
    return found


def of_object(true: TrueDrive, simulated: Drive) -> Array:
    """Log-likelihood of the object's track up to every decision, ``(T, B)``."""
    rows = true.rows.astype(np.float64)
    visible = (rows[:, column.D_TRACKED] > 0.0) & (rows[:, column.D_VISIBLE] > 0.0)
    distance = np.hypot(rows[:, column.D_DX], rows[:, column.D_DY])
    height = np.hypot(HEIGHT_FLOOR_M, distance * PIXEL_RAD)
    speed = rows[:, column.D_SD_V]
    channels = (
        (rows[:, column.D_DX] + true.ego[:, 0], d.X, rows[:, column.D_SD_X], POSITION_SLACK_M),
        (rows[:, column.D_DY] + true.ego[:, 1], d.Y, rows[:, column.D_SD_Y], POSITION_SLACK_M),
        (rows[:, column.D_Z], d.Z, height, HEIGHT_FLOOR_M),
        (rows[:, column.D_VX], d.VX, speed, SPEED_SLACK_MPS),
        (rows[:, column.D_VY], d.VY, speed, SPEED_SLACK_MPS),
        (rows[:, column.D_VZ], d.VZ, speed, SPEED_SLACK_MPS),
    )
    total = np.zeros(simulated.motion.shape[:2])
    for measured, row, deviation, slack in channels:
        residual = np.where(
            visible[:, None], measured[:, None] - simulated.motion[:, :, row], np.nan
        )
        total += cumulate(residual, deviation, slack)
    return total + _ended(visible, simulated)


def of_vehicle(true: TrueDrive, simulated: Drive, k: int) -> Array:
    """Log-likelihood of the track of vehicle ``k`` up to every decision: speed, brake lamp and jolt, ``(T, B)``."""
    is_row = true.targets == k
    at = is_row.argmax(axis=1)
    rows = true.vehicles[np.arange(len(at)), at].astype(np.float64)
    visible = is_row.any(axis=1) & (rows[:, column.V_VISIBLE] > 0.0)
    traffic = simulated.traffic[..., k]
    along = traffic[..., d.V_SPEED] * np.cos(traffic[..., d.V_HEADING])
    residual = np.where(visible[:, None], rows[:, [column.V_VX]] - along, np.nan)
    total = cumulate(residual, rows[:, column.V_SD_V], SPEED_SLACK_MPS)
    lamp = traffic[..., d.V_ACCELERATION] < BRAKE_LAMP_MPS2
    is_right = lamp == (rows[:, [column.V_BRAKE_LAMP]] > 0.5)
    log_lamp = np.where(is_right, math.log(1.0 - LAMP_ERROR), math.log(LAMP_ERROR))
    total += np.cumsum(np.where(visible[:, None], log_lamp, 0.0), axis=0)
    distance = np.hypot(rows[:, column.V_DX], rows[:, column.V_DY])
    measured = np.where(visible, rows[:, column.V_JOLT], np.nan)
    total += of_jolt(measured, traffic[..., d.V_JOLT], distance * PIXEL_RAD)
    return total + _ended(visible, simulated)


def of_jolt(measured: Array, simulated: Array, deviation: Array) -> Array:
    """Log-likelihood of the largest jolt measured up to every decision, ``(T, B)``.

    The error of a jolt is one draw for the life of the track, so the largest of several says as much as all of them. A
    jolt below zero is reported as none.

    Parameters
    ----------
    measured
        ``(T,)`` m; NaN where nothing was measured.
    simulated
        ``(T, B)`` m.
    deviation
        ``(T,)`` of the measurement, m.
    """
    found = np.zeros(simulated.shape)
    largest, present = -1.0, np.zeros(simulated.shape[1])
    for t, value in enumerate(measured.tolist()):
        reference = np.maximum(value, 0.0) if math.isfinite(value) else -1.0
        if reference > largest:
            largest, present = reference, _jolt_once(reference, simulated[t], deviation[t])
        found[t] = present
    return found


def _jolt_once(measured: float, simulated: Array, deviation: float) -> Array:
    """Log-likelihood of one measured jolt, ``(B,)``."""
    jolted = simulated > 1e-6
    if measured <= 0.0:
        none: Array = np.where(jolted, norm.logcdf(-simulated / deviation), 0.0)
        return none
    found: Array = np.where(jolted, norm.logpdf(measured, simulated, deviation), IMPOSSIBLE)
    return found


def _ended(visible: NDArray[np.bool_], simulated: Drive) -> Array:
    """Penalty of candidates whose episode ended although the true one went on, ``(T, B)``."""
    wrong = visible[:, None] & ~simulated.running
    penalty: Array = np.cumsum(np.where(wrong, IMPOSSIBLE, 0.0), axis=0)
    return penalty
