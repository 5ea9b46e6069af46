"""All probes on all subjects, in groups that share rollouts; ``parts.py`` lists them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

import numpy as np

from envs.errors import UserError
from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import Suite, load_suite
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate, name_of
from experiments.studies.audit.configuration import AuditConfiguration
from experiments.studies.audit.findings import Finding, Line, Probed, mean_of
from experiments.studies.audit.probes.contents import contents, shortcuts, trials
from experiments.studies.audit.probes.decisions import interaction, ranking
from experiments.studies.audit.probes.dynamics import calibration, open_loop, viewpoint, violations
from experiments.studies.audit.probes.memory import avoidance, permanence
from experiments.studies.audit.scenes.bodies import Array
from experiments.studies.audit.scenes.moments import Driven, Moments, drive_all, find_moments
from experiments.studies.audit.subjects import planner
from experiments.studies.audit.subjects.broken import break_all
from experiments.studies.audit.subjects.dreams import Theta
from experiments.studies.audit.subjects.models import Model
from experiments.studies.audit.subjects.rollout import Subject, roll_fixed
from experiments.studies.audit.subjects.straight import Straight
from experiments.studies.audit.subjects.trackers import (
    IdealTracker,
    LastMeasurement,
    Tracker,
    TrueTracks,
    break_trackers,
)
from experiments.studies.audit.subjects.twin import Twin
from policies.base import Policy
from policies.world_model.estimation.content_classes import NUM_BODIES
from policies.world_model.planner.policy import WorldModel

MOST_VIOLATIONS: Final = 1.0
"""Limit of the violations of every law, per 1,000 imagined decisions."""

PATH_FAMILIES: Final = ("lone_object", "lead_drives_over")
"""Families in which an object can be passed on several paths and tracked long enough."""

PATH_INSTANCES: Final = 100

PAIRS: Final = 2_000
"""Number of pairs of objects that exchange their observed attributes."""

MOST_AVOIDED: Final = 60
"""Episodes that every policy drives at most: a world model takes a third of a second for each."""

REFERENCE: Final = "rule_tuned"
"""Policy that drives past hidden objects for comparison only."""

REVEALED: Final = "all told"
"""The models know the true state of the moments."""


class Scene:
    """The material of all probes, prepared when it is first used.

    Parameters
    ----------
    config
        Settings of the audit.

    Attributes
    ----------
    models
        The checkpoints, the judged one first.
    variants
        The checkpoints, and the ablations of the judged one.
    """

    def __init__(self, config: AuditConfiguration) -> None:
        self.config = config
        self.models = [Model(name, config.seed) for name in config.checkpoints]
        self.judged = self.models[0]
        self.variants = [*self.models, *(self.judged.ablate(one) for one in config.ablations)]

    @cached_property
    def suite(self) -> Suite:
        """The suite of the instances."""
        return load_suite(locate("suite", self.config.suite), self.config.allow)

    @cached_property
    def moments(self) -> Moments:
        """The moments at which futures begin."""
        c = self.config
        driver = load_policy(c.driver, c.allow)
        return find_moments(self.suite, c.split, driver, c.per_stratum, c.decisions, c.seed)

    def instances(self, kind: str, names: Sequence[str], most: int) -> list[ScenarioInstance]:
        """The first instances of some strata or families; ``kind`` is ``"stratum"`` or ``"family"``."""
        items = [one for one in self.suite.items(self.config.split) if getattr(one, kind) in names]
        if not items:
            raise UserError(
                f"suite: {self.suite.version}/{self.config.split} has no instance of {kind} "
                f"{' or '.join(names)}, which the audit needs"
            )
        return [self.suite.instance(one) for one in items[:most]]


def probe_futures(scene: Scene) -> Probed:
    """Probe positions of all bodies, and violations of physical laws on the way."""
    moments, models, draws = scene.moments, scene.variants, range(scene.config.draws)
    twin, straight = (roll_fixed(one, moments) for one in (Twin(), Straight()))
    # the most likely future is compared with what happened; laws hold for every future
    likeliest = [(one.name, roll_fixed(one.dreams(temperature=0.0), moments)) for one in models]
    noisy = [(one.name, [roll_fixed(one.dreams(k), moments) for k in draws]) for one in models]
    broken = [(one.name, roll_fixed(one, moments)) for one in break_all(models[0].dreams())]
    places = [(Twin.name, twin), *likeliest, (Straight.name, straight), *broken]
    found = open_loop.measure_places(moments, twin, straight, places)
    alone = ((Twin.name, twin), (Straight.name, straight), *broken)
    for name, futures in (*((name, [one]) for name, one in alone), *noisy):
        counted = [violations.count_violations(one) for one in futures]
        for law in violations.LAWS:
            measure = f"{law}, per 1,000 decisions"
            per_1000 = np.mean([one[law] for one in counted], axis=0)
            value, line = mean_of(per_1000, moments.families), Line("<=", MOST_VIOLATIONS)
            found.append(Finding("violations", measure, name, value, line))
    return Probed(found)


def probe_certainty(scene: Scene) -> Probed:
    """Probe whether probabilities counted over many dreams of the same moments are calibrated."""
    moments = scene.moments
    twin = roll_fixed(Twin(), moments)
    found = calibration.measure_calibration(moments, twin, Twin.name, [twin])
    bins = {}
    for one in scene.models:
        draws = [roll_fixed(one.dreams(k), moments) for k in range(scene.config.dreams)]
        found += calibration.measure_calibration(moments, twin, one.name, draws)
        found += calibration.held_out(one.name, one.validation)
        bins[one.name] = calibration.count_by_probability(twin, draws)
    # a single future is right or wrong, never uncertain
    straight = [roll_fixed(Straight(), moments)]
    found += calibration.measure_calibration(moments, twin, Straight.name, straight)
    return Probed(found, {"reliability": bins})


def probe_contents(scene: Scene) -> Probed:
    """Probe the predicted impact of the same objects with other contents."""
    moments, config = scene.moments, scene.config
    chosen, slots = contents.choose(moments)
    seen = moments.take(chosen)
    actions = interaction.lay_out(seen, config.decisions)[:, 0]
    # from a start without errors: the impact is judged, not where the object was seen
    few = seen._replace(observed=seen.truly)
    bodies = range(NUM_BODIES)
    found: list[Finding] = []
    true_by_book: dict[int, Array] = {}
    # only contents that have a codebook can be forced
    for model, book in ((one, one.book) for one in scene.variants if one.book is not None):
        is_first = not found
        # an ablated checkpoint has the same classes
        if id(book) not in true_by_book:
            changed = [contents.with_contents(few, slots, book, body) for body in bodies]
            true_by_book[id(book)] = _hardest([(Twin(), one) for one in changed], actions)
        true = true_by_book[id(book)]
        dreams = [
            model.dreams(temperature=0.0, theta=contents.force(slots, body)) for body in bodies
        ]
        dreamt = _hardest([(one, few) for one in dreams], actions)
        found += contents.measure_contents(few, model.name, true, dreamt)
        found += shortcuts.measure_shortcuts(seen, model, book, PAIRS, config.seed)
        if is_first:
            same = np.tile(dreamt[:, :1], (1, NUM_BODIES))
            found += contents.measure_contents(few, Twin.name, true, true)
            found += contents.measure_contents(few, "broken: contents do not matter", true, same)
    return Probed(found)


def _hardest(rolled: list[tuple[Subject, Moments]], actions: Array) -> Array:
    """Speed lost in the hardest contact of every body, ``(K, NUM_BODIES)`` m/s."""
    return np.stack([contents.hardest(*one, actions) for one in rolled], axis=1)


def probe_choices(scene: Scene) -> Probed:
    """Probe the cost of other actions at the same moments."""
    moments, models, config = scene.moments, scene.variants, scene.config
    actions = interaction.lay_out(moments, config.decisions)

    def dream(model: Model, where: Moments, theta: Theta | None = None) -> tuple[str, Array]:
        return model.name, mean_of_dreams(
            model, lambda one: interaction.roll_costs(one, where, actions), config.draws, theta
        )

    true = interaction.roll_costs(Twin(), moments, actions)
    costs = [(Twin.name, true), (planner.NAME, planner.judge(moments, actions))]
    costs += [dream(one, moments) for one in models]
    costs += [
        (one.name, interaction.roll_costs(one, moments, actions))
        for one in (Straight(), *break_all(models[0].dreams()))
        if one.name in (Straight.name, "broken: no contact", "broken: other actions")
    ]
    found = interaction.measure_choices(moments, true, costs, "as observed")
    for k, (one, book) in enumerate((one, one.book) for one in models if one.book is not None):
        revealed, theta = contents.reveal(moments, book)
        true = interaction.roll_costs(Twin(), revealed, actions)
        costs = [dream(one, revealed, theta), *([(Twin.name, true)] if k == 0 else [])]
        found += interaction.measure_choices(revealed, true, costs, REVEALED)
    return Probed(found)


def probe_policies(scene: Scene) -> Probed:
    """Probe the costs of policies in dreams and in the twin."""
    moments, models, config = scene.moments, scene.variants, scene.config
    policies = {name_of(name): load_policy(name, config.allow) for name in config.ranked}
    dreamers = {name_of(name) for name in config.dreamers}
    optimised = [name in dreamers for name in policies]

    def roll(subject: Subject, where: Moments = moments) -> Array:
        return ranking.roll_policies(subject, where, config.decisions, policies)

    true = roll(Twin())
    rolled = [(Twin.name, true)]
    rolled += [(one.name, mean_of_dreams(one, roll, config.draws)) for one in models]
    rolled += [(one.name, roll(one)) for one in (Straight(), break_all(models[0].dreams())[-1])]
    found = []
    for name, usd in rolled:
        found += ranking.measure_ranking(moments, optimised, true, usd, name)
    judged = scene.judged
    if judged.book is not None:
        revealed, theta = contents.reveal(moments, judged.book)
        true = roll(Twin(), revealed)
        dreamt = mean_of_dreams(judged, lambda one: roll(one, revealed), config.draws, theta)
        for name, usd in ((Twin.name, true), (judged.name, dreamt)):
            found += ranking.measure_ranking(revealed, optimised, true, usd, name, REVEALED)
    return Probed(found)


def probe_memories(scene: Scene) -> Probed:
    """Probe beliefs about hidden objects, and about objects seen from several sides; models also drive past them."""
    config = scene.config

    def drive(policy: str, kind: str, names: Sequence[str], most: int) -> Driven:
        return drive_all(scene.instances(kind, names, most), load_policy(policy, config.allow))

    filters = [one.tracker() for one in scene.variants]
    hidden, phantoms = (
        drive(config.driver, "stratum", [name], config.hidden) for name in ("hidden", "phantom")
    )
    bounds = TrueTracks(), IdealTracker(), LastMeasurement()
    trackers: list[Tracker] = [*bounds, *filters, *break_trackers(filters[0])]
    found = permanence.measure_permanence(hidden, phantoms, trackers, config.seed)
    found += _probe_avoidance(hidden.instances, scene.models)
    paths = [drive(name, "family", PATH_FAMILIES, PATH_INSTANCES) for name in config.paths]
    return Probed(found + viewpoint.measure_viewpoints(paths, [TrueTracks(), *filters]))


def probe_trials(scene: Scene) -> Probed:
    """Objects as in training, new combinations of their attributes, and what is beyond training."""
    c = scene.config
    return Probed(
        trials.measure_generalisation(scene.moments, scene.variants, c.decisions, c.draws, c.seed)
    )


def _probe_avoidance(instances: list[ScenarioInstance], models: list[Model]) -> list[Finding]:
    """Probe what policies that plan with the models do about hidden objects."""
    kept = drive_all(instances, load_policy("keep", ()))
    chosen = avoidance.find_costly(kept, MOST_AVOIDED)
    if len(chosen) == 0:
        return []
    kept = kept.take(chosen)
    policies: dict[str, Policy] = {one.name: WorldModel(one.learned) for one in models}
    policies[REFERENCE] = load_policy(REFERENCE, ())
    found = []
    for name, policy in policies.items():
        driven, is_judged = drive_all(kept.instances, policy), name != REFERENCE
        found += avoidance.measure_avoidance(kept, driven, name, judged=is_judged)
    return found + avoidance.measure_avoidance(kept, kept, "broken: drives on", judged=True)


def mean_of_dreams(
    model: Model, roll: Callable[[Subject], Array], draws: int, theta: Theta | None = None
) -> Array:
    """Mean of a result over dreams of the same moments."""
    found: Array = np.mean([roll(model.dreams(k, theta=theta)) for k in range(draws)], axis=0)
    return found
