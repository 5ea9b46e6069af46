"""ObjectSource: which catalogue objects a family may draw, and how often."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from envs.debris.specification import DebrisDraw, DebrisSpec
from envs.errors import UserError
from envs.scenario.parameters.distribution import Names

LIGHT_MASS_KG = 6.5
"""Types that never weigh more than this count as light: bags, cartons, foam, cones, which usually do no harm."""

LIGHT_SHARE = 0.35
"""Share of light types among single objects: at least a third of the encounters are harmless."""

LEAST_PERCENT = 0.05
"""Prior share that a type has at least: every type appears [A]."""


def is_body(spec: DebrisSpec) -> bool:
    """Whether the type has height, as opposed to a spill."""
    return spec.kind == "body"


def is_light(spec: DebrisSpec) -> bool:
    """Whether it is a body whose heaviest specimen weighs little."""
    return is_body(spec) and spec.mass_kg.high <= LIGHT_MASS_KG


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
    _shares: dict[tuple[object, float | None, bool], Names] = field(
        default_factory=dict, repr=False, compare=False
    )

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

        ``rng`` is consumed: one draw. A source with groups falls back to any body if none of its types is ``wanted``.

        Raises
        ------
        UserError
            If the source holds no such type.
        """
        names = self._compute_shares(wanted, None, uses_groups=True)
        return self.catalogue[names.quantile(rng.random())]

    def shares(
        self,
        wanted: Callable[[DebrisSpec], bool] = is_body,
        light_share: float | None = None,
        *,
        uses_groups: bool = True,
    ) -> Names:
        """Probability of every type that is ``wanted``: by prior share, or groups and their members balanced.

        A source with groups falls back to any body if none of its types is ``wanted``.

        Parameters
        ----------
        light_share
            Probability of a light type, if this source has both light and heavy ones; ``None``: as it comes. Groups
            decide it where they apply.
        uses_groups
            Whether the source's look-alike groups apply.

        Raises
        ------
        UserError
            If the source holds no such type.
        """
        key = (wanted, light_share, uses_groups)
        if key not in self._shares:
            self._shares[key] = self._compute_shares(wanted, light_share, uses_groups=uses_groups)
        return self._shares[key]

    def _compute_shares(
        self,
        wanted: Callable[[DebrisSpec], bool],
        light_share: float | None,
        *,
        uses_groups: bool,
    ) -> Names:
        """Probabilities for ``shares``."""
        if self.groups and not uses_groups:
            return ObjectSource(self.catalogue, self.split).shares(wanted, light_share)
        specs = self.select(wanted)
        if not specs and self.groups:
            specs = self.select(is_body)
        if not specs:
            raise self._nothing()
        names = tuple(spec.name for spec in specs)
        if self.groups:
            members = Counter(str(spec.look_alike_group) for spec in specs)
            balanced = (1.0 / members[str(spec.look_alike_group)] for spec in specs)
            return Names(names, tuple(weight / len(members) for weight in balanced))
        weights = [max(spec.prior_share_percent, LEAST_PERCENT) for spec in specs]
        light = math.fsum(w for w, spec in zip(weights, specs, strict=True) if is_light(spec))
        whole = math.fsum(weights)
        if light_share is None or not 0.0 < light < whole:
            return Names(names, tuple(weight / whole for weight in weights))
        return Names(
            names,
            tuple(
                light_share * weight / light
                if is_light(spec)
                else (1.0 - light_share) * weight / (whole - light)
                for weight, spec in zip(weights, specs, strict=True)
            ),
        )

    def _nothing(self) -> UserError:
        """The error that no type fits."""
        groups = ", ".join(self.groups) or "any"
        return UserError(
            f"split: got {self.split!r}, no object type of it fits the scenario (look-alike groups: {groups})"
        )

    def draw(
        self, rng: np.random.Generator, wanted: Callable[[DebrisSpec], bool] = is_body
    ) -> tuple[DebrisSpec, DebrisDraw]:
        """A type by ``choose`` and one specimen of it."""
        spec = self.choose(rng, wanted)
        return spec, spec.sample(rng)
