"""Hidden objects: drives the episodes that ``permanence`` and ``avoidance`` judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from envs.scenario.suite import Suite
from experiments.cli.loading import load_policy
from experiments.studies.audit.configuration import AuditConfiguration
from experiments.studies.audit.findings import Finding
from experiments.studies.audit.probes import avoidance, permanence
from experiments.studies.audit.scenes.moments import Driven, drive_all
from experiments.studies.audit.subjects.trackers import (
    BeliefTracker,
    IdealTracker,
    LastMeasurement,
    Tracker,
    TrueTracks,
    break_trackers,
)
from policies.base import Policy

MOST_AVOIDED: Final = 60
"""Episodes that every policy drives at most: a world model takes a third of a second for each."""

REFERENCE: Final = "rule_tuned"
"""Policy that is driven for comparison only."""


def measure_hidden(
    suite: Suite,
    config: AuditConfiguration,
    filters: Sequence[BeliefTracker],
    policies: Mapping[str, Policy],
) -> list[Finding]:
    """Judge what trackers believe of hidden objects, and what policies do about them.

    Parameters
    ----------
    suite, config
        Where the instances come from, and how many of them.
    filters
        Of the world models; the first is the one that is broken on purpose.
    policies
        By name, those that plan with the same models.
    """
    hidden, phantoms = (_drive(suite, config, stratum) for stratum in ("hidden", "phantom"))
    bounds = TrueTracks(), IdealTracker(), LastMeasurement()
    trackers: list[Tracker] = [*bounds, *filters, *break_trackers(filters[0])]
    found = permanence.measure_permanence(hidden, phantoms, trackers, config.seed)
    kept = drive_all([one.instance for one in hidden.episodes], load_policy("keep", ()))
    chosen = avoidance.find_costly(kept, MOST_AVOIDED)
    if len(chosen) == 0:
        return found
    kept = kept.take(chosen)
    instances = [one.instance for one in kept.episodes]
    for name, policy in (*policies.items(), (REFERENCE, load_policy(REFERENCE, ()))):
        driven = drive_all(instances, policy)
        found += avoidance.measure_avoidance(kept, driven, name, judged=name != REFERENCE)
    return found + avoidance.measure_avoidance(kept, kept, "broken: drives on", judged=True)


def _drive(suite: Suite, config: AuditConfiguration, stratum: str) -> Driven:
    """The first instances of a stratum."""
    items = [one for one in suite.items(config.split) if one.stratum == stratum][: config.hidden]
    return drive_all([suite.instance(one) for one in items], load_policy(config.driver, ()))
