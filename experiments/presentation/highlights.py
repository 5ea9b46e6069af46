"""Films and replays of single instances for a result page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from envs.cost.parameters import CostParameters
from envs.scenario.suite import SuiteItem
from experiments.cli.loading import load_policy
from experiments.cli.locations import name_of
from experiments.evaluation.run import Plan
from experiments.presentation.page.cards import NUM_BEST, NUM_WORST, REPLAYS, VIDEOS, stem_of
from experiments.presentation.replays.page import write_replay
from experiments.presentation.replays.states import drive_all
from experiments.presentation.summaries.instances import LEAST_USD, Highlight
from experiments.presentation.summaries.summary import CEILING, Summary
from experiments.presentation.text.commands import write_film_command
from experiments.records.matching import align
from experiments.store.atomic import make_folder
from experiments.store.progress import watch
from experiments.video.job import make_videos
from experiments.video.order import Order
from experiments.video.production import describe_heading
from policies.base import Policy

MOST_POLICIES: Final = 5
"""Largest number of policies of one replay, which keeps the file small."""


def show_highlights(
    plan: Plan,
    summary: Summary,
    table: pa.Table,
    folder: Path,
    *,
    num_videos: int,
    num_replays: int,
) -> None:
    """Film and record instances that the page shows.

    Parameters
    ----------
    plan
        The comparison.
    summary, table
        Its summary and records.
    folder
        Folder of the run; films go to ``videos/``, replays to ``replays/``.
    num_videos, num_replays
        How many at most; the instances of films have the first replays.
    """
    names = choose_names(plan, summary)
    if len(names) < 2 or not (num_videos or num_replays):
        return
    items = _to_film(plan, summary, table, num_videos)
    if items:
        _film(plan, names[:3], items, folder / VIDEOS)
    others = _shown_on_cards(plan, summary, names)
    wanted = list(dict.fromkeys([*items, *others]))[:num_replays]
    if wanted:
        _write_replays(plan, names, wanted, folder / REPLAYS)


def choose_names(plan: Plan, summary: Summary) -> list[str]:
    """Names to show: those of the first comparison, clairvoyant if present, then the others, cheapest first."""
    if not summary.comparisons:
        return []
    entrants = plan.entrants
    first = summary.comparisons[0]
    names = [item.policy for item in summary.comparisons]
    fair = [name for name in names if not entrants[name].is_privileged]
    others = [name for name in fair if not entrants[name].is_floor] or fair
    ceiling = [CEILING] if CEILING in entrants else []
    names = [first.reference, first.policy, *ceiling, *others]
    return list(dict.fromkeys(names))[:MOST_POLICIES]


def _film(plan: Plan, names: list[str], items: list[SuiteItem], folder: Path) -> None:
    """Film some policies side by side."""
    order = Order(
        policies=tuple((name, _load(plan, name)) for name in names),
        suite=plan.suite,
        split=plan.config.split,
        items=tuple(items),
        cost=_cost(plan),
        policy_seed=plan.config.policy_seeds[0],
    )
    make_folder(folder)
    make_videos(order, folder)


def _write_replays(plan: Plan, names: list[str], items: list[SuiteItem], folder: Path) -> None:
    """Write replays in which a reader can switch between the policies."""
    make_folder(folder)
    instances = [plan.suite.instance(item) for item in items]
    runs = [
        drive_all(
            name,
            _load(plan, name),
            instances,
            policy_seed=plan.config.policy_seeds[0],
            cost=_cost(plan),
        )
        for name in watch(names, "replays", len(names), "policies")
    ]
    files = dict(zip(plan.names, plan.policies, strict=True))
    for k, (item, instance) in enumerate(zip(items, instances, strict=True)):
        heading = describe_heading(plan.suite, plan.config.split, item, instance)
        command = write_film_command(
            plan.config.model_dump(),
            [files[one] for one in names],
            plan.config.split,
            item.stratum,
            item.seed,
        )
        path = folder / f"{stem_of(item.family, item.seed)}.html"
        write_replay(
            path, heading.title, heading.details, command, instance, [one[k] for one in runs]
        )


def _load(plan: Plan, name: str) -> Policy:
    """Load a policy of the comparison."""
    paths = dict(zip(plan.names, plan.policies, strict=True))
    return load_policy(paths[name], plan.config.allow)


def _cost(plan: Plan) -> CostParameters:
    """Cost parameters of the cost setting that the tables show."""
    return CostParameters.from_mapping(dict(plan.parts[0].cost))


def _shown_on_cards(plan: Plan, summary: Summary, names: list[str]) -> list[SuiteItem]:
    """Instances on the cards of some policies, one policy after the other in turn."""
    items = _items_of(plan)
    groups = [
        [*summary.worst[name][:NUM_WORST], *summary.best.get(name, ())[:NUM_BEST]] for name in names
    ]
    shown: list[Highlight] = []
    for k in range(NUM_WORST + NUM_BEST):
        shown += [group[k] for group in groups if k < len(group)]
    return [items[one.stratum, one.family, one.seed] for one in shown]


def _to_film(plan: Plan, summary: Summary, table: pa.Table, count: int) -> list[SuiteItem]:
    """Instances to film: those that the page shows first, then those with the largest differences."""
    first = summary.comparisons[0]
    items = _items_of(plan)
    picked = [items[one.stratum, one.family, one.seed] for one in summary.picks]
    picked += _most_different(plan, table, first.reference, first.policy, count)
    return list(dict.fromkeys(picked))[:count]


def _items_of(plan: Plan) -> dict[tuple[str, str, int], SuiteItem]:
    """Items of the suite by stratum, family and seed."""
    return {(i.stratum, i.family, i.seed): i for part in plan.parts for i in part.items}


def _most_different(
    plan: Plan, table: pa.Table, first: str, second: str, count: int
) -> list[SuiteItem]:
    """Instances by the cost difference of two policies, the largest first, one per family."""
    pairs = align(table, [first, second])
    gap = np.abs(pairs.cost[first] - pairs.cost[second])
    items = [item for part in plan.parts if name_of(part.policy) == first for item in part.items]
    keys = sorted({(item.stratum, item.family, item.seed) for item in items})
    by_family: dict[str, SuiteItem] = {}
    for k in np.argsort(-gap, kind="stable").tolist():
        item = SuiteItem(*keys[k])
        if gap[k] >= LEAST_USD and len(by_family) < count:
            by_family.setdefault(item.family, item)
    return list(by_family.values())
