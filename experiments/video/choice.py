"""Which instances are worth a video: asked for by seed, the first ones, or by the records of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from envs.errors import UserError, not_allowed
from envs.scenario.suite import Suite, SuiteItem
from experiments.records import table as records
from experiments.video.configuration import RecordConfiguration

_DIFFERENCE: Final = """
    SELECT a.stratum, a.family, a.seed, a.instance_hash, abs(avg(a.cost_usd) - avg(b.cost_usd)) AS value
    FROM records a JOIN records b USING (suite, split, stratum, family, seed, cost_setting)
    WHERE a.policy = '{first}' AND b.policy = '{second}' AND {rest}
    GROUP BY ALL
    ORDER BY value DESC, a.seed
"""
"""Instances by how far the mean costs of two policies are apart, furthest first."""

_WORST: Final = """
    SELECT a.stratum, a.family, a.seed, a.instance_hash, avg(a.cost_usd) AS value
    FROM records a
    WHERE a.policy = '{first}' AND {rest}
    GROUP BY ALL
    ORDER BY value DESC, a.seed
"""
"""Instances by the mean cost of one policy, dearest first."""


def choose_videos(
    suite: Suite, config: RecordConfiguration, names: Sequence[str]
) -> list[SuiteItem]:
    """The instances to film.

    Parameters
    ----------
    suite
        Where they come from.
    config
        Split, stratum, family, seeds, selection, number.
    names
        Of the policies, as records call them.

    Returns
    -------
    list of SuiteItem
        At least one.

    Raises
    ------
    UserError
        If nothing fits.
    """
    items = _filtered(suite, config)
    if config.seed is not None:
        wanted = [config.seed] if isinstance(config.seed, int) else config.seed
        items = [_find(items, seed, config) for seed in wanted]
        if not items:
            raise UserError("seed: got an empty list, expected at least one seed or null")
    count = config.num_videos or (1 if config.seed is None else len(items))
    select = config.select or ("first" if config.records is None else "largest_difference")
    if select == "first":
        return items[:count]
    if config.records is None:
        raise UserError(f"select: got {select!r}, which needs records=<folder of a comparison>")
    ranked = _ranked(suite, config, names, select)
    there = {item.seed: item for item in items}
    found = [there[seed] for seed, _ in ranked if seed in there][:count]
    if not found:
        raise UserError(f"records: {config.records} holds none of the instances asked for")
    hashes = dict(ranked)
    for item in found:
        if suite.instance(item).hash != hashes[item.seed]:
            raise UserError(
                f"records: {config.records}: seed {item.seed} was another instance then; record it again"
            )
    return found


def _filtered(suite: Suite, config: RecordConfiguration) -> list[SuiteItem]:
    """Entries of the split, of one stratum and family if asked for."""
    items = suite.items(config.split)
    if config.stratum is not None:
        if config.stratum not in suite.strata:
            raise not_allowed("stratum", config.stratum, suite.strata)
        items = [item for item in items if item.stratum == config.stratum]
    if config.family is not None:
        families = sorted({item.family for item in items})
        if config.family not in families:
            raise not_allowed("family", config.family, families)
        items = [item for item in items if item.family == config.family]
    if not items:
        raise UserError(f"suite: {config.suite} has no instance of split {config.split}")
    return items


def _find(items: Sequence[SuiteItem], seed: int, config: RecordConfiguration) -> SuiteItem:
    """The entry with this seed."""
    for item in items:
        if item.seed == seed:
            return item
    where = "/".join(
        word for word in (config.suite, config.split, config.stratum, config.family) if word
    )
    raise UserError(
        f"seed: got {seed}, no instance of {where} has it; they are {items[0].seed} .. {items[-1].seed}"
    )


def _ranked(
    suite: Suite, config: RecordConfiguration, names: Sequence[str], select: str
) -> list[tuple[int, str]]:
    """Seeds and instance hashes by the records, most interesting first."""
    if config.records is None:
        return []
    table = records.read(Path(config.records))
    needed = names[:2] if select == "largest_difference" else names[:1]
    if select == "largest_difference" and len(names) < 2:
        raise UserError(f"policy: got {names[0]!r} alone, a difference needs two policies")
    known = sorted(set(table["policy"].to_pylist()))
    for name in needed:
        if name not in known:
            raise UserError(
                f"records: {config.records} holds no policy {name!r}, but {', '.join(known)}"
            )
    rest = " AND ".join(
        f"a.{column} = '{_quote(value)}'"
        for column, value in (
            ("suite", suite.version),
            ("split", config.split),
            ("cost_setting", config.cost),
        )
    )
    query = _DIFFERENCE if select == "largest_difference" else _WORST
    second = _quote(names[1]) if len(names) > 1 else ""
    rows = records.query(table, query.format(first=_quote(names[0]), second=second, rest=rest))
    return [(int(row["seed"]), str(row["instance_hash"])) for row in rows]


def _quote(text: str) -> str:
    """Text inside SQL quotes."""
    return text.replace("'", "''")
