"""Chooses the instances to film: by seed, the first ones, or by the records of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from envs.errors import UserError, not_allowed
from envs.scenario.suite import Suite, SuiteItem
from experiments.records import table as records
from experiments.video.configuration import RecordConfiguration

_MEAN: Final = "avg(cost_usd) filter (policy = ?)"

_VALUES: Final = {"largest_difference": f"abs({_MEAN} - {_MEAN})", "worst": _MEAN}
"""The value by which instances are ranked, with one ``?`` per policy that it compares."""


def choose_videos(
    suite: Suite, config: RecordConfiguration, names: Sequence[str]
) -> list[SuiteItem]:
    """The instances to film, at least one.

    Parameters
    ----------
    suite
        What they are taken from.
    config
        Split, stratum, family, seeds, selection, number.
    names
        Names of the policies in the records.

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
    hashes = _ranked_hashes(suite, config, config.records, names, select)
    by_seed = {item.seed: item for item in items}
    chosen = [by_seed[seed] for seed in hashes if seed in by_seed][:count]
    if not chosen:
        raise UserError(f"records: {config.records} contains none of the chosen instances")
    for item in chosen:
        if suite.instance(item).hash != hashes[item.seed]:
            raise UserError(
                f"records: {config.records}: seed {item.seed} is another instance in this suite; compare again"
            )
    return chosen


def _filtered(suite: Suite, config: RecordConfiguration) -> list[SuiteItem]:
    """Entries of the split, limited to a stratum and a family."""
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
        f"seed: got {seed}, no instance of {where} has it; its seeds are {items[0].seed} .. {items[-1].seed}"
    )


def _ranked_hashes(
    suite: Suite, config: RecordConfiguration, folder: str, names: Sequence[str], select: str
) -> dict[int, str]:
    """Instance hashes by seed, ordered by difference or mean cost, the largest first."""
    table = records.read(Path(folder))
    value = _VALUES[select]
    needed = names[: value.count("?")]
    if len(needed) < value.count("?"):
        raise UserError(f"policy: got {names[0]!r} alone, expected two policies for a difference")
    known = sorted(set(table["policy"].to_pylist()))
    for name in needed:
        if name not in known:
            raise UserError(
                f"records: {folder} contains no policy {name!r}; available are {', '.join(known)}"
            )
    rows = records.query(
        table,
        f"select seed, instance_hash, {value} as value from records "  # noqa: S608 (own values)
        "where suite = ? and split = ? and cost_setting = ? "
        "group by stratum, family, seed, instance_hash having value is not null order by value desc, seed",
        *needed,
        suite.version,
        config.split,
        config.cost,
    )
    return {int(row["seed"]): str(row["instance_hash"]) for row in rows}
