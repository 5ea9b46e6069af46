"""The subject in which every body keeps its velocity: the lower bound for learned models."""

from __future__ import annotations

import numpy as np

from envs.specification import DECISION_S, EGO_HEIGHT_M, EGO_LENGTH_M, EGO_WIDTH_M, column
from experiments.studies.audit.scenes import bodies as body
from experiments.studies.audit.scenes.bodies import Indices
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import Driver, Futures, empty_futures


class Straight:
    """Constant velocity from the last observation; actions have no effect, and there are no contacts or costs."""

    name = "straight lines"

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Futures:
        """Roll out futures; see ``Subject.roll``."""
        del drive
        found = empty_futures(moments.crashed[which], steps)
        now = {key: rows[which, -1].astype(np.float64) for key, rows in moments.observed.items()}
        ego = now["ego"]
        y, speed, heading = (ego[:, k] for k in (column.E_Y, column.E_SPEED, column.E_HEADING))
        size = EGO_LENGTH_M, EGO_WIDTH_M, EGO_HEIGHT_M
        found.ego[:, 0] = body.as_body(np.zeros(len(which)), y, speed, heading, size)
        for rows, columns, tracked, unseen, bodies in (
            (now["vehicles"], body.VEHICLE_COLUMNS, column.V_TRACKED, column.V_AGE_SINCE_SEEN, found.vehicles),
            (now["debris"], body.OBJECT_COLUMNS, column.D_TRACKED, column.D_AGE_SINCE_SEEN, found.objects),
        ):  # fmt: skip
            first = np.where(rows[..., [tracked]] > 0.5, rows[..., columns], np.nan)
            first[..., body.Y] += y[:, None]
            # an unseen track keeps its last measurement
            first[..., [body.X, body.Y]] += rows[..., [unseen]] * first[..., [body.VX, body.VY]]
            bodies[:, 0] = first
        for bodies in (found.ego, found.vehicles, found.objects):
            velocity = bodies[:, 0, ..., [body.VX, body.VY]]
            for t in range(1, steps + 1):
                bodies[:, t] = bodies[:, 0]
                bodies[:, t, ..., [body.X, body.Y]] += t * DECISION_S * velocity
        return found
