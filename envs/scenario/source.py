"""ObjectSource: which catalogue objects a family may draw, and how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from envs.debris.specification import DebrisDraw, DebrisSpec
from envs.errors import UserError

LIGHT_MASS_KG = 6.5
"""Types that never weigh more than this count as light: bags, cartons, foam, cones, which usually do no harm."""

LIGHT_SHARE = 0.35
"""Share of light types among single objects: at least a third of the encounters are harmless."""


def is_body(spec: DebrisSpec) -> bool:
    """Whether the type has height, as opposed to a spill."""
    return spec.kind == "body"


def is_light(spec: DebrisSpec) -> bool:
    """Whether it is a body whose heaviest specimen weighs little."""
    return is_body(spec) and spec.mass_kg.high <= LIGHT_MASS_KG


def is_heavy(spec: DebrisSpec) -> bool:
    """Whether it is a body and not light."""
    return is_body(spec) and not is_light(spec)


@dataclass(frozen=True)
class ObjectSource:
    """The part of a catalogue that an episode may draw from.

    Parameters
    ----------
    catalogue
        All types by name.
    split
        ``"train"``, ``"held_out"`` or ``"all"``: which types may appear.
    groups
        Look-alike groups to draw from; empty = no restriction. Members of a group are balanced.
    """

    catalogue: Mapping[str, DebrisSpec]
    split: str = "train"
    groups: tuple[str, ...] = ()

    def select(self, wanted: Callable[[DebrisSpec], bool]) -> list[DebrisSpec]:
        """Types of this source that satisfy ``wanted``, in name order."""
        names = sorted(self.catalogue)
        return [
            spec
            for spec in (self.catalogue[name] for name in names)
            if self.split in {"all", spec.split}
            and (not self.groups or spec.look_alike_group in self.groups)
            and wanted(spec)
        ]

    def choose(
        self, rng: np.random.Generator, wanted: Callable[[DebrisSpec], bool] = is_body
    ) -> DebrisSpec:
        """One type: a group first, then a member, if the source has groups; else by prior share.

        ``rng`` is consumed: one or two draws. A source with groups falls back to any body if none of its types is
        ``wanted``.

        Raises
        ------
        UserError
            If the source holds no such type.
        """
        specs = self.select(wanted)
        if not specs and self.groups:
            specs = self.select(is_body)
        if not specs:
            groups = ", ".join(self.groups) or "any"
            raise UserError(
                f"split: got {self.split!r}, no object type of it is what the scenario wants (look-alike groups: "
                f"{groups})"
            )
        if self.groups:
            present = sorted({str(spec.look_alike_group) for spec in specs})
            group = present[int(rng.integers(len(present)))]
            specs = [spec for spec in specs if spec.look_alike_group == group]
            return specs[int(rng.integers(len(specs)))]
        weights = np.cumsum([max(spec.prior_share_percent, 0.05) for spec in specs])
        index = int(np.searchsorted(weights, rng.random() * weights[-1], side="right"))
        return specs[min(index, len(specs) - 1)]

    def choose_single(self, rng: np.random.Generator) -> DebrisSpec:
        """A body for an encounter with one object: light in ``LIGHT_SHARE`` of the draws."""
        wants_light = rng.random() < LIGHT_SHARE
        if self.groups or not self.select(is_light):
            return self.choose(rng)
        return self.choose(rng, is_light if wants_light or not self.select(is_heavy) else is_heavy)

    def draw_single(self, rng: np.random.Generator) -> tuple[DebrisSpec, DebrisDraw]:
        """A body by ``choose_single`` and one specimen of it."""
        spec = self.choose_single(rng)
        return spec, spec.sample(rng)

    def draw_by_weight(
        self, rng: np.random.Generator, *, light: bool
    ) -> tuple[DebrisSpec, DebrisDraw]:
        """A light or a heavy body and one specimen of it; any body where this source has none of that weight."""
        wanted = is_light if light else is_heavy
        return self.draw(rng, wanted if self.select(wanted) else is_body)

    def draw(
        self, rng: np.random.Generator, wanted: Callable[[DebrisSpec], bool] = is_body
    ) -> tuple[DebrisSpec, DebrisDraw]:
        """A type by ``choose`` and one specimen of it."""
        spec = self.choose(rng, wanted)
        return spec, spec.sample(rng)
