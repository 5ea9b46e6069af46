"""Episodes in which an object is hidden by an added occluder, or removed while it is hidden.

The twin's own sensing does it. In the records of a driven episode the rear of a truck is put between the ego's camera
and the object, the tracker observes that very moment again with the same noise, and the occluder is taken out: the
object's track ages, keeps its measurement, and ends, as it would behind a real truck. Only what is observed of objects,
and of the truck, changes; no vehicle drives otherwise. So every object that was seen for a while can be hidden for just
as long as a probe needs; a truck that really drives there would run over half of the objects and make the ego brake.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.observation import observe
from envs.specification import DECISION_S, MAX_VEHICLES, column, debris, episode, vehicle
from envs.specification.world import World, empty_batch, world_at
from experiments.studies.audit.scenes.bodies import Array, Indices, Mask, gather, object_targets
from experiments.studies.audit.scenes.moments import Driven
from experiments.studies.audit.scenes.occluder import observe_occluder, put_occluder, remove_object

Change = Callable[[World, int], None]
"""Function that changes a world for an object slot before it is observed again, in place."""

LOOKS: Final = 3
"""Decisions that an object had been tracked before it was hidden: less is a glimpse [A]."""

AHEAD_M: Final = 10.0
"""An object that is nearer at the end cannot be hidden by a truck ahead of the ego [A]."""

REMOVED: Final = 5
"""Number of decisions for which an object is hidden before its empty place is in view again: 1 s."""

VIEW: Final = 5
"""Number of decisions in plain view: 1 s."""


class Occlusions(NamedTuple):
    """Episodes as they would be observed, and the tracks to judge."""

    driven: Driven
    judged: Indices  # (K, 3): decision, episode and slot of the tracks that are judged


def natural(driven: Driven, steps: int) -> Occlusions:
    """Objects hidden by traffic for exactly a number of decisions, the first one of every episode."""
    found: dict[int, tuple[int, int, int]] = {}
    for t, seen in enumerate(driven.observed):
        rows = seen["debris"]
        just = _decisions(rows, column.D_AGE_SINCE_SEEN) == steps
        just &= _decisions(rows, column.D_TRACK_AGE) >= steps + LOOKS
        just &= (rows[..., column.D_TRACKED] > 0.5) & (rows[..., column.D_DX] > 0.0)
        just &= (driven.length > t)[:, None]
        for b, slot in np.argwhere(just):
            found.setdefault(int(b), (t, int(b), int(slot)))
    return Occlusions(driven, _as_rows(list(found.values())))


def hide(
    driven: Driven, steps: int, random: np.random.Generator, but: Indices | None = None
) -> Occlusions:
    """Hide one object of every episode for a number of decisions, from a moment at which it was in sight.

    Parameters
    ----------
    driven
        Episodes; those in which no object can be hidden for so long before it is reached are left out.
    steps
        Decisions out of sight.
    random
        Draws the object and the moment.
    but
        Indices of further episodes to leave out.
    """
    chosen = _choose(driven, steps, 0, random)
    if but is not None:
        chosen = chosen[~np.isin(chosen[:, 1], but)]
    return _observe_again(driven, chosen, (steps, put_occluder), (0, put_occluder))


def take_away(driven: Driven, random: np.random.Generator) -> Occlusions:
    """Hide and remove one object of every episode; its place is in plain view again for ``VIEW`` decisions.

    In plain view is what was seen in all these decisions of the original episode. The verdict is at their end.
    """

    def hide_and_remove(world: World, slot: int) -> None:
        put_occluder(world, slot)
        remove_object(world, slot)

    chosen = _choose(driven, REMOVED, VIEW, random)
    return _observe_again(driven, chosen, (REMOVED, hide_and_remove), (VIEW, remove_object))


def _choose(driven: Driven, steps: int, view: int, random: np.random.Generator) -> Indices:
    """Choice ``(K, 3)``: first decision out of sight, episode and slot; one per episode that has one."""
    visible, looks, ahead, alive = (np.array(one) for one in zip(*_facts(driven), strict=True))
    last = max(len(visible) - steps - view, 0)
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


def _facts(driven: Driven) -> list[tuple[Mask, Indices, Array, Mask]]:
    """By decision, ``(B, 4)`` each: in sight, decisions tracked, metres ahead, and whether the episode continues."""
    found = []
    for t, seen in enumerate(driven.observed):
        rows, worlds = seen["debris"], driven.worlds[t]
        target = object_targets(worlds)
        x = gather(worlds["debris_f"], [debris.X], target)[..., 0]
        ahead = x - worlds["vehicle_f"][:, vehicle.X, 0, None]
        alive = (target >= 0) & (driven.length > t)[:, None]
        alive &= worlds["episode_i"][:, episode.NUM_VEHICLES, None] < MAX_VEHICLES
        visible = alive & (rows[..., column.D_VISIBLE] > 0.5)
        found.append((visible, _decisions(rows, column.D_TRACK_AGE), ahead, alive))
    return found


def _observe_again(
    driven: Driven, chosen: Indices, first: tuple[int, Change], then: tuple[int, Change]
) -> Occlusions:
    """Observe the chosen episodes again from every chosen moment on.

    Parameters
    ----------
    driven, chosen
        Of ``_choose``.
    first, then
        For how many decisions which change is made to the worlds. Afterwards everything is as it was.
    """
    few = driven.take(chosen[:, 1])
    judged = []
    steps = first[0] + then[0]
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
            num_vehicles = int(world.episode_i[episode.NUM_VEHICLES])
            change = first[1] if t < start + first[0] else then[1]
            change(world, slot)
            observe(world)
            few.observed[t]["debris"][b] = world.debris
            if world.episode_i[episode.NUM_VEHICLES] > num_vehicles:
                observe_occluder(world, few.observed[t]["vehicles"][b])
            for name in ("track_f", "track_i", "debris_f", "debris_i"):
                few.worlds[t][name][b] = plain[name][0]
        row = few.observed[end]["debris"][b, slot]
        if row[column.D_TRACKED] > 0.5 and _decisions(row, column.D_AGE_SINCE_SEEN) == steps:
            judged.append((end, b, slot))
    return Occlusions(few, _as_rows(judged))


def _decisions(rows: NDArray[np.float32], at: int) -> Indices:
    """Convert a column in seconds to decisions."""
    found: Indices = np.round(rows[..., at] / DECISION_S).astype(np.int64)
    return found


def _as_rows(found: Sequence[tuple[int, int, int]]) -> Indices:
    return np.array(found, np.int64).reshape(-1, 3)
