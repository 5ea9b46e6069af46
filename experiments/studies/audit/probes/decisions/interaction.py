"""Probe whether other actions at the same moment change the cost as they do in the simulator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.stats import kendalltau

from envs.specification import LANE_WIDTH_M, column
from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.scenes.bodies import Array, metres_ahead
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import Subject, fixed
from policies.planning.answers import Approach, candidates

NAME: Final = "interaction"

CHOSEN: Final = (
    "keep", "straddle", "left, edge", "left, 2.5 s", "right, edge", "right, 2.5 s", "brake 3 to 60%", "brake 7.5 to 0%",
)  # fmt: skip
"""The eight manoeuvres, of ``policies.planning.answers``."""

TIE_USD: Final = 20.0
"""Manoeuvres whose true costs differ by less are the same choice [A]."""


def lay_out(moments: Moments, steps: int) -> Array:
    """Actions of the eight manoeuvres at every moment, ``(M, 8, steps, 2)``, for the nearest object tracked ahead."""
    found = np.zeros((moments.size, len(CHOSEN), steps, 2))
    for k in range(moments.size):
        ego = moments.observed["ego"][k, -1].astype(np.float64)
        rows = moments.observed["debris"][k, -1].astype(np.float64)
        ahead = metres_ahead(rows)
        nearest = int(ahead.argmin())
        lane = round(float(ego[column.E_Y]) / LANE_WIDTH_M)
        approach = Approach(
            float(ego[column.E_SPEED]), float(ego[column.E_Y]), lane, float(ahead[nearest]),
            float(ego[column.E_Y] + rows[nearest, column.D_DY]),
            float(ego[column.E_LEFT_EDGE]) + 0.9, float(ego[column.E_RIGHT_EDGE]) - 0.9,
        )  # fmt: skip
        named = {one.name: one.actions for one in candidates(approach, steps)}
        found[k] = [named[name] for name in CHOSEN]
    return found


def roll_costs(subject: Subject, moments: Moments, actions: Array) -> Array:
    """Cost of every manoeuvre at every moment, ``(M, 8)`` US$."""
    count, plans, steps = actions.shape[:3]
    which = np.repeat(np.arange(count), plans)
    futures = subject.roll(moments, which, steps, fixed(actions.reshape(count * plans, steps, 2)))
    return futures.total_usd.reshape(count, plans)


def measure_choices(
    moments: Moments, true_usd: Array, costs: Sequence[tuple[str, Array]], known: str
) -> list[Finding]:
    """Agreement on the best manoeuvre, rank correlation of the costs, and regret of the choice.

    Parameters
    ----------
    moments
        ``M``.
    true_usd
        ``(M, 8)`` in the twin.
    costs
        The same by subject.
    known
        Knowledge of the subject about the moments, for the table.
    """
    rows, best = np.arange(len(true_usd)), true_usd.min(axis=1)
    # where all manoeuvres cost the same there is nothing to choose
    matters = true_usd.max(axis=1) - best > TIE_USD
    found = []
    for name, usd in costs:
        regret = true_usd[rows, usd.argmin(axis=1)] - best
        agrees = np.where(matters, regret <= TIE_USD, np.nan)
        tau = np.array([kendalltau(a, b).statistic for a, b in zip(usd, true_usd, strict=True)])
        tau = np.where(matters, np.nan_to_num(tau), np.nan)
        for measure, values, line in (
            ("best manoeuvre, agreement", agrees, Line(">=", 0.8)),
            ("order of manoeuvres, Kendall's tau", tau, Line(">=", 0.7)),
            ("regret of the choice, US$", regret, None),
        ):
            value = mean_of(values, moments.families)
            found.append(Finding(NAME, f"{known}: {measure}", name, value, line))
    return found
