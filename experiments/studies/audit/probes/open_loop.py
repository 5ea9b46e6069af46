"""Probe: where everybody is after a while under the actions that were taken, against straight lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from envs.specification import DECISION_S
from experiments.stats.interval import Interval
from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects import rollout as c
from experiments.studies.audit.subjects.rollout import Array, Course

NAME: Final = "open loop"

HORIZONS: Final = (1, 5, 10, 15, 20, 25)
"""Decisions: 0.2 to 5 s."""

FROM: Final = 5
"""From here on a model must beat straight lines."""

FAR: Final = 20
"""Decisions, 4 s, at which its lead is measured."""

LEAD: Final = {"ego": 0.1, "vehicle": 0.8, "object": 1.0}
"""Share of the error of straight lines at 4 s that is allowed."""


def probe(
    moments: Moments, true: Course, straight: Course, courses: Sequence[tuple[str, Course]]
) -> list[Finding]:
    """Compare places.

    Parameters
    ----------
    moments
        Whose futures these are, one each.
    true, straight
        The twin, and straight lines.
    courses
        By name of the subject.

    Returns
    -------
    list of Finding
        Root mean square errors in metres, shares of those of straight lines, and what it costs.
    """
    families = [one.family for one in moments.instances]
    found = []
    for name, course in courses:
        for kind in LEAD:
            for steps in HORIZONS:
                mine, line = (_error(true, one, kind, steps) for one in (course, straight))
                where = f"{kind}, {steps * DECISION_S:.1f} s"
                found.append(Finding(NAME, f"{where}, RMSE in m", name, _root(mine, families)))
                limit = LEAD[kind] if steps == FAR else 1.0
                both = np.isfinite(mine) & np.isfinite(line)
                share = np.sqrt(mine[both].mean() / line[both].mean()) if both.any() else np.nan
                found.append(
                    Finding(
                        NAME, f"{where}, share of straight lines", name, Interval(float(share), np.nan, np.nan),
                        Line("<=", limit) if steps >= FROM else None,
                    )
                )  # fmt: skip
        error = np.abs(course.total_usd - true.total_usd)
        found.append(Finding(NAME, "cost, mean error in US$", name, mean_of(error, families)))
        same = (course.touched[:, -1].any(axis=1) == true.touched[:, -1].any(axis=1)).astype(float)
        found.append(Finding(NAME, "contact or none, agreement", name, mean_of(same, families)))
    return found


def _error(true: Course, course: Course, kind: str, steps: int) -> Array:
    """Mean square distance of every moment, ``(M,)`` m2; not a number where there is nobody."""
    pairs = {
        "ego": (true.ego[:, steps, None], course.ego[:, steps, None]),
        "vehicle": (true.vehicles[:, steps], course.vehicles[:, steps]),
        "object": (true.objects[:, steps], course.objects[:, steps]),
    }
    one, other = pairs[kind]
    square = ((one[..., [c.X, c.Y]] - other[..., [c.X, c.Y]]) ** 2).sum(axis=-1)
    counted = np.isfinite(square).sum(axis=1)
    found: Array = np.where(counted > 0, np.nansum(square, axis=1) / np.maximum(counted, 1), np.nan)
    return found


def _root(square: Array, families: Sequence[str]) -> Interval:
    """Root of a mean with its interval."""
    value, low, high = mean_of(square, families)
    return Interval(*(float(np.sqrt(max(x, 0.0))) for x in (value, low, high)))
