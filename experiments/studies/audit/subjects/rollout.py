"""What the future looks like to whoever simulates it, in one form for the twin, dreams and straight lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from experiments.studies.audit.scenes.moments import Moments
from policies.base import Observation, Policy

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Indices = NDArray[np.int64]

# columns of bodies: places in metres from where the ego was at the moment, SI units
X, Y, VX, VY, HEADING, LENGTH, WIDTH = range(7)
NUM_BODY = 7


Driver = Callable[[int, Observation], Array]
"""``(decision, what is observed) -> (N, 2)`` actions in [-1, 1]."""


class Course(NamedTuple):
    """``N`` futures of ``T`` decisions; row 0 of the time axis is the moment itself.

    Not a number stands where nobody is, or is no longer followed, and after the end.
    """

    ego: Array  # (N, T + 1, NUM_BODY)
    vehicles: Array  # (N, T + 1, 8, NUM_BODY), slots of the observation
    objects: Array  # (N, T + 1, 4, NUM_BODY)
    touched: Mask  # (N, T + 1, 4): the ego has met the object by then
    collided: Mask  # (N, T + 1): the ego has hit a vehicle by then
    usd: Array  # (N, T): cost of every decision
    delta_v: Array  # (N, T): speed that the ego's hardest contact with an object took, m/s
    length: Indices  # (N,): decisions until the end, <= T
    crashed: Mask  # (N, 8): the vehicle was a wreck at the moment
    contact_usd: Array  # (N, T): cost of the ego's contacts with objects

    @property
    def total_usd(self) -> Array:
        """Cost of every future, ``(N,)``."""
        total: Array = self.usd.sum(axis=1)
        return total


class Subject(Protocol):
    """Whoever says what will happen.

    Attributes
    ----------
    name
        In tables.
    """

    name: str

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Course:
        """Go through futures.

        Parameters
        ----------
        moments
            Where they begin.
        which
            ``(N,)`` indices of moments; the same one may be asked for several times.
        steps
            ``T``.
        drive
            What the ego does.

        Returns
        -------
        Course
            The same for the same arguments.
        """
        ...


def empty_course(count: int, steps: int) -> Course:
    """Nobody anywhere, nothing happens.

    Parameters
    ----------
    count
        ``N``.
    steps
        ``T``.

    Returns
    -------
    Course
        To be filled.
    """
    return Course(
        np.full((count, steps + 1, NUM_BODY), np.nan),
        np.full((count, steps + 1, 8, NUM_BODY), np.nan),
        np.full((count, steps + 1, 4, NUM_BODY), np.nan),
        np.zeros((count, steps + 1, 4), np.bool_),
        np.zeros((count, steps + 1), np.bool_),
        np.zeros((count, steps)),
        np.zeros((count, steps)),
        np.full(count, steps),
        np.zeros((count, 8), np.bool_),
        np.zeros((count, steps)),
    )


def note_contacts(found: Course, t: int, alive: Mask, contacts: NDArray[np.object_]) -> None:
    """Keep what ``info`` says of the contacts of a decision, in place."""
    for b in np.flatnonzero(alive):
        for one in contacts[b]:
            if one["vehicle"] == 0:
                found.delta_v[b, t] = max(found.delta_v[b, t], one["delta_v_mps"])
                found.contact_usd[b, t] += one["cost_usd"]


def fixed(actions: Array) -> Driver:
    """Actions that were chosen before, ``(N, T, 2)``."""
    return lambda t, _: actions[:, t]


def driven_by(policy: Policy, count: int) -> Driver:
    """A policy for which every future is a new episode: what it did before would not fit to who really drove.

    Parameters
    ----------
    policy
        Not a privileged one.
    count
        ``N``.

    Returns
    -------
    Driver
        For one ``roll``.
    """
    policy.reset(np.ones(count, np.bool_), np.arange(count))
    return lambda _, seen: np.clip(np.asarray(policy.act(seen), np.float64), -1.0, 1.0)
