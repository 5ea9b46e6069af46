"""WorldModel: believe what things are, imagine the library of manoeuvres, do the best, imagine again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import LOSS_OF_CONTROL, CostParameters
from envs.errors import UserError, not_allowed
from envs.specification import DECISION_S, LANE_WIDTH_M, column
from policies.base import KEEP, RUN_OVER, Budget, Explanation, Foresight, Observation, Outlook
from policies.checkpoint import Checkpoint, read_budget
from policies.command import lateral_range, to_action
from policies.following import follow
from policies.numbers_within import check_number
from policies.perception.objects import Things, find_things
from policies.planning.library import (
    MANOEUVRES,
    glide,
    manoeuvre_labels,
    manoeuvre_names,
    write_all,
)
from policies.planning.plans import Options
from policies.planning.risk import RiskWeights, check_risk
from policies.world_model.estimation.belief import Belief
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.estimation.crashed_vehicles import find_wrecks
from policies.world_model.estimation.memory import Memory
from policies.world_model.imagination.cost_ledger import follow_accounts
from policies.world_model.imagination.foresight import foresee
from policies.world_model.imagination.scoring import disagreement
from policies.world_model.model.checkpoint import SHIPPED, load
from policies.world_model.model.parameters import Learned, take_members
from policies.world_model.model.state import State, empty_state, read_observation
from policies.world_model.planner.two_stage import Deliberation, Question, Weights

Array = NDArray[np.float64]

SETTLE_MPS2: Final = 1.0
"""Lateral acceleration with which the car returns to the lane's centre when nothing is the matter [A]."""

COMES_WITH_IT: Final = ("shipped", "shipped_unprivileged")
"""Checkpoints in the package: trained with the truth as supervision, and without."""

NOTHING_THERE: Final = 0.98
"""An object that is nothing with a higher probability than this is no reason to plan."""


class WorldModel:
    """The planner with the learned model.

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
    tail_share, alpha, doubt
        How the worst cases and the ensemble's disagreement are weighed; see ``policies.planning.risk``.
    rest_sd
        An object whose measured speed is within so many standard deviations of zero lies still, 0 to 6.
    loyalty_usd
        Credit for the manoeuvre that was chosen before, >= 0: plans do not flicker.
    needless_usd
        Price of braking hard at once, times the probability that nothing is there, >= 0: passengers expect it of one
        false alarm in a hundred, which the cost alone hardly sees.
    loss_of_control
        Setting of the cost that it plans with: "off", "8" or "5".
    remembers
        Whether the belief counts earlier observations, or the present one alone.
    num_members
        So many members of the ensemble, from 1; ``None`` = all.
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
        tail_share: float = 0.0,
        alpha: float = 0.2,
        doubt: float = 0.0,
        rest_sd: float = 2.5,
        loyalty_usd: float = 10.0,
        needless_usd: float = 3000.0,
        loss_of_control: str = "8",
        remembers: bool = True,
        num_members: int | None = None,
        deadline_ms: float | None = None,
    ) -> None:
        for name, value, low, high in (
            ("horizon_s", horizon_s, 2.0, 8.0),
            ("num_finalists", num_finalists, 1, 40),
            ("num_families", num_families, 1, 6),
            ("look_trust", look_trust, 0.0, 1.0),
            ("rest_sd", rest_sd, 0.0, 6.0),
            ("loyalty_usd", loyalty_usd, 0.0, 1e6),
            ("needless_usd", needless_usd, 0.0, 1e6),
        ):
            check_number(name, value, low, high)
        if deadline_ms is not None:
            check_number("deadline_ms", deadline_ms, 0.0, 1e6)
        if str(loss_of_control) not in LOSS_OF_CONTROL:
            raise not_allowed("loss_of_control", loss_of_control, LOSS_OF_CONTROL)
        if num_finalists != int(num_finalists) or num_families != int(num_families):
            raise UserError(f"num_finalists: got {num_finalists!r}, expected a whole number")
        self.budget: Budget | None = None
        if isinstance(checkpoint, Learned):
            learned, self._classes = checkpoint, tuple(map(str, range(NUM_CLASSES)))
        else:
            found = read_checkpoint(str(checkpoint))
            learned, self._classes = found.learned, tuple(found.about["classes"])
            self.budget = read_budget(found.about)
        if num_members is not None:
            check_number("num_members", num_members, 1, learned.events.contact.b1.shape[0])
            learned = take_members(learned, int(num_members))
        self._learned, self._remembers = learned, bool(remembers)
        self._num_steps = round(horizon_s / DECISION_S)
        self._look_trust, self._rest_sd = float(look_trust), float(rest_sd)
        self._deadline_s = None if deadline_ms is None else 1e-3 * float(deadline_ms)
        risk = RiskWeights(float(tail_share), float(alpha), float(doubt))
        check_risk(risk)
        self._params = CostParameters(loss_of_control=str(loss_of_control)).to_array()
        self._deliberation = Deliberation(
            learned,
            self._params,
            Weights(
                int(num_finalists),
                int(num_families),
                risk,
                float(loyalty_usd),
                float(needless_usd),
            ),
        )
        self._names = (*manoeuvre_names(), "nothing that matters")
        self._labels = manoeuvre_labels()
        self._state = Memory(0, self._belief(0))
        self._asked: tuple[Question, NDArray[np.int64], NDArray[np.int64]] | None = None
        self._explanation = Explanation(np.zeros(0, np.int64), np.zeros(0, np.int64), self._names)

    def _belief(self, size: int) -> Belief:
        return Belief(self._learned.filter, self._look_trust, size, remembers=self._remembers)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Forget these worlds; nothing is drawn at random."""
        del seeds
        if len(self._state.is_new) != len(mask):
            self._state = Memory(len(mask), self._belief(len(mask)))
        self._state.is_new |= mask

    def act(self, observation: Observation) -> Array:
        """Imagine where something matters; elsewhere keep lane, speed and distance."""
        until_s = np.inf if self._deadline_s is None else time.perf_counter() + self._deadline_s
        memory = self._state
        ego = observation["ego"]
        low, high = lateral_range(observation)
        y = ego[:, column.E_Y].astype(np.float64)
        memory.belief.update(observation, memory.is_new)
        follow_accounts(
            memory.roots, memory.is_new, memory.ego, ego, observation["vehicles"], self._params
        )
        memory.ego = ego.copy()
        memory.target = np.where(memory.is_new, y, memory.target)
        memory.drift = np.where(memory.is_new, 0.0, memory.drift)
        memory.last = np.where(memory.is_new, -1, memory.last)
        memory.note_speeds(observation)
        placed = memory.places.refine(observation, memory.is_new)
        memory.is_new[:] = False

        things = find_things(placed, self._rest_sd, self._num_steps * DECISION_S)
        probability = memory.belief.probabilities
        matters = things.matters & (probability[:, :, 0] < NOTHING_THERE)
        wrecks = find_wrecks(observation, memory.speeds, self._num_steps * DECISION_S)
        things = things._replace(matters=matters, traffic=things.traffic | wrecks)
        busy = np.flatnonzero(matters.any(axis=1) | things.traffic)
        home = np.clip(np.floor(memory.target / LANE_WIDTH_M + 0.5) * LANE_WIDTH_M, low, high)
        acceleration = follow(observation, ego[:, column.E_SET_SPEED].astype(np.float64))
        target = np.empty(len(y))
        for b in range(len(y)):
            target[b] = glide(memory.target[b], memory.drift[b], home[b], SETTLE_MPS2)[0]
        chosen = np.full(len(y), -1)
        self._asked = None
        options: Options | None = None
        is_late, imagined_s = False, np.zeros(len(y))
        if len(busy):
            lateral = np.stack([memory.target, memory.drift, low, high, home], axis=1)[busy]
            question = self._question(placed, busy, things, probability, lateral)
            plans, best, is_late, imagined_s[busy] = self._deliberation.answer(question, until_s)
            rows = np.arange(len(busy))
            chosen[busy] = best
            self._asked = (question, busy, best)
            acceleration[busy] = plans.first[rows, best, 0]
            target[busy] = plans.first[rows, best, 1]
            options = Options(self._names, self._labels, plans, busy, len(y))
        self._explain(chosen, busy, options, is_late, imagined_s)
        target = np.clip(target, low, high)
        memory.drift = (target - memory.target) / DECISION_S
        memory.target, memory.last = target, chosen
        return to_action(observation, acceleration, target)

    def _question(
        self,
        observation: Observation,
        busy: NDArray[np.int64],
        things: Things,
        probability: Array,
        lateral: Array,
    ) -> Question:
        """What is to be decided in some worlds."""
        ego = observation["ego"][busy].astype(np.float64)
        actions = np.empty((len(busy), len(MANOEUVRES), self._num_steps, 2))
        write_all(
            ego[:, column.E_SPEED],
            ego[:, column.E_SET_SPEED],
            lateral,
            things.nearest(busy),
            actions,
        )
        left = np.round(ego[:, column.E_TIME_LEFT] / DECISION_S)
        matters = things.matters[busy]
        return Question(
            self._states(observation, busy),
            self._state.roots[busy],
            probability[busy] * matters[:, :, None],
            actions,
            np.clip(left, 1, self._num_steps).astype(np.int64),
            np.where(matters, probability[busy][:, :, 0], 1.0).prod(axis=1),
            ~things.traffic[busy],
            self._state.last[busy],
        )

    def _states(self, observation: Observation, busy: NDArray[np.int64]) -> State:
        """Where everything is in some worlds: fields with a leading axis."""
        one = empty_state()
        states = State(*(np.zeros((len(busy), *field.shape)) for field in one))
        for row, b in enumerate(busy.tolist()):
            read_observation(
                observation["ego"][b],
                observation["vehicles"][b],
                observation["debris"][b],
                self._state.speeds[b],
                one,
            )
            for field, values in zip(states, one, strict=True):
                field[row] = values
        return states

    def _explain(
        self,
        chosen: NDArray[np.int64],
        busy: NDArray[np.int64],
        options: Options | None,
        is_late: bool,
        imagined_s: Array,
    ) -> None:
        """Keep the reasons of this decision."""
        labels = np.full(len(chosen), KEEP)
        if options is not None:
            best = chosen[busy]
            named = self._labels[best]
            met = options.plans.met[np.arange(len(best)), best] > 0.5
            labels[busy] = np.where((named == KEEP) & met, RUN_OVER, named)
        reasons = np.where(chosen < 0, len(self._names) - 1, chosen)
        belief = self._state.belief
        outlook = Outlook(belief.probabilities, self._classes, disagreement(belief.members))
        late = np.zeros(len(chosen), np.bool_)
        late[busy] = is_late
        self._explanation = Explanation(
            labels,
            reasons,
            self._names,
            options or (),
            outlook,
            None if self._deadline_s is None else late,
            imagined_s,
        )

    def explain(self) -> Explanation:
        """The manoeuvre that was chosen, and the best of the others."""
        return self._explanation

    def foresee(self, world: int) -> Foresight | None:
        """The future of the chosen manoeuvre in one world, by every member; ``None`` where nothing mattered."""
        if self._asked is None or world not in self._asked[1]:
            return None
        question, busy, best = self._asked
        row = int(np.flatnonzero(busy == world)[0])
        root = State(*(field[row] for field in question.states))
        kinds = question.belief[row].argmax(axis=1)
        actions = question.actions[row, int(best[row])]
        return foresee(self._learned, root, kinds, actions, int(question.steps[row]))


def read_checkpoint(checkpoint: str) -> Checkpoint[Learned]:
    """What a folder holds; those of ``COMES_WITH_IT`` come with the package."""
    return load(SHIPPED.with_name(checkpoint) if checkpoint in COMES_WITH_IT else Path(checkpoint))
