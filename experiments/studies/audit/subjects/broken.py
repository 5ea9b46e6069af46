"""Models that are broken on purpose: every probe is seen to notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects import rollout as c
from experiments.studies.audit.subjects.rollout import Course, Driver, Indices, Subject

JUMP_M: Final = 3.0
SHOVE_MPS: Final = 3.0
AT: Final = 8
"""Decision at which something goes wrong."""


class Broken:
    """A subject with a defect.

    Parameters
    ----------
    other
        What it is otherwise.
    what
        The defect, for tables.
    spoil
        Takes a course and returns what the defect makes of it.
    """

    def __init__(self, other: Subject, what: str, spoil: Callable[[Course], Course]) -> None:
        self.name = f"broken: {what}"
        self._other, self._spoil = other, spoil

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Course:
        """See ``Subject``."""
        return self._spoil(self._other.roll(moments, which, steps, drive))


class Deaf:
    """A subject to which every future gets the actions of another one.

    Parameters
    ----------
    other
        What it is otherwise.
    """

    name = "broken: other actions"

    def __init__(self, other: Subject) -> None:
        self._other = other

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Course:
        """See ``Subject``."""
        order = np.random.default_rng(0).permutation(len(which))
        return self._other.roll(moments, which, steps, lambda t, seen: drive(t, seen)[order])


def teleport(course: Course) -> Course:
    """One vehicle is suddenly elsewhere."""
    vehicles = course.vehicles.copy()
    vehicles[:, AT:, 0, c.X] += JUMP_M
    return course._replace(vehicles=vehicles)


def drop(course: Course) -> Course:
    """Objects cease to be."""
    objects = course.objects.copy()
    objects[:, AT:] = np.nan
    return course._replace(objects=objects)


def spare(course: Course) -> Course:
    """Nothing is ever hit, and nothing costs anything."""
    return course._replace(
        touched=np.zeros_like(course.touched),
        collided=np.zeros_like(course.collided),
        usd=np.zeros_like(course.usd),
    )


def shove(course: Course) -> Course:
    """Objects set off by themselves."""
    objects = course.objects.copy()
    objects[:, AT:, :, c.VX] += SHOVE_MPS
    return course._replace(objects=objects)


def break_all(subject: Subject) -> list[Subject]:
    """All defects, one at a time."""
    spoilt = [
        Broken(subject, "teleporting", teleport),
        Broken(subject, "objects dropped", drop),
        Broken(subject, "no contact", spare),
        Broken(subject, "objects set off", shove),
    ]
    return [*spoilt, Deaf(subject)]
