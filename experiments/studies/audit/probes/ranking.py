"""Probe: policies are ranked in dreams as they are ranked really, and nobody is better there than here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from scipy.stats import pearsonr, spearmanr

from experiments.stats.interval import Interval
from experiments.stats.tail import CAP_USD
from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import Array, Subject, driven_by
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


def probe(
    moments: Moments,
    names: list[str],
    true_usd: Array,
    usd: Array,
    subject: str,
    dreamers: set[str],
    known: str = "as observed",
) -> list[Finding]:
    """Compare means of policies.

    Parameters
    ----------
    moments
        ``M``.
    names
        Of ``P`` policies.
    true_usd, usd
        ``(P, M)`` in the twin, and as the subject has it.
    subject
        Its name.
    dreamers
        Policies that were optimised in dreams.
    known
        What the subject knows of the moments, for the table.

    Returns
    -------
    list of Finding
        Correlations of capped means; how much more those cost really than dreamt, beyond what it is for the others.
    """
    real, dreamt = (np.minimum(one, CAP_USD) for one in (true_usd, usd))
    means = real.mean(axis=1), dreamt.mean(axis=1)
    found = [
        Finding(
            NAME, f"{known}: Spearman", subject, _correlation(spearmanr, *means), Line(">=", 0.9)
        ),
        Finding(NAME, f"{known}: Pearson", subject, _correlation(pearsonr, *means)),
    ]
    optimised = np.array([name in dreamers for name in names])
    if optimised.any() and not optimised.all():
        families = [one.family for one in moments.instances]
        gap = real - dreamt
        extra = gap[optimised].mean(axis=0) - gap[~optimised].mean(axis=0)
        share = mean_of(extra, families)
        scale = max(float(real[optimised].mean()), 1e-9)
        measure = f"{known}: exploitation gap, share of the real cost"
        value = Interval(*(x / scale for x in share))
        found.append(Finding(NAME, measure, subject, value, Line("<=", 0.1)))
    return found


def _correlation(measure: Callable[[Array, Array], Any], one: Array, other: Array) -> Interval:
    """A value without an interval; not a number for whoever says the same of all."""
    varies = min(np.ptp(one), np.ptp(other)) > 0.0
    value = float(measure(one, other).statistic) if varies else np.nan
    return Interval(value, np.nan, np.nan)
