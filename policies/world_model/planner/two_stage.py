"""Deliberation: all plans imagined once, the best of several families by every member, the cheapest chosen."""

from __future__ import annotations

import time
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_S
from envs.specification.world import Batch, empty_batch
from policies.planning.library import manoeuvre_labels
from policies.planning.plans import Plans
from policies.planning.risk import RiskWeights
from policies.planning.search import ROUNDING_USD, pick_finalists
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.imagination.imagine import imagine
from policies.world_model.imagination.scoring import reduce_costs, score_atoms
from policies.world_model.model.parameters import Learned
from policies.world_model.model.state import State, empty_state

Array = NDArray[np.float64]

HARD_BRAKING_MPS2: Final = -3.0
"""Braking harder than this counts as hard."""

CHUNK: Final = 2
"""Finalists between two looks at the clock, if there is a deadline."""

NOT_IMAGINED_USD: Final = 1e9
"""Added to what is shown of plans that were no finalists: they come last."""


class Question(NamedTuple):
    """What is to be decided in ``K`` worlds: ``C`` plans of ``T`` decisions."""

    states: State  # fields (K, ...)
    roots: Batch  # (K,) open accounts
    belief: Array  # (K, 4, NUM_CLASSES), zero for objects that do not matter
    actions: Array  # (K, C, T, 2) in [-1, 1]
    steps: NDArray[np.int64]  # (K,) decisions that are left, at most T
    nothing: Array  # (K,) probability that nothing is there at all
    is_quiet: NDArray[np.bool_]  # (K,) no vehicle forces a decision
    last: NDArray[np.int64]  # (K,) plan under way, -1 = none


class Weights(NamedTuple):
    """How plans are chosen; see ``policies.world_model.WorldModel``."""

    num_finalists: int
    num_families: int
    risk: RiskWeights
    loyalty_usd: float
    needless_usd: float


class Answer(NamedTuple):
    """What was chosen."""

    plans: Plans
    best: NDArray[np.int64]  # (K,) plan
    is_late: bool  # the clock ran out before all finalists were imagined
    imagined_s: Array  # (K,) seconds of future, all plans and members together


class Deliberation:
    """Two stages of imagination.

    Parameters
    ----------
    learned
        The world model.
    params
        ``CostParameters.to_array()``.
    weights
        How plans are chosen.
    """

    def __init__(self, learned: Learned, params: Array, weights: Weights) -> None:
        self._learned, self._params, self._weights = learned, params, weights
        self._members = np.arange(learned.transition.car.b1.shape[0])
        self._labels = manoeuvre_labels()
        self._scratch = (empty_state(), empty_state(), empty_batch(1))

    def answer(self, question: Question, until_s: float) -> Answer:
        """Choose.

        Parameters
        ----------
        question
            What is to be decided.
        until_s
            Reading of ``time.perf_counter`` after which the best of what is finished is taken; ``inf`` = take the time
            it takes, so that the choice does not depend on the machine.

        Returns
        -------
        Answer
            Equal scores go to the earlier plan.
        """
        told = _empty_plans(question, len(self._members))
        everything = np.ones(told.score.shape, np.bool_)
        original = find_originals(question.actions, question.steps)
        cost = self._imagine(question, everything, original, self._members[:1], told)
        main, cases, weights = reduce_costs(cost, question.belief)
        for kept, found in zip(told, score_atoms(cases, weights, self._weights.risk), strict=False):
            kept[:] = found
        told.weights[:] = np.tile(weights / len(self._members), (1, len(self._members)))
        order = self._finalists(question, told.score)
        done = np.zeros(told.score.shape, np.bool_)
        chunk = order.shape[1] if np.isinf(until_s) else CHUNK
        is_late = False
        for begin in range(0, order.shape[1], chunk):
            is_late = time.perf_counter() > until_s
            if is_late:
                break
            wanted = np.zeros(done.shape, np.bool_)
            np.put_along_axis(wanted, order[:, begin : begin + chunk], True, axis=1)
            self._imagine_again(question, wanted, original, main, told)
            done |= wanted
        # with no time at all, what was imagined once has to do
        choice = done if done.any() else everything
        futures = _once(everything, original).sum(axis=1)
        futures += _once(done, original).sum(axis=1) * len(self._members)
        imagined_s = futures * question.steps * DECISION_S
        return Answer(*self._choose(question, told, choice), is_late, imagined_s)

    def _finalists(self, question: Question, score: Array) -> NDArray[np.int64]:
        """Plans of stage 2, the most promising first: ``(K, F)``."""
        w = self._weights
        ranked = self._loyal(question, score)
        return np.stack(
            [pick_finalists(row, self._labels, w.num_finalists, w.num_families) for row in ranked]
        )

    def _loyal(self, question: Question, score: Array) -> Array:
        """Scores with the credit for the plan under way."""
        favoured = score.copy()
        rows = np.flatnonzero(question.last >= 0)
        favoured[rows, question.last[rows]] -= self._weights.loyalty_usd
        return favoured

    def _imagine_again(
        self,
        question: Question,
        wanted: NDArray[np.bool_],
        original: NDArray[np.int64],
        main: NDArray[np.int64],
        told: Plans,
    ) -> None:
        """Let all members imagine some plans; their numbers replace the first ones, in place."""
        cost = self._imagine(question, wanted, original, self._members, told)
        _, cases, weights = reduce_costs(cost, question.belief, main)
        found = score_atoms(cases, weights, self._weights.risk)
        for kept, new in zip((told.score, told.mean, told.worst), found, strict=True):
            kept[wanted] = new[wanted]
        told.outcomes[wanted] = cases.reshape(told.outcomes.shape)[wanted]

    def _choose(
        self, question: Question, told: Plans, choice: NDArray[np.bool_]
    ) -> tuple[Plans, NDArray[np.int64]]:
        """The cheapest of some plans, braking hard for nothing being dear."""
        is_hard = (told.first[..., 0] < HARD_BRAKING_MPS2) & question.is_quiet[:, None]
        score = told.score + self._weights.needless_usd * is_hard * question.nothing[:, None]
        favoured = self._loyal(question, np.where(choice, score, np.inf))
        best: NDArray[np.int64] = np.round(favoured / ROUNDING_USD).argmin(axis=1)
        shown = np.where(choice, score, score + NOT_IMAGINED_USD)
        return told._replace(score=shown), best

    def _imagine(
        self,
        question: Question,
        wanted: NDArray[np.bool_],
        original: NDArray[np.int64],
        members: NDArray[np.int64],
        told: Plans,
    ) -> Array:
        """Costs ``(K, C, M, 4, NUM_CLASSES + 1)`` of the wanted plans; the same plan is imagined once."""
        objects = question.belief.shape[1]
        cost = np.zeros((*wanted.shape, len(members), objects, NUM_CLASSES + 1))
        imagine(
            self._learned,
            question.states.ego,
            question.states.cars,
            question.states.things,
            question.roots,
            question.belief,
            question.actions,
            _once(wanted, original),
            question.steps,
            members,
            len(members) == 1,
            self._params,
            self._scratch,
            cost,
            told.first,
            told.path,
            told.met,
        )
        world, plan = np.nonzero(wanted & (original != np.arange(wanted.shape[1])))
        source = original[world, plan]
        for found in (cost, told.first, told.path, told.met):
            found[world, plan] = found[world, source]
        return cost


def find_originals(actions: Array, steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first plan with the same actions: where there is no lane, going there is staying here.

    Parameters
    ----------
    actions
        ``(K, C, T, 2)``.
    steps
        ``(K,)`` decisions that count.

    Returns
    -------
    ndarray
        ``(K, C)`` plans; a fifth of the library is another one's double.
    """
    found = np.zeros(actions.shape[:2], np.int64)
    for k, (plans, left) in enumerate(zip(actions, steps, strict=True)):
        rows = plans[:, :left].reshape(len(plans), -1)
        _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        found[k] = first[inverse]
    return found


def _once(wanted: NDArray[np.bool_], original: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The plans to imagine so that all wanted ones are known."""
    found = np.zeros(wanted.shape, np.bool_)
    np.logical_or.at(found, (np.arange(len(wanted))[:, None], original), wanted)
    return found


def _empty_plans(question: Question, num_members: int) -> Plans:
    """Room for what will be imagined."""
    count, plans, horizon, _ = question.actions.shape
    cases = num_members * NUM_CLASSES
    return Plans(
        np.zeros((count, plans)),
        np.zeros((count, plans)),
        np.zeros((count, plans)),
        np.zeros((count, plans, 2)),
        np.zeros((count, plans, horizon, 2)),
        np.zeros((count, plans)),
        np.full((count, plans, cases), np.nan),
        np.zeros((count, cases)),
    )
