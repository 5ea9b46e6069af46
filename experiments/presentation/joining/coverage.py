"""Reduces joined records to what all policies drove, and describes what is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from envs.errors import UserError
from experiments.presentation.joining.agreement import RUN
from experiments.records import table as records

_Instance = tuple[str, str, int]
"""Stratum, family and seed."""


class Common(NamedTuple):
    """Records that can be paired."""

    table: pa.Table
    left_out: list[str]  # one line each


def keep_common(table: pa.Table, folders: Sequence[Path]) -> Common:
    """Keep the instances that all policies drove, and the cost settings with such instances.

    Parameters
    ----------
    table
        Joined records; the column ``RUN`` has an index into ``folders``.
    folders
        Of the runs.

    Raises
    ------
    UserError
        If nothing is left, or a policy drove some instances with other policy seeds than others.
    """
    driven = _list_driven(table)
    policies = sorted({policy for by_policy in driven.values() for policy in by_policy})
    kept, left_out = {}, []
    for setting, by_policy in driven.items():
        missing = [name for name in policies if name not in by_policy]
        common = set() if missing else set.intersection(*by_policy.values())
        if common:
            kept[setting] = common
            left_out += _describe_rest(setting, by_policy, common)
        else:
            why = (
                f"{', '.join(missing)} did not drive"
                if missing
                else "shares no instance of all policies"
            )
            left_out.append(f"cost setting {setting}, which {why}")
    if not kept:
        raise UserError(
            f"records: no instance was driven by all policies; left out are {'; '.join(left_out)}"
        )
    table = table.filter(pa.array([_is_kept(row, kept) for row in _rows(table)], pa.bool_()))
    _check_seeds(table, folders)
    return Common(table, left_out)


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    """Setting and instance of every row."""
    rows: list[dict[str, Any]] = table.select(
        ["cost_setting", "stratum", "family", "seed"]
    ).to_pylist()
    return rows


def _is_kept(row: Mapping[str, Any], kept: Mapping[str, set[_Instance]]) -> bool:
    """Whether all policies drove the instance of a row."""
    return (row["stratum"], row["family"], row["seed"]) in kept.get(row["cost_setting"], ())


def _list_driven(table: pa.Table) -> dict[str, dict[str, set[_Instance]]]:
    """Instances by cost setting and policy."""
    driven: dict[str, dict[str, set[_Instance]]] = {}
    for row in records.query(
        table,
        "select distinct cost_setting, policy, stratum, family, seed from records order by all",
    ):
        instances = driven.setdefault(row["cost_setting"], {}).setdefault(row["policy"], set())
        instances.add((row["stratum"], row["family"], row["seed"]))
    return driven


def _describe_rest(
    setting: str, by_policy: Mapping[str, set[_Instance]], common: set[_Instance]
) -> list[str]:
    """A line about the instances that some policies did not drive."""
    every = set.union(*by_policy.values())
    if len(every) == len(common):
        return []
    missing = [
        f"{name} did not drive {len(every - mine)} ({', '.join(sorted({one[0] for one in every - mine}))})"
        for name, mine in by_policy.items()
        if every - mine
    ]
    return [
        f"{len(every) - len(common)} of {len(every)} instances in cost setting {setting}: {'; '.join(missing)}"
    ]


def _check_seeds(table: pa.Table, folders: Sequence[Path]) -> None:
    """Refuse a policy whose instances were driven with different policy seeds."""
    found = records.query(
        table,
        "select policy, cost_setting, seeds, min(run) as run from (select policy, cost_setting, seed, "  # noqa: S608
        f"list_sort(list(policy_seed)) as seeds, max({RUN}) as run from records "
        "group by policy, cost_setting, stratum, family, seed) group by policy, cost_setting, seeds order by all",
    )
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for row in found:
        one = first.setdefault((row["policy"], row["cost_setting"]), row)
        if one["seeds"] != row["seeds"]:
            raise UserError(
                f"records: {folders[one['run']]} and {folders[row['run']]} contain {row['policy']} with policy seeds "
                f"{_list(one['seeds'])} and {_list(row['seeds'])} on different instances: run both with the same "
                "policy_seeds"
            )


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
