"""Everything that a game needs: a checked configuration with its suite, instances and policies."""

from __future__ import annotations

from typing import NamedTuple

from envs.cost.parameters import CostParameters
from envs.scenario.suite import Suite, SuiteItem
from experiments.cli.locations import name_of
from experiments.records.table import Source
from experiments.store.run_folder import RunFolder, open_run
from experiments.studies.play.choice import choose_items
from experiments.studies.play.configuration import NOT_IN_RESULT, PlayConfiguration
from policies.base import Policy


class Plan(NamedTuple):
    """A checked command; nothing has been written yet."""

    config: PlayConfiguration
    suite: Suite
    items: tuple[SuiteItem, ...]  # in the order in which they are driven
    policies: dict[str, Policy]  # by name
    cost: CostParameters
    files: dict[str, dict[str, str]]  # SHA-256 of everything that decides the result, by part

    @property
    def drivers(self) -> tuple[str, ...]:
        """Names of the person and of the policies, the person first."""
        return (self.config.driver, *self.policies)

    def source(self, driver: str) -> Source:
        """The columns that all records of a driver share."""
        config = self.config
        seed = 0 if driver == config.driver else config.policy_seed
        return Source(driver, seed, self.suite.version, config.split, name_of(config.cost))


def prepare(config: PlayConfiguration) -> Plan:
    """Check the configuration completely before anything is started or written.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.
    """
    suite = config.load_suite()
    items = choose_items(suite, config.split, config.num_instances, config.seed)
    return Plan(
        config=config,
        suite=suite,
        items=tuple(items),
        policies=config.load_policies(),
        cost=config.load_cost(),
        files=config.list_ingredients(),
    )


def open_folder(plan: Plan) -> RunFolder:
    """The folder of a game: that of an interrupted one of the same command, else a new one."""
    values = plan.config.model_dump(exclude=set(NOT_IN_RESULT))
    return open_run("play", plan.config.output, values, plan.files)
