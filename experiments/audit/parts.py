"""The parts of an audit, one line each: every part is computed alone and kept when it is finished."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final, NamedTuple

from envs.scenario.suite import Suite, load_suite
from experiments.audit import run as groups
from experiments.audit.configuration import AuditConfiguration
from experiments.audit.findings import Probed
from experiments.audit.gallery import Material, find_cases
from experiments.audit.moments import Moments, find_moments
from experiments.audit.run import Model
from experiments.configuration import config_path
from experiments.loading import load_policy


class Scene:
    """What probes look at; made when the first of them asks.

    Parameters
    ----------
    config
        What was asked for.

    Attributes
    ----------
    config
        The same.
    models
        The checkpoints, the judged one first.
    """

    def __init__(self, config: AuditConfiguration) -> None:
        self.config = config
        self.models = [Model(name, config) for name in config.checkpoints]

    @cached_property
    def suite(self) -> Suite:
        """Whose instances."""
        return load_suite(config_path("suite", self.config.suite))

    @cached_property
    def moments(self) -> Moments:
        """Where futures begin."""
        c = self.config
        driver = load_policy(c.driver, ())
        return find_moments(self.suite, c.split, driver, c.per_stratum, c.decisions, c.seed)

    @property
    def material(self) -> Material:
        """What the worst failures are looked for in."""
        return Material(self.suite, self.moments, self.models[0], self.config)


class Part(NamedTuple):
    """A group of probes; it depends on nothing but the scene."""

    name: str  # of its file
    probe: Callable[[Scene], Probed]


PARTS: Final = (
    Part("moments", lambda s: Probed([], {"moments": s.moments.size})),
    Part("futures", lambda s: Probed(groups.probe_futures(s.moments, s.models))),
    Part("certainty", lambda s: groups.probe_certainty(s.moments, s.models, s.config)),
    Part("choices", lambda s: Probed(groups.probe_choices(s.moments, s.models, s.config))),
    Part("contents", lambda s: Probed(groups.probe_contents(s.moments, s.models, s.config))),
    Part("policies", lambda s: Probed(groups.probe_policies(s.moments, s.models, s.config))),
    Part("memories", lambda s: Probed(groups.probe_memories(s.suite, s.models, s.config))),
    Part("worst", lambda s: Probed([], {"gallery": find_cases(s.material)})),
)
"""In the order of the table."""
