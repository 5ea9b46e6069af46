"""CataloguePlanner: imagines the library of manoeuvres with straight-line predictions and executes the best."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_S, column
from envs.specification.world import empty_batch
from policies.base import Explanation, Observation
from policies.catalogue_planner.belief import Belief, believe
from policies.catalogue_planner.imagine import imagine, write_objects
from policies.catalogue_planner.imagined_world import follow_along
from policies.catalogue_planner.knowledge import learn_catalogue
from policies.numbers_within import check_numbers, check_whole, planning_cost
from policies.perception.objects import TrackedObjects, find_objects
from policies.planning.course import NAMES, Course
from policies.planning.risk import weighted_mean
from policies.planning.search import Choice, Library, Rolled, SearchWeights, search
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
        self._weights = SearchWeights(loyalty_usd=float(loyalty_usd))
        self._look_trust = float(look_trust)
        self._rest_sd, self._harmless = float(rest_sd), float(harmless_usd)
        self._lamp = float(lamp_braking_mps2)
        self._knock_on = float(knock_on_share)
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
        best, plans, imagined_s = np.zeros(0, np.int64), None, np.zeros(len(state.is_new))
        if len(busy):
            best, plans, _, imagined_s[busy] = self._plan(observation, busy, objects, belief)
        state.actions = state.course.steer(observation, state.cruise, busy, best, plans)
        labels, reasons, options = state.course.explain(busy, plans)
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

    def _plan(
        self,
        observation: Observation,
        busy: NDArray[np.int64],
        objects: TrackedObjects,
        belief: Belief,
    ) -> Choice:
        """Choose from the library in the worlds in which an object or the traffic matters."""
        ego = observation["ego"][busy].astype(np.float64)
        library = self._state.course.make_library(ego, busy, objects.nearest(busy), self._num_steps)
        roots = _Roots(ego, busy, write_objects(objects, busy, belief), belief)
        return search(self._roll, roots, library, self._weights)

    def judge(self, observation: Observation, actions: Array) -> Array:
        """Expected cost of given plans over their length; call it after ``act`` on the same observation.

        ``actions`` is ``(B, C, T, 2)`` in [-1, 1], the result ``(B, C)`` US$; what comes after a plan costs nothing.
        """
        worlds, shape = np.arange(len(actions)), actions.shape[:2]
        objects, belief = self._look(observation)
        ego = observation["ego"].astype(np.float64)
        left = np.round(ego[:, column.E_TIME_LEFT] / DECISION_S)
        library = Library(
            # a plan that ends early is not looked beyond
            np.concatenate([actions, actions[:, :, -1:]], axis=2),
            np.zeros(shape, np.int64),
            np.clip(left, 1, actions.shape[2]).astype(np.int64),
            np.full(len(worlds), -1),
        )
        roots = _Roots(ego, worlds, write_objects(objects, worlds, belief), belief)
        rolled = self._roll(roots, library, np.ones(shape, np.bool_), is_final=True)
        return weighted_mean(rolled.cost, rolled.weights[:, None, :])

    def _roll(
        self, roots: _Roots, library: Library, wanted: NDArray[np.bool_], *, is_final: bool
    ) -> Rolled:
        """Costs of plans by straight lines and the simulator's formulas; always final."""
        del is_final
        ego, busy, objects, belief = roots
        count, num_plans, steps = library.actions.shape[:3]
        beyond_s = np.maximum(ego[:, column.E_TIME_LEFT] - steps * DECISION_S, 0.0)
        settings = np.stack([np.full(count, self._knock_on), beyond_s], axis=1)
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
            library.actions,
            wanted,
            library.steps,
            settings,
            self._params,
            self._scratch,
            cost,
            main,
            first,
            path,
            met,
        )
        return Rolled(
            cost,
            weights[np.arange(count), main],
            np.zeros((count, num_plans)),
            first,
            path,
            met.astype(np.float64),
            1,
        )

    def explain(self) -> Explanation:
        """The chosen manoeuvre and the best of the others."""
        return self._explanation


class _Roots(NamedTuple):
    """Start states of the plans in ``K`` worlds."""

    ego: Array  # (K, E)
    busy: NDArray[np.int64]  # (K,) which worlds
    objects: Array  # (K, J, debris.NUM_COLUMNS)
    belief: Belief  # of all worlds


class _State:
    """Memory of ``B`` worlds."""

    def __init__(self, size: int) -> None:
        self.is_new = np.ones(size, np.bool_)
        self.roots = empty_batch(size)
        self.actions = np.zeros((size, 2))
        self.cruise = np.zeros(size)
        self.course = Course(size)
        self.sightings = Sightings(size)
