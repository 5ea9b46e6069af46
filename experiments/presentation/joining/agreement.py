"""Checks that runs belong together: the same name means the same policy, suite and costs, a seed the same instance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from envs.debris.safe_yaml import CatalogueError, parse_mapping
from envs.errors import UserError, shown
from experiments.cli.locations import name_of
from experiments.evaluation.entrants import Entrant, from_values
from experiments.records import table as records

RUN: Final = "run"
"""Column of joined records: number of the run that a row is from."""

_ONE: Final = ("suite", "split")
"""Columns that must be equal in all runs."""

_ADVICE: Final = {"policy": "a policy has the name of its file: rename one and run it again"}
"""By kind of a part, what to do about two that differ; for others ``_RUN_AGAIN``."""

_RUN_AGAIN: Final = "run both with the same files, or rename one"


class Run(NamedTuple):
    """Records of one run and what their provenance says."""

    folder: Path
    table: pa.Table
    about: Mapping[str, Any]

    @property
    def entrants(self) -> dict[str, Entrant]:
        """The policies by their names in records."""
        return from_values(self.about["entrants"])


class _Part(NamedTuple):
    """What is known of the files of a policy, suite, cost setting or of all metrics."""

    sha256: Mapping[str, str] | None  # by file; ``None`` in provenance of older versions
    text: str | None  # its own file


def check_agreement(runs: Sequence[Run]) -> None:
    """Raise an error if something differs between runs that they have under one name.

    Raises
    ------
    UserError
        One line with both folders and what differs.
    """
    for run in runs[1:]:
        _check_suite(runs[0], run)
    _check_parts(runs)
    _check_entrants(runs)


def check_instances(table: pa.Table, runs: Sequence[Run]) -> None:
    """Raise an error if two of the joined runs drove different instances with the same seed.

    Raises
    ------
    UserError
        One line with both folders and the seed.
    """
    found = records.query(
        table,
        f"select seed, min({RUN}) filter (what = first) as one, min({RUN}) filter (what <> first) as other from ("  # noqa: S608 (own names)
        f"select seed, {RUN}, concat_ws('/', stratum, family, instance_hash) as what, "
        f"first_value(what) over (partition by seed order by {RUN}) as first from records) "
        "group by seed having other is not null order by seed limit 1",
    )
    for row in found:
        one, other = runs[row["one"]].folder, runs[row["other"]].folder
        raise UserError(
            f"records: {one} and {other} drove different instances with seed {row['seed']}: {_RUN_AGAIN}"
        )


def _check_suite(first: Run, run: Run) -> None:
    """Refuse another suite, split, or other instances of the split."""
    for column in _ONE:
        mine, theirs = run.table[column][0].as_py(), first.table[column][0].as_py()
        if mine != theirs:
            raise UserError(
                f"records: {run.folder} has {column} {mine!r}, {first.folder} has {theirs!r}: they cannot be compared"
            )
    split = first.table["split"][0].as_py()
    recorded = [one.about["suite"].get("sha256", {}).get(split) for one in (first, run)]
    if None not in recorded and recorded[0] != recorded[1]:
        name = first.table["suite"][0].as_py()
        raise UserError(
            f"records: {first.folder} and {run.folder} contain different suites with the name {name!r}: sha256.{split} "
            f"differs; {_RUN_AGAIN}"
        )


def _check_parts(runs: Sequence[Run]) -> None:
    """Refuse parts of the same name that are made of different files."""
    known: dict[str, list[tuple[_Part, Path]]] = {}
    for run in runs:
        for label, part in _list_parts(run.about):
            others = known.setdefault(label, [])
            if any(part == other for other, _ in others):
                continue
            for other, folder in others:
                difference = _describe_difference(label, other, part)
                if difference:
                    raise _different(label, folder, run.folder, difference)
            others.append((part, run.folder))


def _different(label: str, one: Path, other: Path, difference: str) -> UserError:
    """An error, for the caller to raise, about two parts of the same name."""
    kind, _, name = label.partition(" ")
    words = {"policy": "policies", "cost": "cost settings", "suite": "suites"}.get(kind, kind)
    named = f" with the name {name!r}" if name else ""
    return UserError(
        f"records: {one} and {other} contain different {words}{named}: {difference}; {_ADVICE.get(kind, _RUN_AGAIN)}"
    )


def _list_parts(about: Mapping[str, Any]) -> Iterator[tuple[str, _Part]]:
    """The parts of a run by label, such as ``policy mine``."""
    hashes: Mapping[str, Mapping[str, str]] = about.get("sha256", {})
    texts = dict(_list_texts(about))
    for label in {**hashes, **texts}:
        yield label, _Part(hashes.get(label), texts.get(label))


def _list_texts(about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The texts of a run's files by label."""
    config = about.get("config", {})
    labels = {
        f"{name_of(one)}.yaml": f"cost {name_of(one)}"
        for one in (str(config.get("cost")), *config.get("also_cost", ()))
    }
    suite = name_of(str(config.get("suite")))
    labels[f"{suite}.yaml"] = f"suite {suite}"
    names = {one.get("file") or name: name for name, one in about["entrants"].items()}
    for file, text in about.get("files", {}).items():
        yield labels.get(file, f"policy {names.get(file, Path(file).stem)}"), text


def _describe_difference(label: str, one: _Part, other: _Part) -> str:
    """What differs between two parts, or nothing, as far as both are known."""
    if one.sha256 is not None and other.sha256 is not None:
        # of metrics, each run may have its own
        names = (
            {*one.sha256, *other.sha256}
            if label != "metrics"
            else one.sha256.keys() & other.sha256.keys()
        )
        changed = [name for name in sorted(names) if one.sha256.get(name) != other.sha256.get(name)]
        return f"SHA-256 of {', '.join(changed[:3])}" if changed else ""
    if one.text is None or other.text is None or one.text == other.text:
        return ""
    try:
        mine, theirs = parse_mapping(one.text, label), parse_mapping(other.text, label)
    except CatalogueError:
        return "the text of its file"
    for key in sorted({*mine, *theirs}):
        if mine.get(key) != theirs.get(key):
            return f"{key}: {shown(mine.get(key))} and {shown(theirs.get(key))}"
    return ""


def _check_entrants(runs: Sequence[Run]) -> None:
    """Refuse policies of the same name whose kind or training differs."""
    known: dict[str, tuple[Entrant, Path]] = {}
    for run in runs:
        for name, entrant in run.entrants.items():
            first, folder = known.setdefault(name, (entrant, run.folder))
            for key, value in first._asdict().items():
                other = getattr(entrant, key)
                # the path may be another one on another machine
                if key != "file" and value != other:
                    difference = f"{key}: {shown(value)} and {shown(other)}"
                    raise _different(f"policy {name}", folder, run.folder, difference)
