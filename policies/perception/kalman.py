"""Correction of a Kalman filter by one measured number; shared by all filters of perception."""

from __future__ import annotations

import numpy as np

from envs.physics.compilation import compiled
from envs.specification.world import Array


@compiled
def innovation_variance(covariance: Array, weights: Array, noise: float) -> float:
    """Variance of a measured number before it is measured.

    Parameters
    ----------
    covariance
        ``(N, N)`` of the estimate.
    weights
        ``(N,)``: the measured number is this linear combination of the estimated quantities, plus noise.
    noise
        Variance of the noise.
    """
    total = noise
    for i in range(weights.shape[0]):
        for k in range(weights.shape[0]):
            total += weights[i] * covariance[i, k] * weights[k]
    return total


@compiled
def correct(mean: Array, covariance: Array, weights: Array, measured: float, noise: float) -> None:
    """Correct an estimate ``mean (N,)`` by a measured number, in place; see ``innovation_variance``."""
    size = weights.shape[0]
    off = measured
    shared = np.zeros(size)
    variance = noise
    for i in range(size):
        off -= weights[i] * mean[i]
        for k in range(size):
            shared[i] += covariance[i, k] * weights[k]
        variance += weights[i] * shared[i]
    for i in range(size):
        mean[i] += shared[i] / variance * off
        for k in range(size):
            covariance[i, k] -= shared[i] * shared[k] / variance
