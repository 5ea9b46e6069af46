"""Probe whether events happen as often as predicted, with the counts for the reliability diagram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from envs.specification import DECISION_S
from experiments.stats.proportion import wilson
from experiments.studies.audit.findings import Finding, Line, mean_of, point
from experiments.studies.audit.scenes.bodies import Array, Mask, X
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import Futures

NAME: Final = "calibration"

HORIZONS: Final = (5, 10, 20)
"""Horizons in decisions: 1, 2 and 4 s."""

SHARES: Final = (0.5, 0.8, 0.95)
"""Central intervals whose coverage is counted."""

NUM_BINS: Final = 8
"""Number of bins of predicted probabilities in the calibration error, with equally many moments each."""

NUM_WIDE_BINS: Final = 10
"""Number of equally wide bins of predicted probabilities in the diagram."""

LEVEL: Final = 0.95
"""Level of the intervals in the diagram."""


def measure_calibration(
    moments: Moments, true: Futures, name: str, draws: Sequence[Futures]
) -> list[Finding]:
    """Coverage of intervals, and Brier score and calibration error of contacts.

    Parameters
    ----------
    moments, true
        ``M`` moments and what really happened.
    name
        Of the subject.
    draws
        Its futures of the same moments, >= 10: their spread is its uncertainty.
    """
    families = moments.families
    found = []
    for kind in ("vehicles", "objects"):
        for steps in HORIZONS:
            known = getattr(true, kind)[:, steps, :, X]
            said = np.stack([getattr(one, kind)[:, steps, :, X] for one in draws])
            for share in SHARES:
                measure = f"{kind} after {steps * DECISION_S:.0f} s, within the {100 * share:.0f} % interval"
                covered = mean_of(_inside(known, said, share), families)
                found.append(Finding(NAME, measure, name, covered))
    met = true.meets.astype(np.float64)
    p: Array = np.mean([one.meets for one in draws], axis=0)
    found.append(Finding(NAME, "contact, Brier score", name, mean_of((p - met) ** 2, families)))
    # sampling alone makes an error of some hundredths here: it is judged on held-out shards
    error = point(calibration_error(p, met))
    return [*found, Finding(NAME, "contact, calibration error", name, error)]


def held_out(name: str, validation: Mapping[str, float]) -> list[Finding]:
    """Calibration errors that training measured on held-out shards, from the checkpoint's description."""
    return [
        Finding(
            NAME, f"{event}, calibration error on held-out shards", name,
            point(validation[f"{event}_ece"]), Line("<=", 0.03),
        )
        for event in ("contact", "collision")
    ]  # fmt: skip


def _inside(known: Array, said: Array, share: float) -> Array:
    """Share of the bodies of every moment within the central interval, ``(M,)``; NaN if there are none."""
    there = np.isfinite(known) & np.isfinite(said).all(axis=0)
    low, high = np.nanquantile(
        np.where(there, said, 0.0), [0.5 - 0.5 * share, 0.5 + 0.5 * share], axis=0
    )
    inside = (known >= low) & (known <= high) & there
    counted = there.sum(axis=1)
    found: Array = np.where(counted > 0, inside.sum(axis=1) / np.maximum(counted, 1), np.nan)
    return found


def calibration_error(p: Array, met: Array) -> float:
    """Expected calibration error with bins of equal size (ECE)."""
    order = np.argsort(p, kind="stable")
    parts = np.array_split(order, NUM_BINS)
    return float(
        sum(len(part) * abs(p[part].mean() - met[part].mean()) for part in parts if len(part))
        / len(p)
    )


def count_by_probability(
    true: Futures, draws: Sequence[Futures]
) -> dict[str, list[dict[str, Any]]]:
    """Counts of every event by bin of its predicted probability.

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
    """Counts of one event by bin of its predicted probability, rising.

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
    at = np.minimum(np.floor(p * NUM_WIDE_BINS), NUM_WIDE_BINS - 1)
    rows = []
    for k in range(NUM_WIDE_BINS):
        chosen = at == k
        total, positive = int(np.sum(chosen)), int(np.sum(happened[chosen]))
        if total:
            _, low, high = wilson(positive, total, level=LEVEL)
            rows.append(
                {"low": k / NUM_WIDE_BINS, "high": (k + 1) / NUM_WIDE_BINS, "predicted": float(p[chosen].mean())}
                | {"count": total, "happened": positive, "share_low": low, "share_high": high}
            )  # fmt: skip
    return rows
