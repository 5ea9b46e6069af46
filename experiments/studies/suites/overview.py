"""The table of a suite's check: counts per stratum and family."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from experiments.presentation.text.columns import align
from experiments.studies.suites.check import HARMLESS_USD, SOLVED_USD, Checked

HEAD: Final = ("instances", "undisturbed-safe", "solvable", "harmless", "decided early")

LEGEND: Final = f"""\
undisturbed-safe  no two other vehicles touch within the 20 s, while the ego keeps its lane, brakes or changes lane and
                  touches nothing
solvable          some way of driving costs less than {SOLVED_USD:,.0f} US$
harmless          driving on costs less than {HARMLESS_USD:,.0f} US$, the price of a shift within the lane
decided early     solved only by acting before the object is recognised
"""
"""Meaning of the columns."""


def describe_check(found: Sequence[Checked], split: str) -> str:
    """The table for the terminal: a line per stratum and family, one per stratum with several, and one for all."""
    rows: list[list[str]] = [[f"{split} split", *HEAD]]
    for stratum in dict.fromkeys(one.stratum for one in found):
        inside = [one for one in found if one.stratum == stratum]
        families = dict.fromkeys(one.family for one in inside)
        for family in families:
            of_family = [one for one in inside if one.family == family]
            rows.append([f"{stratum}/{family}", *_cells(of_family)])
        if len(families) > 1:
            rows.append([stratum, *_cells(inside)])
        rows.append([])
    return "\n".join([align([*rows, ["all", *_cells(found)]]), ""])


def list_unsafe(found: Sequence[Checked]) -> list[str]:
    """A line for every instance in which other vehicles touch."""
    return [
        f"{one.stratum}/{one.family}, seed {one.seed}: {one.unsafe}"
        for one in found
        if not one.is_safe
    ]


def _cells(found: Sequence[Checked]) -> list[str]:
    """The counts of some instances, shares in per cent behind those that are not all."""
    flags = zip(
        *((o.is_safe, o.is_solvable, o.is_harmless, o.is_decided_early) for o in found), strict=True
    )
    return [f"{len(found):,}", *(_share(sum(column), len(found)) for column in flags)]


def _share(count: int, total: int) -> str:
    """A count, with its share unless that is none or all."""
    if count in {0, total}:
        return f"{count:,}"
    return f"{count:,} ({100.0 * count / total:.1f} %)"
