"""Print the instances of a suite and their hashes; check whether they are safe and solvable; record what is found."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from experiments.cli.application import Command

if TYPE_CHECKING:
    from envs.scenario.suite import Suite
    from experiments.cli.configuration import SuiteConfiguration


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from envs.scenario.suite import load_suite
    from experiments.cli.configuration import SuiteConfiguration, validate
    from experiments.cli.locations import locate

    checked = validate(SuiteConfiguration, values)
    suite = load_suite(locate("suite", checked.suite), checked.allow)
    suite.check_own_scenarios("train")
    if checked.check or checked.write:
        from experiments.studies.suites.command import check_suite, record_suite

        with_work = record_suite if checked.write else check_suite
        with_work(checked, suite)
    if checked.write:
        suite = load_suite(locate("suite", checked.suite), checked.allow)
    if checked.write or not checked.check:
        _print(checked, suite)


def _print(checked: SuiteConfiguration, suite: Suite) -> None:
    """Print counts per stratum, lists and hashes of the splits."""
    from experiments.store.progress import watch

    lines = []
    splits = checked.splits
    for split in watch(splits, "sampling", len(splits), "splits"):
        counts = Counter(item.stratum for item in suite.items(split))
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        sampled = suite.compute_sha256(split)
        state = "as recorded" if sampled == suite.sha256.get(split) else "NOT as recorded"
        state = state if split in suite.sha256 else "not recorded yet: write=true records it"
        lines.append(f"{split:10s} {sum(counts.values()):5d} instances: {listed}\n")
        skipped = {} if suite.part_of else suite.skipped_by_family(split)
        for family, count in skipped.items():
            lines.append(f"{'':10s} {count} seeds of {family} skipped: other vehicles touch\n")
        if unavoidable := suite.unavoidable.get(split):
            lines.append(f"{'':10s} {len(unavoidable)} instances unavoidable, in no mean\n")
        lines.append(f"{'':10s} sha256 {sampled} ({state})\n")
    sys.stdout.write("".join(lines))


COMMAND = Command(_run, config_name="suite_command")


if __name__ == "__main__":
    COMMAND.run()
