"""Counts the events in collected data, and names the quotas that are not met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import column
from policies.world_model.log import experience as log

QUOTAS: Final[Mapping[str, int]] = {
    "contacts": 5_000,
    "contacts of the rarest object type": 100,
    "collisions": 300,
    "control lost": 150,
    "off the road": 0,  # the lateral target ends at the edge, so this does not happen
    "near misses": 2_000,
    "intervals hidden for 0.5 s": 2_000,
    "struck by others": 1_000,
}
"""Least numbers per million decisions (policies/world_model/SOURCES.md 3.3, marked as proposed there)."""

NEAR_M, FAST_MPS = 0.5, 5.0
"""A near miss passes this close at this speed (policies/world_model/SOURCES.md 3.3)."""

HIDDEN_S: Final = 0.5


def count(folders: Iterable[Path]) -> dict[str, int]:
    """Count decisions, episodes and the quantities of ``QUOTAS`` in some shards."""
    total: Counter[str] = Counter()
    by_type: Counter[str] = Counter()
    for folder in folders:
        shard = log.read_shard(folder)
        c = shard.columns
        is_contact = c["contact"][..., log.C_IS] > 0.0
        total["decisions"] += shard.num_rows
        total["episodes"] += len(shard.families)
        total["contacts"] += int(is_contact.sum())
        total["collisions"] += int((c["collided"].sum(axis=1) > 0).sum())
        total["control lost"] += int((c["ended"][:, log.LOST_CONTROL] > 0).sum())
        total["off the road"] += int((c["ended"][:, log.OFF_ROAD] > 0).sum())
        total["near misses"] += _near_misses(c)
        total["struck by others"] += int((c["struck"] > 0).sum())
        age = c["debris"][..., column.D_AGE_SINCE_SEEN]
        # counts the decision at which the age passes the limit, which comes once per interval
        total["intervals hidden for 0.5 s"] += int(
            ((age > HIDDEN_S) & (age < HIDDEN_S + 0.2)).sum()
        )
        tracked = c["object_type"] >= 0
        for k, name in enumerate(shard.types):
            of_type = tracked & (c["object_type"] == k)
            if (of_type & (c["contents"][..., log.H_KIND] == log.BODY)).any():
                by_type[name] += int((is_contact & of_type).sum())
    total["contacts of the rarest object type"] = min(by_type.values(), default=0)
    return {"decisions": total["decisions"], "episodes": total["episodes"]} | {
        name: total[name] for name in QUOTAS
    }


def _near_misses(c: Mapping[str, NDArray[Any]]) -> int:
    """Number of times that an object comes near beside the ego in a decision."""
    moves, ego, rows = c["debris_true"], c["ego_true"], c["debris"]
    beside = np.abs(moves[..., log.M_DX]) < 3.0
    aside = (
        np.abs(moves[..., log.M_Y] - ego[:, None, log.T_Y]) - 0.9 - 0.5 * rows[..., column.D_WIDTH]
    )
    is_body = c["contents"][..., log.H_KIND] == log.BODY
    fast = ego[:, None, log.T_SPEED] > FAST_MPS
    return int((beside & is_body & (aside > 0.0) & (aside < NEAR_M) & fast).sum())


def missing(counts: Mapping[str, int]) -> list[str]:
    """Describe the quotas that are not met."""
    share = counts["decisions"] / 1e6
    return [
        f"{name}: {counts[name]:,} of {needed * share:,.0f}"
        for name, needed in QUOTAS.items()
        if counts[name] < needed * share
    ]


def describe(counts: Mapping[str, int]) -> str:
    """Format the counts as a table, one line per quantity."""
    return "".join(f"{name:36s}{number:>12,}\n" for name, number in counts.items())
