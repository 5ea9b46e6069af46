"""Objects that are hidden on purpose, or taken away while they are hidden.

The twin's own sensing does it. In the records of a driven episode the rear wall of a truck is put between the ego's
camera and the object, the tracker is asked again what it sees of that very moment, with the same noise, and the wall is
taken out: the object's track ages, keeps its measurement, and dies, as it would behind a real truck. Only what is
observed of objects, and of the truck, changes. The wall is in nobody's way and leaves everybody's course as it was, so
that every object that was seen for a while can be hidden for just as long as a probe asks; a truck that really drives
there would run over half of the objects and make the ego brake for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.observation import observe
from envs.specification import (
    DEBRIS_SLOTS,
    DECISION_S,
    MAX_VEHICLES,
    VEHICLE_SLOTS,
    column,
    debris,
    episode,
    track,
    vehicle,
)  # fmt: skip
from envs.specification.world import World, empty_batch, world_at
from experiments.studies.audit.scenes.moments import Driven
from experiments.studies.audit.scenes.occluder import put_wall, show_wall, take_out

Indices = NDArray[np.int64]
Spoil = Callable[[World, int], None]
"""Changes a world of a decision before it is looked at again, in place."""

LOOKS: Final = 3
"""Decisions that an object had been tracked before it was hidden: a glimpse is no memory [A]."""

AHEAD_M: Final = 10.0
"""An object that is nearer at the end cannot be hidden by a truck ahead of the ego [A]."""

REMOVED: Final = 5
"""Decisions that an object is hidden before its place, without it, is in view again: 1 s."""

VIEW: Final = 5
"""Decisions in plain view: 1 s."""

_OBJECTS: Final = slice(VEHICLE_SLOTS, VEHICLE_SLOTS + DEBRIS_SLOTS)


class Occlusions(NamedTuple):
    """Episodes as they would have been observed, and one question about each."""

    driven: Driven
    asked: Indices  # (K, 3): decision, episode and slot of every verdict
    source: Indices  # (K,): which of the original episodes it is about


def natural(driven: Driven, steps: int) -> Occlusions:
    """Objects that traffic has hidden for just so many decisions, the first of every episode.

    Parameters
    ----------
    driven
        Episodes.
    steps
        Decisions out of sight.

    Returns
    -------
    Occlusions
        The same episodes.
    """
    found: dict[int, tuple[int, int, int]] = {}
    for t, seen in enumerate(driven.observed):
        rows = seen["debris"]
        just = _decisions(rows, column.D_AGE_SINCE_SEEN) == steps
        just &= _decisions(rows, column.D_TRACK_AGE) >= steps + LOOKS
        just &= (rows[..., column.D_TRACKED] > 0.5) & (rows[..., column.D_DX] > 0.0)
        just &= (driven.length > t)[:, None]
        for b, slot in np.argwhere(just):
            found.setdefault(int(b), (t, int(b), int(slot)))
    asked = _as_rows(list(found.values()))
    return Occlusions(driven, asked, asked[:, 1])


def hide(
    driven: Driven, steps: int, random: np.random.Generator, but: Indices | None = None
) -> Occlusions:
    """One object of every episode, hidden for so many decisions from some moment on at which it was in sight.

    Parameters
    ----------
    driven
        Episodes.
    steps
        Decisions out of sight.
    random
        Consumed: which object, and when.
    but
        Episodes that are left out.

    Returns
    -------
    Occlusions
        Without episodes in which none can be hidden for so long before it is reached.
    """
    chosen = _choose(driven, steps, 0, random)
    if but is not None:
        chosen = chosen[~np.isin(chosen[:, 1], but)]
    return _look_again(driven, chosen, steps, steps, put_wall, put_wall)


def take_away(driven: Driven, random: np.random.Generator) -> Occlusions:
    """One object of every episode, hidden and taken away; its place is in plain view again for ``VIEW`` decisions.

    Parameters
    ----------
    driven
        Episodes.
    random
        Consumed: which object, and when.

    Returns
    -------
    Occlusions
        In plain view is what was seen in all these decisions of the episode as it was. The verdict is at their end.
    """

    def wall(world: World, slot: int) -> None:
        put_wall(world, slot)
        take_out(world, slot)

    chosen = _choose(driven, REMOVED, VIEW, random)
    return _look_again(driven, chosen, REMOVED, REMOVED + VIEW, wall, take_out)


def _choose(driven: Driven, steps: int, view: int, random: np.random.Generator) -> Indices:
    """``(K, 3)``: first decision out of sight, episode and slot; one of every episode in which there is one."""
    visible, looks, ahead, alive = (np.array(one) for one in zip(*_facts(driven), strict=True))
    last = len(visible) - steps - view
    good = visible[:last] & (looks[:last] >= LOOKS)
    for k in range(1, steps + view + 1):
        # a track must not end on the way, or be another one
        good &= alive[k : last + k]
        good &= visible[k : last + k] if k > steps else True
    good &= ahead[steps + view : last + steps + view] > AHEAD_M
    found = []
    for b in range(good.shape[1]):
        options = np.argwhere(good[:, b])
        if len(options):
            t, slot = options[random.integers(len(options))]
            found.append((int(t) + 1, b, int(slot)))
    return _as_rows(found)


def _facts(
    driven: Driven,
) -> list[tuple[NDArray[np.bool_], Indices, NDArray[np.float64], NDArray[np.bool_]]]:
    """By decision, ``(B, 4)`` each: in sight, decisions tracked, metres ahead, and whether the episode goes on."""
    found = []
    for t, seen in enumerate(driven.observed):
        rows, worlds = seen["debris"], driven.worlds[t]
        target = worlds["track_i"][:, track.TARGET, _OBJECTS]
        at = np.maximum(target, 0)
        index = np.arange(len(target))[:, None]
        ahead = worlds["debris_f"][index, debris.X, at] - worlds["vehicle_f"][:, vehicle.X, 0, None]
        alive = (target >= 0) & (driven.length > t)[:, None]
        alive &= worlds["episode_i"][:, episode.NUM_VEHICLES, None] < MAX_VEHICLES
        visible = alive & (rows[..., column.D_VISIBLE] > 0.5)
        found.append((visible, _decisions(rows, column.D_TRACK_AGE), ahead, alive))
    return found


def _look_again(
    driven: Driven, chosen: Indices, hidden: int, steps: int, while_hidden: Spoil, then: Spoil
) -> Occlusions:
    """The same episodes, observed again from every chosen moment on.

    Parameters
    ----------
    driven, chosen
        Of ``_choose``.
    hidden, steps
        Decisions behind the wall, and in all.
    while_hidden, then
        What is done to the worlds of the first, and of the rest.

    Returns
    -------
    Occlusions
        Of the chosen episodes alone. After so many decisions everything is as it was.
    """
    few = driven.take(chosen[:, 1])
    asked, source = [], []
    batch = empty_batch(1)
    plain, world = batch.view(np.ndarray), world_at(batch, 0)
    for b, (start, origin, slot) in enumerate(chosen.tolist()):
        end = start + steps - 1
        for t in range(start, end + 1):
            plain[0] = driven.worlds[t][origin]
            before = few.worlds[t - 1][b]
            for name in ("track_f", "track_i"):
                plain[name][0] = before[name]
            plain["episode_i"][0, episode.NEXT_TRACK] = before["episode_i"][episode.NEXT_TRACK]
            vehicles = int(world.episode_i[episode.NUM_VEHICLES])
            (while_hidden if t < start + hidden else then)(world, slot)
            observe(world)
            few.observed[t]["debris"][b] = world.debris
            if world.episode_i[episode.NUM_VEHICLES] > vehicles:
                show_wall(world, few.observed[t]["vehicles"][b])
            for name in ("track_f", "track_i", "debris_f", "debris_i"):
                few.worlds[t][name][b] = plain[name][0]
        row = few.observed[end]["debris"][b, slot]
        if row[column.D_TRACKED] > 0.5 and _decisions(row, column.D_AGE_SINCE_SEEN) == steps:
            asked.append((end, b, slot))
            source.append(origin)
    return Occlusions(few, _as_rows(asked), np.array(source, np.int64))


def _decisions(rows: NDArray[np.float32], at: int) -> Indices:
    """A column in seconds as decisions."""
    found: Indices = np.round(rows[..., at] / DECISION_S).astype(np.int64)
    return found


def _as_rows(found: Sequence[tuple[int, int, int]]) -> Indices:
    return np.array(found, np.int64).reshape(-1, 3)
