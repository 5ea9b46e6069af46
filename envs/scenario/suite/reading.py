"""Reads suites from YAML files; every mistake in one is reported in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError, not_allowed, shown
from envs.scenario.generator import FAMILIES, SPLITS
from envs.scenario.own import read_catalogue_dirs, read_scenarios
from envs.scenario.suite.model import SEED_SPLITS, Stratum, Suite
from envs.scenario.suite.outcomes import read_outcomes

SUITE_KEYS: Final = ("version", "first_seed", "instances", "strata")
OPTIONAL_KEYS: Final = (
    "outcomes", "skipped", "unavoidable", "sha256", "catalogue_dirs", "scenarios",
)  # fmt: skip
PART_KEYS: Final = ("version", "part_of", "instances")
STRATUM_KEYS: Final = ("objects", "groups", "families")

LARGEST_SEED: Final = 2**53
"""Largest seed of a split's first instance: JavaScript's numbers in the result page are exact up to it."""

MOST_TURNS: Final = 1_000
"""Largest weight of one family: the turns of a stratum are dealt from a list."""


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
    if "part_of" in values:
        return _read_part(path, values, allow)
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
        skipped=_read_skipped(path.name, values.get("skipped", {})),
        unavoidable=_read_unavoidable(path.name, values.get("unavoidable", {})),
        outcomes=read_outcomes(path.name, values.get("outcomes")),
        catalogue_dirs=read_catalogue_dirs(
            path.name, values.get("catalogue_dirs", []), path.parent
        ),
        scenarios=scenarios,
    )
    _check_seeds(path.name, suite)
    _check_lists(path.name, suite)
    return suite


def _read_part(path: Path, values: Mapping[str, Any], allow: Sequence[str]) -> Suite:
    """The first instances of every stratum of another suite, with its lists and outcomes."""
    _refuse_unknown(path.name, values, PART_KEYS, ("sha256",))
    whole_path = path.parent / f"{values['part_of']}.yaml"
    if not whole_path.is_file():
        raise UserError(
            f"{path.name}: part_of: got {shown(values['part_of'])}, expected the name of a suite in the same folder"
        )
    whole = load_suite(whole_path, allow)
    instances = _counts(path.name, values, "instances")
    for split, count in instances.items():
        if count > whole.instances[split]:
            raise UserError(
                f"{path.name}: instances.{split}: got {count}, expected at most {whole.instances[split]}, as "
                f"{whole_path.name} has"
            )
    hashes = _mapping(path.name, values, "sha256") if "sha256" in values else {}
    part = replace(
        whole,
        version=str(values["version"]),
        instances=instances,
        sha256={key: str(value) for key, value in hashes.items()},
        part_of=whole_path,
        unavoidable={},
    )
    known = {split: {item.seed for item in part.items(split)} for split in SEED_SPLITS}
    kept = {split: seeds & known[split] for split, seeds in whole.unavoidable.items()}
    return replace(part, unavoidable=kept)


@lru_cache(maxsize=8)
def load_suite_once(path: str, allow: tuple[str, ...] = ()) -> Suite:
    """The suite of a file, read once per process: workers get many tasks with the same suite."""
    return load_suite(Path(path), allow)


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


def _check_lists(where: str, suite: Suite) -> None:
    """Check that every listed seed belongs to the suite: a list of another suite would be without effect."""
    for split, listed in suite.skipped.items():
        first = suite.first_seed[split]
        last = first + len(suite.strata) * suite.spacing(split) - 1
        for seed in listed:
            if not first <= seed <= last:
                raise UserError(
                    f"{where}: skipped.{split}: got {seed}, expected seeds from {first} to {last}"
                )
    for split, seeds in suite.unavoidable.items():
        known = {item.seed for item in suite.items(split)}
        for seed in sorted(seeds - known):
            raise UserError(
                f"{where}: unavoidable.{split}: got {seed}, expected the seed of an instance of this split"
            )


def _read_skipped(where: str, value: object) -> dict[str, dict[int, str]]:
    """Skipped seeds of every split with their reasons."""
    listed = _splits(where, "skipped", value)
    found: dict[str, dict[int, str]] = {}
    for split, reasons in listed.items():
        if not isinstance(reasons, dict) or not all(key.isdecimal() for key in reasons):
            raise UserError(
                f"{where}: skipped.{split}: got {shown(reasons)}, expected seeds in quotes with reasons, such as "
                '{"7": vehicles 3 and 5 touch at 4.2 s}'
            )
        found[split] = {int(key): str(reason) for key, reason in reasons.items()}
    return found


def _read_unavoidable(where: str, value: object) -> dict[str, frozenset[int]]:
    """Seeds of every split that are labelled as unavoidable."""
    listed = _splits(where, "unavoidable", value)
    for split, seeds in listed.items():
        if not isinstance(seeds, list) or not all(type(seed) is int for seed in seeds):
            raise UserError(
                f"{where}: unavoidable.{split}: got {shown(seeds)}, expected a list of seeds"
            )
    return {split: frozenset(seeds) for split, seeds in listed.items()}


def _splits(where: str, key: str, value: object) -> dict[str, Any]:
    """A mapping from splits, which may be empty."""
    if not isinstance(value, dict):
        raise UserError(f"{where}: {key}: got {shown(value)}, expected a mapping from splits")
    for split in value:
        if split not in SEED_SPLITS:
            raise not_allowed(f"{where}: {key}", split, SEED_SPLITS)
    return value


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
