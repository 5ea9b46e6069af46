"""The configuration of ``python -m experiments.play``."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from envs.cost.parameters import CostParameters
from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError
from envs.scenario.suite import Suite, load_suite
from experiments.cli.configuration import Configuration
from experiments.cli.ingredients import list_ingredients
from experiments.cli.loading import load_policy
from experiments.cli.locations import CostName, Policies, SuiteName, locate, name_of
from experiments.evaluation.run import choose_policies
from policies.base import Policy

NOT_IN_RESULT: Final = frozenset({"output", "port", "show"})
"""Keys that do not change the result: a game that was interrupted continues whatever they are now."""


class PlayConfiguration(Configuration):
    """Options of the command, as explained in ``conf/play.yaml``."""

    driver: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,30}$")
    policies: Policies
    policy_seed: int = Field(ge=0)
    suite: SuiteName
    split: Literal["train", "validation", "test"]
    num_instances: int = Field(ge=1, le=500)
    seed: int = Field(ge=0)
    cost: CostName
    output: str
    port: int = Field(ge=0, le=65535)
    show: bool
    allow: list[str]

    def load_suite(self) -> Suite:
        """Read the suite."""
        return load_suite(locate("suite", self.suite), self.allow)

    def load_cost(self) -> CostParameters:
        """Read the cost parameters."""
        return CostParameters.from_mapping(read_mapping(locate("cost", self.cost)))

    def load_policies(self) -> dict[str, Policy]:
        """Make new policies by their names.

        Raises
        ------
        UserError
            If one of them has the name of the driver.
        """
        wanted = choose_policies(self.policies)
        names = [name_of(one) for one in wanted]
        if self.driver in names:
            raise UserError(f"driver: got {self.driver!r}, which is the name of a policy")
        return {name: load_policy(one, self.allow) for name, one in zip(names, wanted, strict=True)}

    def list_ingredients(self) -> dict[str, dict[str, str]]:
        """SHA-256 of every file that decides a result, by part."""
        return list_ingredients(
            policies=choose_policies(self.policies),
            suites=[self.suite],
            costs=[self.cost],
            allow=self.allow,
        )
