"""Reliability: how often an event happens for each predicted probability, as counts for a diagram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from experiments.stats.proportion import wilson
from experiments.studies.audit.scenes.bodies import Array, Mask
from experiments.studies.audit.subjects.rollout import Futures

NUM_BINS: Final = 10
"""Of predicted probabilities, equally wide: where they are few, the interval says so."""

LEVEL: Final = 0.95


def count(true: Futures, draws: Sequence[Futures]) -> dict[str, list[dict[str, Any]]]:
    """Count by event and by bin of its predicted probability.

    Parameters
    ----------
    true
        What happened.
    draws
        Futures of the same moments; the share in which an event happens is its probability.

    Returns
    -------
    dict
        Rows of ``count_bins`` for ``"contact"`` (the ego meets an object) and ``"collision"`` (it hits a vehicle), to
        the end of the futures.
    """
    return {
        "contact": count_bins(np.mean([one.meets for one in draws], axis=0), true.meets),
        "collision": count_bins(
            np.mean([one.collided[:, -1] for one in draws], axis=0), true.collided[:, -1]
        ),
    }


def count_bins(p: Array, happened: Mask) -> list[dict[str, Any]]:
    """Count one event by rising probability.

    Parameters
    ----------
    p, happened
        ``(M,)`` predicted probability, and whether it happened.

    Returns
    -------
    list of dict
        Rows with ``low`` and ``high`` edge, ``predicted`` mean, ``count`` of moments, ``happened``, and Wilson's
        interval ``share_low`` to ``share_high``. Bins without a moment are left out.
    """
    at = np.minimum(np.floor(p * NUM_BINS), NUM_BINS - 1)
    rows = []
    for k in range(NUM_BINS):
        chosen = at == k
        total, positive = int(np.sum(chosen)), int(np.sum(happened[chosen]))
        if total:
            _, low, high = wilson(positive, total, level=LEVEL)
            rows.append(
                {"low": k / NUM_BINS, "high": (k + 1) / NUM_BINS, "predicted": float(p[chosen].mean())}
                | {"count": total, "happened": positive, "share_low": low, "share_high": high}
            )  # fmt: skip
    return rows
