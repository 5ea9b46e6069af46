"""What a result page shows of single instances: films and replays, made after the records."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from tqdm import tqdm

from envs.cost.parameters import CostParameters
from envs.scenario.suite import SuiteItem
from experiments.cli.loading import load_policy
from experiments.evaluation.run import Plan
from experiments.presentation.page.cards import NUM_BEST, NUM_WORST, REPLAYS, VIDEOS, stem_of
from experiments.presentation.replays.page import write_replay
from experiments.presentation.replays.states import drive_all
from experiments.presentation.summary import CEILING, Summary, Worst
from experiments.records.matching import align
from experiments.store.atomic import make_folder
from experiments.video.job import Order, describe_heading, make_videos

LEAST_USD: Final = 1.0
"""A smaller difference is not worth a video."""

MOST_POLICIES: Final = 5
"""Of one replay: more would fill a page that is to be mailed."""


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
        Of the comparison.
    summary, table
        What it gave.
    folder
        Of the run; films go to ``videos/``, replays to ``replays/``.
    num_videos, num_replays
        How many at most; the films' instances have the first replays.
    """
    names = choose_names(plan, summary)
    if len(names) < 2 or not (num_videos or num_replays):
        return
    items = _most_different(plan, table, names[0], names[1], num_videos)
    if items:
        _film(plan, names[:3], items, folder / VIDEOS)
    others = _shown_on_cards(plan, summary, names)
    wanted = list(dict.fromkeys([*items, *others]))[:num_replays]
    if wanted:
        _record(plan, names, wanted, folder / REPLAYS)


def choose_names(plan: Plan, summary: Summary) -> list[str]:
    """The reference, its cheapest competitor, the clairvoyant if there is one, then others, cheapest first."""
    if not summary.comparisons:
        return []
    entrants = plan.entrants
    others = [
        item.policy
        for item in summary.comparisons
        if not entrants[item.policy].is_privileged and not entrants[item.policy].is_floor
    ]
    if not others:
        others = [
            item.policy for item in summary.comparisons if not entrants[item.policy].is_privileged
        ]
    ceiling = [CEILING] if CEILING in entrants else []
    names = [summary.comparisons[0].reference, *others[:1], *ceiling, *others[1:]]
    return names[:MOST_POLICIES]


def _film(plan: Plan, names: list[str], items: list[SuiteItem], folder: Path) -> None:
    """Films of some policies side by side."""
    paths = dict(zip(plan.names, plan.policies, strict=True))
    order = Order(
        policies=tuple((name, load_policy(paths[name], plan.config.allow)) for name in names),
        suite=plan.suite,
        split=plan.config.split,
        items=tuple(items),
        cost=_cost(plan),
        policy_seed=plan.config.policy_seeds[0],
    )
    make_folder(folder)
    make_videos(order, folder)


def _record(plan: Plan, names: list[str], items: list[SuiteItem], folder: Path) -> None:
    """Replays in which the policies can be switched."""
    make_folder(folder)
    paths = dict(zip(plan.names, plan.policies, strict=True))
    instances = [plan.suite.instance(item) for item in items]
    runs = [
        drive_all(
            name,
            load_policy(paths[name], plan.config.allow),
            instances,
            policy_seed=plan.config.policy_seeds[0],
            cost=_cost(plan),
        )
        for name in tqdm(names, unit="policy", desc="replays", disable=None, file=sys.stderr)
    ]
    for k, (item, instance) in enumerate(zip(items, instances, strict=True)):
        heading = describe_heading(plan.suite, plan.config.split, item, instance)
        command = (
            f"python -m experiments.record policy=[{','.join(names)}] suite={plan.config.suite} "
            f"split={plan.config.split} stratum={item.stratum} seed={item.seed}"
        )
        path = folder / f"{stem_of(item.family, item.seed)}.html"
        write_replay(
            path, heading.title, heading.details, command, instance, [one[k] for one in runs]
        )


def _cost(plan: Plan) -> CostParameters:
    """Cost parameters of the tables."""
    return CostParameters.from_mapping(dict(plan.parts[0].cost))


def _shown_on_cards(plan: Plan, summary: Summary, names: list[str]) -> list[SuiteItem]:
    """Instances of the cards of some policies, one per policy in turn."""
    items = {(i.stratum, i.family, i.seed): i for part in plan.parts for i in part.items}
    groups: list[list[Worst]] = []
    for name in names:
        shown = [*summary.worst[name][:NUM_WORST], *summary.best.get(name, ())[:NUM_BEST]]
        groups.append(shown)
    found = []
    for k in range(NUM_WORST + NUM_BEST):
        found += [group[k] for group in groups if k < len(group)]
    return [items[one.stratum, one.family, one.seed] for one in found]


def _most_different(
    plan: Plan, table: pa.Table, first: str, second: str, count: int
) -> list[SuiteItem]:
    """Instances by how far the costs of two policies are apart, furthest first, one per family."""
    pairs = align(table, [first, second])
    gap = np.abs(pairs.cost[first] - pairs.cost[second])
    items = [item for part in plan.parts if Path(part.policy).stem == first for item in part.items]
    keys = sorted({(item.stratum, item.family, item.seed) for item in items})
    found: dict[str, SuiteItem] = {}
    for k in np.argsort(-gap, kind="stable").tolist():
        item = SuiteItem(*keys[k])
        if gap[k] >= LEAST_USD and len(found) < count:
            found.setdefault(item.family, item)
    return list(found.values())
