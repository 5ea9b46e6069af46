"""Probe whether the predicted impact changes correctly when only the object's contents change."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, debris
from envs.specification.world import empty_batch
from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.scenes.bodies import (
    Array,
    Indices,
    gather,
    metres_ahead,
    object_targets,
)
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import Subject, roll_fixed
from experiments.training.collection.truth import read_truth
from policies.world_model.estimation.content_classes import (
    BODY_WEIGHTS,
    NUM_BODIES,
    NUM_PATCHES,
    Codebook,
    assign,
)
from policies.world_model.log import experience as log

NAME: Final = "contents"

FIRST_BODY: Final = 1 + NUM_PATCHES
"""Class of the lightest body."""

DIFFERENT_MPS: Final = 0.2
"""Two contents are in an order if their speeds lost really differ by more [A]."""

FELT_MPS: Final = 0.3
"""Speed lost from which on shares of it are compared [A]."""

OF_CONTENTS: Final = (debris.MASS, debris.CRUSH_PRESSURE, debris.SHARPNESS, debris.DRAG_AREA)
"""Rows of an object's record that its contents decide, besides whether it is anchored."""


def choose(moments: Moments) -> tuple[Indices, Indices]:
    """Moments whose nearest object ahead is a real body on the road, and its slot: two arrays ``(K,)``."""
    slot = metres_ahead(moments.observed["debris"][:, -1]).argmin(axis=1)
    target = object_targets(moments.worlds)[np.arange(moments.size), slot]
    flags = gather(moments.worlds["debris_i"], (debris.IS_REAL, debris.IS_PATCH), target[:, None])
    chosen = np.flatnonzero((flags[:, 0, 0] == 1) & (flags[:, 0, 1] == 0))
    return chosen, slot[chosen]


def with_contents(moments: Moments, slots: Indices, book: Codebook, body: int) -> Moments:
    """The same moments with other contents of the object; its size, look and place stay.

    Parameters
    ----------
    moments, slots
        ``K`` moments and the slot of the object in each.
    book
        Classes of contents.
    body
        Class, from 0 for the lightest.
    """
    values = book.bodies[body] / BODY_WEIGHTS
    mass, crush, sharpness = float(np.exp(values[0])), float(np.exp(values[1])), float(values[2])
    worlds = moments.worlds.copy()
    index = np.arange(moments.size)
    at = object_targets(worlds)[index, slots]
    drag = mass * float(np.exp(values[3]))
    for row, value in zip(OF_CONTENTS, (mass, crush, sharpness, drag), strict=True):
        worlds["debris_f"][index, row, at] = value
    worlds["debris_i"][index, debris.IS_ANCHORED, at] = round(float(values[4]))
    return moments._replace(worlds=worlds)


def reveal(moments: Moments, book: Codebook) -> tuple[Moments, list[list[int | None]]]:
    """Moments with a fully known state: observed without errors, with contents at the centre of their class.

    Returns
    -------
    revealed, theta
        The moments, and per moment the classes of the four objects, ``None`` where nothing is tracked.
    """
    targets = object_targets(moments.worlds)
    contents = _true_contents(moments)
    kinds = np.stack([assign(book, contents[:, slot]) for slot in range(DEBRIS_SLOTS)], axis=1)
    revealed = moments._replace(observed=moments.truly, worlds=moments.worlds.copy())
    for body in range(NUM_BODIES):
        for slot in range(DEBRIS_SLOTS):
            rows = np.flatnonzero((kinds[:, slot] == FIRST_BODY + body) & (targets[:, slot] >= 0))
            if rows.size:
                changed = with_contents(revealed.take(rows), np.full(rows.size, slot), book, body)
                revealed.worlds[rows] = changed.worlds
    theta: list[list[int | None]] = [
        [int(kind) if target >= 0 else None for kind, target in zip(*pair, strict=True)]
        for pair in zip(kinds, targets, strict=True)
    ]
    return revealed, theta


def force(slots: Indices, body: int) -> list[list[int | None]]:
    """Forced class of the object in one slot, per moment; the belief decides about the other slots."""
    return [
        [FIRST_BODY + body if k == slot else None for k in range(DEBRIS_SLOTS)] for slot in slots
    ]


def _true_contents(moments: Moments) -> Array:
    """True contents ``(M, 4, NUM_CONTENTS)`` in the form that training reads."""
    count = moments.size
    batch = empty_batch(count)
    batch.view(np.ndarray)[:] = moments.worlds.view(batch.dtype)
    found = np.zeros((count, DEBRIS_SLOTS, log.NUM_CONTENTS))
    read_truth(
        batch, np.zeros((count, log.NUM_EGO_TRUE)), np.zeros((count, VEHICLE_SLOTS, log.NUM_VEHICLE_TRUE)),
        np.zeros((count, DEBRIS_SLOTS, log.NUM_DEBRIS_TRUE)), found,
        np.zeros((count, VEHICLE_SLOTS + DEBRIS_SLOTS), np.int64), np.zeros((count, DEBRIS_SLOTS), np.int64),
    )  # fmt: skip
    return found


def hardest(subject: Subject, moments: Moments, actions: Array) -> Array:
    """Speed lost in the hardest contact of every future, ``(K,)`` m/s."""
    found: Array = roll_fixed(subject, moments, actions).delta_v.max(axis=1)
    return found


def measure_contents(moments: Moments, name: str, true: Array, imagined: Array) -> list[Finding]:
    """How often the subject orders two contents correctly by impact, and how wrong its impacts are.

    Parameters
    ----------
    moments
        ``K``.
    name
        Of the subject.
    true, imagined
        Speed lost ``(K, NUM_BODIES)`` m/s in the twin and by the subject, lightest contents first.
    """
    right, off = (np.full(len(true), np.nan) for _ in range(2))
    one, other = np.triu_indices(NUM_BODIES, 1)
    for k in range(len(true)):
        gap = true[k, other] - true[k, one]
        # whether the object is touched at all is measured by another probe
        met = (true[k] > 0.0) & (imagined[k] > 0.0)
        ordered = (np.abs(gap) > DIFFERENT_MPS) & met[one] & met[other]
        if ordered.any():
            said = imagined[k, other] - imagined[k, one]
            right[k] = (np.sign(said) == np.sign(gap))[ordered].mean()
        felt = (true[k] > FELT_MPS) & met
        if felt.any():
            off[k] = np.median(np.abs(imagined[k, felt] / true[k, felt] - 1.0))
    order, share = (mean_of(values, moments.families) for values in (right, off))
    return [
        Finding(NAME, "speed lost, order of contents", name, order, Line(">=", 0.98)),
        Finding(NAME, "speed lost, share it is off", name, share, Line("<=", 0.3)),
    ]
