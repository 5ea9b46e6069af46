"""Suites: versioned lists of instances (strata x families x seeds x splits) with a hash over the sampled instances."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, islice
from pathlib import Path
from typing import Final, NamedTuple

from gymnasium.utils import seeding

from envs.errors import UserError, not_allowed
from envs.scenario.generator import Generate, ScenarioSampler
from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite.outcomes import USUAL_OUTCOMES, Outcomes

SEED_SPLITS: Final = ("train", "validation", "test")
"""Disjoint ranges of seeds: for training, for validation, and for the test."""

STRATUM_SEEDS: Final = 10_000
"""Seeds of one stratum in one split, or as many as it has instances if those are more."""


class SuiteItem(NamedTuple):
    """One entry of a suite; an ``unavoidable`` one is in no mean, because no policy can avoid its cost."""

    stratum: str
    family: str
    seed: int
    unavoidable: bool = False


@dataclass(frozen=True)
class Stratum:
    """A part of a suite.

    Parameters
    ----------
    objects
        Object types that may appear: ``"train"``, ``"held_out"`` or ``"all"``.
    groups
        Look-alike groups to draw from; empty = all types.
    families
        Family name to weight; instances are dealt in proportion.
    """

    objects: str
    groups: tuple[str, ...]
    families: Mapping[str, int]

    @cached_property
    def turns(self) -> tuple[str, ...]:
        """The families in the order in which they take turns, spread so that every beginning is nearly in proportion.

        Smooth weighted round-robin: every turn goes to the family that is furthest behind its share.

        Examples
        --------
        >>> Stratum("all", (), {"a": 3, "b": 1}).turns
        ('a', 'a', 'b', 'a')
        """
        total = sum(self.families.values())
        behind = dict.fromkeys(self.families, 0)
        turns = []
        for _ in range(total):
            for family, weight in self.families.items():
                behind[family] += weight
            turns.append(max(behind, key=behind.__getitem__))
            behind[turns[-1]] -= total
        return tuple(turns)

    def family_of(self, place: int) -> str:
        """The family of the seed at a place, counted from the stratum's first seed."""
        return self.turns[place % len(self.turns)]


@dataclass(frozen=True)
class Suite:
    """A versioned list of instances.

    Parameters
    ----------
    version
        Name of the version; a changed suite is a new one.
    first_seed, instances
        First seed of every split, and instances per stratum in every split.
    strata
        By name, in order.
    sha256
        Recorded hash of every split; empty if none is recorded.
    skipped
        By split, seeds that are left out and why; the next seeds of their stratum and family take their places.
    unavoidable
        By split, seeds of instances that cannot be solved.
    outcomes
        Outcomes of comparisons on this suite.
    part_of
        File of the suite of which this one has the first instances of every stratum; ``None`` if it is of its own.
    catalogue_dirs
        Folders with further object types.
    scenarios
        Families of the user's own, by name.
    """

    version: str
    first_seed: Mapping[str, int]
    instances: Mapping[str, int]
    strata: Mapping[str, Stratum]
    sha256: Mapping[str, str]
    skipped: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    unavoidable: Mapping[str, frozenset[int]] = field(default_factory=dict)
    outcomes: Outcomes = USUAL_OUTCOMES
    part_of: Path | None = None
    catalogue_dirs: tuple[Path, ...] = ()
    scenarios: Mapping[str, Generate] = field(default_factory=dict)
    _samplers: dict[tuple[str, str], ScenarioSampler] = field(
        default_factory=dict, repr=False, compare=False
    )

    def items(self, split: str) -> list[SuiteItem]:
        """Every entry of a split, in order; families of a stratum take turns in proportion to their weights.

        Raises
        ------
        not_allowed
            If the split is unknown.
        """
        if split not in SEED_SPLITS:
            raise not_allowed("split", split, SEED_SPLITS)
        unavoidable = self.unavoidable.get(split, frozenset())
        items = []
        for name, stratum in self.strata.items():
            spare = {family: self._spare(split, name, family) for family in stratum.families}
            first = self.first_of(split, name)
            for seed in range(first, first + self.instances[split]):
                family = stratum.family_of(seed - first)
                if seed in self.skipped.get(split, {}):
                    seed = self._replace(split, name, seed, spare[family])
                items.append(SuiteItem(name, family, seed, seed in unavoidable))
        return items

    def skipped_by_family(self, split: str) -> Counter[str]:
        """Number of skipped seeds of a split by stratum and family, such as ``hidden/cut_out``."""
        names = list(self.strata)
        counts: Counter[str] = Counter()
        for seed in self.skipped.get(split, {}):
            place, k = divmod(seed - self.first_seed[split], self.spacing(split))
            counts[f"{names[place]}/{self.strata[names[place]].family_of(k)}"] += 1
        return counts

    def first_of(self, split: str, stratum: str) -> int:
        """First seed of a stratum in a split."""
        place = list(self.strata).index(stratum)
        return self.first_seed[split] + place * self.spacing(split)

    def _spare(self, split: str, stratum: str, family: str) -> Iterator[int]:
        """Seeds of a stratum behind its usual ones that belong to a family and are not skipped, in order."""
        first = self.first_of(split, stratum)
        for seed in range(first + self.instances[split], first + self.spacing(split)):
            is_skipped = seed in self.skipped.get(split, {})
            if self.strata[stratum].family_of(seed - first) == family and not is_skipped:
                yield seed

    def _replace(self, split: str, stratum: str, seed: int, spare: Iterator[int]) -> int:
        """The seed that takes the place of a skipped one."""
        for other in spare:
            return other
        raise UserError(
            f"suite {self.version}: skipped.{split}: {seed}: stratum {stratum} has no seed left to replace it; it has "
            f"{self.spacing(split)} seeds for {self.instances[split]} instances"
        )

    def spacing(self, split: str) -> int:
        """Seeds from one stratum of a split to the next."""
        return max(STRATUM_SEEDS, self.instances[split])

    def sample(self, split: str) -> Iterator[tuple[SuiteItem, ScenarioInstance]]:
        """Every entry of a split with its instance, one after the other."""
        for item in self.items(split):
            yield item, self.instance(item)

    def instance(self, item: SuiteItem) -> ScenarioInstance:
        """The instance of one entry, sampled from the entry's seed; it does not depend on any other entry."""
        key = (item.stratum, item.family)
        if key not in self._samplers:
            stratum = self.strata[item.stratum]
            self._samplers[key] = ScenarioSampler(
                self.scenarios.get(item.family, item.family),
                split=stratum.objects,
                groups=stratum.groups,
                catalogue_dirs=self.catalogue_dirs,
            )
        return self._samplers[key].sample(seeding.np_random(item.seed)[0])

    def check_own_scenarios(self, split: str) -> None:
        """Raise an error if a family of the user's own draws another instance when it is given the same seed.

        The first instance of each is drawn twice.

        Raises
        ------
        UserError
            Naming the family.
        """
        first = {item.family: item for item in reversed(self.items(split))}
        for family in self.scenarios.keys() & first.keys():
            one, other = (self.instance(first[family]).hash for _ in range(2))
            if one != other:
                raise UserError(
                    f"suite {self.version}: scenario {family}: two draws with the same seed differ; take every random "
                    "number from rng"
                )

    def compute_sha256(self, split: str) -> str:
        """Hash over the instance hashes of a split, in order."""
        digest = hashlib.sha256()
        for _, instance in self.sample(split):
            digest.update(instance.hash.encode())
        return digest.hexdigest()

    def check(self, split: str) -> None:
        """Raise an error if the sampled instances differ from those recorded in the suite's file.

        Raises
        ------
        UserError
            Naming both hashes.
        """
        sampled, recorded = self.compute_sha256(split), self.sha256.get(split)
        if sampled != recorded:
            raise UserError(
                f"suite {self.version}: sha256.{split}: recorded {recorded}, sampled {sampled}; a changed suite is a "
                "new version"
            )


def first_of_strata(items: Iterable[SuiteItem], count: int | None) -> list[SuiteItem]:
    """The first ``count`` entries of every stratum, ``None`` = all; entries of a stratum follow each other."""
    groups = groupby(items, key=lambda item: item.stratum)
    return [item for _, group in groups for item in islice(group, count)]
