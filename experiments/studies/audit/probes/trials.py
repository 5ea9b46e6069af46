"""Cases of the probe of generalisation: laid out at moments, rolled by everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from envs.debris.catalogue import load_catalogue
from envs.debris.specification import DebrisSpec
from experiments.studies.audit.findings import Finding
from experiments.studies.audit.probes import contents, generalisation, interaction
from experiments.studies.audit.probes.cases import (
    ATTRIBUTES,
    Cases,
    Training,
    learn,
    nearest,
    push_beyond,
    recombine,
    sample,
)
from experiments.studies.audit.probes.generalisation import CHANCE, COPIES, EXACT, Outcomes
from experiments.studies.audit.probes.placing import put
from experiments.studies.audit.probes.shortcuts import believed_ln_mass
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.models import Model
from experiments.studies.audit.subjects.rollout import Array, Indices, Subject, fixed
from experiments.studies.audit.subjects.twin import Twin

MOST_MOMENTS: Final = 60

KNOWN_PER_TYPE: Final = 2
"""Specimens of every training type whose outcomes are looked up at every moment."""

NEAREST: Final = 3
"""Training cases whose mean outcome is that of the nearest: one alone says too much of the rest of it."""


def run(
    moments: Moments, models: Sequence[Model], steps: int, draws: int, seed: int
) -> list[Finding]:
    """The whole probe.

    Parameters
    ----------
    moments
        At which objects are met; as many as are needed are taken.
    models
        Whom to ask.
    steps
        Decisions of every future.
    draws
        Dreams of every case.
    seed
        Of the cases.

    Returns
    -------
    list of Finding
        Lines are for the twin, which must be exact, and for a copier, which must be noticed.
    """
    random = np.random.default_rng(seed)
    few, slots = _where_met(moments, steps)
    specs = [one for one in load_catalogue().values() if one.kind == "body"]
    learned_from = [one for one in specs if one.split == "train"]
    training = learn(learned_from, random)
    known = sample(learned_from * KNOWN_PER_TYPE, random)
    known = known.take(random.permutation(len(known.look)))
    cases = make_cases(training, known, specs, few.size, random)
    which = np.tile(np.arange(few.size), len(cases.look) // few.size)
    placed = put(few.take(which), slots[which], cases)
    actions = interaction.lay_out(placed, steps)[:, 0]
    truth = _ask(Twin(), placed, actions, np.log(cases.mass))
    like = _look_up(few, slots, which, known, cases, steps)
    families = [one.family for one in placed.instances]
    splits = training.split(cases)
    new = ~splits["in distribution"]
    found = generalisation.count(splits, "twin")
    found += generalisation.errors(splits, "twin", truth, truth, families, EXACT)
    found += generalisation.copying(new, "twin", truth, truth, like, families)
    for model in models:
        said = _imagine(model, placed, slots[which], actions, draws)
        found += generalisation.errors(splits, model.name, truth, said, families)
        found += generalisation.copying(new, model.name, truth, said, like, families)
    copier = "broken: copies by look"
    lines = {"look": COPIES}
    return found + generalisation.copying(new, copier, truth, like["look"], like, families, lines)


def _where_met(moments: Moments, steps: int) -> tuple[Moments, Indices]:
    """Moments, evenly spread, in which who keeps going meets a body, and its slot."""
    chosen, slots = contents.choose(moments)
    few = moments.take(chosen)
    met = np.flatnonzero(contents.hardest(Twin(), few, interaction.lay_out(few, steps)[:, 0]) > 0.0)
    spread = np.unique(np.linspace(0, len(met) - 1, min(MOST_MOMENTS, len(met))).astype(np.int64))
    return few.take(met[spread]), slots[met[spread]]


def make_cases(
    training: Training,
    known: Cases,
    specs: Sequence[DebrisSpec],
    count: int,
    random: np.random.Generator,
) -> Cases:
    """Seven lots of cases: of training types, of others, of parts of several types, and beyond in each attribute.

    Parameters
    ----------
    training, known
        What there was, and specimens of it.
    specs
        All types that are bodies.
    count
        Cases of a lot.
    random
        Of the choice.

    Returns
    -------
    Cases
        ``7 * count``, lot after lot; which split one is of is found by itself.
    """

    def some() -> Cases:
        return known.take(random.integers(len(known.look), size=count))

    others = [one for one in specs if one.split == "held_out"]
    held_out = sample([others[k] for k in random.integers(len(others), size=count)], random)
    lots = [some(), held_out, recombine(some(), some(), some())]
    lots += [push_beyond(some(), training, one, random) for one in ATTRIBUTES]
    return Cases(*(np.concatenate(values) for values in zip(*lots, strict=True)))


def _ask(subject: Subject, moments: Moments, actions: Array, ln_mass: Array) -> Outcomes:
    """What a subject makes of cases."""
    which = np.arange(moments.size)
    course = subject.roll(moments, which, actions.shape[1], fixed(actions))
    delta_v = course.delta_v.max(axis=1)
    met = delta_v > 0.0
    return Outcomes(
        np.where(met, delta_v, np.nan),
        np.where(met, course.contact_usd.sum(axis=1), np.nan),
        ln_mass,
    )


def _imagine(
    model: Model, moments: Moments, slots: Indices, actions: Array, draws: int
) -> Outcomes:
    """Means over dreams whose contents are drawn from the belief."""
    count = moments.size
    ln_mass = np.full(count, np.nan)
    if model.book is not None:
        ln_mass = believed_ln_mass(moments, np.arange(count), slots, model, model.book)
    asked = [
        _ask(model.dreams(k, temperature=0.0), moments, actions, ln_mass) for k in range(draws)
    ]
    return mean_outcome(asked)


def mean_outcome(asked: Sequence[Outcomes]) -> Outcomes:
    """Means of what is a number."""
    found = []
    for values in zip(*asked, strict=True):
        rows = np.stack(values)
        there = np.isfinite(rows)
        total, number = np.where(there, rows, 0.0).sum(axis=0), there.sum(axis=0)
        found.append(np.where(number > 0, total / np.maximum(number, 1), np.nan))
    return Outcomes(*found)


def _look_up(
    few: Moments, slots: Indices, which: Indices, known: Cases, cases: Cases, steps: int
) -> Mapping[str, Outcomes]:
    """Outcomes in the twin of the training cases that are nearest in each attribute, at the same moments."""
    table = []
    for k in range(len(known.look)):
        one = known.take(np.full(few.size, k))
        placed = put(few, slots, one)
        actions = interaction.lay_out(placed, steps)[:, 0]
        table.append(_ask(Twin(), placed, actions, np.log(one.mass)))
    rows = Outcomes(*(np.stack(values) for values in zip(*table, strict=True)))
    chosen = {one: nearest(known, cases, one, NEAREST) for one in ATTRIBUTES}
    anybody = np.arange(len(which) * NEAREST).reshape(-1, NEAREST) % len(known.look)
    found = {}
    for name, near in (chosen | {CHANCE: anybody}).items():
        asked = [
            Outcomes(*(values[near[:, n], which] for values in rows)).wherever(near[:, n] >= 0)
            for n in range(NEAREST)
        ]
        found[name] = mean_outcome(asked)
    return found
