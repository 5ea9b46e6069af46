"""What is out of sight: drives the episodes that ``permanence`` and ``avoidance`` ask about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from envs.scenario.suite import Suite
from experiments.cli.loading import load_policy
from experiments.studies.audit.configuration import AuditConfiguration
from experiments.studies.audit.findings import Finding
from experiments.studies.audit.probes import avoidance, permanence
from experiments.studies.audit.probes.permanence import Drive
from experiments.studies.audit.scenes.moments import drive_all
from experiments.studies.audit.subjects.trackers import (
    FilterMind,
    IdealMind,
    LastMind,
    Mind,
    TrueMind,
    break_minds,
)
from policies.base import Policy

MOST_AVOIDED: Final = 60
"""Episodes that every policy drives at most: a world model takes a third of a second for each."""

READING: Final = "rule_tuned"
"""Driven for comparison only."""


def probe_all(
    suite: Suite,
    config: AuditConfiguration,
    filters: Sequence[FilterMind],
    policies: Mapping[str, Policy],
) -> list[Finding]:
    """Ask minds what they believe of what is hidden, and policies what they do about it.

    Parameters
    ----------
    suite, config
        Whose instances, and how many of them.
    filters
        Of the world models; the first is the one that is broken on purpose.
    policies
        By name, those that plan with the same models.

    Returns
    -------
    list of Finding
        All of one probe.
    """
    hidden, phantoms = (_drive(suite, config, stratum) for stratum in ("hidden", "phantom"))
    minds: list[Mind] = [TrueMind(), IdealMind(), LastMind(), *filters, *break_minds(filters[0])]
    found = permanence.probe(hidden, phantoms, minds, config.seed)
    kept = drive_all(hidden.instances, load_policy("keep", ()))
    chosen = avoidance.find_dear(kept, hidden.instances, MOST_AVOIDED)
    if len(chosen) == 0:
        return found
    kept, few = kept.take(chosen), [hidden.instances[b] for b in chosen]
    for name, policy in (*policies.items(), (READING, load_policy(READING, ()))):
        driven = drive_all(few, policy)
        found += avoidance.probe(kept, driven, few, name, judged=name != READING)
    return found + avoidance.probe(kept, kept, few, "broken: drives on", judged=True)


def _drive(suite: Suite, config: AuditConfiguration, stratum: str) -> Drive:
    """The first instances of a stratum."""
    items = [one for one in suite.items(config.split) if one.stratum == stratum][: config.hidden]
    instances = [suite.instance(one) for one in items]
    return Drive(drive_all(instances, load_policy(config.driver, ())), instances)
