"""Probe: what is said to happen in so many of a hundred cases happens in as many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from envs.specification import DECISION_S
from experiments.stats.interval import Interval
from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects import rollout as c
from experiments.studies.audit.subjects.rollout import Array, Course

NAME: Final = "calibration"

HORIZONS: Final = (5, 10, 20)
"""Decisions: 1, 2 and 4 s."""

SHARES: Final = (0.5, 0.8, 0.95)
"""Central intervals whose coverage is counted."""

NUM_BINS: Final = 8
"""Of predicted probabilities, with as many moments each."""


def probe(moments: Moments, true: Course, name: str, draws: Sequence[Course]) -> list[Finding]:
    """Compare many dreams of the same moments with what happened.

    Parameters
    ----------
    moments
        ``M``.
    true
        What happened.
    name
        Of the subject.
    draws
        Its dreams, >= 10: their spread is its uncertainty.

    Returns
    -------
    list of Finding
        How far coverage of intervals is from what it should be, and Brier score and calibration error of contacts.
    """
    families = [one.family for one in moments.instances]
    found = []
    for kind in ("vehicles", "objects"):
        for steps in HORIZONS:
            known = getattr(true, kind)[:, steps, :, c.X]
            said = np.stack([getattr(one, kind)[:, steps, :, c.X] for one in draws])
            for share in SHARES:
                inside = _inside(known, said, share)
                measure = f"{kind} after {steps * DECISION_S:.0f} s, within the {100 * share:.0f} % interval"
                found.append(Finding(NAME, measure, name, mean_of(inside, families)))
    met: Array = np.asarray(true.touched[:, -1].any(axis=1), np.float64)
    touched = np.stack([one.touched[:, -1].any(axis=1) for one in draws])
    p: Array = touched.astype(np.float64).mean(axis=0)
    found.append(Finding(NAME, "contact, Brier score", name, mean_of((p - met) ** 2, families)))
    value = Interval(calibration_error(p, met), np.nan, np.nan)
    # some hundred moments alone make an error of some hundredths: it is judged on held-out shards
    found.append(Finding(NAME, "contact, calibration error", name, value))
    return found


def held_out(name: str, validation: Mapping[str, float]) -> list[Finding]:
    """What training has measured on held-out shards.

    Parameters
    ----------
    name
        Of the subject.
    validation
        Of the checkpoint's description.

    Returns
    -------
    list of Finding
        Calibration errors of contact and collision.
    """
    return [
        Finding(
            NAME, f"{event}, calibration error on held-out shards", name,
            Interval(float(validation[f"{event}_ece"]), np.nan, np.nan), Line("<=", 0.03),
        )
        for event in ("contact", "collision")
    ]  # fmt: skip


def _inside(known: Array, said: Array, share: float) -> Array:
    """Share of the bodies of every moment that are within the central interval, ``(M,)``; nan without any."""
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
