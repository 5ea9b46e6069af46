"""Probe of shortcut learning: how much the belief about an object's mass depends on each observed attribute.

Two objects exchange one attribute of what is observed of them (how they look, how large they are, how they move, what
radar and the thermal camera say); the probe measures how far the belief about one goes towards that about the other.
Video models follow colour before size before velocity before shape (arXiv 2411.02385), and copy the nearest case.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.specification import column
from envs.specification.debris import NUM_LOOKS
from experiments.studies.audit.findings import Finding, mean_of
from experiments.studies.audit.probes.contents.contents import FIRST_BODY, choose
from experiments.studies.audit.scenes.bodies import Array, Indices, Observed
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.models import Model
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


def measure_shortcuts(
    moments: Moments, model: Model, book: Codebook, pairs: int, seed: int
) -> list[Finding]:
    """How far the believed mass moves towards another object's when one attribute is exchanged; no limits.

    For all attributes together it is 1 but for the influence of the surroundings.

    Parameters
    ----------
    moments
        With objects that are bodies.
    model, book
        The subject, and its classes.
    pairs
        How many to draw.
    seed
        Of the draws.
    """
    chosen, slots = choose(moments)
    moments = moments.take(chosen)
    random = np.random.default_rng(seed)
    one, other = random.integers(len(chosen), size=(2, pairs))
    own = believed_ln_mass(moments.observed, slots, model, book)
    far = np.abs(own[other] - own[one]) > APART
    one, other = one[far], other[far]
    families = np.array(moments.families)[one].tolist()
    lent = moments.observed["debris"][other, :, slots[other]]
    found = []
    for attribute, columns in (*ATTRIBUTES.items(), ("all of them", sum(ATTRIBUTES.values(), ()))):
        seen = {key: rows[one].copy() for key, rows in moments.observed.items()}
        for k in columns:
            seen["debris"][np.arange(len(one)), :, slots[one], k] = lent[..., k]
        mixed = believed_ln_mass(seen, slots[one], model, book)
        way = (mixed - own[one]) / (own[other] - own[one])
        value = mean_of(np.clip(way, -1.0, 2.0), families)
        found.append(Finding(NAME, f"belief about mass follows {attribute}", model.name, value))
    return found


def believed_ln_mass(observed: Observed, slots: Indices, model: Model, book: Codebook) -> Array:
    """Believed mean of ln mass of the object in one slot of every moment, ``(K,)``.

    Parameters
    ----------
    observed, slots
        As of ``Moments``, and the slots, ``(K,)``.
    model, book
        The subject, and its classes.
    """
    count = len(slots)
    belief = Belief(model.learned.filter, 0.5, count, remembers=model.remembers)
    for t in range(observed["ego"].shape[1]):
        now = {key: np.ascontiguousarray(rows[:, t]) for key, rows in observed.items()}
        belief.update(now, np.full(count, t == 0))
    p = belief.probabilities[np.arange(count), slots, FIRST_BODY:]
    mass = book.bodies[:, 0] / BODY_WEIGHTS[0]
    found: Array = (p * mass).sum(axis=1) / np.maximum(p.sum(axis=1), 1e-9)
    return found
