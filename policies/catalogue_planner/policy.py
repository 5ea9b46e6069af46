"""CataloguePlanner: imagines the library of manoeuvres with straight-line predictions and executes the best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import DECISION_S, column, episode, vehicle
from envs.specification.world import Batch, empty_batch
from policies.base import Explanation, Observation
from policies.catalogue_planner.belief import Belief, believe
from policies.catalogue_planner.imagine import imagine, write_objects
from policies.catalogue_planner.imagined_world import cruise_limit, live_one_decision
from policies.catalogue_planner.knowledge import learn_catalogue
from policies.numbers_within import check_numbers, check_whole, planning_cost
from policies.perception.objects import TrackedObjects, find_objects
from policies.planning.anchor import anchor, begin_accounts
from policies.planning.course import NAMES, Course
from policies.planning.library import MANOEUVRES
from policies.planning.plans import Plans
from policies.planning.risk import cvar, weighted_mean
from policies.sightings import Sightings

Array = NDArray[np.float64]


class CataloguePlanner:
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
        Weight of the look of an object: 1 = that of the sensor's error model, 0 to 2. About 0.1 is best
        where types appear that the catalogue does not know.
    mark_prior, ghost_prior
        Shares of sightings that are marks on the ground, and that are nothing, 0 to 0.9; less than 1 together.
    rest_sd
        An object whose measured speed is within this many standard deviations of zero lies still, 0 to 6.
    lamp_braking_mps2
        Deceleration expected of vehicles whose brake lamp is lit, 0 to 8; 0 = straight lines at constant speed for all.
    harmless_usd
        Objects that would typically cost less than this are ignored, >= 0.
    knock_on_share
        Cost of a hit object to the driver behind, as a share of its cost to the ego, 0 to 2.
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
        check_numbers(
            ("horizon_s", horizon_s, 2.0, 8.0),
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
        )
        self._num_steps = round(horizon_s / DECISION_S)
        self._num_atoms = check_whole("num_atoms", num_atoms, 4, 64)
        self._risk = float(risk_weight), float(risk_level)
        self._look_trust = float(look_trust)
        self._rest_sd, self._harmless = float(rest_sd), float(harmless_usd)
        self._lamp = float(lamp_braking_mps2)
        self._knock_on, self._loyalty = float(knock_on_share), float(loyalty_usd)
        self._params = planning_cost(loss_of_control)
        self._knowledge = learn_catalogue(self._params[0], float(mark_prior), float(ghost_prior))
        self._scratch = empty_batch(1)
        self._state = _State(0)
        self._explanation = Explanation(np.zeros(0, np.int64), np.zeros(0, np.int64), NAMES)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the memory of some worlds; no random numbers are used."""
        del seeds
        if len(self._state.is_new) != len(mask):
            self._state = _State(len(mask))
        self._state.is_new |= mask

    def act(self, observation: Observation) -> Array:
        """Plan where an object or the traffic matters; elsewhere keep lane, speed and distance."""
        state = self._state
        state.sightings.note(observation, state.is_new)
        follow_along(
            state.roots,
            state.actions,
            state.is_new,
            observation["ego"],
            observation["vehicles"],
            self._params,
            self._lamp,
            state.cruise,
        )
        state.course.begin(observation, state.is_new)
        state.is_new[:] = False
        objects, belief = self._look(observation)
        busy = np.flatnonzero(objects.matters.any(axis=1) | objects.traffic)
        best, plans = np.zeros(0, np.int64), None
        if len(busy):
            plans = self._imagine(observation, busy, objects, belief)
            best = self._choose(plans.score, state.course.last[busy])
        state.actions = state.course.steer(observation, state.cruise, busy, best, plans)
        labels, reasons, options = state.course.explain(busy, plans)
        imagined_s = np.zeros(len(labels))
        imagined_s[busy] = len(MANOEUVRES) * self._num_steps * DECISION_S
        self._explanation = Explanation(labels, reasons, NAMES, options, imagined_s=imagined_s)
        return state.actions.copy()

    def _look(self, observation: Observation) -> tuple[TrackedObjects, Belief]:
        """Tracked objects and the belief about their contents."""
        objects = find_objects(observation, self._rest_sd, self._num_steps * DECISION_S)
        belief = believe(
            objects.rows,
            self._state.sightings.counts,
            objects.mirror,
            self._knowledge,
            self._look_trust,
            self._num_atoms,
        )
        matters = objects.matters & (belief.severity_usd >= self._harmless)
        return objects._replace(matters=matters), belief

    def _imagine(
        self,
        observation: Observation,
        busy: NDArray[np.int64],
        objects: TrackedObjects,
        belief: Belief,
    ) -> Plans:
        """Cost of the library in the worlds in which an object or the traffic matters."""
        ego = observation["ego"][busy].astype(np.float64)
        actions = self._state.course.write_library(
            ego, busy, objects.nearest(busy), self._num_steps
        )
        rows = write_objects(objects, busy, belief)
        return self._weigh(ego, busy, rows, belief, actions, self._num_steps)

    def judge(self, observation: Observation, actions: Array) -> Array:
        """Expected cost of given plans over their length; call it after ``act`` on the same observation.

        ``actions`` is ``(B, C, T, 2)`` in [-1, 1], the result ``(B, C)`` US$; what comes after a plan costs nothing.
        """
        worlds, steps = np.arange(len(actions)), actions.shape[2]
        objects, belief = self._look(observation)
        rows = write_objects(objects, worlds, belief)
        # a plan that ends early is not looked beyond
        longer = np.concatenate([actions, actions[:, :, -1:]], axis=2)
        ego = observation["ego"].astype(np.float64)
        return self._weigh(ego, worlds, rows, belief, longer, steps).mean

    def _weigh(
        self,
        ego: Array,
        busy: NDArray[np.int64],
        objects: Array,
        belief: Belief,
        actions: Array,
        longest: int,
    ) -> Plans:
        """Costs of plans in the worlds ``busy``, over at most ``longest`` decisions."""
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
        weights = belief.weights[busy]
        imagine(
            self._state.roots[busy],
            objects,
            belief.atoms[busy],
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
        """Index of the smallest score in every world; the first one in ties."""
        favoured = score.copy()
        rows = np.flatnonzero(last >= 0)
        favoured[rows, last[rows]] -= self._loyalty
        best: NDArray[np.int64] = np.round(favoured, 3).argmin(axis=1)
        return best

    def explain(self) -> Explanation:
        """The chosen manoeuvre and the best of the others."""
        return self._explanation


class _State:
    """Memory of ``B`` worlds."""

    def __init__(self, size: int) -> None:
        self.is_new = np.ones(size, np.bool_)
        self.roots = empty_batch(size)
        self.actions = np.zeros((size, 2))
        self.cruise = np.zeros(size)
        self.course = Course(size)
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
    """Update the imagined worlds to the present, in place: charges of the last action, then positions.

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
        ``(B,)`` output: acceleration that the cruise control allows now, m/s2.
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
