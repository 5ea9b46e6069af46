"""Probe: an object that were made of something else would hit as hard as it really would."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column, debris, track
from envs.specification.world import empty_batch
from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import Array, Indices, Subject, fixed
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


def choose(moments: Moments) -> tuple[Indices, Indices]:
    """Moments whose nearest object ahead is really a body on the road, and its slot: two arrays ``(K,)``."""
    rows = moments.observed["debris"][:, -1]
    ahead = np.where(
        (rows[..., column.D_TRACKED] > 0.5) & (rows[..., column.D_DX] > 0.0),
        rows[..., column.D_DX],
        np.inf,
    )
    slot = ahead.argmin(axis=1)
    index = np.arange(moments.size)
    target = moments.worlds["track_i"][index, track.TARGET, VEHICLE_SLOTS + slot]
    flags = moments.worlds["debris_i"][index, :, np.maximum(target, 0)]
    good = (target >= 0) & (flags[:, debris.IS_REAL] == 1) & (flags[:, debris.IS_PATCH] == 0)
    chosen = np.flatnonzero(good)
    return chosen, slot[chosen]


def with_contents(moments: Moments, slots: Indices, book: Codebook, body: int) -> Moments:
    """The same moments, in which the object is made of something else.

    Parameters
    ----------
    moments, slots
        ``K`` moments and the slot of the object in each.
    book
        Classes of contents.
    body
        From 0 for the lightest.

    Returns
    -------
    Moments
        Size, look and place stay.
    """
    values = book.bodies[body] / BODY_WEIGHTS
    mass, crush = float(np.exp(values[0])), float(np.exp(values[1]))
    worlds = moments.worlds.copy()
    index = np.arange(moments.size)
    at = worlds["track_i"][index, track.TARGET, VEHICLE_SLOTS + slots]
    for row, value in (
        (debris.MASS, mass), (debris.CRUSH_PRESSURE, crush), (debris.SHARPNESS, float(values[2])),
        (debris.DRAG_AREA, mass * float(np.exp(values[3]))),
    ):  # fmt: skip
        worlds["debris_f"][index, row, at] = value
    worlds["debris_i"][index, debris.IS_ANCHORED, at] = round(float(values[4]))
    return moments._replace(worlds=worlds)


def tell_all(moments: Moments, book: Codebook) -> tuple[Moments, list[list[int | None]]]:
    """Moments of which everything is known: seen without errors, contents those in the middle of their class.

    Parameters
    ----------
    moments
        ``M``.
    book
        Classes of contents.

    Returns
    -------
    told, theta
        The moments, and per moment the classes of the four objects, ``None`` where nothing is tracked.
    """
    count = moments.size
    targets = moments.worlds["track_i"][:, track.TARGET, VEHICLE_SLOTS:]
    contents, kinds = _true_contents(moments), np.zeros((count, DEBRIS_SLOTS), np.int64)
    for slot in range(DEBRIS_SLOTS):
        kinds[:, slot] = assign(book, contents[:, slot])
    told = moments._replace(observed=moments.truly, worlds=moments.worlds.copy())
    for body in range(NUM_BODIES):
        for slot in range(DEBRIS_SLOTS):
            rows = np.flatnonzero((kinds[:, slot] == FIRST_BODY + body) & (targets[:, slot] >= 0))
            if rows.size:
                changed = with_contents(told.take(rows), np.full(rows.size, slot), book, body)
                told.worlds[rows] = changed.worlds
    theta: list[list[int | None]] = [
        [int(kinds[m, j]) if targets[m, j] >= 0 else None for j in range(DEBRIS_SLOTS)]
        for m in range(count)
    ]
    return told, theta


def _true_contents(moments: Moments) -> Array:
    """``(M, 4, NUM_CONTENTS)`` as training reads them."""
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
    """Speed that the hardest contact takes, ``(K,)`` m/s, when driving on."""
    which = np.arange(moments.size)
    course = subject.roll(moments, which, actions.shape[1], fixed(actions))
    found: Array = course.delta_v.max(axis=1)
    return found


def probe(moments: Moments, name: str, true: Array, imagined: Array) -> list[Finding]:
    """Compare speeds lost.

    Parameters
    ----------
    moments
        ``K``.
    name
        Of the subject.
    true, imagined
        ``(K, NUM_BODIES)`` m/s in the twin and by the subject, lightest contents first.

    Returns
    -------
    list of Finding
        How often it is right about which of two contents is worse, and how far it is off.
    """
    families = [one.family for one in moments.instances]
    right, off = (np.full(len(true), np.nan) for _ in range(2))
    one, other = np.triu_indices(NUM_BODIES, 1)
    for k in range(len(true)):
        gap = true[k, other] - true[k, one]
        # whether it is touched at all is another probe's question
        met = (true[k] > 0.0) & (imagined[k] > 0.0)
        ordered = (np.abs(gap) > DIFFERENT_MPS) & met[one] & met[other]
        if ordered.any():
            said = imagined[k, other] - imagined[k, one]
            right[k] = (np.sign(said) == np.sign(gap))[ordered].mean()
        felt = (true[k] > FELT_MPS) & met
        if felt.any():
            off[k] = np.median(np.abs(imagined[k, felt] / true[k, felt] - 1.0))
    return [
        Finding(
            NAME, "speed lost, order of contents", name, mean_of(right, families), Line(">=", 0.98)
        ),
        Finding(NAME, "speed lost, share it is off", name, mean_of(off, families), Line("<=", 0.3)),
    ]
