"""Checkpoints as subjects, whole or with a part taken out."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from experiments.studies.audit.subjects.dreams import Dreams
from experiments.studies.audit.subjects.trackers import FilterMind
from policies.world_model.dream.settings import check_dreams
from policies.world_model.model.checkpoint import SHIPPED, load, read_codebook
from policies.world_model.model.parameters import take_members
from policies.world_model.planner.policy import COMES_WITH_IT

Ablation = Literal["one_member", "no_memory"]
"""As in ``conf/policy/ablation``: one member of every ensemble; a belief from the present look alone."""


class Model:
    """A checkpoint that dreams and remembers.

    Parameters
    ----------
    checkpoint
        The name of one that comes with the package, or a folder.
    seed
        Of all its dreams.
    """

    def __init__(self, checkpoint: str, seed: int) -> None:
        is_known = checkpoint in COMES_WITH_IT
        folder = SHIPPED.with_name(checkpoint) if is_known else Path(checkpoint)
        self.folder = folder
        found = load(folder)
        check_dreams(found.learned, str(folder))
        self.learned, self.classes = found.learned, tuple(found.about["classes"])
        self.validation = found.about["validation"]
        is_told = "codebook" in found.about
        self.book = read_codebook(found.about, str(folder)) if is_told else None
        self.name = checkpoint if is_known else checkpoint.rstrip("/").rsplit("/", 1)[-1]
        self.remembers = True
        self._seed = seed

    def ablate(self, what: Ablation) -> Model:
        """The same without a part, named by what is left."""
        other = copy.copy(self)
        other.name = what.replace("_", " ")
        if what == "one_member":
            other.learned = take_members(self.learned, 1)
        else:
            other.remembers = False
        return other

    def dreams(
        self,
        draw: int = 0,
        temperature: float = 1.0,
        theta: Sequence[Sequence[int | None]] | None = None,
    ) -> Dreams:
        """One draw of contents, members and noise."""
        seed = 1_000 * self._seed + draw
        return Dreams(
            self.learned, self.classes, self.name, temperature, seed, theta, remembers=self.remembers
        )  # fmt: skip

    def mind(self) -> FilterMind:
        """What it remembers."""
        return FilterMind(self.learned.filter, self.name, remembers=self.remembers)
