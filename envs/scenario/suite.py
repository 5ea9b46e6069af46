"""Suites: versioned lists of instances (strata x families x seeds x splits) with a hash over the sampled instances."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from gymnasium.utils import seeding

from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError, not_allowed, shown
from envs.scenario.generator import FAMILIES, SPLITS, Generate, ScenarioSampler
from envs.scenario.instance import ScenarioInstance
from envs.scenario.own import read_catalogue_dirs, read_scenarios

SEED_SPLITS: Final = ("train", "validation", "test")
"""Disjoint ranges of seeds: for training, for validation, and for the test."""

SUITE_KEYS: Final = ("version", "first_seed", "instances", "strata")
OPTIONAL_KEYS: Final = ("sha256", "catalogue_dirs", "scenarios")
STRATUM_KEYS: Final = ("objects", "groups", "families")

STRATUM_SEEDS: Final = 10_000
"""Seeds of one stratum in one split, or as many as it has instances if those are more."""

LARGEST_SEED: Final = 2**53
"""Largest seed of a split's first instance: JavaScript's numbers in the result page are exact up to it."""

MOST_TURNS: Final = 1_000
"""Largest weight of one family: the turns of a stratum are dealt from a list."""


class SuiteItem(NamedTuple):
    """One entry of a suite."""

    stratum: str
    family: str
    seed: int


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
        items = []
        apart = self.spacing(split)
        for s, (name, stratum) in enumerate(self.strata.items()):
            turns = [family for family, weight in stratum.families.items() for _ in range(weight)]
            for k in range(self.instances[split]):
                seed = self.first_seed[split] + s * apart + k
                items.append(SuiteItem(name, turns[k % len(turns)], seed))
        return items

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


def load_suite(path: Path, allow: Sequence[str] = ()) -> Suite:
    """The suite that a YAML file describes, checked, but not sampled yet.

    Parameters
    ----------
    path
        The file. ``catalogue_dirs`` in it are relative to its folder.
    allow
        Prefixes of the functions that its ``scenarios`` may name, such as ``"my_scenarios."``.

    Raises
    ------
    UserError
        One line naming file, key, value and what is allowed.
    """
    values = read_mapping(path)
    _refuse_unknown(path.name, values, SUITE_KEYS, OPTIONAL_KEYS)
    scenarios = read_scenarios(path.name, values.get("scenarios", {}), path.parent, allow)
    strata = _mapping(path.name, values, "strata")
    hashes = _mapping(path.name, values, "sha256") if "sha256" in values else {}
    suite = Suite(
        version=str(values["version"]),
        first_seed=_counts(path.name, values, "first_seed"),
        instances=_counts(path.name, values, "instances"),
        strata={
            name: _read_stratum(
                f"{path.name}: strata.{name}", strata, name, [*FAMILIES, *scenarios]
            )
            for name in strata
        },
        sha256={key: str(value) for key, value in hashes.items()},
        catalogue_dirs=read_catalogue_dirs(
            path.name, values.get("catalogue_dirs", []), path.parent
        ),
        scenarios=scenarios,
    )
    _check_seeds(path.name, suite)
    return suite


@lru_cache(maxsize=8)
def load_suite_once(path: str, allow: tuple[str, ...] = ()) -> Suite:
    """The suite of a file, read once per process: workers get many tasks with the same suite."""
    return load_suite(Path(path), allow)


def first_of_strata(items: Iterable[SuiteItem], count: int | None) -> list[SuiteItem]:
    """The first ``count`` entries of every stratum, ``None`` = all; entries of a stratum follow each other."""
    groups = groupby(items, key=lambda item: item.stratum)
    return [item for _, group in groups for item in islice(group, count)]


def _check_seeds(where: str, suite: Suite) -> None:
    """Check that no seed belongs to two strata or two splits: no policy is tested on an instance it was trained on."""
    reached, before = 0, ""
    for split in sorted(suite.first_seed, key=lambda name: suite.first_seed[name]):
        first = suite.first_seed[split]
        if first < reached:
            raise UserError(
                f"{where}: first_seed.{split}: got {first}, expected at least {reached}, where {before} ends"
            )
        reached, before = first + len(suite.strata) * suite.spacing(split), split


def _refuse_unknown(
    where: str, values: Mapping[str, Any], wanted: tuple[str, ...], optional: tuple[str, ...] = ()
) -> None:
    """Raise an error unless a mapping has all wanted keys, and no others than these and the optional ones."""
    for key in values:
        if key not in (*wanted, *optional):
            raise not_allowed(f"{where}: key", key, (*wanted, *optional))
    for key in wanted:
        if key not in values:
            raise UserError(f"{where}: {key}: missing")


def _mapping(where: str, values: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Value of a key that must be a mapping."""
    value = values[key]
    if not isinstance(value, dict) or not value:
        raise UserError(
            f"{where}: {key}: got {shown(value)}, expected a mapping with at least one entry"
        )
    return value


def _counts(where: str, values: Mapping[str, Any], key: str) -> dict[str, int]:
    """Value of a key that must be a whole number for every split."""
    counts = _mapping(where, values, key)
    _refuse_unknown(f"{where}: {key}", counts, SEED_SPLITS)
    for split, value in counts.items():
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_SEED:
            raise UserError(
                f"{where}: {key}.{split}: got {shown(value)}, expected an integer >= 0, at most {LARGEST_SEED}"
            )
    return counts


def _read_stratum(
    where: str, strata: Mapping[str, Any], name: str, known: Sequence[str]
) -> Stratum:
    """One stratum, its keys and values checked."""
    values = _mapping(where, strata, name)
    _refuse_unknown(where, values, STRATUM_KEYS)
    if values["objects"] not in SPLITS:
        raise not_allowed(f"{where}: objects", values["objects"], SPLITS)
    families = _mapping(where, values, "families")
    for family, weight in families.items():
        if family not in known:
            raise not_allowed(f"{where}: families", family, known)
        if not isinstance(weight, int) or isinstance(weight, bool) or not 1 <= weight <= MOST_TURNS:
            raise UserError(
                f"{where}: families.{family}: got {shown(weight)}, expected an integer >= 1, at most {MOST_TURNS}"
            )
    groups = values["groups"]
    if not isinstance(groups, list):
        raise UserError(f"{where}: groups: got {shown(groups)}, expected a list")
    return Stratum(values["objects"], tuple(str(group) for group in groups), families)
