"""WorldModel: believe what things are, imagine the library of manoeuvres, do the best, imagine again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import LOSS_OF_CONTROL, CostParameters
from envs.errors import UserError, not_allowed
from envs.specification import DECISION_S, LANE_WIDTH_M, VEHICLE_SLOTS, column
from envs.specification.world import empty_batch
from policies.base import KEEP, RUN_OVER, Explanation, Observation
from policies.command import lateral_range, to_action
from policies.constant_velocity.options import Options, Plans
from policies.constant_velocity.policy import check_number, write_all
from policies.constant_velocity.scene import Things, find_things
from policies.following import follow
from policies.planning.library import MANOEUVRES, glide, manoeuvre_labels, manoeuvre_names
from policies.planning.risk import RiskWeights, check_risk, risk_score
from policies.planning.search import pick_finalists
from policies.world_model.accounts import follow_accounts
from policies.world_model.belief import Belief
from policies.world_model.checkpoint import SHIPPED, load
from policies.world_model.classes import NUM_CLASSES
from policies.world_model.imagine import imagine
from policies.world_model.nets import Learned
from policies.world_model.state import State, empty_state, read_observation

Array = NDArray[np.float64]

SETTLE_MPS2: Final = 1.0
"""Lateral acceleration with which the car returns to the lane's centre when nothing is the matter [A]."""

HARD_BRAKING_MPS2: Final = -3.0
"""Braking harder than this counts as hard."""

NOTHING_THERE: Final = 0.98
"""An object that is nothing with a higher probability than this is no reason to plan."""


class WorldModel:
    """The planner with the learned model.

    Parameters
    ----------
    checkpoint
        Folder of a checkpoint; ``"shipped"`` is the one that comes with the package. Or what was learned itself.
    horizon_s
        Length of the imagined plans, 2 to 8 s.
    num_finalists
        Plans that all members imagine, 1 to 40.
    num_families
        Families of which at least one plan is among them.
    look_trust
        Share of the belief that uses the look, 0 to 1; see ``policies.world_model.belief``.
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
        needless_usd: float = 300.0,
        loss_of_control: str = "8",
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
        if str(loss_of_control) not in LOSS_OF_CONTROL:
            raise not_allowed("loss_of_control", loss_of_control, LOSS_OF_CONTROL)
        if num_finalists != int(num_finalists) or num_families != int(num_families):
            raise UserError(f"num_finalists: got {num_finalists!r}, expected a whole number")
        learned = checkpoint if isinstance(checkpoint, Learned) else read_learned(str(checkpoint))
        self._learned = learned
        self._num_steps = round(horizon_s / DECISION_S)
        self._finalists, self._families = int(num_finalists), int(num_families)
        self._look_trust, self._rest_sd = float(look_trust), float(rest_sd)
        self._risk = RiskWeights(float(tail_share), float(alpha), float(doubt))
        check_risk(self._risk)
        self._loyalty, self._needless = float(loyalty_usd), float(needless_usd)
        self._params = CostParameters(loss_of_control=str(loss_of_control)).to_array()
        self._members = np.arange(learned.transition.car.b1.shape[0])
        self._names = (*manoeuvre_names(), "nothing that matters")
        self._labels = manoeuvre_labels()
        self._scratch = (empty_state(), empty_state(), empty_batch(1))
        self._state = _Memory(0, self._belief(0))
        self._explanation = Explanation(np.zeros(0, np.int64), np.zeros(0, np.int64), self._names)

    def _belief(self, size: int) -> Belief:
        return Belief(self._learned.filter, self._look_trust, size)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Forget these worlds; nothing is drawn at random."""
        del seeds
        if len(self._state.is_new) != len(mask):
            self._state = _Memory(len(mask), self._belief(len(mask)))
        self._state.is_new |= mask

    def act(self, observation: Observation) -> Array:
        """Imagine where something matters; elsewhere keep lane, speed and distance."""
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
        memory.is_new[:] = False

        things = find_things(observation, self._rest_sd, self._num_steps * DECISION_S)
        probability = memory.belief.probabilities
        matters = things.matters & (probability[:, :, 0] < NOTHING_THERE)
        things = things._replace(matters=matters)
        busy = np.flatnonzero(matters.any(axis=1) | things.traffic)
        home = np.clip(np.floor(memory.target / LANE_WIDTH_M + 0.5) * LANE_WIDTH_M, low, high)
        acceleration = follow(observation, ego[:, column.E_SET_SPEED].astype(np.float64))
        target = np.empty(len(y))
        for b in range(len(y)):
            target[b] = glide(memory.target[b], memory.drift[b], home[b], SETTLE_MPS2)[0]
        chosen = np.full(len(y), -1)
        options: Options | None = None
        if len(busy):
            lateral = np.stack([memory.target, memory.drift, low, high, home], axis=1)[busy]
            plans, best = self._plan(observation, busy, things, probability, lateral)
            rows = np.arange(len(busy))
            chosen[busy] = best
            acceleration[busy] = plans.first[rows, best, 0]
            target[busy] = plans.first[rows, best, 1]
            options = Options(self._names, self._labels, plans, busy, len(y))
        self._explain(chosen, busy, options)
        target = np.clip(target, low, high)
        memory.drift = (target - memory.target) / DECISION_S
        memory.target, memory.last = target, chosen
        return to_action(observation, acceleration, target)

    def _plan(
        self,
        observation: Observation,
        busy: NDArray[np.int64],
        things: Things,
        probability: Array,
        lateral: Array,
    ) -> tuple[Plans, NDArray[np.int64]]:
        """Two stages of imagination in some worlds; what everything would cost, and the best."""
        count, num_plans = len(busy), len(MANOEUVRES)
        ego = observation["ego"][busy].astype(np.float64)
        states = self._states(observation, busy)
        actions = np.empty((count, num_plans, self._num_steps, 2))
        write_all(
            ego[:, column.E_SPEED],
            ego[:, column.E_SET_SPEED],
            lateral,
            things.nearest(busy),
            actions,
        )
        left = np.round(ego[:, column.E_TIME_LEFT] / DECISION_S)
        steps = np.clip(left, 1, self._num_steps).astype(np.int64)
        belief = probability[busy] * things.matters[busy][:, :, None]
        first = np.zeros((count, num_plans, 2))
        path = np.zeros((count, num_plans, self._num_steps, 2))
        met = np.zeros((count, num_plans))
        everything = np.ones((count, num_plans), np.bool_)
        cost = self._imagine(
            states, busy, belief, actions, everything, steps, self._members[:1], first, path, met
        )
        main, once, weights = reduce_costs(cost, belief)
        score, mean, worst = self._score(once, weights)
        finalists = np.zeros((count, num_plans), np.bool_)
        for k in range(count):
            ranked = score[k].copy()
            if self._state.last[busy[k]] >= 0:
                ranked[self._state.last[busy[k]]] -= self._loyalty
            finalists[k, pick_finalists(ranked, self._labels, self._finalists, self._families)] = (
                True
            )
        again = self._imagine(
            states, busy, belief, actions, finalists, steps, self._members, first, path, met
        )
        _, twice, weights = reduce_costs(again, belief, main)
        for old, new in zip((score, mean, worst), self._score(twice, weights), strict=True):
            old[finalists] = new[finalists]
        is_hard = (first[..., 0] < HARD_BRAKING_MPS2) & ~things.traffic[busy][:, None]
        nothing = np.where(things.matters[busy], probability[busy][:, :, 0], 1.0).prod(axis=1)
        score = score + self._needless * is_hard * nothing[:, None]
        favoured = np.where(finalists, score, np.inf)
        rows = np.flatnonzero(self._state.last[busy] >= 0)
        favoured[rows, self._state.last[busy][rows]] -= self._loyalty
        best: NDArray[np.int64] = np.round(favoured, 3).argmin(axis=1)
        shown = np.where(finalists, score, score + 1e9)
        return Plans(shown, mean, worst, first, path, met > 0.5), best

    def _score(self, cost: Array, weights: Array) -> tuple[Array, Array, Array]:
        """Score, mean and worst of costs ``(K, C, M, A)`` with weights ``(K, A)``."""
        count, plans, members, atoms = cost.shape
        flat = cost.reshape(count, plans, members * atoms)
        shares = np.tile(weights[:, None, None, :] / members, (1, 1, members, 1))
        of = np.repeat(np.arange(members), atoms)
        return risk_score(flat, shares.reshape(count, 1, members * atoms), of, self._risk)

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

    def _imagine(
        self,
        states: State,
        busy: NDArray[np.int64],
        belief: Array,
        actions: Array,
        wanted: NDArray[np.bool_],
        steps: NDArray[np.int64],
        members: NDArray[np.int64],
        first: Array,
        path: Array,
        met: Array,
    ) -> Array:
        """Costs ``(K, C, M, 4, NUM_CLASSES + 1)`` of the wanted plans."""
        cost = np.zeros((*wanted.shape, len(members), belief.shape[1], NUM_CLASSES + 1))
        imagine(
            self._learned,
            states.ego,
            states.cars,
            states.things,
            self._state.roots[busy],
            belief,
            actions,
            wanted,
            steps,
            members,
            len(members) == 1,
            self._params,
            self._scratch,
            cost,
            first,
            path,
            met,
        )
        return cost

    def _explain(
        self, chosen: NDArray[np.int64], busy: NDArray[np.int64], options: Options | None
    ) -> None:
        """Keep the reasons of this decision."""
        labels = np.full(len(chosen), KEEP)
        if options is not None:
            best = chosen[busy]
            named = self._labels[best]
            met = options.plans.met[np.arange(len(best)), best]
            labels[busy] = np.where((named == KEEP) & met, RUN_OVER, named)
        reasons = np.where(chosen < 0, len(self._names) - 1, chosen)
        self._explanation = Explanation(labels, reasons, self._names, options or ())

    def explain(self) -> Explanation:
        """The manoeuvre that was chosen, and the best of the others."""
        return self._explanation


def read_learned(checkpoint: str) -> Learned:
    """What a checkpoint holds; ``"shipped"`` is the one that comes with the package."""
    return load(SHIPPED if checkpoint == "shipped" else Path(checkpoint)).learned


class _Memory:
    """What is remembered of ``B`` worlds."""

    def __init__(self, size: int, belief: Belief) -> None:
        self.is_new = np.ones(size, np.bool_)
        self.roots = empty_batch(size)
        self.ego = np.zeros((size, column.NUM_EGO), np.float32)
        self.target, self.drift = np.zeros(size), np.zeros(size)
        self.last = np.full(size, -1)
        self.belief = belief
        self.speeds = np.zeros((size, VEHICLE_SLOTS, 2))
        self._seen = np.zeros((size, VEHICLE_SLOTS, 2))
        self._identity = np.full((size, VEHICLE_SLOTS), -1.0)

    def note_speeds(self, observation: Observation) -> None:
        """Speeds of one decision ago, where the same vehicle was seen then."""
        rows = observation["vehicles"]
        tracked = rows[..., column.V_TRACKED] > 0.5
        identity = np.where(tracked, rows[..., column.V_IDENTITY], -1.0)
        same = tracked & (identity == self._identity) & ~self.is_new[:, None]
        self.speeds = self._seen * same[..., None]
        self._identity = identity
        fresh = tracked & (rows[..., column.V_AGE_SINCE_SEEN] == 0.0)
        self._seen = np.stack([rows[..., column.V_VX], fresh], axis=-1).astype(np.float64)


def reduce_costs(
    cost: Array, belief: Array, main: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], Array, Array]:
    """Costs by class of the object that matters most; the others count with their mean.

    Parameters
    ----------
    cost
        ``(K, C, M, 4, NUM_CLASSES + 1)`` of ``imagine``.
    belief
        ``(K, 4, NUM_CLASSES)``.
    main
        ``(K,)`` that object; found if not given.

    Returns
    -------
    main, cost, weights
        ``(K,)``; ``(K, C, M, NUM_CLASSES)`` US$; ``(K, NUM_CLASSES)`` adding up to 1.
    """
    base = cost[..., 0, NUM_CLASSES]
    by_class = cost[..., :NUM_CLASSES]
    mean = np.einsum("kcmja,kja->kcmj", by_class, belief)
    if main is None:
        main = mean.sum(axis=(1, 2)).argmax(axis=1)
    rows = np.arange(len(cost))
    own = mean[rows, :, :, main]
    rest = base + mean.sum(axis=-1) - own
    weights = belief[rows, main]
    total = weights.sum(axis=1, keepdims=True)
    nothing = np.zeros(NUM_CLASSES)
    nothing[0] = 1.0
    weights = np.where(total > 0.0, weights / np.maximum(total, 1e-12), nothing)
    return main, rest[..., None] + by_class[rows, :, :, main], weights
