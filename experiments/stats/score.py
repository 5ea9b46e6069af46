"""The score of a policy, between the best floor (0) and the clairvoyant (100)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.stats.interval import Interval
from experiments.stats.resampling import Bootstrap, weighted_means


def score(
    cost: NDArray[np.float64],
    floor: NDArray[np.float64],
    clairvoyant: NDArray[np.float64],
    cluster: Sequence[str],
    bootstrap: Bootstrap,
) -> Interval:
    r"""Score of a policy with its interval.

    .. math:: 100 \, \frac{C_{floor} - C}{C_{floor} - C_{clairvoyant}}

    Parameters
    ----------
    cost, floor, clairvoyant
        ``(n,)`` costs of the policy, of the best floor and of the clairvoyant on the same instances.
    cluster
        ``(n,)`` scenario families.
    bootstrap
        All three are resampled together, because their ratio is what counts.

    Returns
    -------
    Interval
        ``nan`` where the floor costs no more than the clairvoyant: there is nothing to win. Resamples in which that
        is so are left out.

    Notes
    -----
    Which floor is the best one is decided once, on the sample's means, and not again in every resample: the interval
    is about this floor.
    """
    columns = np.stack([cost, floor, clairvoyant], axis=1)
    resampled = weighted_means(bootstrap.weights(cluster), columns)
    value = float(_ratio(columns.mean(axis=0)[None])[0])
    return bootstrap.interval(value, _ratio(resampled))


def _ratio(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Score for rows of costs of (policy, floor, clairvoyant)."""
    room = means[:, 1] - means[:, 2]
    has_room = room > 0.0
    gained = 100.0 * (means[:, 1] - means[:, 0]) / np.where(has_room, room, 1.0)
    return np.where(has_room, gained, np.nan)
