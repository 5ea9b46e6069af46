"""What is said to happen in so many of a hundred dreams, against how often it happens: counts for a diagram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from experiments.stats.proportion import wilson
from experiments.studies.audit.subjects.rollout import Array, Course, Mask

NUM_BINS: Final = 10
"""Of predicted probabilities, equally wide: where they are few, the interval says so."""

LEVEL: Final = 0.95


def count(true: Course, draws: Sequence[Course]) -> dict[str, list[dict[str, Any]]]:
    """Count by event and by bin of its predicted probability.

    Parameters
    ----------
    true
        What happened.
    draws
        Dreams of the same moments; the share in which an event happens is its probability.

    Returns
    -------
    dict
        ``"contact"`` (the ego meets an object) and ``"collision"`` (it hits a vehicle), to the end of the futures: rows
        with ``low`` and ``high`` edge, ``predicted`` mean, ``count`` of moments, ``happened``, and Wilson's interval
        ``share_low`` to ``share_high``. Bins without a moment are left out.
    """
    events: dict[str, tuple[Mask, list[Mask]]] = {
        "contact": (_meets(true), [_meets(one) for one in draws]),
        "collision": (_hits(true), [_hits(one) for one in draws]),
    }
    found = {}
    for name, (happened, dreamt) in events.items():
        p: Array = np.mean(np.array(dreamt), axis=0)
        found[name] = count_bins(p, happened)
    return found


def count_bins(p: Array, happened: Mask) -> list[dict[str, Any]]:
    """Rows of ``count`` for one event.

    Parameters
    ----------
    p, happened
        ``(M,)`` predicted probability, and whether it happened.

    Returns
    -------
    list of dict
        By rising probability.
    """
    at = np.minimum(np.floor(p * NUM_BINS), NUM_BINS - 1)
    rows = []
    for k in range(NUM_BINS):
        chosen = at == k
        total, positive = int(np.sum(chosen)), int(np.sum(happened[chosen]))
        if total:
            _, low, high = wilson(positive, total, level=LEVEL)
            rows.append(
                {
                    "low": k / NUM_BINS,
                    "high": (k + 1) / NUM_BINS,
                    "predicted": float(p[chosen].mean()),
                    "count": total,
                    "happened": positive,
                    "share_low": low,
                    "share_high": high,
                }
            )
    return rows


def _meets(course: Course) -> Mask:
    """Whether the ego meets an object, ``(N,)``."""
    found: Mask = np.asarray(course.touched[:, -1].any(axis=1))
    return found


def _hits(course: Course) -> Mask:
    """Whether the ego hits a vehicle, ``(N,)``."""
    found: Mask = np.asarray(course.collided[:, -1])
    return found
