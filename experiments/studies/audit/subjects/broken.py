"""Models that are broken on purpose, to verify that the probes notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from experiments.studies.audit.scenes.bodies import VX, Indices, X
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import Driver, Futures, Subject

JUMP_M: Final = 3.0
PUSH_MPS: Final = 3.0
AT: Final = 8
"""Decision at which something goes wrong."""


class Broken:
    """Another subject whose futures are spoilt by a defect, which is named in tables."""

    def __init__(self, other: Subject, what: str, spoil: Callable[[Futures], Futures]) -> None:
        self.name = f"broken: {what}"
        self._other, self._spoil = other, spoil

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Futures:
        """See ``Subject``."""
        return self._spoil(self._other.roll(moments, which, steps, drive))


class OtherActions:
    """Another subject in which every future gets the actions of another one."""

    name = "broken: other actions"

    def __init__(self, other: Subject) -> None:
        self._other = other

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Futures:
        """See ``Subject``."""
        order = np.random.default_rng(0).permutation(len(which))
        return self._other.roll(moments, which, steps, lambda t, seen: drive(t, seen)[order])


def teleport(futures: Futures) -> Futures:
    """One vehicle is suddenly elsewhere."""
    vehicles = futures.vehicles.copy()
    vehicles[:, AT:, 0, X] += JUMP_M
    return futures._replace(vehicles=vehicles)


def drop(futures: Futures) -> Futures:
    """Objects vanish."""
    objects = futures.objects.copy()
    objects[:, AT:] = np.nan
    return futures._replace(objects=objects)


def spare(futures: Futures) -> Futures:
    """Nothing is ever hit, and nothing costs anything."""
    nothing = {
        name: np.zeros_like(getattr(futures, name)) for name in ("touched", "collided", "usd")
    }
    return futures._replace(**nothing)


def push(futures: Futures) -> Futures:
    """Objects begin to move by themselves."""
    objects = futures.objects.copy()
    objects[:, AT:, :, VX] += PUSH_MPS
    return futures._replace(objects=objects)


def break_all(subject: Subject) -> list[Subject]:
    """All defects, one at a time."""
    return [
        Broken(subject, "teleporting", teleport),
        Broken(subject, "objects dropped", drop),
        Broken(subject, "no contact", spare),
        Broken(subject, "objects set off", push),
        OtherActions(subject),
    ]
