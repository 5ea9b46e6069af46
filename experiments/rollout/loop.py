"""The loop in which a policy drives instances in the simulator, each exactly once, and every decision is recorded."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.batched.env import DebrisVectorEnv
from envs.cost.parameters import CostParameters
from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISIONS_PER_EPISODE, column, component
from experiments.rollout.decision_check import check_decision, in_instance, policy_name
from policies.base import Explaining, Explanation, Policy, Privileged, Seeing

Filter = Callable[[DebrisVectorEnv, dict[str, Any]], dict[str, Any]]
"""Function that changes the observation of some worlds."""


class Costs(NamedTuple):
    """CPU time of a rollout, seconds."""

    simulation_s: float  # resets and steps of the simulator
    policy_s: float


@dataclass(frozen=True)
class Episode:
    """Log of one policy in one instance, with ``T`` decisions.

    Parameters
    ----------
    instance
        What was driven.
    ego
        ``(T + 1, E)`` ego observation before every decision and after the last.
    actions
        ``(T, 2)`` in [-1, 1].
    cost_usd
        ``(T, NUM_COMPONENTS)``.
    total_usd
        ``(T,)``: sums over components as the simulator makes them.
    ttc_s
        ``(T,)`` smallest time to collision within the decision; ``inf`` if none.
    contacts
        Every contact with its ``decision``, as ``info["contacts"]`` describes it.
    events
        Terminal events by name.
    labels, reasons
        ``(T,)`` indices into ``policies.base.LABELS`` and ``names``; -1 where the policy does not say.
    names
        What the reasons are called.
    imagined_s
        Seconds of future that the policy imagined in all its plans; 0 if it does not say.
    decision_cpu_ms
        CPU time of one decision of the batch per world, mean over the episode.
    """

    instance: ScenarioInstance
    ego: NDArray[np.float32]
    actions: NDArray[np.float64]
    cost_usd: NDArray[np.float64]
    total_usd: NDArray[np.float64]
    ttc_s: NDArray[np.float64]
    contacts: tuple[dict[str, Any], ...]
    events: dict[str, bool]
    labels: NDArray[np.int64]
    reasons: NDArray[np.int64]
    names: tuple[str, ...]
    imagined_s: float
    decision_cpu_ms: float


def world_seed(policy_seed: int, instance_hash: str) -> int:
    """Seed of a policy's random numbers in one instance, from 0 to 2**63 - 1: the same in any batch and process.

    Examples
    --------
    >>> world_seed(0, "ab") == world_seed(0, "ab") != world_seed(1, "ab")
    True
    """
    digest = hashlib.sha256(f"{policy_seed}:{instance_hash}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


class Rollout:
    """Drives a list of instances with one policy.

    Parameters
    ----------
    policy
        Any ``policies.base.Policy``.
    instances
        To be driven, in order.
    num_worlds
        Worlds stepped at once; what an episode holds does not depend on it.
    policy_seed
        Seed of a policy that draws random numbers.
    cost
        Cost parameters; the default setting if not given.
    filter_observation
        Takes the worlds and their observation; the policy sees what it returns.
    name
        What the policy is called in messages; by default its class or function.
    """

    def __init__(
        self,
        policy: Policy,
        instances: Sequence[ScenarioInstance],
        *,
        num_worlds: int = 64,
        policy_seed: int = 0,
        cost: CostParameters | None = None,
        filter_observation: Filter | None = None,
        name: str | None = None,
    ) -> None:
        self._policy = policy
        self._name = policy_name(policy) if name is None else name
        self._filter = filter_observation
        self._instances = instances
        self._policy_seed = policy_seed
        # equal shares: 100 instances in 64 worlds are driven as two rounds of 50, not as 64 and 36
        rounds = -(-len(instances) // num_worlds)
        self._num_worlds = -(-len(instances) // rounds)
        self._feed = _Feed(instances, self._num_worlds)
        camera = policy.camera if isinstance(policy, Seeing) else None
        self._env = DebrisVectorEnv(self._num_worlds, scenario=self._feed, cost=cost, camera=camera)
        self._simulation_s = self._policy_s = 0.0

    @property
    def costs(self) -> Costs:
        """CPU time so far."""
        return Costs(self._simulation_s, self._policy_s)

    def episodes(self) -> Iterator[tuple[int, Episode]]:
        """Every episode, once, with the index of its instance, in the order in which they end."""
        size = self._num_worlds
        log = _Log(size)
        instance_of = np.arange(size)
        start = time.process_time()
        observation, _ = self._env.reset(options={"instance": list(self._instances[:size])})
        self._simulation_s += time.process_time() - start
        observation = self._filtered(observation)
        if isinstance(self._policy, Privileged):
            self._policy.bind(self._env)
        begins = np.ones(size, np.bool_)
        remaining = len(self._instances)
        while remaining:
            action = self._decide(observation, begins, log)
            before = self._feed.next
            start = time.process_time()
            observation, _, terminated, truncated, info = self._env.step(action)
            self._simulation_s += time.process_time() - start
            observation = self._filtered(observation)
            log.note_outcome(info)
            begins = terminated | truncated
            for offset, b in enumerate(np.flatnonzero(begins).tolist()):
                if instance_of[b] >= 0:
                    remaining -= 1
                    yield int(instance_of[b]), self._finish(log, b, int(instance_of[b]), info)
                log.length[b] = 0
                index = before + offset
                instance_of[b] = index if index < len(self._instances) else -1

    def _filtered(self, observation: dict[str, Any]) -> dict[str, Any]:
        """The observation for the policy, changed by the observation filter if there is one."""
        return observation if self._filter is None else self._filter(self._env, observation)

    def _decide(
        self, observation: dict[str, Any], begins: NDArray[np.bool_], log: _Log
    ) -> NDArray[np.float64]:
        """Compute the policy's decision; it and its explanation are recorded."""
        cpu = time.process_time()
        if begins.any():
            seeds = np.zeros(self._num_worlds, np.int64)
            for b in np.flatnonzero(begins):
                instance = self._env.instances[b]
                if instance is not None:
                    seeds[b] = world_seed(self._policy_seed, instance.hash)
            self._policy.reset(begins, seeds)
        returned = self._policy.act(observation)
        elapsed = time.process_time() - cpu
        action = check_decision(
            self._name, returned, self._num_worlds, lambda b: self._where(b, log)
        )
        self._policy_s += elapsed
        log.note_decision(observation["ego"], action, 1e3 * elapsed / self._num_worlds)
        if isinstance(self._policy, Explaining):
            explained = self._policy.explain()
            log.note_reasons(explained)
        return action

    def _where(self, b: int, log: _Log) -> str:
        """The decision and instance of world ``b``, in words."""
        instance = self._env.instances[b]
        known = ("", "") if instance is None else (instance.family, instance.hash)
        return in_instance(int(log.length[b]), *known, b)

    def _finish(self, log: _Log, b: int, index: int, info: dict[str, Any]) -> Episode:
        """The episode of world ``b`` that has just ended."""
        length = int(log.length[b])
        final = info["final_obs"][b]["ego"]
        return Episode(
            instance=self._instances[index],
            ego=np.concatenate([log.ego[b, :length], final[None]]),
            actions=log.actions[b, :length].copy(),
            cost_usd=log.cost[b, :length].copy(),
            total_usd=log.total[b, :length].copy(),
            ttc_s=log.ttc[b, :length].copy(),
            contacts=log.take_contacts(b),
            events={name: bool(flags[b]) for name, flags in info["events"].items()},
            labels=log.labels[b, :length].copy(),
            reasons=log.reasons[b, :length].copy(),
            names=log.names,
            imagined_s=float(log.imagined_s[b, :length].sum()),
            decision_cpu_ms=float(log.cpu_ms[b, :length].mean()),
        )


class _Feed:
    """Supplies the next instance to a world whose episode has ended, or the last one again if none is left.

    It is no method of ``Rollout``: that would be a circle of references through the worlds, which only the garbage
    collector frees, and it seldom runs while a million entries of a suite are in memory.
    """

    def __init__(self, instances: Sequence[ScenarioInstance], first: int) -> None:
        self._instances = instances
        self.next = first

    def __call__(self, *_: object) -> ScenarioInstance:
        index = min(self.next, len(self._instances) - 1)
        self.next += 1
        return self._instances[index]


class _Log:
    """Log of ``B`` running episodes."""

    def __init__(self, size: int) -> None:
        shape = (size, DECISIONS_PER_EPISODE)
        self.length = np.zeros(size, np.int64)
        self.ego = np.zeros((*shape, column.NUM_EGO), np.float32)
        self.actions = np.zeros((*shape, 2))
        self.cost = np.zeros((*shape, component.NUM_COMPONENTS))
        self.total = np.zeros(shape)
        self.ttc = np.zeros(shape)
        self.cpu_ms = np.zeros(shape)
        self.imagined_s = np.zeros(shape)
        self.labels = np.full(shape, -1, np.int64)
        self.reasons = np.full(shape, -1, np.int64)
        self.names: tuple[str, ...] = ()
        self._contacts: list[list[dict[str, Any]]] = [[] for _ in range(size)]
        self._rows = np.arange(size)

    def note_decision(
        self, ego: NDArray[np.float32], action: NDArray[np.float64], cpu_ms: float
    ) -> None:
        """Record observation and action before the step."""
        self.ego[self._rows, self.length] = ego
        self.actions[self._rows, self.length] = action
        self.cpu_ms[self._rows, self.length] = cpu_ms

    def note_reasons(self, said: Explanation) -> None:
        """Record reasons before the step; the names of reasons may grow, but their numbers stay."""
        self.labels[self._rows, self.length] = said.labels
        self.reasons[self._rows, self.length] = said.reasons
        self.imagined_s[self._rows, self.length] = (
            0.0 if said.imagined_s is None else said.imagined_s
        )
        self.names = said.names

    def note_outcome(self, info: dict[str, Any]) -> None:
        """Record the outcome after the step."""
        cost = info["cost"]
        for k, name in enumerate(component.NAMES):
            self.cost[self._rows, self.length, k] = cost[name]
        self.total[self._rows, self.length] = cost["total"]
        self.ttc[self._rows, self.length] = info["ttc"]
        for b, contacts in enumerate(info["contacts"]):
            if contacts:
                decision = int(self.length[b])
                self._contacts[b].extend({"decision": decision, **row} for row in contacts)
        self.length += 1

    def take_contacts(self, b: int) -> tuple[dict[str, Any], ...]:
        """Contacts of the episode of world ``b``, which has ended."""
        taken, self._contacts[b] = tuple(self._contacts[b]), []
        return taken
