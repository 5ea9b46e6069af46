"""The past that a picture shows: the ego's path, its contacts, its costliest decision."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from envs.physics.contact.outcome import MODE_NAMES
from envs.specification import (
    DECISION_HZ,
    TICK_HZ,
    TICKS_PER_DECISION,
    component,
    contact,
    debris,
    episode,
    vehicle,
)
from envs.specification.world import World

PATH_TICKS: Final = 3 * TICK_HZ
"""Wheel tracks show the last three seconds."""

MARK_TICKS: Final = TICK_HZ
"""A contact is marked for one second."""


class Mark(NamedTuple):
    """A contact that is still shown."""

    tick: int
    x_m: float
    y_m: float
    mode: str  # one of envs.physics.contact.outcome.MODE_NAMES
    cost_usd: float


class History:
    """The ego's past, recorded tick by tick, as pictures show it."""

    def __init__(self) -> None:
        self.path: deque[tuple[float, float, float]] = deque(maxlen=PATH_TICKS)
        self.marks: list[Mark] = []
        self._costs: deque[tuple[int, list[float]]] = deque(maxlen=DECISION_HZ)

    def clear(self) -> None:
        """Clear everything before a new episode."""
        self.path.clear()
        self.marks.clear()
        self._costs.clear()

    def record_tick(self, world: World) -> None:
        """Add the tick that has just been simulated."""
        f = world.vehicle_f
        pose = (f[vehicle.X, 0], f[vehicle.Y, 0], f[vehicle.HEADING, 0])
        self.path.append((float(pose[0]), float(pose[1]), float(pose[2])))
        # the clock has moved on since the contacts of this tick were listed
        now = int(world.episode_i[episode.TICK]) - 1
        for row in world.contacts[: int(world.episode_i[episode.NUM_CONTACTS])]:
            if int(row[contact.TICK]) == now:
                j = int(row[contact.OBJECT])
                # a spill is longer than the picture: it is met where the ego is
                is_patch = world.debris_i[debris.IS_PATCH, j] == 1
                x = pose[0] if is_patch else world.debris_f[debris.X, j]
                y = pose[1] if is_patch else world.debris_f[debris.Y, j]
                mode = MODE_NAMES[int(row[contact.MODE])]
                self.marks.append(Mark(now, float(x), float(y), mode, float(row[contact.COST])))
        self.marks = [mark for mark in self.marks if now - mark.tick < MARK_TICKS]

    def note_decision(self, world: World) -> None:
        """Record the cost of a decision that is complete; called whenever a picture is drawn."""
        tick, decision = (int(world.episode_i[k]) for k in (episode.TICK, episode.DECISION))
        is_complete = decision > 0 and tick == decision * TICKS_PER_DECISION
        is_known = bool(self._costs) and self._costs[-1][0] == decision
        if is_complete and not is_known:
            self._costs.append((decision, world.cost.tolist()))

    def costliest(self, decision: int) -> tuple[tuple[str, float], ...]:
        """Name and US$ of every component (>= a cent) of the costliest decision of the last second, costliest first."""
        recent = [cost for at, cost in self._costs if decision - at < DECISION_HZ]
        if not recent:
            return ()
        parts = zip(component.NAMES, max(recent, key=sum), strict=True)
        return tuple(sorted((p for p in parts if p[1] >= 0.01), key=lambda p: -p[1]))
