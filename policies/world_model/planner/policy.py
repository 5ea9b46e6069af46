"""WorldModel: estimates object contents, imagines the library of manoeuvres, executes the best, and plans again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_S, column
from envs.specification.world import empty_batch
from policies.base import Budget, Explanation, Foresight, Observation, Outlook
from policies.checkpoint import Checkpoint, read_budget
from policies.following import follow
from policies.numbers_within import check_number, check_numbers, check_whole, planning_cost
from policies.perception.crashed_vehicles import has_crash_ahead
from policies.perception.objects import TrackedObjects, find_objects
from policies.planning.course import NAMES, Course
from policies.planning.plans import Plans
from policies.planning.search import Choice, Library, SearchWeights, search
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.estimation.estimator import Beliefs, Estimator
from policies.world_model.imagination.cost_ledger import charge_driven
from policies.world_model.imagination.foresight import foresee
from policies.world_model.imagination.scoring import disagreement
from policies.world_model.model.checkpoint import SHIPPED, load
from policies.world_model.model.parameters import Learned, take_members
from policies.world_model.model.state import State, read_states
from policies.world_model.planner.roll import Ensemble, Roots

Array = NDArray[np.float64]

COMES_WITH_IT: Final = ("shipped", "shipped_unprivileged")
"""Checkpoints in the package: trained with the truth as supervision, and without."""

NOTHING_THERE: Final = 0.98
"""An object that is nothing with a higher probability than this is no reason to plan."""


class _Memory:
    """Memory of ``B`` worlds from decision to decision."""

    def __init__(self, size: int, estimator: Estimator, *, remembers: bool) -> None:
        self.estimator, self._remembers = estimator, remembers
        self.is_new = np.ones(size, np.bool_)
        self.roots = empty_batch(size)
        """The cost ledger."""
        self.course = Course(size)
        self._ego = np.zeros((size, column.NUM_EGO), np.float32)

    def observe_ego(self, observation: Observation, params: Array) -> None:
        """Charge the last driven decision; ``params`` is ``CostParameters.to_array()``."""
        ego, vehicles = observation["ego"], observation["vehicles"]
        charge_driven(self.roots, self.is_new, self._ego, ego, vehicles, params)
        self._ego = ego.copy()
        self.course.begin(observation, self.is_new, remembers=self._remembers)
        self.is_new[:] = not self._remembers


class _Planned(NamedTuple):
    """The plans of one decision."""

    busy: NDArray[np.int64]  # (K,) worlds
    roots: Roots
    library: Library
    choice: Choice


class WorldModel:
    """A policy that plans in the learned world model.

    Parameters
    ----------
    checkpoint
        Folder of a checkpoint; ``"shipped"`` and ``"shipped_unprivileged"`` come with the package. Or what was learned
        itself.
    horizon_s
        Length of the imagined plans, 2 to 8 s.
    num_finalists
        Plans that all members imagine, 1 to 40.
    num_families
        Families of which at least one plan is among them.
    look_trust
        Share of the belief that uses the look, 0 to 1; see ``policies.world_model.estimation.belief``.
    rest_sd
        An object whose measured speed is within this many standard deviations of zero lies still, 0 to 6.
    loyalty_usd
        Credit for the manoeuvre that was chosen before, >= 0: plans do not flicker.
    needless_usd
        Price of braking at 3 m/s2 at once, times the probability that nothing is there, >= 0; more for harder, less for
        gentler braking. Passengers expect it of one false alarm in a hundred, which the cost alone hardly sees.
    loss_of_control
        Setting of the cost that it plans with: "off", "8" or "5".
    remembers
        Whether earlier observations count; if not, every decision is a function of the present observation alone: no
        filter, cost ledger or manoeuvre under way goes on from one decision to the next.
    num_members
        Number of ensemble members, from 1; ``None`` = all.
    deadline_ms
        Wall time after which the best of what is imagined by then is done; ``None`` = none, as in every evaluation,
        because a clock makes results depend on the machine. Imagining every plan once is never cut short.

    Raises
    ------
    UserError
        If a value is not allowed.
    """

    privileged = False

    def __init__(
        self,
        checkpoint: str | Learned = "shipped",
        horizon_s: float = 5.0,
        num_finalists: int = 10,
        num_families: int = 3,
        look_trust: float = 0.5,
        rest_sd: float = 2.5,
        loyalty_usd: float = 10.0,
        needless_usd: float = 3000.0,
        loss_of_control: str = "8",
        remembers: bool = True,
        num_members: int | None = None,
        deadline_ms: float | None = None,
    ) -> None:
        check_numbers(
            ("horizon_s", horizon_s, 2.0, 8.0),
            ("look_trust", look_trust, 0.0, 1.0),
            ("rest_sd", rest_sd, 0.0, 6.0),
            ("loyalty_usd", loyalty_usd, 0.0, 1e6),
            ("needless_usd", needless_usd, 0.0, 1e6),
        )
        self.budget: Budget | None = None
        if isinstance(checkpoint, Learned):
            learned, self._classes = checkpoint, tuple(map(str, range(NUM_CLASSES)))
        else:
            found = read_checkpoint(str(checkpoint))
            learned, self._classes = found.learned, tuple(found.about["classes"])
            self.budget = read_budget(found.about)
        if num_members is not None:
            most = learned.events.contact.b1.shape[0]
            learned = take_members(learned, check_whole("num_members", num_members, 1, most))
        self._learned, self._remembers = learned, bool(remembers)
        self._num_steps = round(horizon_s / DECISION_S)
        self._look_trust, self._rest_sd = float(look_trust), float(rest_sd)
        self._deadline_s: float | None = None
        if deadline_ms is not None:
            self._deadline_s = 1e-3 * check_number("deadline_ms", deadline_ms, 0.0, 1e6)
        self._params = planning_cost(loss_of_control)
        self._ensemble = Ensemble(learned, self._params, float(needless_usd))
        self._weights = SearchWeights(
            check_whole("num_finalists", num_finalists, 1, 40),
            check_whole("num_families", num_families, 1, 6),
            float(loyalty_usd),
        )
        self._memory = self._begin(0)
        self._planned: _Planned | None = None
        self._explanation = Explanation(np.zeros(0, np.int64), np.zeros(0, np.int64), NAMES)

    def _begin(self, size: int) -> _Memory:
        """Memory of worlds without observations."""
        nets, remembers = self._learned.filter, self._remembers
        estimator = Estimator(nets, self._look_trust, size, remembers=remembers)
        return _Memory(size, estimator, remembers=remembers)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the memory of some worlds; no random numbers are used."""
        del seeds
        if len(self._memory.is_new) != len(mask):
            self._memory = self._begin(len(mask))
        self._memory.is_new |= mask

    def act(self, observation: Observation) -> Array:
        """Plan where an object or the traffic matters; elsewhere keep lane, speed and distance."""
        until_s = np.inf if self._deadline_s is None else time.perf_counter() + self._deadline_s
        memory = self._memory
        beliefs = memory.estimator.update(observation, memory.is_new)
        objects = self._find_objects(observation, beliefs)
        memory.observe_ego(observation, self._params)
        busy, self._planned = np.flatnonzero(objects.matters.any(axis=1) | objects.traffic), None
        best, plans = np.zeros(0, np.int64), None
        if len(busy):
            roots, library = self._prepare(beliefs, objects, busy)
            choice = search(self._ensemble, roots, library, self._weights, until_s)
            self._planned = _Planned(busy, roots, library, choice)
            best, plans = choice.best, choice.plans
        cruise = follow(observation, observation["ego"][:, column.E_SET_SPEED].astype(np.float64))
        action = memory.course.steer(observation, cruise, busy, best, plans)
        self._explanation = self._explain(busy, plans, beliefs)
        return action

    def _find_objects(self, observation: Observation, beliefs: Beliefs) -> TrackedObjects:
        """Objects that may exist, and whether they, traffic or crashed vehicles call for a plan."""
        horizon_s = self._num_steps * DECISION_S
        objects = find_objects(beliefs.observation, self._rest_sd, horizon_s)
        crashed = has_crash_ahead(observation, beliefs.speeds, horizon_s)
        return objects._replace(
            matters=objects.matters & (beliefs.contents[:, :, 0] < NOTHING_THERE),
            traffic=objects.traffic | crashed,
        )

    def _prepare(
        self, beliefs: Beliefs, objects: TrackedObjects, busy: NDArray[np.int64]
    ) -> tuple[Roots, Library]:
        """Start states in some worlds, and the library of manoeuvres there."""
        ego = beliefs.observation["ego"][busy].astype(np.float64)
        library = self._memory.course.make_library(
            ego, busy, objects.nearest(busy), self._num_steps
        )
        matters, contents = objects.matters[busy], beliefs.contents[busy]
        roots = Roots(
            read_states(beliefs.observation, beliefs.speeds, busy),
            self._memory.roots[busy],
            contents * matters[:, :, None],
            np.where(matters, contents[:, :, 0], 1.0).prod(axis=1),
            ~objects.traffic[busy],
        )
        return roots, library

    def _explain(
        self, busy: NDArray[np.int64], plans: Plans | None, beliefs: Beliefs
    ) -> Explanation:
        """Explanation of this decision."""
        labels, reasons, options = self._memory.course.explain(busy, plans)
        late, imagined_s = np.zeros(len(labels), np.bool_), np.zeros(len(labels))
        if self._planned is not None:
            choice = self._planned.choice
            late[busy], imagined_s[busy] = choice.is_late, choice.imagined_s
        return Explanation(
            labels,
            reasons,
            NAMES,
            options,
            Outlook(beliefs.contents, self._classes, disagreement(beliefs.members)),
            None if self._deadline_s is None else late,
            imagined_s,
        )

    def explain(self) -> Explanation:
        """The chosen manoeuvre and the best of the others."""
        return self._explanation

    def foresee(self, world: int) -> Foresight | None:
        """Future of the chosen manoeuvre in one world by every member; ``None`` without a plan."""
        if self._planned is None or world not in self._planned.busy:
            return None
        busy, roots, library, choice = self._planned
        row = int(np.flatnonzero(busy == world)[0])
        root = State(*(field[row] for field in roots.states))
        kinds = roots.belief[row].argmax(axis=1)
        actions = library.actions[row, int(choice.best[row])]
        return foresee(self._learned, root, kinds, actions, int(library.steps[row]))


def read_checkpoint(checkpoint: str) -> Checkpoint[Learned]:
    """Read the checkpoint in a folder, or one of ``COMES_WITH_IT`` by its name."""
    return load(SHIPPED.with_name(checkpoint) if checkpoint in COMES_WITH_IT else Path(checkpoint))
