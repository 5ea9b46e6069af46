"""The oracle with beliefs: true dynamics, but contents only as far as the sensors show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.batched.env import DebrisVectorEnv
from envs.errors import not_allowed
from envs.specification import DECISION_S, DECISIONS_PER_EPISODE, debris, episode
from envs.specification.world import Batch
from policies.base import KEEP, Explanation, Observation, Option, Policy
from policies.floors import Constant
from policies.numbers_within import check_numbers
from policies.oracle.belief import ObjectBelief
from policies.oracle.copies import Bound, roll_closed_loop
from policies.oracle.hypotheses import Specimens, draw_specimens, make_hypotheses
from policies.oracle.offered import Offered, make_library
from policies.oracle.perceived import PerceivedWorlds
from policies.oracle.scenarios import STRATA, fill_scenarios
from policies.oracle.twin import Scenarios, TwinRoll
from policies.oracle.watch import arrival_s, find_ahead, is_settled, lateral_state, note_observation
from policies.planning.extend import INCUMBENT, shift_plans
from policies.planning.library import MANOEUVRES, manoeuvre_names
from policies.planning.plans import Options
from policies.planning.search import SearchWeights, search

Array = NDArray[np.float64]

CRUISE: Final = "cruise"
"""Reason of a decision without a plan: nothing that matters is ahead."""

PROPOSAL_INTERVAL: Final = 4
"""Searches from one look at what the portfolio would do to the next: it costs as much as the search itself."""


@dataclass
class _Memory:
    """Memory of one world."""

    rng: np.random.Generator
    beliefs: list[ObjectBelief]
    plan: Array | None = None  # (T, 2) what is left of it
    label: int = KEEP
    reason: str = CRUISE
    age: int = 0  # decisions since the search
    target_m: float = 0.0  # lateral target of the last decision
    drift_mps: float = 0.0  # of the lateral target
    searches: int = 0
    options: Sequence[Option] = field(default_factory=list)


class _Task(NamedTuple):
    """One world in which a search is due."""

    b: int
    ahead: list[int]  # objects that matter, the next one first
    scenarios: Batch  # (A,)
    weights: Array  # (A,)
    horizon: int


class OracleBelief(Bound):
    """Searches in the true world with believed contents of objects, and with other noise than the true one.

    It does not know mass, crush strength, sharpness, friction, drag and bounce of an object, whether a sighting is
    real, and the noise. It has the catalogue, the visible size, and what look, radar and thermal camera report.

    Parameters
    ----------
    portfolio
        Policies whose decisions it may copy: each is rolled through a world as it may be.
    num_scenarios
        Contents that are tried, a key of ``STRATA``.
    interval
        Decisions between two searches.
    reach_s
        Objects that are met later than this do not matter yet, s.
    settle_s
        A plan goes on for so long after the object is met, s.
    num_finalists
        Plans of the second stage.
    mark_share, ghost_share
        Shares of all sightings that are marks on the ground, and ghosts of the detector.
    negligible_usd
        An object whose typical contacts are expected to cost less does not matter.
    loyalty_usd
        Credit for the plan under way, >= 0: plans do not flicker.
    perceives
        Whether the search begins where the filtered tracks put vehicles and objects, instead of where they are.

    Raises
    ------
    UserError
        If a value is out of range.
    not_allowed
        If ``num_scenarios`` is none of the keys.
    """

    _roll: TwinRoll

    def __init__(
        self,
        portfolio: Sequence[Policy] = (),
        num_scenarios: int = 6,
        interval: int = 3,
        reach_s: float = 8.0,
        settle_s: float = 5.0,
        num_finalists: int = 12,
        mark_share: float = 0.2,
        ghost_share: float = 0.03,
        negligible_usd: float = 0.5,
        loyalty_usd: float = 10.0,
        perceives: bool = False,
    ) -> None:
        if num_scenarios not in STRATA:
            raise not_allowed("num_scenarios", str(num_scenarios), [str(key) for key in STRATA])
        check_numbers(
            ("interval", interval, 1, DECISIONS_PER_EPISODE),
            ("reach_s", reach_s, 1.0, 20.0),
            ("settle_s", settle_s, 1.0, 20.0),
            ("num_finalists", num_finalists, 1, len(MANOEUVRES)),
            ("mark_share", mark_share, 0.0, 0.8),
            ("ghost_share", ghost_share, 1e-6, 0.1),
            ("negligible_usd", negligible_usd, 0.0, 1e6),
            ("loyalty_usd", loyalty_usd, 0.0, 1e6),
        )
        self._weights = SearchWeights(num_finalists, 3, float(loyalty_usd))
        self._portfolio = tuple(portfolio)
        self._num_scenarios, self._interval = num_scenarios, interval
        self._reach, self._settle = float(reach_s), float(settle_s)
        self._negligible = float(negligible_usd)
        self._hypotheses = make_hypotheses(float(mark_share), float(ghost_share))
        copied = tuple(f"as policy {k + 1}" for k in range(len(self._portfolio)))
        self._plan_names = (*manoeuvre_names(), INCUMBENT, *copied)
        self._names = (CRUISE, *self._plan_names)
        self._cruise = Constant()
        self._memory: list[_Memory] = []
        self._perceived = PerceivedWorlds(0) if perceives else None

    def bind(self, worlds: DebrisVectorEnv) -> None:
        """Look into these worlds from now on."""
        super().bind(worlds)
        self._roll = TwinRoll(self._num_scenarios, worlds.settings.cost)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the memory of some worlds, and draw hypotheses about their objects."""
        worlds = self._bound()
        if len(self._memory) != len(mask):
            self._memory = [_Memory(np.random.default_rng(0), []) for _ in mask]
        if self._perceived is not None:
            if len(self._perceived) != len(mask):
                self._perceived = PerceivedWorlds(len(mask))
            self._perceived.reset(mask)
        p = worlds.settings.cost.to_array()[0]
        for b in np.flatnonzero(mask).tolist():
            rng = np.random.default_rng(int(seeds[b]))
            f = worlds.batch["debris_f"][b]
            beliefs = []
            for j in range(int(worlds.batch["episode_i"][b, episode.NUM_DEBRIS])):
                size = f[[debris.LENGTH, debris.WIDTH, debris.HEIGHT], j]
                specimens = draw_specimens(self._hypotheses, size, f[debris.YAW, j], p, rng)
                beliefs.append(self.make_belief(specimens))
            target = float(worlds.batch["episode_f"][b, episode.TARGET_Y])
            self._memory[b] = _Memory(rng, beliefs, target_m=target)
        self._cruise.reset(mask, seeds)

    def make_belief(self, specimens: Specimens) -> ObjectBelief:
        """Make the belief about a new object."""
        return ObjectBelief(self._hypotheses, specimens)

    def beliefs_of(self, b: int) -> list[ObjectBelief]:
        """The beliefs about the objects of world ``b``, in their order."""
        return self._memory[b].beliefs

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """Follow the plan, search for a better one, or cruise where nothing matters."""
        tasks = []
        if self._perceived is not None:
            self._perceived.update(observation, self._bound().batch)
        for b, memory in enumerate(self._memory):
            world = self._world(b)
            note_observation(
                self._bound().batch.view(np.ndarray)[b], observation["debris"][b], memory.beliefs
            )
            ahead = find_ahead(world, memory.beliefs, self._reach, self._negligible)
            target = float(world["episode_f"][episode.TARGET_Y])
            memory.drift_mps = (target - memory.target_m) / DECISION_S
            memory.target_m = target
            is_done = memory.plan is None or is_settled(world, memory.drift_mps)
            if not ahead and is_done:
                memory.plan, memory.label, memory.reason, memory.options = None, KEEP, CRUISE, ()
            elif memory.plan is None or memory.age >= self._interval:
                tasks.append(self._prepare(b, ahead))
        if tasks:
            proposed = self._propose(tasks)
            for task in tasks:
                self._search(task, proposed.get(task.b))
        action = self._cruise.act(observation)
        is_planned = np.array([memory.plan is not None for memory in self._memory])
        for b, memory in enumerate(self._memory):
            if memory.plan is not None:
                action[b] = memory.plan[0]
                memory.plan, memory.age = shift_plans(memory.plan), memory.age + 1
        # when the plan is done, cruising begins from wherever it has led
        self._cruise.reset(is_planned, np.zeros(len(is_planned), np.int64))
        return action

    def explain(self) -> Explanation:
        """The manoeuvre under way, and the options of the last search."""
        return Explanation(
            np.array([memory.label for memory in self._memory]),
            np.array([self._names.index(memory.reason) for memory in self._memory]),
            self._names,
            [memory.options for memory in self._memory],
        )

    def _world(self, b: int) -> np.void:
        """The record of one world, from which the search begins."""
        world: np.void = self._start().view(np.ndarray)[b]
        return world

    def _start(self) -> Batch:
        """The worlds from which the search begins."""
        if self._perceived is None or self._perceived.worlds is None:
            return self._bound().batch
        return self._perceived.worlds

    def _prepare(self, b: int, ahead: list[int]) -> _Task:
        """Prepare the inputs of a search in world ``b``."""
        memory, world = self._memory[b], self._world(b)
        scenarios = np.repeat(self._start()[b : b + 1], self._num_scenarios)
        primary = ahead[0] if ahead else -1
        weights = fill_scenarios(scenarios, memory.beliefs, primary, memory.rng)
        if self._perceived is not None:
            self._perceived.scatter(scenarios, b, memory.rng)
        left = DECISIONS_PER_EPISODE - int(world["episode_i"][episode.DECISION])
        arrival = arrival_s(world, primary) if ahead else 0.0
        wanted = round((arrival + self._settle) / DECISION_S)
        return _Task(b, ahead, scenarios, weights, max(min(wanted, left), 1))

    def _propose(self, tasks: Sequence[_Task]) -> dict[int, Array]:
        """Plans of the portfolio in the mildest scenario, ``(P, T, 2)`` by world; not in every search."""
        due = [t for t in tasks if self._memory[t.b].searches % PROPOSAL_INTERVAL == 0]
        if not due or not self._portfolio:
            return {}
        chosen = np.array([task.b for task in due])
        seeds = np.array([int(self._memory[task.b].rng.integers(2**62)) for task in due])
        actions, _ = roll_closed_loop(
            self._bound(),
            chosen,
            self._portfolio,
            seeds,
            start=np.concatenate([task.scenarios[:1] for task in due]),
            num_decisions=max(task.horizon for task in due),
        )
        return {task.b: plans[:, : task.horizon] for task, plans in zip(due, actions, strict=True)}

    def _search(self, task: _Task, proposed: Array | None) -> None:
        """Search a new plan for one world."""
        memory, world = self._memory[task.b], self._world(task.b)
        lateral = lateral_state(world, memory.drift_mps)
        offered = Offered(memory.plan, memory.label, proposed, len(self._portfolio))
        library = make_library(world, task.ahead, lateral, task.horizon, offered)
        choice = search(
            self._roll, Scenarios(task.scenarios, task.weights, lateral), library, self._weights
        )
        best = int(choice.best[0])
        memory.plan, memory.age = library.actions[0, best], 0
        memory.searches += 1
        memory.label, memory.reason = int(library.labels[0, best]), self._plan_names[best]
        options = Options(self._plan_names, library.labels[0], choice.plans, np.zeros(1, int), 1)
        memory.options = options[0]
