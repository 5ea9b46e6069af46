"""TrueDynamics: the oracle's search in the true world with the learned belief; isolates the cost of learned motion."""

from __future__ import annotations

from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from envs.sensing.tracker import object_slot
from envs.specification import VEHICLE_SLOTS, debris
from envs.specification.world import World
from policies.base import Budget, Observation
from policies.checkpoint import read_budget
from policies.oracle.belief import ObjectBelief
from policies.oracle.hypotheses import HIDDEN_FLAGS, HIDDEN_ROWS, Specimens
from policies.oracle.oracle_belief import OracleBelief
from policies.perception.sighting_types import SightingTypes
from policies.world_model.estimation.belief import Belief
from policies.world_model.estimation.content_classes import NUM_CLASSES, Codebook, assign
from policies.world_model.log import experience as log
from policies.world_model.model.checkpoint import read_codebook
from policies.world_model.planner.policy import read_checkpoint

Array = NDArray[np.float64]

LOOK_TRUST: Final = 0.5
"""Share of the belief that uses the look, as in the world model."""

_ROWS: Final = {
    log.H_MASS: debris.MASS,
    log.H_CRUSH_PRESSURE: debris.CRUSH_PRESSURE,
    log.H_SHARPNESS: debris.SHARPNESS,
    log.H_DRAG_AREA: debris.DRAG_AREA,
    log.H_TYRE_FRICTION: debris.TYRE_FRICTION,
    log.H_PIECES: debris.PIECES,
}
"""Properties that define classes of contents, and the hidden row of a specimen that holds each."""


def classes_of(specimens: Specimens, book: Codebook) -> NDArray[np.int64]:
    """Content class of every specimen, ``(S,)``."""
    contents = np.zeros((len(specimens.kind), log.NUM_CONTENTS))
    for at, row in _ROWS.items():
        contents[:, at] = specimens.hidden[:, HIDDEN_ROWS.index(row)]
    real = specimens.flags[:, HIDDEN_FLAGS.index(debris.IS_REAL)] == 1
    patch = specimens.flags[:, HIDDEN_FLAGS.index(debris.IS_PATCH)] == 1
    contents[:, log.H_KIND] = np.where(real, np.where(patch, log.PATCH, log.BODY), log.NOTHING)
    contents[:, log.H_ANCHORED] = specimens.flags[:, HIDDEN_FLAGS.index(debris.IS_ANCHORED)]
    return assign(book, contents)


class LearnedObjectBelief(ObjectBelief):
    """Probabilities of specimens: the learned belief over classes, then size and frequency within a class.

    Parameters
    ----------
    hypotheses
        Types of sightings.
    specimens
        Of one object.
    book
        Classes of contents.
    """

    def __init__(self, hypotheses: SightingTypes, specimens: Specimens, book: Codebook) -> None:
        super().__init__(hypotheses, specimens)
        self._classes_of = classes_of(specimens, book)
        prior = np.exp(specimens.log_weight - specimens.log_weight.max())
        total = np.bincount(self._classes_of, prior, minlength=NUM_CLASSES)
        self._prior = prior / prior.sum()
        self._within = prior / total[self._classes_of]
        self.probabilities: Array | None = None
        """``(NUM_CLASSES,)`` of the filter; ``None`` before the object was seen."""

    def weights(self) -> Array:
        """Probabilities of the specimens, ``(S,)``."""
        if self.probabilities is None:
            prior: Array = self._prior
            return prior
        weight: Array = self.probabilities[self._classes_of] * self._within
        total = weight.sum()
        found: Array = weight / total if total > 0.0 else self._prior
        return found


class TrueDynamics(OracleBelief):
    """``OracleBelief`` with the world model's beliefs about contents.

    Parameters
    ----------
    checkpoint
        Folder of the world model; ``"shipped"`` comes with the package.
    **search
        Of ``OracleBelief``.

    Raises
    ------
    UserError
        If the checkpoint cannot be read, or does not describe its classes.
    """

    def __init__(self, checkpoint: str = "shipped", **search: Any) -> None:
        super().__init__(**search)
        found = read_checkpoint(checkpoint)
        self.budget: Budget | None = read_budget(found.about)
        self._book = read_codebook(found.about, checkpoint)
        self._nets = found.learned.filter
        self._belief = Belief(self._nets, LOOK_TRUST, 0)
        self._is_new = np.ones(0, np.bool_)

    def make_belief(self, specimens: Specimens) -> ObjectBelief:
        """Make the belief about a new object."""
        return LearnedObjectBelief(self._hypotheses, specimens, self._book)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the memory of some worlds."""
        super().reset(mask, seeds)
        if len(self._is_new) != len(mask):
            self._belief = Belief(self._nets, LOOK_TRUST, len(mask))
            self._is_new = np.ones(len(mask), np.bool_)
        self._is_new |= mask

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """Update the filter, then search as the oracle does."""
        self._belief.update(observation, self._is_new)
        self._is_new[:] = False
        probabilities = self._belief.probabilities
        for b in range(len(probabilities)):
            for j, belief in enumerate(self.beliefs_of(b)):
                slot = object_slot(cast("World", self._bound().batch.view(np.ndarray)[b]), j)
                if slot >= 0 and isinstance(belief, LearnedObjectBelief):
                    belief.probabilities = probabilities[b, slot - VEHICLE_SLOTS]
        return super().act(observation)
