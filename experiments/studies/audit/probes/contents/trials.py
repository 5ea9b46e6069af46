"""Runs the probe of generalisation: makes cases at moments, and rolls them out in the twin and in models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from envs.debris.catalogue import load_catalogue
from envs.debris.specification import DebrisSpec
from experiments.studies.audit.findings import Finding
from experiments.studies.audit.probes.contents import contents
from experiments.studies.audit.probes.contents.cases import (
    ATTRIBUTES,
    Cases,
    Training,
    learn,
    nearest,
    push_beyond,
    recombine,
    sample,
)
from experiments.studies.audit.probes.contents.generalisation import (
    CHANCE,
    COPIES,
    EXACT,
    Cohort,
    Outcomes,
)
from experiments.studies.audit.probes.contents.placing import put
from experiments.studies.audit.probes.contents.shortcuts import believed_ln_mass
from experiments.studies.audit.probes.decisions import interaction
from experiments.studies.audit.scenes.bodies import Array, Indices
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.models import Model
from experiments.studies.audit.subjects.rollout import Subject, roll_fixed
from experiments.studies.audit.subjects.twin import Twin

MOST_MOMENTS: Final = 60

KNOWN_PER_TYPE: Final = 2
"""Specimens of every training type whose outcomes are looked up at every moment."""

NEAREST: Final = 3
"""Training cases whose mean outcome is compared: that of one alone depends too much on its other attributes."""


def measure_generalisation(
    moments: Moments, models: Sequence[Model], steps: int, draws: int, seed: int
) -> list[Finding]:
    """Run the whole probe; limits apply to the twin, which must be exact, and to a copier, which must fail.

    Parameters
    ----------
    moments
        At which objects are met; as many as are needed are taken.
    models
        Subjects.
    steps
        Decisions of every future.
    draws
        Dreams of every case.
    seed
        Of the cases.
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
    truth = _roll(Twin(), placed, actions, np.log(cases.mass))
    like = _look_up(few, slots, which, known, cases, steps)
    cohort = Cohort(training.split(cases), truth, like, placed.families)
    found = [
        *cohort.count_cases("twin"),
        *cohort.errors("twin", truth, EXACT),
        *cohort.copying("twin", truth),
    ]
    for model in models:
        said = _imagine(model, placed, slots[which], actions, draws)
        found += [*cohort.errors(model.name, said), *cohort.copying(model.name, said)]
    return found + cohort.copying("broken: copies by look", like["look"], {"look": COPIES})


def _where_met(moments: Moments, steps: int) -> tuple[Moments, Indices]:
    """Moments, evenly spread, in which keeping lane and speed ends in contact with a body, and the body's slot."""
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
    """Make seven groups of cases: training types, other types, recombined types, and each attribute beyond training.

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
        ``7 * count``, lot after lot; ``Training.split`` decides the split of each.
    """

    def some() -> Cases:
        return known.take(random.integers(len(known.look), size=count))

    others = [one for one in specs if one.split == "held_out"]
    held_out = sample([others[k] for k in random.integers(len(others), size=count)], random)
    lots = [some(), held_out, recombine(some(), some(), some())]
    lots += [push_beyond(some(), training, one, random) for one in ATTRIBUTES]
    return Cases(*(np.concatenate(values) for values in zip(*lots, strict=True)))


def _roll(subject: Subject, moments: Moments, actions: Array, ln_mass: Array) -> Outcomes:
    """Outcomes of cases that are placed at moments."""
    futures = roll_fixed(subject, moments, actions)
    delta_v = futures.delta_v.max(axis=1)
    usd = futures.contact_usd.sum(axis=1)
    met = delta_v > 0.0
    return Outcomes(np.where(met, delta_v, np.nan), np.where(met, usd, np.nan), ln_mass)


def _imagine(
    model: Model, moments: Moments, slots: Indices, actions: Array, draws: int
) -> Outcomes:
    """Mean outcomes over dreams whose contents are drawn from the belief."""
    ln_mass = np.full(moments.size, np.nan)
    if model.book is not None:
        ln_mass = believed_ln_mass(moments.observed, slots, model, model.book)
    dreams = [model.dreams(k, temperature=0.0) for k in range(draws)]
    return mean_outcome([_roll(one, moments, actions, ln_mass) for one in dreams])


def mean_outcome(outcomes: Sequence[Outcomes]) -> Outcomes:
    """Means of outcomes without NaN."""
    found = []
    for values in zip(*outcomes, strict=True):
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
        table.append(
            _roll(Twin(), placed, interaction.lay_out(placed, steps)[:, 0], np.log(one.mass))
        )
    rows = Outcomes(*(np.stack(values) for values in zip(*table, strict=True)))
    chosen = {one: nearest(known, cases, one, NEAREST) for one in ATTRIBUTES}
    chosen[CHANCE] = np.arange(len(which) * NEAREST).reshape(-1, NEAREST) % len(known.look)
    return {
        name: mean_outcome(
            [Outcomes(*(values[one, which] for values in rows)).where(one >= 0) for one in near.T]
        )
        for name, near in chosen.items()
    }
