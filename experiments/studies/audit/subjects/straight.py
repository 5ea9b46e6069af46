"""Everybody goes on as at the moment: the floor, which no learned model may be worse than."""

from __future__ import annotations

import numpy as np

from envs.specification import DECISION_S, EGO_LENGTH_M, EGO_WIDTH_M, column
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects import rollout as c
from experiments.studies.audit.subjects.rollout import Course, Driver, Indices, empty_course

_CAR = (
    column.V_DX, column.V_DY, column.V_VX, column.V_VY, column.V_HEADING, column.V_LENGTH, column.V_WIDTH,
)  # fmt: skip
_THING = (
    column.D_DX, column.D_DY, column.D_VX, column.D_VY, column.D_YAW, column.D_LENGTH, column.D_WIDTH,
)  # fmt: skip


class Straight:
    """Constant velocity from what was observed; actions change nothing, nothing is ever hit or paid for."""

    name = "straight lines"

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Course:
        """See ``Subject``."""
        del drive
        count = len(which)
        found = empty_course(count, steps)
        found.crashed[:] = moments.crashed[which]
        now = {key: rows[which, -1].astype(np.float64) for key, rows in moments.observed.items()}
        ego = now["ego"]
        speed, heading = ego[:, column.E_SPEED], ego[:, column.E_HEADING]
        found.ego[:, 0] = np.stack(
            [
                np.zeros(count), ego[:, column.E_Y], speed * np.cos(heading), speed * np.sin(heading), heading,
                np.full(count, EGO_LENGTH_M), np.full(count, EGO_WIDTH_M),
            ],
            axis=1,
        )  # fmt: skip
        for key, columns, tracked, unseen, bodies in (
            ("vehicles", _CAR, column.V_TRACKED, column.V_AGE_SINCE_SEEN, found.vehicles),
            ("debris", _THING, column.D_TRACKED, column.D_AGE_SINCE_SEEN, found.objects),
        ):
            rows = now[key]
            first = np.where(rows[..., [tracked]] > 0.5, rows[..., columns], np.nan)
            first[..., c.Y] += ego[:, None, column.E_Y]
            # an unseen track keeps its last measurement
            first[..., [c.X, c.Y]] += rows[..., [unseen]] * first[..., [c.VX, c.VY]]
            bodies[:, 0] = first
        for bodies in (found.ego, found.vehicles, found.objects):
            for t in range(1, steps + 1):
                bodies[:, t] = bodies[:, 0]
                bodies[:, t, ..., [c.X, c.Y]] += t * DECISION_S * bodies[:, 0, ..., [c.VX, c.VY]]
        return found
