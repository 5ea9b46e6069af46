"""Records of several policies, instance by instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from envs.errors import UserError
from experiments.records import table as records

CATASTROPHE_USD: Final = 50_000.0
"""An episode that costs more is a catastrophe (envs/physics/SOURCES.md 6.3)."""

_ONE = ("suite", "split", "cost_setting")
"""Columns that must have one value in all rows that are compared."""


def split_unavoidable(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Records that count, and those of instances that the suite labels as unavoidable, which are in no mean.

    Raises
    ------
    UserError
        If no record counts.
    """
    if "unavoidable" not in table.column_names:
        return table, table.slice(0, 0)
    counted = table.filter(pc.invert(table["unavoidable"]))
    if not len(counted):
        raise UserError(
            "records: all instances are labelled as unavoidable; none is left to compare"
        )
    return counted, table.filter(table["unavoidable"])


class Pairs(NamedTuple):
    """Costs of every policy, in one order of instances, averaged over policy seeds."""

    stratum: NDArray[np.str_]
    family: NDArray[np.str_]
    cost: Mapping[str, NDArray[np.float64]]  # by policy, (n,) US$
    catastrophes: Mapping[str, NDArray[np.float64]]  # by policy, (n,) share of its seeds


def align(table: pa.Table, policies: Sequence[str]) -> Pairs:
    """Match the policies instance by instance.

    Parameters
    ----------
    table
        Records of one suite, split and cost setting.
    policies
        Names, all in the table.

    Returns
    -------
    Pairs
        Instances by stratum, family and seed. The mean over policy seeds counts as a policy's cost of an instance: the
        unit of all statistics is the instance, and more policy seeds do not make more of them.

    Raises
    ------
    UserError
        If the table mixes suites, splits or cost settings, a policy lacks an instance (with one of its seeds), or two
        drove different instances under the same name.
    """
    _refuse_mixtures(table)
    grouped = records.query(
        table,
        "select policy, stratum, family, seed, avg(cost_usd) as cost, "
        "avg((cost_usd > ?)::int) as catastrophes, count(*) as runs, min(instance_hash) as first, "
        "max(instance_hash) as last from records group by policy, stratum, family, seed order by all",
        CATASTROPHE_USD,
    )
    found: dict[str, dict[tuple[str, str, int], dict[str, Any]]] = {name: {} for name in policies}
    for row in grouped:
        if row["policy"] in found:
            found[row["policy"]][row["stratum"], row["family"], row["seed"]] = row
    keys = sorted({key for rows in found.values() for key in rows})
    for name in policies:
        _check(name, found[name], policies[0], found[policies[0]], keys)
    return Pairs(
        np.array([key[0] for key in keys]),
        np.array([key[1] for key in keys]),
        {name: np.array([found[name][key]["cost"] for key in keys]) for name in policies},
        {name: np.array([found[name][key]["catastrophes"] for key in keys]) for name in policies},
    )


def _refuse_mixtures(table: pa.Table) -> None:
    """Raise an error unless all rows have the same suite, split and cost setting."""
    for column in _ONE:
        values = sorted(set(table[column].to_pylist())) if column in table.column_names else []
        if len(values) > 1:
            raise UserError(f"{column}: got {', '.join(values)} in one table, expected one of them")


def _check(
    name: str,
    rows: Mapping[tuple[str, str, int], Mapping[str, Any]],
    other: str,
    others: Mapping[tuple[str, str, int], Mapping[str, Any]],
    keys: Sequence[tuple[str, str, int]],
) -> None:
    """Refuse a policy whose rows cannot be paired, with the first instance that shows it."""
    runs = max((row["runs"] for row in rows.values()), default=1)
    for key in keys:
        where = f"{key[0]}/{key[1]}, seed {key[2]}"
        if key not in rows:
            raise UserError(
                f"{where}: the policies drove different instances: {name} did not drive this one"
            )
        row = rows[key]
        if row["first"] != row["last"]:
            raise UserError(f"{where}: {name} drove two different instances with this seed")
        if row["runs"] != runs:
            raise UserError(
                f"{where}: {name} drove it {row['runs']} times, other instances {runs} times"
            )
        if key in others and row["first"] != others[key]["first"]:
            raise UserError(f"{where}: {name} and {other} drove different instances with this seed")
