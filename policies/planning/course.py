"""The part that planners with the library share: the lateral target under way, and the reasons of a choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_S, column
from policies.base import KEEP, RUN_OVER, Observation, Option
from policies.command import lateral_range, nearest_centre, to_action
from policies.planning.library import MANOEUVRES, manoeuvre_labels, manoeuvre_names, write_all
from policies.planning.plans import Options, Plans
from policies.planning.search import Library
from policies.planning.ways import RETURN_S, ease

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

NAMES: Final = (*manoeuvre_names(), "nothing that matters")
"""Names of the manoeuvres, and of a decision that needed none."""

LABELS: Final = manoeuvre_labels()


class Course:
    """The lateral target of ``B`` worlds and its drift."""

    def __init__(self, size: int) -> None:
        self._target, self._drift = np.zeros(size), np.zeros(size)
        self._low, self._high, self._home = np.zeros((3, size))
        self.last = np.full(size, -1)
        """``(B,)`` manoeuvre that was chosen last; -1 = none."""

    def begin(
        self, observation: Observation, is_new: NDArray[np.bool_], *, remembers: bool = True
    ) -> None:
        """Begin a decision; in a new episode the target is the ego's position.

        Without memory the target is the observed one, and drifts as fast as the ego does.
        """
        self._low, self._high = lateral_range(observation)
        y = observation["ego"][:, column.E_Y].astype(np.float64)
        self._target = np.where(is_new, y, self._target)
        self._drift = np.where(is_new, 0.0, self._drift)
        self.last = np.where(is_new, -1, self.last)
        if not remembers:
            ego = observation["ego"].astype(np.float64)
            self._target, self._drift = ego[:, column.E_TARGET_Y], ego[:, column.E_LATERAL_SPEED]
            self.last = np.full(len(is_new), -1)
        self._home = np.clip(nearest_centre(self._target), self._low, self._high)

    def lateral(self, busy: Indices) -> Array:
        """Lateral state of the worlds ``busy`` as ``library.write_actions`` takes it, ``(K, 5)``."""
        found = [self._target, self._drift, self._low, self._high, self._home]
        return np.stack([value[busy] for value in found], axis=1)

    def make_library(
        self, ego: Array, busy: Indices, objects: Array, num_decisions: int
    ) -> Library:
        """The library in the worlds ``busy``; ``ego`` is ``(K, E)``, ``objects`` as for ``library.write_actions``."""
        actions = np.empty((len(busy), len(MANOEUVRES), num_decisions, 2))
        write_all(
            ego[:, column.E_SPEED],
            ego[:, column.E_SET_SPEED],
            self.lateral(busy),
            objects,
            True,
            actions,
        )
        left = np.round(ego[:, column.E_TIME_LEFT] / DECISION_S)
        return Library(
            actions,
            np.broadcast_to(LABELS, actions.shape[:2]),
            np.clip(left, 1, num_decisions).astype(np.int64),
            self.last[busy],
        )

    def steer(
        self,
        observation: Observation,
        cruise: Array,
        busy: Indices,
        best: Indices,
        plans: Plans | None,
    ) -> Array:
        """Actions of a decision: the first of the best plan in the worlds ``busy``, elsewhere keep lane and speed.

        Parameters
        ----------
        observation
            Batched.
        cruise
            ``(B,)`` acceleration where nothing matters, m/s2.
        busy, best
            ``(K,)`` worlds in which something matters, and the manoeuvre chosen there.
        plans
            Of these worlds; ``None`` if there are none.
        """
        acceleration = cruise.copy()
        target, _ = ease(self._target, self._drift, self._home, RETURN_S)
        self.last = np.full(len(cruise), -1)
        if plans is not None:
            self.last[busy] = best
            first = plans.first[np.arange(len(busy)), best]
            acceleration[busy], target[busy] = first[:, 0], first[:, 1]
        target = np.clip(target, self._low, self._high)
        self._drift = (target - self._target) / DECISION_S
        self._target = target
        return to_action(observation, acceleration, target)

    def explain(
        self, busy: Indices, plans: Plans | None
    ) -> tuple[Indices, Indices, Sequence[Sequence[Option]]]:
        """Labels and reasons (indices into ``NAMES``) of the last decision, both ``(B,)``, and its options."""
        size = len(self.last)
        labels = np.full(size, KEEP)
        reasons = np.where(self.last < 0, len(NAMES) - 1, self.last)
        if plans is None:
            return labels, reasons, ()
        best = self.last[busy]
        named = LABELS[best]
        met = plans.met[np.arange(len(best)), best] > 0.5
        labels[busy] = np.where((named == KEEP) & met, RUN_OVER, named)
        return labels, reasons, Options(NAMES, LABELS, plans, busy, size)
