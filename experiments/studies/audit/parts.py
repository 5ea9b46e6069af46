"""The parts of an audit: each is computed independently, and finished parts are kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final, NamedTuple

from envs.scenario.suite import Suite, load_suite
from experiments.cli.configuration import config_path
from experiments.cli.loading import load_policy
from experiments.studies.audit import groups
from experiments.studies.audit.configuration import AuditConfiguration
from experiments.studies.audit.findings import Probed
from experiments.studies.audit.gallery.gallery import Material, find_cases
from experiments.studies.audit.probes.contents import trials
from experiments.studies.audit.probes.dynamics import speed
from experiments.studies.audit.scenes.moments import Moments, find_moments
from experiments.studies.audit.subjects.models import Model


class Scene:
    """The data that probes share, computed at its first use.

    Parameters
    ----------
    config
        The requested settings.

    Attributes
    ----------
    config
        The same.
    models
        The checkpoints, the judged one first.
    everybody
        They, and what is left of the first without a part.
    """

    def __init__(self, config: AuditConfiguration) -> None:
        self.config = config
        self.models = [Model(name, config.seed) for name in config.checkpoints]
        self.everybody = [*self.models, *(self.models[0].ablate(one) for one in config.ablations)]

    @cached_property
    def suite(self) -> Suite:
        """The suite whose instances are driven."""
        return load_suite(config_path("suite", self.config.suite))

    @cached_property
    def moments(self) -> Moments:
        """Moments at which futures begin."""
        c = self.config
        driver = load_policy(c.driver, ())
        return find_moments(self.suite, c.split, driver, c.per_stratum, c.decisions, c.seed)

    @property
    def material(self) -> Material:
        """Moments and instances among which the worst failures are searched."""
        return Material(self.suite, self.moments, self.models[0], self.config)


class Part(NamedTuple):
    """A group of probes; it depends on the scene only."""

    name: str  # of its file
    probe: Callable[[Scene], Probed]


PARTS: Final = (
    Part("moments", lambda s: Probed([], {"moments": s.moments.size})),
    Part("futures", lambda s: Probed(groups.probe_futures(s.moments, s.everybody, s.config))),
    Part("certainty", lambda s: groups.probe_certainty(s.moments, s.models, s.config)),
    Part("choices", lambda s: Probed(groups.probe_choices(s.moments, s.everybody, s.config))),
    Part("contents", lambda s: Probed(groups.probe_contents(s.moments, s.everybody, s.config))),
    Part("policies", lambda s: Probed(groups.probe_policies(s.moments, s.everybody, s.config))),
    Part(
        "memories",
        lambda s: Probed(groups.probe_memories(s.suite, s.everybody, len(s.models), s.config)),
    ),
    Part(
        "trials",
        lambda s: Probed(
            trials.measure_generalisation(
                s.moments, s.everybody, s.config.decisions, s.config.draws, s.config.seed
            )
        ),
    ),
    Part("speed", lambda s: Probed(speed.measure_speed(s.models[0].name, str(s.models[0].folder)))),
    Part("worst", lambda s: Probed([], {"gallery": find_cases(s.material)})),
)
"""All parts, in the order of the table."""
