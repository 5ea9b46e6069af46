"""Print the rules of a policy: a table of hand-written rules, or decision trees as nested if-else."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from experiments.cli.application import Command

WIDTHS = (2, 16, 19, 38, 36)
"""Widths of the table's columns: number, name, consequence, condition, reason."""


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from envs.errors import UserError
    from experiments.cli.configuration import ExplainConfiguration, validate
    from experiments.cli.loading import load_policy
    from policies.rule.policy import RulePolicy
    from policies.trees import TreePolicy
    from policies.trees.forest import print_forest

    config = validate(ExplainConfiguration, values)
    name = config.policies
    policy = load_policy(name, config.allow)
    if isinstance(policy, TreePolicy):
        forest = policy.forest
        sys.stdout.write(
            f"# {name}: {len(forest.root)} trees with {forest.num_leaves:,} leaves\n"
            "# the score of a manoeuvre is the sum over all trees, and the one with the smallest is driven\n"
            "# ahead, behind: the vehicle that comes closest on the way; its gap is below 0 if they overlap\n"
            "# follower, leader: in the ego's lane now\n"
        )
        sys.stdout.writelines(f"{line}\n" for line in print_forest(forest))
        return
    if not isinstance(policy, RulePolicy):
        raise UserError(f"policy: got {name!r}, which has no rules")
    sys.stdout.write(explain(name, asdict(policy.thresholds)))


def explain(name: str, thresholds: dict[str, float]) -> str:
    """Both lists of rules as text.

    Parameters
    ----------
    name
        Of the policy.
    thresholds
        By name.

    Returns
    -------
    str
        One table per list, generated from the rules themselves.
    """
    from policies.base import LABELS
    from policies.rule import objects, rules

    shown = {key: f"{value:.3g}" for key, value in thresholds.items()}
    head = ("", "rule", "then", "when", "why")
    about_objects = [
        (str(k), r.name, objects.VERDICTS[r.verdict], r.condition.format(**shown), r.reason)
        for k, r in enumerate(objects.RULES, start=1)
    ]
    about_driving = [
        (str(k), r.name, _consequence(r, LABELS), r.condition.format(**shown), r.reason)
        for k, r in enumerate(rules.RULES, start=1)
    ]
    return (
        f"{name}: every object gets a verdict; the first rule that applies decides\n"
        f"{_table([head, *about_objects])}\n\n"
        f"{name}: then one decision for all of them together; the first rule that applies decides\n"
        f"{_table([head, *about_driving])}\n"
    )


def _consequence(rule: Any, labels: Sequence[str]) -> str:  # noqa: ANN401 (imported late)
    """Description of what a rule does."""
    label = labels[rule.label]
    return "steer left or right" if label.startswith("steer") else str(label)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Rows with wrapped cells."""
    lines = []
    for row in rows:
        cells = [
            textwrap.wrap(cell, width) or [""] for cell, width in zip(row, WIDTHS, strict=True)
        ]
        for k in range(max(len(cell) for cell in cells)):
            parts = [
                (cell[k] if k < len(cell) else "").ljust(width)
                for cell, width in zip(cells, WIDTHS, strict=True)
            ]
            lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


COMMAND = Command(_run, config_name="explain_rules")


if __name__ == "__main__":
    COMMAND.run()
