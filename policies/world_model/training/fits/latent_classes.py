"""Content classes learned without labels: a mixture over all track histories, fitted by EM.

What an object is made of is never read. Sixteen classes are latent: given the class, size, look, radar, what vehicles
and wind did to it, and what the car felt of it are independent. Tracks that the car touched, or went over without
feeling anything, say what they were (class 0 cannot be felt, 1 to 3 change the grip, the others hit); the others are
classified by resemblance. Every track gets a label drawn from its posterior, so that cross-entropy on the labels is, in
expectation, cross-entropy on the posterior, and everything downstream learns as it does from true classes.
That drivers chose what to touch does no harm: they chose by what was observed, which the posterior conditions on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from envs.specification.debris import LOOKS
from envs.specification.world import Array
from policies.world_model.estimation.content_classes import (
    NUM_BODIES,
    NUM_CLASSES,
    NUM_PATCHES,
    NUM_PROPERTIES,
)
from policies.world_model.log.experience import Columns
from policies.world_model.model.contact_outcome import MODES, NUM_MODES, NUM_OUTCOMES
from policies.world_model.training.datasets import track_histories as st
from policies.world_model.training.datasets.track_histories import (
    TrackHistories,
    number_tracks,
    read_histories,
)
from policies.world_model.training.datasets.unprivileged_labels import without_truth
from policies.world_model.training.fits.fit_loop import hash_uniform

NUM_NOTHINGS: Final = 4
"""Shadows, stains and ghosts look different: components of class 0."""

CLASS_OF: Final = np.repeat(
    np.arange(NUM_CLASSES), [NUM_NOTHINGS] + [1] * (NUM_PATCHES + NUM_BODIES)
)
NUM_COMPONENTS: Final = len(CLASS_OF)
FIRST_PATCH, FIRST_BODY = NUM_NOTHINGS, NUM_NOTHINGS + NUM_PATCHES

ROUNDS: Final = 60
"""Number of EM iterations."""

IMPOSSIBLE: Final = 1e-4
"""Probability of what a class excludes: a felt hit of nothing; measurements are wrong at times."""

LEAST_SIZE_SD: Final = 0.1
LEAST_OUTCOME_SD: Final = 0.3
"""Least spread of outcomes, as a share of the spread over all hits."""

OUTCOME_WEIGHT: Final = 2.0
"""What was felt counts double: classes are there to predict what a hit does."""

PRIOR: Final = 2.0
"""Imagined tracks that hold every distribution near that of all classes together."""


class LatentClasses(NamedTuple):
    """Parameters of a mixture with ``C = NUM_COMPONENTS`` components."""

    share: Array  # (C,)
    size: Array  # (2, C, NUM_SIZES) mean and standard deviation
    look: Array  # (C, NUM_LOOKS)
    flag: Array  # (C, NUM_FLAGS) probability
    cue: Array  # (C, NUM_CUES, NUM_VALUES)
    feeling: Array  # (C, NUM_MEETINGS, NUM_FEELINGS)
    grip: Array  # (2, C)
    usual: Array  # (NUM_MODES, 3, NUM_OUTCOMES) regression of outcomes on speed and offset
    outcome: Array  # (2, C, NUM_MODES, NUM_OUTCOMES) what a class adds to the usual
    spread: Array  # (NUM_MODES, NUM_OUTCOMES) of the residuals of all classes
    names: tuple[str, ...]  # (NUM_CLASSES,)
    seed: int  # of the draws

    @property
    def middles(self) -> Array:
        """Zeros, because the properties of a latent class are unknown."""
        return np.zeros((NUM_CLASSES, NUM_PROPERTIES))

    def properties(self, columns: Columns) -> Array:
        """NaN, because the properties of an object are unknown."""
        return np.full((*columns["contents"].shape[:2], NUM_PROPERTIES), np.nan)

    def see(
        self, columns: Columns, shard: int
    ) -> tuple[dict[str, NDArray[Any]], NDArray[np.int64]]:
        """The columns without truth, and a class drawn for every slot, ``(N, 4)``; 0 without a track."""
        observed = without_truth(columns)
        histories = read_histories(observed)
        label = draw(posterior(self, histories), histories.key + np.uint64(shard << 40), self.seed)
        number = number_tracks(columns)[2]
        if not len(label):
            return observed, np.zeros(number.shape, np.int64)
        return observed, np.where(number >= 0, label[number], 0)


def draw(probability: Array, key: NDArray[np.uint64], seed: int) -> NDArray[np.int64]:
    """Draw a class for every row of ``(N, NUM_CLASSES)``, independent of the other rows."""
    limits = np.cumsum(probability, axis=1)
    label = (hash_uniform(key, seed)[:, None] > limits).sum(axis=1)
    found: NDArray[np.int64] = np.minimum(label, NUM_CLASSES - 1)
    return found


def posterior(classes: LatentClasses, histories: TrackHistories) -> Array:
    """Posterior probability of the classes, ``(N, NUM_CLASSES)``."""
    each = _responsibilities(classes, histories)
    found = np.zeros((len(each), NUM_CLASSES))
    np.add.at(found.T, CLASS_OF, each.T)
    return found


def fit_latent_classes(parts: Sequence[TrackHistories], seed: int) -> LatentClasses:
    """Fit the mixture; classes of bodies are ordered by the cost of hitting them.

    Parameters
    ----------
    parts
        Histories of the shards to learn from.
    seed
        Of the first guess and of the labels that will be drawn.
    """
    histories = TrackHistories(*(np.concatenate(values) for values in zip(*parts, strict=True)))
    usual, spread = _usual_outcomes(histories)
    guess = _first_guess(histories, usual, spread, np.random.default_rng(seed))
    classes = _maximise(guess, histories, usual, spread)
    for _ in range(ROUNDS):
        each = _responsibilities(classes, histories)
        classes = _maximise(each, histories, usual, spread)
    each = _responsibilities(classes, histories)
    hit = histories.feeling == st.HIT_FELT
    weight = each[hit][:, FIRST_BODY:]
    cost = weight.T @ histories.cost[hit] / np.maximum(weight.sum(axis=0), 1e-9)
    order = np.concatenate([np.arange(FIRST_BODY), FIRST_BODY + np.argsort(cost, kind="stable")])
    classes = _maximise(each[:, order], histories, usual, spread)
    return classes._replace(names=_names(classes), seed=seed)


def _names(classes: LatentClasses) -> tuple[str, ...]:
    """Names of the classes by their most common looks."""
    found = ["nothing"]
    for look in classes.look[FIRST_PATCH:]:
        common = np.argsort(-look, kind="stable")[:2]
        found.append(" / ".join(LOOKS[k] for k in common if look[k] > 0.15) or LOOKS[common[0]])
    return tuple(found)


def _basis(histories: TrackHistories) -> Array:
    """Regressors of the typical outcome, ``(N, 3)``."""
    return np.stack(
        [np.ones(len(histories.speed)), histories.speed / 30.0, histories.offset], axis=1
    )


def _place(histories: TrackHistories) -> NDArray[np.int64]:
    """Index of the mode of every hit, 0 for the others."""
    found: NDArray[np.int64] = np.argmax(histories.mode[:, None] == np.array(MODES), axis=1)
    return found


def _usual_outcomes(histories: TrackHistories) -> tuple[Array, Array]:
    """Regression of the outcomes of every mode on the conditions of the hit, and the residual spread."""
    usual, spread = np.zeros((NUM_MODES, 3, NUM_OUTCOMES)), np.ones((NUM_MODES, NUM_OUTCOMES))
    basis, mode = _basis(histories), _place(histories)
    for m in range(NUM_MODES):
        rows = (histories.feeling == st.HIT_FELT) & (mode == m)
        if rows.sum() > 20:
            x, y = basis[rows], histories.outcome[rows]
            usual[m] = np.linalg.solve(x.T @ x + np.eye(3), x.T @ y)
            spread[m] = np.maximum((y - x @ usual[m]).std(axis=0), 0.05)
    return usual, spread


def _residuals(histories: TrackHistories, usual: Array, spread: Array) -> Array:
    """Outcomes minus the typical ones, in spreads, ``(N, NUM_OUTCOMES)``; meaningless without a hit."""
    mode = _place(histories)
    expected = np.einsum("nb,nbo->no", _basis(histories), usual[mode])
    found: Array = np.clip((histories.outcome - expected) / spread[mode], -4.0, 4.0)
    return found


def _first_guess(
    histories: TrackHistories, usual: Array, spread: Array, random: np.random.Generator
) -> Array:
    """Initial responsibilities from clusters of the objects that were hit; the others have little weight."""
    residual = _residuals(histories, usual, spread)
    looks = np.sqrt(histories.look) * 2.0
    space = np.concatenate([histories.size, looks], axis=1)
    found = np.full((len(space), NUM_COMPONENTS), 1e-3)
    hit = histories.feeling == st.HIT_FELT
    grip = histories.feeling == st.GRIP_FELT
    free = (histories.feeling == st.NOTHING_FELT) & np.isin(
        histories.meeting, (st.UNDER_WHEEL, st.TALL)
    )
    for rows, first, count, points in (
        (free, 0, NUM_NOTHINGS, space),
        (hit, FIRST_BODY, NUM_BODIES, np.concatenate([space, residual], axis=1)),
    ):
        which = np.flatnonzero(rows)
        if which.size >= count:
            _, label = kmeans2(points[which], count, minit="++", rng=random, iter=50)
            found[which, first + label] = 1.0
    # patches in thirds by the grip that they leave
    which = np.flatnonzero(grip)[np.argsort(histories.grip[grip], kind="stable")]
    for k, third in enumerate(np.array_split(which, NUM_PATCHES)):
        found[third, FIRST_PATCH + k] = 1.0
    return found


def _maximise(each: Array, histories: TrackHistories, usual: Array, spread: Array) -> LatentClasses:
    """Parameters that maximise the likelihood of the histories, given responsibilities ``(N, C)``."""
    felt, each = each, each.copy()
    # patches differ by the grip that they leave, not by what they look like
    patches = slice(FIRST_PATCH, FIRST_BODY)
    each[:, patches] = each[:, patches].mean(axis=1, keepdims=True)
    total = each.sum(axis=0) + 1e-9
    size = _moments(each, histories.size, LEAST_SIZE_SD)
    look = _shares(each.T @ histories.look, histories.look.mean(axis=0))
    flag = (each.T @ histories.flag + PRIOR * histories.flag.mean(axis=0)) / (total + PRIOR)[
        :, None
    ]
    cue = np.stack(
        [
            _shares(each.T @ one_hot, one_hot.mean(axis=0))
            for one_hot in (np.eye(st.NUM_VALUES)[histories.cue[:, k]] for k in range(st.NUM_CUES))
        ],
        axis=1,
    )
    grip = histories.feeling == st.GRIP_FELT
    mean, sd = _moments(felt[grip], histories.grip[grip][:, None], 0.05)
    residual, mode = _residuals(histories, usual, spread), _place(histories)
    outcome = np.zeros((2, NUM_COMPONENTS, NUM_MODES, NUM_OUTCOMES))
    for m in range(NUM_MODES):
        rows = (histories.feeling == st.HIT_FELT) & (mode == m)
        outcome[:, :, m] = _moments(each[rows], residual[rows], LEAST_OUTCOME_SD, 3.0 * PRIOR)
    return LatentClasses(
        total / total.sum(),
        size,
        look,
        flag,
        cue,
        _feelings(each, histories),
        np.stack([mean[:, 0], sd[:, 0]]),
        usual,
        outcome,
        spread,
        (),
        0,
    )


def _feelings(each: Array, histories: TrackHistories) -> Array:
    """Probability of the felt impact for every kind of contact; excluded combinations are nearly impossible."""
    found = np.full((NUM_COMPONENTS, st.NUM_MEETINGS, st.NUM_FEELINGS), 1.0)
    for meeting in range(st.NUM_MEETINGS):
        rows = histories.meeting == meeting
        if rows.any():
            one_hot = np.eye(st.NUM_FEELINGS)[histories.feeling[rows]]
            found[:, meeting] = _shares(each[rows].T @ one_hot, one_hot.mean(axis=0))
    nothing, patch = slice(0, FIRST_PATCH), slice(FIRST_PATCH, FIRST_BODY)
    body = slice(FIRST_BODY, None)
    for rows, excluded in (
        (nothing, st.GRIP_FELT),
        (nothing, st.HIT_FELT),
        (patch, st.HIT_FELT),
        (body, st.GRIP_FELT),
    ):
        found[rows, :, excluded] = 0.0
    found = found / np.maximum(found.sum(axis=-1, keepdims=True), 1e-9)
    found = np.asarray(np.maximum(found, IMPOSSIBLE))
    # not met: nothing was felt whatever it is
    found[:, st.NOT_MET] = 1.0
    return found


def _shares(counts: Array, prior: Array) -> Array:
    """Rows of counts as probabilities, shrunk towards a prior."""
    weight = counts + PRIOR * prior + 1e-3
    found: Array = weight / weight.sum(axis=-1, keepdims=True)
    return found


def _moments(each: Array, values: Array, least: float, prior: float = PRIOR) -> Array:
    """Mean and standard deviation by component, ``(2, C, D)``, shrunk towards those of all rows."""
    if not len(values):
        empty = np.zeros((2, each.shape[1], values.shape[1]))
        empty[1] = 1.0
        return empty
    weight = each.sum(axis=0)[:, None] + prior
    centre, width = values.mean(axis=0), np.maximum(values.var(axis=0), least**2)
    mean: Array = (each.T @ values + prior * centre) / weight
    square = (each.T @ values**2 + prior * (width + centre**2)) / weight
    found: Array = np.stack([mean, np.sqrt(np.maximum(square - mean**2, least**2))])
    return found


def _responsibilities(classes: LatentClasses, histories: TrackHistories) -> Array:
    """Posterior probability of the components, ``(N, C)``."""
    log = np.log(classes.share) + _gaussian(histories.size, classes.size)
    log = log + histories.look @ np.log(classes.look).T
    one = np.log(classes.flag).T
    other = np.log1p(-classes.flag).T
    for k in range(st.NUM_FLAGS):
        log += np.where(histories.flag[:, k, None] == 1, one[k], other[k])
    for k in range(st.NUM_CUES):
        log += np.log(classes.cue[:, k].T)[histories.cue[:, k]]
    log += np.log(classes.feeling)[:, histories.meeting, histories.feeling].T
    grip = histories.feeling == st.GRIP_FELT
    log[grip] += _gaussian(histories.grip[grip][:, None], classes.grip[:, :, None])
    hit, mode = histories.feeling == st.HIT_FELT, _place(histories)
    residual = _residuals(histories, classes.usual, classes.spread)
    for m in range(NUM_MODES):
        rows = hit & (mode == m)
        log[rows] += OUTCOME_WEIGHT * _gaussian(residual[rows], classes.outcome[:, :, m])
    top = log.max(axis=1, keepdims=True) if len(log) else log[:, :1]
    weight = np.exp(log - top)
    shares: Array = weight / weight.sum(axis=1, keepdims=True)
    return shares


def _gaussian(values: Array, moments: Array) -> Array:
    """Log density of ``(N, D)`` under independent normals ``(2, C, D)``: ``(N, C)``."""
    mean, sd = moments
    away = (values[:, None, :] - mean) / sd
    found: Array = -(0.5 * away**2 + np.log(sd)).sum(axis=-1)
    return found
