"""Key moments: the few decisions of an instance at which policies are best compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from envs.specification import DECISION_HZ, column, debris, episode, vehicle
from experiments.video.course.course import Course
from experiments.video.course.script import Script
from policies.base import KEEP

NUM_MOMENTS: Final = 8

CLOSEST: Final = 2
"""Moments are at least this many decisions apart: 0.4 s [A]: judgement."""

LINGER: Final = 2 * DECISION_HZ
"""Nothing is shown longer than this after the last event, unless moments are left over [A]: judgement."""


NEAR_M: Final = 20.0
"""The driver sees an object at this distance, and it is large [A]: judgement."""


def key_moments(
    scripts: Sequence[Script], num_decisions: int, *, num_moments: int = NUM_MOMENTS
) -> list[int]:
    """Times to show, as numbers of complete decisions in ascending order: 0 is the start, ``T`` the end.

    They are the same for all scripts of an instance, which may be cut at ``num_decisions``. Terminal events and
    contacts come first, then the first answer of every policy, its hardest braking and its furthest evasion; the rest
    fills the largest gaps.
    """
    length = min(max(script.num_decisions for script in scripts), num_decisions)
    chosen: list[int] = []
    for moment in _candidates(scripts):
        if len(chosen) < num_moments and moment <= length and _is_apart(moment, chosen):
            chosen.append(moment)
    # the wide view: the start, and a little after the last event
    for moment in (0, min(length, max(chosen, default=0) + LINGER)):
        if len(chosen) < num_moments and _is_apart(moment, chosen):
            chosen.append(moment)
    while len(chosen) < num_moments:
        ordered = sorted(chosen)
        gaps = np.diff(ordered)
        widest = int(gaps.argmax()) if len(gaps) else 0
        if not len(gaps) or gaps[widest] < 2 * CLOSEST:
            break
        chosen.append(int(ordered[widest] + gaps[widest] // 2))
    return sorted(chosen)


def find_highlight(courses: Sequence[Course]) -> int:
    """The tick that one picture of a film shows: when an object is first ``NEAR_M`` ahead, else the middle."""
    found = [tick for course in courses for tick in _near_ticks(course)[:1]]
    return min(found, default=courses[0].num_ticks // 2)


def _near_ticks(course: Course) -> list[int]:
    """The ticks at which a real object is ``NEAR_M`` or less ahead of the ego."""
    worlds: Any = course.worlds
    count = int(worlds.episode_i[0, episode.NUM_DEBRIS])
    ahead = (
        worlds.debris_f[:, debris.X, :count]
        - worlds.vehicle_f[:, vehicle.X, :1]
        - 0.5 * worlds.debris_f[:, debris.LENGTH, :count]
    )
    is_near = (ahead > 0.0) & (ahead < NEAR_M) & (worlds.debris_i[:, debris.IS_REAL, :count] == 1)
    ticks: list[int] = np.flatnonzero(is_near.any(axis=1)).tolist()
    return ticks


def _is_apart(moment: int, chosen: Sequence[int]) -> bool:
    """Whether a moment is far enough from all moments chosen before."""
    return all(abs(moment - other) >= CLOSEST for other in chosen)


def _candidates(scripts: Sequence[Script]) -> Iterator[int]:
    """Moments, the most important first."""
    for script in scripts:
        if any(script.episode.events.values()):
            yield script.num_decisions
    for script in scripts:
        contacts = [row["decision"] for row in script.episode.contacts if row["vehicle"] == 0]
        yield from (int(decision) + 1 for decision in contacts[:2])
    for script in scripts:
        answers = np.flatnonzero(script.episode.labels > KEEP)
        if len(answers):
            yield int(answers[0]) + 1
    for script in scripts:
        ego = script.episode.ego.astype(np.float64)
        yield int(ego[:, column.E_ACCELERATION].argmin())
        yield int(np.abs(ego[:, column.E_Y] - ego[0, column.E_Y]).argmax())
