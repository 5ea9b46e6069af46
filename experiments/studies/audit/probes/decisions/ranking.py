"""Probe whether dreams rank policies as the simulator does, and whether policies trained in dreams exploit errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from scipy.stats import pearsonr, spearmanr

from experiments.stats.interval import Interval
from experiments.stats.tail import CAP_USD
from experiments.studies.audit.findings import Finding, Line, mean_of, point
from experiments.studies.audit.scenes.bodies import Array
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import Subject, driven_by
from policies.base import Policy

NAME: Final = "policy ranking"


def roll_policies(
    subject: Subject, moments: Moments, steps: int, policies: Mapping[str, Policy]
) -> Array:
    """Cost of every policy at every moment, ``(P, M)`` US$."""
    which = np.arange(moments.size)
    return np.array(
        [
            subject.roll(moments, which, steps, driven_by(policy, moments.size)).total_usd
            for policy in policies.values()
        ]
    )


def measure_ranking(
    moments: Moments,
    optimised: Sequence[bool],
    true_usd: Array,
    usd: Array,
    subject: str,
    known: str = "as observed",
) -> list[Finding]:
    """Rank correlations of capped mean costs, and the excess true cost of policies that were optimised in dreams.

    Parameters
    ----------
    moments
        ``M``.
    optimised
        ``(P,)``: the policy was optimised in dreams.
    true_usd, usd
        ``(P, M)`` in the twin, and by the subject.
    subject
        Its name.
    known
        Knowledge of the subject about the moments, for the table.
    """
    real, dreamt = (np.minimum(one, CAP_USD) for one in (true_usd, usd))
    means = real.mean(axis=1), dreamt.mean(axis=1)
    spearman, pearson = (_correlation(measure, *means) for measure in (spearmanr, pearsonr))
    found = [
        Finding(NAME, f"{known}: Spearman", subject, spearman, Line(">=", 0.9)),
        Finding(NAME, f"{known}: Pearson", subject, pearson),
    ]
    chosen = np.array(optimised)
    if chosen.any() and not chosen.all():
        gap = real - dreamt
        extra = gap[chosen].mean(axis=0) - gap[~chosen].mean(axis=0)
        scale = max(float(real[chosen].mean()), 1e-9)
        value = Interval(*(x / scale for x in mean_of(extra, moments.families)))
        measure = f"{known}: exploitation gap, share of the real cost"
        found.append(Finding(NAME, measure, subject, value, Line("<=", 0.1)))
    return found


def _correlation(measure: Callable[[Array, Array], Any], one: Array, other: Array) -> Interval:
    """A rank correlation without interval; NaN if either side is constant."""
    varies = min(np.ptp(one), np.ptp(other)) > 0.0
    return point(measure(one, other).statistic if varies else np.nan)
