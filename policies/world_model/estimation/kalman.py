"""The correction step that both Kalman filters share: two estimated quantities, one measured number."""

from __future__ import annotations

from typing import Final

from envs.physics.compilation import compiled
from envs.specification.world import Array

FIRST, SECOND, VARIANCE, COVARIANCE, SECOND_VARIANCE = range(5)
NUM_ESTIMATE: Final = 5
"""Means of both quantities; variance of the first, covariance, variance of the second."""


@compiled
def correct(
    estimate: Array, innovation: float, with_first: float, with_second: float, variance: float
) -> None:
    """Correct an estimate in place.

    Parameters
    ----------
    estimate
        ``(NUM_ESTIMATE,)``.
    innovation
        Measured less expected.
    with_first, with_second
        Covariances of the innovation with both quantities.
    variance
        Variance of the innovation.
    """
    first, second = with_first / variance, with_second / variance
    estimate[FIRST] += first * innovation
    estimate[SECOND] += second * innovation
    estimate[VARIANCE] -= first * with_first
    estimate[COVARIANCE] -= first * with_second
    estimate[SECOND_VARIANCE] -= second * with_second
