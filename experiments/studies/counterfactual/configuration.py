"""Configurations of ``python -m experiments.counterfactual`` and ``python -m experiments.explore``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from envs.cost.parameters import CostParameters
from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError, not_allowed
from envs.scenario.suite import Suite, SuiteItem, load_suite
from experiments.cli.configuration import Configuration
from experiments.cli.ingredients import list_ingredients
from experiments.cli.loading import load_policy
from experiments.cli.locations import CostName, Policies, SuiteName, locate, name_of
from experiments.evaluation.run import choose_policies
from experiments.studies.counterfactual.properties import MOST_VALUES
from policies.base import Policy


class Setting(Configuration):
    """Settings that both commands share."""

    policies: Policies
    policy_seed: int = Field(ge=0)
    suite: SuiteName
    split: Literal["train", "validation", "test"]
    cost: CostName
    num_values: int = Field(ge=3, le=MOST_VALUES)
    allow: list[str]

    def load_suite(self) -> Suite:
        """Read the suite."""
        return load_suite(locate("suite", self.suite), self.allow)

    def load_cost(self) -> CostParameters:
        """Read the cost parameters."""
        return CostParameters.from_mapping(read_mapping(locate("cost", self.cost)))

    def load_policies(self) -> list[tuple[str, Policy]]:
        """Make new policies, each with its name."""
        wanted = choose_policies(self.policies)
        return [(name_of(name), load_policy(name, self.allow)) for name in wanted]

    def list_ingredients(self) -> dict[str, dict[str, str]]:
        """SHA-256 of every file that decides a result, by part."""
        return list_ingredients(
            policies=choose_policies(self.policies),
            suites=[self.suite],
            costs=[self.cost],
            allow=self.allow,
        )


class CounterfactualConfiguration(Setting):
    """Configuration of ``python -m experiments.counterfactual``."""

    family: str | None
    seed: int | None
    property: str
    low: float | None
    high: float | None
    output: str


class ExploreConfiguration(Setting):
    """Configuration of ``python -m experiments.explore``."""

    port: int = Field(ge=0, le=65535)
    show: bool


def find_item(items: Sequence[SuiteItem], family: str | None, seed: int | None) -> SuiteItem:
    """The item with a family (``None`` = any) and a seed (``None`` = the first one).

    Raises
    ------
    UserError
        If no item has this seed.
    not_allowed
        If no item has this family.
    """
    if family is not None:
        families = sorted({item.family for item in items})
        items = [item for item in items if item.family == family]
        if not items:
            raise not_allowed("family", family, families)
    for item in items:
        if seed in {None, item.seed}:
            return item
    some = ", ".join(str(item.seed) for item in items[:8])
    raise UserError(f"seed: got {seed}, allowed are {some}{' ...' if len(items) > 8 else ''}")
