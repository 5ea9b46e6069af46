"""TreePolicy: decision trees say what every manoeuvre of the library costs, and the cheapest is driven."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.action import decode_acceleration, decode_target
from envs.specification import DECISION_S, column
from policies.base import Budget, Explanation, Observation
from policies.checkpoint import read_budget
from policies.following import follow
from policies.numbers_within import check_numbers
from policies.perception.objects import TrackedObjects, find_objects
from policies.perception.tracks import Perception, Tracks
from policies.planning.course import NAMES, Course
from policies.planning.plans import Plans
from policies.trees.forest import Forest, load_forest, score_all
from policies.trees.plan_features import HORIZON
from policies.trees.situation import describe_situations

Array = NDArray[np.float64]

COMES_WITH_IT: Final = ("shipped", "shipped_1000")
"""Checkpoints in the package: the best on validation instances, and the best of a thousand conditions."""

REST_SD: Final = 2.5
"""An object whose measured speed is within this many standard deviations of zero lies still, as for other planners."""

GONE: Final = 0.98
"""An object that is gone with a higher probability than this is no reason to choose a manoeuvre."""

UNIT_USD: Final = 100.0
"""Costs are learned in this unit."""


class TreePolicy:
    """Decision trees that choose a manoeuvre of the shared library from what rules see.

    Parameters
    ----------
    checkpoint
        Folder of the trees; ``"shipped"`` and ``"shipped_1000"`` come with the package. Or the trees themselves.
    loyalty
        The manoeuvre under way is kept unless another is cheaper by more than this share, 0 to 1.

    Raises
    ------
    UserError
        If a value is not allowed, or the checkpoint cannot be read.
    """

    privileged = False

    def __init__(self, checkpoint: str | Forest = "shipped", loyalty: float = 0.1) -> None:
        check_numbers(("loyalty", loyalty, 0.0, 1.0))
        self.budget: Budget | None = None
        if isinstance(checkpoint, Forest):
            self.forest = checkpoint
        else:
            folder = Path(str(checkpoint))
            if str(checkpoint) in COMES_WITH_IT:
                folder = Path(__file__).with_name(str(checkpoint))
            found = load_forest(folder)
            self.forest, self.budget = found.learned, read_budget(found.about)
        self._loyalty = float(np.log1p(loyalty))
        self._begin(0)

    def _begin(self, size: int) -> None:
        """Forget everything about ``size`` worlds."""
        self._tracking, self._course = Perception(size), Course(size)
        self._is_new = np.ones(size, np.bool_)
        self._explanation = Explanation(np.zeros(0, np.int64), np.zeros(0, np.int64), NAMES)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the memory of some worlds; no random numbers are used."""
        del seeds
        if len(self._is_new) != len(mask):
            self._begin(len(mask))
        self._is_new |= mask

    def act(self, observation: Observation) -> Array:
        """Choose a manoeuvre where an object or the traffic matters; elsewhere keep lane, speed and distance."""
        tracks, objects, busy = self.look(observation)
        cruise = follow(observation, observation["ego"][:, column.E_SET_SPEED].astype(np.float64))
        best, plans = np.zeros(0, np.int64), None
        if len(busy):
            situations = describe_situations(tracks, objects, self._course, busy)
            best, plans = self._choose(situations, tracks, objects, busy, cruise)
        action = self._course.steer(observation, cruise, busy, best, plans)
        labels, reasons, options = self._course.explain(busy, plans)
        self._explanation = Explanation(labels, reasons, NAMES, options)
        return action

    def look(self, observation: Observation) -> tuple[Tracks, TrackedObjects, NDArray[np.int64]]:
        """Update the tracks: the objects, and the worlds in which something calls for a manoeuvre."""
        tracks = self._tracking.update(observation, self._is_new)
        objects = find_objects(tracks.observation, REST_SD, HORIZON * DECISION_S)
        objects = objects._replace(matters=objects.matters & (tracks.gone < GONE))
        self._course.begin(observation, self._is_new)
        self._is_new[:] = False
        return tracks, objects, np.flatnonzero(objects.matters.any(axis=1) | objects.traffic)

    def choose(
        self, situations: NDArray[np.float32], last: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], Array]:
        """The cheapest manoeuvre ``(K,)`` and the scores ``(K, C)``; ``last`` is the one under way, -1 = none."""
        scores = score_all(self.forest, situations.astype(np.float64))
        favoured = scores.copy()
        rows = np.flatnonzero(last >= 0)
        favoured[rows, last[rows]] -= self._loyalty
        return favoured.argmin(axis=1), scores

    def _choose(
        self,
        situations: NDArray[np.float32],
        tracks: Tracks,
        objects: TrackedObjects,
        busy: NDArray[np.int64],
        cruise: Array,
    ) -> tuple[NDArray[np.int64], Plans]:
        """The manoeuvre of every world, and all of them as plans."""
        best, scores = self.choose(situations, self._course.last[busy])
        ego = tracks.observation["ego"][busy].astype(np.float64)
        library = self._course.make_library(ego, busy, objects.nearest(busy), HORIZON)
        lateral = self._course.lateral(busy)
        first = library.actions[:, :, 0].copy()
        first[..., 0] = np.minimum(decode_acceleration(first[..., 0]), cruise[busy][:, None])
        first[..., 1] = decode_target(first[..., 1], lateral[:, 2:3], lateral[:, 3:4])
        usd = UNIT_USD * np.exp(scores)
        nothing = np.zeros(scores.shape)
        path = np.zeros((*scores.shape, 0, 2))
        return best, Plans(usd, usd, usd, first, path, nothing)

    def explain(self) -> Explanation:
        """The chosen manoeuvre and the best of the others."""
        return self._explanation
