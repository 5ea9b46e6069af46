"""Chooses the instances that a person drives."""

from __future__ import annotations

import numpy as np

from envs.errors import UserError
from envs.scenario.suite import Suite, SuiteItem


def choose_items(suite: Suite, split: str, count: int, seed: int) -> list[SuiteItem]:
    """Entries of a suite in equal parts of all strata, mixed; unavoidable ones are left out.

    Parameters
    ----------
    suite
        What they are taken from.
    split
        Of the suite.
    count
        Number of entries.
    seed
        Of the draw.

    Raises
    ------
    UserError
        If the split has fewer entries.
    """
    rng = np.random.default_rng(seed)
    left: dict[str, list[SuiteItem]] = {}
    items = [item for item in suite.items(split) if not item.unavoidable]
    if count > len(items):
        raise UserError(
            f"num_instances: got {count}, expected at most {len(items)}, as suite {suite.version} has in split {split}"
        )
    for k in rng.permutation(len(items)):
        left.setdefault(items[k].stratum, []).append(items[k])
    chosen: list[SuiteItem] = []
    while len(chosen) < count:
        for stratum in suite.strata:
            if left.get(stratum) and len(chosen) < count:
                chosen.append(left[stratum].pop())
    return [chosen[k] for k in rng.permutation(count)]
