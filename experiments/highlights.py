"""Videos for the result page: the instances in which two policies differ most, one per family."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from envs.cost.parameters import CostParameters
from envs.scenario.suite import SuiteItem
from experiments.atomic import make_folder
from experiments.evaluation import Plan
from experiments.loading import load_policy
from experiments.matching import align
from experiments.summary import CEILING, Summary
from experiments.video.job import Order, make_videos

LEAST_USD: Final = 1.0
"""A smaller difference is not worth a video."""


def film_highlights(
    plan: Plan, summary: Summary, table: pa.Table, reference: str, folder: Path, count: int
) -> list[Path]:
    """Film the reference, its cheapest competitor and the clairvoyant where the first two differ most.

    Parameters
    ----------
    plan
        Of the comparison.
    summary, table
        What it gave.
    reference
        Name of the reference.
    folder
        Of the run; videos go to ``videos/``.
    count
        How many at most.

    Returns
    -------
    list of Path
        The MP4 files; none if there is nobody to compare with.
    """
    others = [
        item.policy for item in summary.comparisons if not plan.entrants[item.policy].is_privileged
    ]
    if not others or not count:
        return []
    items = _most_different(plan, table, reference, others[0], count)
    if not items:
        return []
    names = [reference, others[0], *([CEILING] if CEILING in plan.names else [])]
    paths = dict(zip(plan.names, plan.policies, strict=True))
    order = Order(
        policies=tuple((name, load_policy(paths[name], plan.config.allow)) for name in names),
        suite=plan.suite,
        split=plan.config.split,
        items=tuple(items),
        cost=CostParameters.from_mapping(dict(plan.parts[0].cost)),
        policy_seed=plan.config.policy_seeds[0],
    )
    make_folder(folder / "videos")
    made = make_videos(order, folder / "videos")
    return [folder / "videos" / str(video["video"]) for video in made]


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
