"""The two studies of ``python -m experiments.suite``: check a suite, or record its lists and hashes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from envs.errors import UserError
from envs.scenario.suite import Suite, first_of_strata
from experiments.cli.configuration import SuiteConfiguration
from experiments.cli.ingredients import list_ingredients
from experiments.cli.locations import locate
from experiments.evaluation.run import choose_policies
from experiments.execution.configuration import ClusterConfiguration
from experiments.execution.executor import make_executor
from experiments.store.atomic import write_text
from experiments.store.run_folder import RunFolder, open_run
from experiments.store.steps import Steps
from experiments.studies.suites.check import PLANNER, Checked
from experiments.studies.suites.lists import write_lists
from experiments.studies.suites.overview import LEGEND, describe_check, list_unsafe
from experiments.studies.suites.work import Desk, check_items, find_skipped


def check_suite(config: SuiteConfiguration, suite: Suite) -> None:
    """Check instances, print the tables and write a row per instance.

    Raises
    ------
    UserError
        If a recorded suite has instances in which other vehicles touch by themselves.
    """
    unsafe: list[str] = []
    with _open(config) as (folder, desk):
        for split in config.splits:
            items = first_of_strata(suite.items(split), config.max_instances)
            if not items:
                continue
            found = check_items(desk, items, choose_policies(config.policies))
            sys.stdout.write(f"{describe_check(found, split)}\n")
            _write_rows(folder.path / f"{split}.csv", found)
            _report_labels(suite, split, found)
            lines = list_unsafe(found)
            sys.stdout.write("".join(f"unsafe: {line}\n" for line in lines))
            unsafe += lines if split in suite.sha256 else []
        folder.finish()
    sys.stdout.write(f"{LEGEND}\n{folder.path}\n")
    if unsafe:
        raise UserError(
            f"suite {suite.version}: {len(unsafe)} recorded instances are not safe without the ego, the first is "
            f"{unsafe[0]}; write=true skips them"
        )


def record_suite(config: SuiteConfiguration, suite: Suite) -> None:
    """Find what is skipped and what is unavoidable in some splits, and write it into the suite's file with the hashes.

    A part of another suite has the lists of that one, so that only its hashes are written.

    Raises
    ------
    UserError
        If only a part of the instances was chosen.
    """
    if config.max_instances is not None:
        raise UserError(
            f"max_instances: got {config.max_instances}, expected null with write=true, which records all instances"
        )
    with _open(config) as (folder, desk):
        path = locate("suite", config.suite)
        if suite.part_of is not None:
            write_lists(path, {}, {}, {**suite.sha256, **_hash(config, suite)})
        else:
            found = {split: find_skipped(desk, suite, split) for split in config.splits}
            suite = replace(suite, skipped={**suite.skipped, **found})
            labels = _label(config, desk, suite)
            write_lists(path, suite.skipped, labels, {**suite.sha256, **_hash(config, suite)})
        folder.finish()
    sys.stdout.write(f"recorded in {path}\n")


def _hash(config: SuiteConfiguration, suite: Suite) -> dict[str, str]:
    """Hashes of the splits."""
    return {split: suite.compute_sha256(split) for split in config.splits}


def _label(config: SuiteConfiguration, desk: Desk, suite: Suite) -> dict[str, Iterable[int]]:
    """Seeds of the instances that nothing solves; with ``label=false``, and for other splits, those of the file."""
    kept: dict[str, Iterable[int]] = {
        split: seeds & {item.seed for item in suite.items(split)}
        for split, seeds in suite.unavoidable.items()
    }
    if not config.label:
        return kept
    policies = choose_policies(config.policies)
    found = {split: check_items(desk, suite.items(split), policies) for split in config.splits}
    return kept | {
        split: [one.seed for one in rows if not one.is_solvable] for split, rows in found.items()
    }


@contextmanager
def _open(config: SuiteConfiguration) -> Iterator[tuple[RunFolder, Desk]]:
    """The run's folder and what its work needs."""
    path = locate("suite", config.suite)
    files = list_ingredients(
        policies=[*choose_policies(config.policies), PLANNER],
        suites=[config.suite],
        allow=config.allow,
    )
    decides = config.model_dump(exclude={"workers", "output"})
    with open_run("suite", config.output, decides, files) as folder:
        executor = make_executor(
            "local", ClusterConfiguration(), workers=config.workers, scratch=folder.path
        )
        yield folder, Desk(path, tuple(config.allow), executor, Steps(folder.path))


def _write_rows(path: Path, found: Sequence[Checked]) -> None:
    """A table of all instances; costs in US$."""
    rows: list[Sequence[Any]] = [Checked._fields]
    rows += [[*one[:4], f'"{one.unsafe}"', *(f"{usd:.2f}" for usd in one[5:])] for one in found]
    write_text(path, "".join(",".join(map(str, row)) + "\n" for row in rows))


def _report_labels(suite: Suite, split: str, found: Sequence[Checked]) -> None:
    """Say which labels of the suite's file differ from what the check found."""
    labelled = suite.unavoidable.get(split, frozenset())
    missing = [one.seed for one in found if not one.is_solvable and one.seed not in labelled]
    wrong = [one.seed for one in found if one.is_solvable and one.seed in labelled]
    for seeds, what in (
        (missing, "not solved and not labelled as unavoidable"),
        (wrong, "labelled as unavoidable, but solved"),
    ):
        if seeds:
            sys.stdout.write(f"{what}: {', '.join(map(str, seeds[:20]))}")
            sys.stdout.write(f" and {len(seeds) - 20} more\n" if len(seeds) > 20 else "\n")
