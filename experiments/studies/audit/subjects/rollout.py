"""Futures of any subject (the twin, dreams or straight lines) in one form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS
from experiments.rollout.decision_check import check_decision, policy_name
from experiments.studies.audit.scenes.bodies import NUM_BODY, Array, Indices, Mask
from experiments.studies.audit.scenes.moments import Moments
from policies.base import Observation, Policy

Driver = Callable[[int, Observation], Array]
"""``(decision, what is observed) -> (N, 2)`` actions in [-1, 1]."""


class Futures(NamedTuple):
    """``N`` futures of ``T`` decisions; row 0 of the time axis is the moment itself.

    Bodies are as of ``scenes.bodies``, with x from where the ego was at the moment. They are NaN in free slots, where
    a body is no longer tracked, and after the end.
    """

    ego: Array  # (N, T + 1, NUM_BODY)
    vehicles: Array  # (N, T + 1, 8, NUM_BODY), slots of the observation
    objects: Array  # (N, T + 1, 4, NUM_BODY)
    touched: Mask  # (N, T + 1, 4): the ego has met the object by then
    collided: Mask  # (N, T + 1): the ego has hit a vehicle by then
    usd: Array  # (N, T): cost of every decision
    delta_v: Array  # (N, T): speed that the ego's hardest contact with an object took, m/s
    length: Indices  # (N,): decisions until the end, <= T
    crashed: Mask  # (N, 8): the vehicle had crashed before the moment
    contact_usd: Array  # (N, T): cost of the ego's contacts with objects

    @property
    def total_usd(self) -> Array:
        """Cost of every future, ``(N,)``."""
        total: Array = self.usd.sum(axis=1)
        return total

    @property
    def meets(self) -> Mask:
        """Whether the ego touches an object, ``(N,)``."""
        met: Mask = np.asarray(self.touched[:, -1].any(axis=1))
        return met


class Subject(Protocol):
    """A simulator to be probed; ``name`` is that of its column in tables."""

    name: str

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Futures:
        """Simulate ``steps`` decisions from the moments ``which`` ``(N,)``; a moment may occur several times.

        The same for the same arguments.
        """
        ...


class Simulation(Protocol):
    """``N`` futures while they are simulated."""

    def observe(self) -> Observation:
        """The present observation."""
        ...

    def step(self, actions: Array) -> tuple[Mask, dict[str, Any]]:
        """Advance by one decision; returns which futures have ended, and ``info`` as environments return it."""
        ...

    def bodies(self) -> tuple[Array, Array, Array]:
        """Ego, vehicles and objects at present, in the form of ``Futures``."""
        ...

    def events(self, info: dict[str, Any], alive: Mask) -> tuple[Mask, Mask]:
        """Objects ``(N, 4)`` that the ego touched, and whether it hit a vehicle ``(N,)``, in the last decision."""
        ...


def simulate(
    simulation: Simulation, moments: Moments, which: Indices, steps: int, drive: Driver
) -> Futures:
    """Roll out a simulation that begins at moments; see ``Subject.roll``."""
    found = empty_futures(moments.crashed[which], steps)
    alive = np.ones(len(which), np.bool_)
    _write_bodies(simulation, found, 0, alive)
    for t in range(steps):
        ended, info = simulation.step(drive(t, simulation.observe()))
        found.usd[alive, t] = info["cost"]["total"][alive]
        for b in np.flatnonzero(alive):
            for one in info["contacts"][b]:
                if one["vehicle"] == 0:
                    found.delta_v[b, t] = max(found.delta_v[b, t], one["delta_v_mps"])
                    found.contact_usd[b, t] += one["cost_usd"]
        touched, collided = simulation.events(info, alive)
        found.touched[:, t + 1] = found.touched[:, t] | touched
        found.collided[:, t + 1] = found.collided[:, t] | (alive & collided)
        found.length[alive & ended] = t + 1
        alive &= ~ended
        _write_bodies(simulation, found, t + 1, alive)
    return found


def _write_bodies(simulation: Simulation, found: Futures, t: int, alive: Mask) -> None:
    for kept, now in zip(
        (found.ego, found.vehicles, found.objects), simulation.bodies(), strict=True
    ):
        kept[alive, t] = now[alive]


def empty_futures(crashed: Mask, steps: int) -> Futures:
    """Empty futures without events or known bodies, to be filled; ``crashed`` is ``(N, 8)``."""
    count = len(crashed)
    return Futures(
        ego=np.full((count, steps + 1, NUM_BODY), np.nan),
        vehicles=np.full((count, steps + 1, VEHICLE_SLOTS, NUM_BODY), np.nan),
        objects=np.full((count, steps + 1, DEBRIS_SLOTS, NUM_BODY), np.nan),
        touched=np.zeros((count, steps + 1, DEBRIS_SLOTS), np.bool_),
        collided=np.zeros((count, steps + 1), np.bool_),
        usd=np.zeros((count, steps)),
        delta_v=np.zeros((count, steps)),
        length=np.full(count, steps),
        crashed=crashed.copy(),
        contact_usd=np.zeros((count, steps)),
    )


def fixed(actions: Array) -> Driver:
    """A driver that executes given actions ``(N, T, 2)``."""
    return lambda t, _: actions[:, t]


def roll_fixed(subject: Subject, moments: Moments, actions: Array | None = None) -> Futures:
    """One future of every moment under actions ``(M, T, 2)``, by default those that were taken then."""
    actions = moments.actions if actions is None else actions
    return subject.roll(moments, np.arange(moments.size), actions.shape[1], fixed(actions))


def driven_by(policy: Policy, count: int) -> Driver:
    """A driver that lets an unprivileged policy act in ``count`` futures, each a new episode for it.

    Its memory begins at the moment: the actions before it were those of another driver.
    """
    policy.reset(np.ones(count, np.bool_), np.arange(count))
    name = policy_name(policy)
    return lambda t, seen: check_decision(
        name, policy.act(seen), count, lambda b: f"decision {t} of future {b}"
    )
