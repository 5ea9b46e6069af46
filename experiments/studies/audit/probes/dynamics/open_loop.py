"""Probe of position errors of all bodies under the actions that were taken, compared with straight lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from envs.specification import DECISION_S
from experiments.stats.interval import Interval
from experiments.studies.audit.findings import Finding, Line, mean_of, point
from experiments.studies.audit.scenes.bodies import Array, X, Y
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import Futures

NAME: Final = "open loop"

HORIZONS: Final = (1, 5, 10, 15, 20, 25)
"""Horizons in decisions: 0.2 to 5 s."""

FROM: Final = 5
"""Horizon from which on a model must beat straight lines."""

FAR: Final = 20
"""Horizon in decisions, 4 s, at which the lead is measured."""

LEAD: Final = {"ego": 0.1, "vehicle": 0.8, "object": 1.0}
"""Largest allowed share of the error of straight lines at 4 s."""


def measure_places(
    moments: Moments, true: Futures, straight: Futures, futures: Sequence[tuple[str, Futures]]
) -> list[Finding]:
    """Root mean square position errors, their ratio to those of straight lines, and errors of cost and contact.

    Parameters
    ----------
    moments
        Of which these are the futures, one each.
    true, straight
        The twin, and straight lines.
    futures
        By name of the subject.
    """
    families = moments.families
    found = []
    for name, one in futures:
        for kind, lead in LEAD.items():
            for steps in HORIZONS:
                mine, line = (_error(true, future, kind, steps) for future in (one, straight))
                where = f"{kind}, {steps * DECISION_S:.1f} s"
                value, low, high = mean_of(mine, families)
                root = Interval(*(float(np.sqrt(max(x, 0.0))) for x in (value, low, high)))
                found.append(Finding(NAME, f"{where}, RMSE in m", name, root))
                both = np.isfinite(mine) & np.isfinite(line)
                share = np.sqrt(mine[both].mean() / line[both].mean()) if both.any() else np.nan
                limit = Line("<=", lead if steps == FAR else 1.0) if steps >= FROM else None
                measure = f"{where}, share of straight lines"
                found.append(Finding(NAME, measure, name, point(share), limit))
        error = np.abs(one.total_usd - true.total_usd)
        same = (one.meets == true.meets).astype(np.float64)
        found.append(Finding(NAME, "cost, mean error in US$", name, mean_of(error, families)))
        found.append(Finding(NAME, "contact or none, agreement", name, mean_of(same, families)))
    return found


def _error(true: Futures, said: Futures, kind: str, steps: int) -> Array:
    """Mean square position error of every moment, ``(M,)`` m2; NaN where no body is known."""
    one, other = (
        {"ego": future.ego[:, :, None], "vehicle": future.vehicles, "object": future.objects}[kind][:, steps]
        for future in (true, said)
    )  # fmt: skip
    square = ((one[..., [X, Y]] - other[..., [X, Y]]) ** 2).sum(axis=-1)
    counted = np.isfinite(square).sum(axis=1)
    found: Array = np.where(counted > 0, np.nansum(square, axis=1) / np.maximum(counted, 1), np.nan)
    return found
