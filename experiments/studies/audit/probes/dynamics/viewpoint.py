"""Probe whether beliefs about an object agree when the ego passes it on different paths."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np

from envs.specification import column
from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.scenes.bodies import Array, object_targets
from experiments.studies.audit.scenes.moments import Driven
from experiments.studies.audit.subjects.trackers import Tracker

NAME: Final = "viewpoint"

LOOKED_S: Final = 2.0
"""Least time for which an object has been tracked from both paths [A]."""


def measure_viewpoints(paths: Sequence[Driven], trackers: Sequence[Tracker]) -> list[Finding]:
    """Distance of the estimated places, and divergence of the beliefs about contents in nats.

    Parameters
    ----------
    paths
        The same instances, driven by different policies.
    trackers
        Subjects.
    """
    families = paths[0].families
    pairs = list(combinations(range(len(paths)), 2))
    when = [
        [_both_have_looked(paths[k], paths[m], b) for k, m in pairs] for b in range(len(families))
    ]
    found = []
    for tracker in trackers:
        known = [tracker.follow(one) for one in paths]
        away, nats = (np.full((len(families), len(pairs)), np.nan) for _ in range(2))
        for b, looks in enumerate(when):
            for pair, look in enumerate(looks):
                if look is not None:
                    t, slots = look
                    one, other = (
                        (known[k].place[t, b, slot], known[k].contents[t, b, slot])
                        for k, slot in zip(pairs[pair], slots, strict=True)
                    )
                    away[b, pair] = np.linalg.norm(one[0] - other[0])
                    nats[b, pair] = _divergence(one[1], other[1])
        for measure, values, limit in (
            ("places apart, m", away, 0.5),
            ("beliefs apart, nats", nats, 0.2),
        ):
            seen = np.isfinite(values).any(axis=1)
            mean = np.full(len(values), np.nan)
            mean[seen] = np.nanmean(values[seen], axis=1)
            value = mean_of(mean, families)
            found.append(Finding(NAME, measure, tracker.name, value, Line("<=", limit)))
    return found


def _both_have_looked(one: Driven, other: Driven, b: int) -> tuple[int, tuple[int, int]] | None:
    """The first decision at which both drives have tracked one object long enough, and its slots."""
    for t in range(min(len(driven.episodes[b].actions) for driven in (one, other))):
        sides = [_looked_at(driven, t, b) for driven in (one, other)]
        for target in sorted(sides[0]):
            if target in sides[1]:
                return t, (sides[0][target], sides[1][target])
    return None


def _looked_at(driven: Driven, t: int, b: int) -> dict[int, int]:
    """Slots of the objects that have been tracked long enough, by their index in the record."""
    rows = driven.observed[t]["debris"][b]
    long = (rows[:, column.D_TRACKED] > 0.5) & (rows[:, column.D_TRACK_AGE] >= LOOKED_S - 1e-6)
    targets = object_targets(driven.worlds[t][[b]])[0]
    return {int(targets[slot]): int(slot) for slot in np.flatnonzero(long & (targets >= 0))}


def _divergence(one: Array, other: Array) -> float:
    """Mean of both Kullback-Leibler divergences, nats; 0 without a belief."""
    if one.size == 0:
        return 0.0
    p, q = (np.maximum(x, 1e-9) / np.maximum(x, 1e-9).sum() for x in (one, other))
    return float(0.5 * ((p - q) * (np.log(p) - np.log(q))).sum())
