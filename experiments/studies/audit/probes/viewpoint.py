"""Probe: the same object seen from different paths of the ego is at the same place and made of the same."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.scenario.instance import ScenarioInstance
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column, track
from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.scenes.moments import Driven
from experiments.studies.audit.subjects.trackers import Mind, Remembered

NAME: Final = "viewpoint"

LOOKED_S: Final = 2.0
"""For which an object has been tracked from both paths [A]."""


def probe(
    paths: Sequence[Driven], instances: Sequence[ScenarioInstance], minds: Sequence[Mind]
) -> list[Finding]:
    """Compare what is remembered from every two paths.

    Parameters
    ----------
    paths
        The same instances, driven by different policies.
    instances
        Those.
    minds
        Whose memories.

    Returns
    -------
    list of Finding
        Distance of the believed places, and how many nats the beliefs about contents are apart.
    """
    families = [one.family for one in instances]
    found = []
    for mind in minds:
        known = [mind.follow(one) for one in paths]
        away, nats = (np.full((len(instances), 3), np.nan) for _ in range(2))
        for pair, (one, other) in enumerate(combinations(range(len(paths)), 2)):
            for b in range(len(instances)):
                when = _both_have_looked(paths[one], paths[other], b)
                if when is not None:
                    t, slots = when
                    views = [
                        _view(known[k], t, b, slot)
                        for k, slot in zip((one, other), slots, strict=True)
                    ]
                    away[b, pair] = np.linalg.norm(views[0][0] - views[1][0])
                    nats[b, pair] = _divergence(views[0][1], views[1][1])
        for measure, values, limit in (
            ("places apart, m", away, 0.5),
            ("beliefs apart, nats", nats, 0.2),
        ):
            seen = np.isfinite(values).any(axis=1)
            mean = np.full(len(values), np.nan)
            mean[seen] = np.nanmean(values[seen], axis=1)
            found.append(
                Finding(NAME, measure, mind.name, mean_of(mean, families), Line("<=", limit))
            )
    return found


def _view(
    known: Remembered, t: int, b: int, slot: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Place and contents of one object."""
    return known.place[t, b, slot], known.contents[t, b, slot]


def _both_have_looked(one: Driven, other: Driven, b: int) -> tuple[int, tuple[int, int]] | None:
    """The first decision at which one object has been tracked long enough in both, and its slots."""
    for t in range(int(min(one.length[b], other.length[b]))):
        sides = [_looked_at(driven, t, b) for driven in (one, other)]
        for target in sorted(sides[0]):
            if target in sides[1]:
                return t, (sides[0][target], sides[1][target])
    return None


def _looked_at(driven: Driven, t: int, b: int) -> dict[int, int]:
    """Slots of the objects that have been tracked long enough, by their true number."""
    rows = driven.observed[t]["debris"][b]
    long = (rows[:, column.D_TRACKED] > 0.5) & (rows[:, column.D_TRACK_AGE] >= LOOKED_S - 1e-6)
    targets = driven.worlds[t]["track_i"][
        b, track.TARGET, VEHICLE_SLOTS : VEHICLE_SLOTS + DEBRIS_SLOTS
    ]
    return {int(targets[slot]): int(slot) for slot in np.flatnonzero(long & (targets >= 0))}


def _divergence(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Mean of both Kullback-Leibler divergences, nats; 0 for whoever believes nothing."""
    if one.size == 0:
        return 0.0
    p, q = (np.maximum(x, 1e-9) / np.maximum(x, 1e-9).sum() for x in (one, other))
    return float(0.5 * ((p - q) * (np.log(p) - np.log(q))).sum())
