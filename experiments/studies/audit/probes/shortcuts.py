"""Probe: a belief about mass follows some of what is seen of an object more than the rest.

Two objects exchange one attribute of what is observed of them (how they look, how large they are, how they move, what
radar and the thermal camera say); the probe counts how far the belief about one goes towards that about the other.
Video models follow colour before size before velocity before shape (arXiv 2411.02385), and copy the nearest case.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.specification import column
from envs.specification.debris import NUM_LOOKS
from experiments.studies.audit.findings import Finding, mean_of
from experiments.studies.audit.probes.contents import FIRST_BODY, choose
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.models import Model
from experiments.studies.audit.subjects.rollout import Array, Indices
from policies.world_model.estimation.belief import Belief
from policies.world_model.estimation.content_classes import BODY_WEIGHTS, Codebook

NAME: Final = "following"

ATTRIBUTES: Final = {
    "look": tuple(range(column.D_LOOK, column.D_LOOK + NUM_LOOKS)),
    "size": (column.D_LENGTH, column.D_WIDTH, column.D_HEIGHT),
    "motion": (column.D_Z, column.D_VX, column.D_VY, column.D_VZ),
    "echo": (column.D_RADAR, column.D_THERMAL),
}
"""Columns of the observation."""

APART: Final = 0.5
"""Believed ln masses of the two objects that are compared are at least so far apart."""


def probe(moments: Moments, model: Model, book: Codebook, pairs: int, seed: int) -> list[Finding]:
    """Exchange attributes.

    Parameters
    ----------
    moments
        With objects that are bodies.
    model, book
        Whose belief, and its classes.
    pairs
        How many to draw.
    seed
        Of the draws.

    Returns
    -------
    list of Finding
        Share of the way by attribute; that of all of them together is 1 but for who is around. Without lines.
    """
    chosen, slots = choose(moments)
    random = np.random.default_rng(seed)
    one, other = random.integers(len(chosen), size=(2, pairs))
    own = believed_ln_mass(moments, chosen, slots, model, book)
    far = np.abs(own[other] - own[one]) > APART
    one, other = one[far], other[far]
    families = [moments.instances[chosen[k]].family for k in one]
    found = []
    for attribute, columns in (*ATTRIBUTES.items(), ("all of them", sum(ATTRIBUTES.values(), ()))):
        mixed = believed_ln_mass(
            moments, chosen[one], slots[one], model, book, columns, (chosen[other], slots[other])
        )
        way = (mixed - own[one]) / (own[other] - own[one])
        value = mean_of(np.clip(way, -1.0, 2.0), families)
        found.append(Finding(NAME, f"belief about mass follows {attribute}", model.name, value))
    return found


def believed_ln_mass(
    moments: Moments,
    which: Indices,
    slots: Indices,
    model: Model,
    book: Codebook,
    columns: tuple[int, ...] | None = None,
    lender: tuple[Indices, Indices] | None = None,
) -> Array:
    """Believed mean of ln mass of objects.

    Parameters
    ----------
    moments, which, slots
        ``K`` of the moments, and the slot of the object in each.
    model, book
        Whose belief, and its classes.
    columns, lender
        What of other objects, at other moments and slots, is seen instead; ``None`` = nothing.

    Returns
    -------
    ndarray
        ``(K,)``.
    """
    seen = {key: rows[which].copy() for key, rows in moments.observed.items()}
    index = np.arange(len(which))
    if columns is not None and lender is not None:
        others, other_slots = lender
        lent = moments.observed["debris"][others, :, other_slots]
        for k in columns:
            seen["debris"][index, :, slots, k] = lent[..., k]
    belief = Belief(model.learned.filter, 0.5, len(which), remembers=model.remembers)
    for t in range(seen["ego"].shape[1]):
        now = {key: np.ascontiguousarray(rows[:, t]) for key, rows in seen.items()}
        belief.update(now, np.full(len(which), t == 0))
    p = belief.probabilities[index, slots, FIRST_BODY:]
    mass = book.bodies[:, 0] / BODY_WEIGHTS[0]
    found: Array = (p * mass).sum(axis=1) / np.maximum(p.sum(axis=1), 1e-9)
    return found
