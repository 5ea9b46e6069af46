"""Models that are broken on purpose, to check that the probes detect them."""

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
"""Decision at which the defect occurs."""


class Broken:
    """A subject whose futures are changed by a defect, which is named in tables."""

    def __init__(self, other: Subject, what: str, spoil: Callable[[Futures], Futures]) -> None:
        self.name = f"broken: {what}"
        self._other, self._spoil = other, spoil

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Futures:
        """Roll out futures; see ``Subject.roll``."""
        return self._spoil(self._other.roll(moments, which, steps, drive))


class OtherActions:
    """A subject that gives every future the actions of another one."""

    name = "broken: other actions"

    def __init__(self, other: Subject) -> None:
        self._other = other

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Futures:
        """Roll out futures; see ``Subject.roll``."""
        order = np.random.default_rng(0).permutation(len(which))
        return self._other.roll(moments, which, steps, lambda t, seen: drive(t, seen)[order])


def teleport(futures: Futures) -> Futures:
    """Defect: one vehicle is suddenly elsewhere."""
    vehicles = futures.vehicles.copy()
    vehicles[:, AT:, 0, X] += JUMP_M
    return futures._replace(vehicles=vehicles)


def drop(futures: Futures) -> Futures:
    """Defect: objects vanish."""
    objects = futures.objects.copy()
    objects[:, AT:] = np.nan
    return futures._replace(objects=objects)


def spare(futures: Futures) -> Futures:
    """Defect: no contact happens and the cost is zero."""
    nothing = {
        name: np.zeros_like(getattr(futures, name)) for name in ("touched", "collided", "usd")
    }
    return futures._replace(**nothing)


def push(futures: Futures) -> Futures:
    """Defect: objects start to move without a cause."""
    objects = futures.objects.copy()
    objects[:, AT:, :, VX] += PUSH_MPS
    return futures._replace(objects=objects)


def break_all(subject: Subject) -> list[Subject]:
    """Make one broken subject per defect."""
    return [
        Broken(subject, "teleporting", teleport),
        Broken(subject, "objects dropped", drop),
        Broken(subject, "no contact", spare),
        Broken(subject, "objects set off", push),
        OtherActions(subject),
    ]
