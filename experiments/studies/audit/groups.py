"""All probes on all subjects, in groups that share futures; ``parts.py`` lists them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import Suite
from envs.specification import DEBRIS_SLOTS
from experiments.cli.loading import load_policy
from experiments.studies.audit.configuration import AuditConfiguration
from experiments.studies.audit.findings import Finding, Line, Probed, mean_of
from experiments.studies.audit.probes import (
    calibration,
    contents,
    interaction,
    open_loop,
    out_of_sight,
    ranking,
    reliability,
    viewpoint,
    violations,
)
from experiments.studies.audit.probes import shortcuts as following
from experiments.studies.audit.scenes.moments import Moments, drive_all
from experiments.studies.audit.subjects import planner
from experiments.studies.audit.subjects.broken import break_all
from experiments.studies.audit.subjects.models import Model
from experiments.studies.audit.subjects.rollout import Array, Course, Subject, fixed
from experiments.studies.audit.subjects.straight import Straight
from experiments.studies.audit.subjects.trackers import TrueMind
from experiments.studies.audit.subjects.twin import Twin
from policies.world_model.estimation.content_classes import NUM_BODIES, Codebook
from policies.world_model.planner.policy import WorldModel

MOST_VIOLATIONS: Final = 1.0
"""Of every law, per 1,000 imagined decisions."""

PATH_FAMILIES: Final = ("lone_object", "lead_drives_over")
"""In which one can drive past an object on several paths and look at it long enough."""

PATH_INSTANCES: Final = 100

PAIRS: Final = 2_000
"""Of objects that exchange what is seen of them."""


def probe_futures(
    moments: Moments, models: list[Model], config: AuditConfiguration
) -> list[Finding]:
    """Where everybody is, and which laws are broken on the way."""
    twin, straight = (_roll(one, moments) for one in (Twin(), Straight()))
    # the likeliest course is compared with what happened; laws hold for every course
    likeliest = [(one.name, _roll(one.dreams(temperature=0.0), moments)) for one in models]
    noisy = [
        (one.name, [_roll(one.dreams(k), moments) for k in range(config.draws)]) for one in models
    ]
    broken = [(one.name, _roll(one, moments)) for one in break_all(models[0].dreams())]
    places = [("twin", twin), *likeliest, (Straight.name, straight), *broken]
    found = open_loop.probe(moments, twin, straight, places)
    families = [one.family for one in moments.instances]
    alone = (("twin", twin), (Straight.name, straight), *broken)
    for name, courses in (*((name, [course]) for name, course in alone), *noisy):
        counted = [violations.count_violations(course) for course in courses]
        for law in violations.LAWS:
            measure = f"{law}, per 1,000 decisions"
            per_1000 = np.mean([one[law] for one in counted], axis=0)
            line = Line("<=", MOST_VIOLATIONS)
            found.append(Finding("violations", measure, name, mean_of(per_1000, families), line))
    return found


def probe_certainty(moments: Moments, models: list[Model], config: AuditConfiguration) -> Probed:
    """Many dreams of the same moments."""
    twin = _roll(Twin(), moments)
    found = calibration.probe(moments, twin, "twin", [twin])
    bins = {}
    for one in models:
        draws = [_roll(one.dreams(k), moments) for k in range(config.dreams)]
        found += calibration.probe(moments, twin, one.name, draws)
        found += calibration.held_out(one.name, one.validation)
        bins[one.name] = reliability.count(twin, draws)
    # who knows one future only is right or wrong, never unsure
    found += calibration.probe(moments, twin, Straight.name, [_roll(Straight(), moments)])
    return Probed(found, {"reliability": bins})


def probe_contents(
    moments: Moments, models: list[Model], config: AuditConfiguration
) -> list[Finding]:
    """The same objects, made of something else."""
    chosen, slots = contents.choose(moments)
    seen = moments.take(chosen)
    actions = interaction.lay_out(seen, config.decisions)[:, 0]
    # the same start: what a body does to the car is asked, not where it was seen
    few = seen._replace(observed=seen.truly)
    found: list[Finding] = []
    # contents that nobody has named cannot be forced
    told = [(one, one.book) for one in models if one.book is not None]
    by_book: dict[int, Array] = {}
    for k, (model, book) in enumerate(told):
        # what is left of a checkpoint has the same classes
        if id(book) not in by_book:
            changed = [contents.with_contents(few, slots, book, body) for body in range(NUM_BODIES)]
            by_book[id(book)] = np.stack(
                [contents.hardest(Twin(), one, actions) for one in changed], axis=1
            )
        true = by_book[id(book)]
        rolled = []
        for body in range(NUM_BODIES):
            theta = [_only(int(slot), contents.FIRST_BODY + body) for slot in slots]
            rolled.append(
                contents.hardest(model.dreams(temperature=0.0, theta=theta), few, actions)
            )
        found += contents.probe(few, model.name, true, np.stack(rolled, axis=1))
        found += following.probe(seen, model, book, PAIRS, config.seed)
        if k == 0:
            # whoever believes the same of everything feels no difference
            same = np.tile(rolled[0][:, None], (1, NUM_BODIES))
            found += contents.probe(few, "twin", true, true)
            found += contents.probe(few, "broken: contents do not matter", true, same)
    return found


def _only(slot: int, kind: int) -> list[int | None]:
    """One forced class."""
    return [kind if k == slot else None for k in range(DEBRIS_SLOTS)]


def probe_choices(
    moments: Moments, models: list[Model], config: AuditConfiguration
) -> list[Finding]:
    """Other actions at the same moments."""
    actions = interaction.lay_out(moments, config.decisions)
    true = interaction.roll_costs(Twin(), moments, actions)
    costs = [("twin", true), (planner.NAME, planner.judge(moments, actions))]
    costs += [(one.name, _mean_costs(one, moments, actions, config.draws)) for one in models]
    costs += [
        (one.name, interaction.roll_costs(one, moments, actions))
        for one in (Straight(), *break_all(models[0].dreams()))
        if one.name in (Straight.name, "broken: no contact", "broken: other actions")
    ]
    found = interaction.probe(moments, true, costs, "as observed")
    told = [(one, one.book) for one in models if one.book is not None]
    for k, (one, book) in enumerate(told):
        found += _told_choices(moments, one, book, actions, config.draws, is_first=k == 0)
    return found


def _told_choices(
    moments: Moments, model: Model, book: Codebook, actions: Array, draws: int, *, is_first: bool
) -> list[Finding]:
    """The same where the model is told all that is true of the moment: its physics, apart from its eyes."""
    told, theta = contents.tell_all(moments, book)
    true = interaction.roll_costs(Twin(), told, actions)
    dreamt = _mean_costs(model, told, actions, draws, theta)
    costs = [(model.name, dreamt), *([("twin", true)] if is_first else [])]
    return interaction.probe(told, true, costs, "all told")


def _mean_costs(
    model: Model,
    moments: Moments,
    actions: Array,
    draws: int,
    theta: Sequence[Sequence[int | None]] | None = None,
) -> Array:
    """Over dreams of the same moments."""
    dreams = [model.dreams(k, theta=theta) for k in range(draws)]
    found: Array = np.mean(
        [interaction.roll_costs(one, moments, actions) for one in dreams], axis=0
    )
    return found


def probe_policies(
    moments: Moments, models: list[Model], config: AuditConfiguration
) -> list[Finding]:
    """Policies in dreams and in the twin."""
    policies = {name: load_policy(name, ()) for name in config.ranked}
    names, steps = list(policies), config.decisions
    true = ranking.roll_policies(Twin(), moments, steps, policies)
    found = []
    rolled = [("twin", true)]
    for one in models:
        draws = [
            ranking.roll_policies(one.dreams(k), moments, steps, policies)
            for k in range(config.draws)
        ]
        rolled.append((one.name, np.mean(draws, axis=0)))
    rolled += [
        (other.name, ranking.roll_policies(other, moments, steps, policies))
        for other in (Straight(), break_all(models[0].dreams())[-1])
    ]
    for name, usd in rolled:
        found += ranking.probe(moments, names, true, usd, name, set(config.dreamers))
    judged = models[0]
    if judged.book is not None:
        told, theta = contents.tell_all(moments, judged.book)
        true = ranking.roll_policies(Twin(), told, steps, policies)
        draws = [
            ranking.roll_policies(judged.dreams(k, theta=theta), told, steps, policies)
            for k in range(config.draws)
        ]
        for name, usd in (("twin", true), (judged.name, np.mean(draws, axis=0))):
            found += ranking.probe(told, names, true, usd, name, set(config.dreamers), "all told")
    return found


def probe_memories(
    suite: Suite, models: list[Model], num_whole: int, config: AuditConfiguration
) -> list[Finding]:
    """What is hidden, and what is seen from several sides; whole models drive past what was hidden."""
    filters = [one.mind() for one in models]
    policies = {one.name: WorldModel(one.learned) for one in models[:num_whole]}
    found = out_of_sight.probe_all(suite, config, filters, policies)
    beside: list[ScenarioInstance] = [
        suite.instance(one) for one in suite.items(config.split) if one.family in PATH_FAMILIES
    ][:PATH_INSTANCES]
    paths = [drive_all(beside, load_policy(name, ())) for name in config.paths]
    return found + viewpoint.probe(paths, beside, [TrueMind(), *filters])


def _roll(subject: Subject, moments: Moments) -> Course:
    """The actions that were taken."""
    actions = moments.actions
    return subject.roll(moments, np.arange(moments.size), actions.shape[1], fixed(actions))
