"""ConstantVelocity: imagine the library of manoeuvres on straight-line predictions, do the best, imagine again."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import LOSS_OF_CONTROL, CostParameters
from envs.errors import UserError, not_allowed
from envs.physics.compilation import compiled
from envs.specification import DECISION_S, LANE_WIDTH_M, column, episode, vehicle
from envs.specification.world import Batch, empty_batch
from policies.base import KEEP, RUN_OVER, Explanation, Observation
from policies.command import lateral_range, to_action
from policies.constant_velocity import thing
from policies.constant_velocity.belief import Belief, believe
from policies.constant_velocity.imagine import imagine, write_objects
from policies.constant_velocity.imagined import cruise_limit, live_one_decision
from policies.constant_velocity.knowledge import learn_catalogue
from policies.numbers_within import check_number
from policies.perception.objects import Things, find_things
from policies.planning.anchor import anchor, begin_accounts
from policies.planning.library import (
    MANOEUVRES,
    glide,
    manoeuvre_labels,
    manoeuvre_names,
    write_all,
)
from policies.planning.plans import Options, Plans
from policies.planning.risk import cvar, weighted_mean
from policies.sightings import Sightings

Array = NDArray[np.float64]

SETTLE_MPS2: Final = 1.0
"""Lateral acceleration with which the car returns to the lane's centre when nothing is the matter [A]."""


class ConstantVelocity:
    """The planner without learning.

    Parameters
    ----------
    horizon_s
        Length of the imagined plans, 2 to 8 s.
    num_atoms
        Hypotheses per object, 4 to 64.
    risk_weight
        Share of the worst cases in the score, 0 to 1; the rest is the mean.
    risk_level
        Which share of the cases counts as the worst, 0.01 to 1.
    look_trust
        How much the look of an object counts: 1 = as much as the sensor's error model says, 0 to 2. About 0.1 is best
        where types appear that the catalogue does not know.
    mark_prior, ghost_prior
        Shares of sightings that are marks on the ground, and that are nothing, 0 to 0.9; less than 1 together.
    rest_sd
        An object whose measured speed is within so many standard deviations of zero lies still, 0 to 6.
    lamp_braking_mps2
        Deceleration expected of vehicles whose brake lamp is lit, 0 to 8; 0 = straight lines at constant speed for all.
    harmless_usd
        Objects that would typically cost less than this are ignored, >= 0.
    knock_on_share
        What an object that was hit costs the driver behind, as a share of what it cost the ego, 0 to 2.
    loyalty_usd
        Credit for the manoeuvre that was chosen before, >= 0: plans do not flicker.
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
        horizon_s: float = 5.0,
        num_atoms: int = 24,
        risk_weight: float = 0.0,
        risk_level: float = 0.2,
        look_trust: float = 0.1,
        mark_prior: float = 0.25,
        ghost_prior: float = 0.05,
        rest_sd: float = 2.5,
        lamp_braking_mps2: float = 3.0,
        harmless_usd: float = 5.0,
        knock_on_share: float = 1.0,
        loyalty_usd: float = 10.0,
        loss_of_control: str = "8",
    ) -> None:
        for name, value, low, high in (
            ("horizon_s", horizon_s, 2.0, 8.0),
            ("num_atoms", num_atoms, 4, 64),
            ("risk_weight", risk_weight, 0.0, 1.0),
            ("risk_level", risk_level, 0.01, 1.0),
            ("look_trust", look_trust, 0.0, 2.0),
            ("mark_prior", mark_prior, 0.0, 0.9),
            ("ghost_prior", ghost_prior, 0.0, 0.9 - mark_prior),
            ("rest_sd", rest_sd, 0.0, 6.0),
            ("lamp_braking_mps2", lamp_braking_mps2, 0.0, 8.0),
            ("harmless_usd", harmless_usd, 0.0, 1e6),
            ("knock_on_share", knock_on_share, 0.0, 2.0),
            ("loyalty_usd", loyalty_usd, 0.0, 1e6),
        ):
            check_number(name, value, low, high)
        if num_atoms != int(num_atoms):
            raise UserError(f"num_atoms: got {num_atoms!r}, expected a whole number")
        if str(loss_of_control) not in LOSS_OF_CONTROL:
            raise not_allowed("loss_of_control", loss_of_control, LOSS_OF_CONTROL)
        self._num_steps = round(horizon_s / DECISION_S)
        self._num_atoms = int(num_atoms)
        self._risk = float(risk_weight), float(risk_level)
        self._look_trust = float(look_trust)
        self._rest_sd, self._harmless = float(rest_sd), float(harmless_usd)
        self._lamp = float(lamp_braking_mps2)
        self._knock_on, self._loyalty = float(knock_on_share), float(loyalty_usd)
        self._params = CostParameters(loss_of_control=str(loss_of_control)).to_array()
        self._knowledge = learn_catalogue(self._params[0], float(mark_prior), float(ghost_prior))
        self._names = (*manoeuvre_names(), "nothing that matters")
        self._labels = manoeuvre_labels()
        self._scratch = empty_batch(1)
        self._state = _State(0)
        self._explanation = Explanation(np.zeros(0, np.int64), np.zeros(0, np.int64), self._names)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Forget these worlds; nothing is drawn at random."""
        del seeds
        if len(self._state.is_new) != len(mask):
            self._state = _State(len(mask))
        self._state.is_new |= mask

    def act(self, observation: Observation) -> Array:
        """Imagine where something matters; elsewhere keep lane, speed and distance."""
        state = self._state
        ego = observation["ego"]
        low, high = lateral_range(observation)
        y = ego[:, column.E_Y].astype(np.float64)
        state.sightings.note(observation, state.is_new)
        follow_along(
            state.roots,
            state.actions,
            state.is_new,
            ego,
            observation["vehicles"],
            self._params,
            self._lamp,
            state.cruise,
        )
        state.target = np.where(state.is_new, y, state.target)
        state.drift = np.where(state.is_new, 0.0, state.drift)
        state.last = np.where(state.is_new, -1, state.last)
        state.is_new[:] = False

        things, belief = self._look(observation)
        matters = np.flatnonzero(things.matters.any(axis=1) | things.traffic)
        home = np.floor(state.target / LANE_WIDTH_M + 0.5) * LANE_WIDTH_M
        home = np.clip(home, low, high)
        acceleration, target = state.cruise.copy(), np.empty(len(y))
        for b in range(len(y)):
            target[b] = glide(state.target[b], state.drift[b], home[b], SETTLE_MPS2)[0]
        chosen = np.full(len(y), -1)
        options: Options | None = None
        if len(matters):
            lateral = np.stack([state.target, state.drift, low, high, home], axis=1)[matters]
            plans = self._imagine(observation, matters, things, belief, lateral)
            best = self._choose(plans.score, state.last[matters])
            rows = np.arange(len(matters))
            chosen[matters] = best
            acceleration[matters] = plans.first[rows, best, 0]
            target[matters] = plans.first[rows, best, 1]
            options = Options(self._names, self._labels, plans, matters, len(y))
        self._explain(chosen, matters, options)
        target = np.clip(target, low, high)
        state.drift = (target - state.target) / DECISION_S
        state.target, state.last = target, chosen
        state.actions = to_action(observation, acceleration, target)
        return state.actions.copy()

    def _look(self, observation: Observation) -> tuple[Things, Belief]:
        """What lies or drives there, and what it probably is."""
        things = find_things(observation, self._rest_sd, self._num_steps * DECISION_S)
        rows = observation["debris"].astype(np.float64)
        belief = believe(
            rows,
            self._state.sightings.counts,
            things.mirror,
            self._knowledge,
            self._look_trust,
            self._num_atoms,
        )
        matters = things.matters & (belief.severity_usd >= self._harmless)
        return things._replace(matters=matters), belief

    def _imagine(
        self,
        observation: Observation,
        matters: NDArray[np.int64],
        things: Things,
        belief: Belief,
        lateral: Array,
    ) -> Plans:
        """Cost of the library in the worlds in which something matters."""
        count, (num_plans, steps) = len(matters), (len(MANOEUVRES), self._num_steps)
        ego = observation["ego"][matters].astype(np.float64)
        objects = np.zeros((count, things.x.shape[1], thing.NUM_OBJECT))
        write_objects(things, matters, belief, objects)
        actions = np.empty((count, num_plans, steps, 2))
        write_all(
            ego[:, column.E_SPEED],
            ego[:, column.E_SET_SPEED],
            lateral,
            things.nearest(matters),
            actions,
        )
        return self._weigh(ego, matters, objects, belief, actions, steps)

    def judge(self, observation: Observation, actions: Array) -> Array:
        """What given plans would cost until they end, as things look now; call it after ``act`` on the same.

        Parameters
        ----------
        observation
            Batched.
        actions
            ``(B, C, T, 2)`` in [-1, 1].

        Returns
        -------
        ndarray
            ``(B, C)`` expected US$; what comes after a plan is not counted.
        """
        everybody, steps = np.arange(len(actions)), actions.shape[2]
        things, belief = self._look(observation)
        objects = np.zeros((len(actions), things.x.shape[1], thing.NUM_OBJECT))
        write_objects(things, everybody, belief, objects)
        # a plan that ends early is not looked beyond
        longer = np.concatenate([actions, actions[:, :, -1:]], axis=2)
        ego = observation["ego"].astype(np.float64)
        return self._weigh(ego, everybody, objects, belief, longer, steps).mean

    def _weigh(
        self,
        ego: Array,
        matters: NDArray[np.int64],
        objects: Array,
        belief: Belief,
        actions: Array,
        longest: int,
    ) -> Plans:
        """Costs of plans in some worlds, over no more than so many decisions."""
        count, num_plans, steps = actions.shape[:3]
        left = ego[:, column.E_TIME_LEFT]
        num_steps = np.clip(np.round(left / DECISION_S), 1, longest).astype(np.int64)
        settings = np.stack(
            [np.full(count, self._knock_on), np.maximum(left - steps * DECISION_S, 0.0)], axis=1
        )
        cost = np.zeros((count, num_plans, self._num_atoms))
        main = np.zeros(count, np.int64)
        first = np.zeros((count, num_plans, 2))
        path = np.zeros((count, num_plans, steps, 2))
        met = np.zeros((count, num_plans), np.bool_)
        weights = belief.weights[matters]
        imagine(
            self._state.roots[matters],
            objects,
            belief.atoms[matters],
            weights,
            actions,
            num_steps,
            settings,
            self._params,
            self._scratch,
            cost,
            main,
            first,
            path,
            met,
        )
        main_weights = weights[np.arange(count), main][:, None, :]
        mean = weighted_mean(cost, main_weights)
        worst = cvar(cost, main_weights, self._risk[1])
        share = self._risk[0]
        return Plans(
            (1.0 - share) * mean + share * worst, mean, worst, first, path, met.astype(np.float64)
        )

    def _choose(self, score: Array, last: NDArray[np.int64]) -> NDArray[np.int64]:
        """Index of the smallest score of every world; ties go to the first."""
        favoured = score.copy()
        rows = np.flatnonzero(last >= 0)
        favoured[rows, last[rows]] -= self._loyalty
        best: NDArray[np.int64] = np.round(favoured, 3).argmin(axis=1)
        return best

    def _explain(
        self, chosen: NDArray[np.int64], matters: NDArray[np.int64], options: Options | None
    ) -> None:
        """Keep the reasons of this decision."""
        labels = np.full(len(chosen), KEEP)
        if options is not None:
            best = chosen[matters]
            named = self._labels[best]
            met = options.plans.met[np.arange(len(best)), best] > 0.5
            labels[matters] = np.where((named == KEEP) & met, RUN_OVER, named)
        reasons = np.where(chosen < 0, len(self._names) - 1, chosen)
        imagined_s = np.zeros(len(chosen))
        imagined_s[matters] = len(MANOEUVRES) * self._num_steps * DECISION_S
        self._explanation = Explanation(
            labels, reasons, self._names, options or (), imagined_s=imagined_s
        )

    def explain(self) -> Explanation:
        """The manoeuvre that was chosen, and the best of the others."""
        return self._explanation


class _State:
    """What is remembered of ``B`` worlds."""

    def __init__(self, size: int) -> None:
        self.is_new = np.ones(size, np.bool_)
        self.roots = empty_batch(size)
        self.actions = np.zeros((size, 2))
        self.cruise = np.zeros(size)
        self.target, self.drift = np.zeros(size), np.zeros(size)
        self.last = np.full(size, -1)
        self.sightings = Sightings(size)


@compiled
def follow_along(
    roots: Batch,
    actions: Array,
    is_new: NDArray[np.bool_],
    ego: NDArray[np.float32],
    vehicles: NDArray[np.float32],
    params: NDArray[np.void],
    lamp_braking: float,
    cruise: Array,
) -> None:
    """Bring the imagined worlds to the present: the last action's charges first, then everybody's place; in place.

    Parameters
    ----------
    roots
        ``(B,)`` imagined worlds.
    actions
        ``(B, 2)``: the last actions.
    is_new
        ``(B,)``: worlds in which an episode begins.
    ego, vehicles
        Observation.
    params
        ``CostParameters.to_array()``.
    lamp_braking
        As for ``anchor``.
    cruise
        ``(B,)`` output: what the cruise control wants now, m/s2.
    """
    close = np.zeros(vehicles.shape[1] + 1)
    for b in range(roots.shape[0]):
        world = roots[b]
        if is_new[b]:
            begin_accounts(world)
        else:
            live_one_decision(world, actions[b, 0], actions[b, 1], close, params[0])
        anchor(world, ego[b], vehicles[b], lamp_braking)
        if is_new[b]:
            world.episode_i[episode.CHARGED_LANE] = world.vehicle_i[vehicle.LANE, 0]
        cruise[b] = cruise_limit(world)
