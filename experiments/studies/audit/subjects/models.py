"""World models from checkpoints, complete or with a part removed, behind the interface that the audit probes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Literal

from experiments.studies.audit.subjects.dreams import Dreams, Theta
from experiments.studies.audit.subjects.trackers import BeliefTracker
from policies.world_model.dream.simulation.settings import check_dreams
from policies.world_model.model.checkpoint import SHIPPED, load, read_codebook
from policies.world_model.model.parameters import take_members
from policies.world_model.planner.policy import COMES_WITH_IT

Ablation = Literal["one_member", "no_memory"]
"""As in ``conf/policy/ablation``: one member of every ensemble; a belief from the present observation alone."""


class Model:
    """A checkpoint that provides dreams and a tracker.

    Parameters
    ----------
    checkpoint
        The name of one that comes with the package, or a folder.
    seed
        Of all its dreams.
    """

    def __init__(self, checkpoint: str, seed: int) -> None:
        is_known = checkpoint in COMES_WITH_IT
        self.folder = SHIPPED.with_name(checkpoint) if is_known else Path(checkpoint)
        found, label = load(self.folder), str(self.folder)
        check_dreams(found.learned, label)
        self.learned, self.classes = found.learned, tuple(found.about["classes"])
        self.validation = found.about["validation"]
        # ``None``: its classes of contents have no codebook, so contents cannot be forced
        self.book = read_codebook(found.about, label) if "codebook" in found.about else None
        self.name = checkpoint if is_known else checkpoint.rstrip("/").rsplit("/", 1)[-1]
        self.remembers = True
        self._seed = seed

    def ablate(self, what: Ablation) -> Model:
        """The model without a part, named by what is left."""
        other = copy.copy(self)
        other.name = what.replace("_", " ")
        if what == "one_member":
            other.learned = take_members(self.learned, 1)
        else:
            other.remembers = False
        return other

    def dreams(self, draw: int = 0, temperature: float = 1.0, theta: Theta | None = None) -> Dreams:
        """Dreams with one draw of contents, members and noise."""
        seed = 1_000 * self._seed + draw
        return Dreams(
            self.learned, self.classes, self.name, temperature, seed, theta, remembers=self.remembers
        )  # fmt: skip

    def tracker(self) -> BeliefTracker:
        """The belief filter of the model."""
        return BeliefTracker(self.learned.filter, self.name, remembers=self.remembers)
