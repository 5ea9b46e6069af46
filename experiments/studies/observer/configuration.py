"""The configuration of ``python -m experiments.observer``."""

from __future__ import annotations

from pydantic import Field

from envs.cost.parameters import CostParameters
from envs.debris.safe_yaml import read_mapping
from envs.errors import not_allowed
from envs.specification import DECISIONS_PER_EPISODE
from experiments.cli.configuration import Configuration
from experiments.cli.locations import CostName, Policies, locate


class ObserverConfiguration(Configuration):
    """Configuration of ``python -m experiments.observer``."""

    families: list[str] = Field(min_length=1)
    groups: dict[str, list[str]]
    num_instances: int = Field(ge=1, le=100_000)
    first_seed: int = Field(ge=0, le=2**53)
    num_candidates: int = Field(ge=16, le=4096)
    num_driven: int = Field(ge=0, le=100_000)
    interval: int = Field(ge=1, le=DECISIONS_PER_EPISODE)
    driven_families: list[str]
    policies: Policies
    cost: CostName
    output: str
    allow: list[str]

    def load_cost(self) -> CostParameters:
        """Read the cost parameters."""
        return CostParameters.from_mapping(read_mapping(locate("cost", self.cost)))

    def list_groups(self) -> dict[str, list[str]]:
        """Look-alike groups by family; empty = all types."""
        return {family: self.groups.get(family, []) for family in self.families}

    def check_driven(self) -> list[str]:
        """The families that oracles drive.

        Raises
        ------
        not_allowed
            If one of them is not observed.
        """
        for family in self.driven_families:
            if family not in self.families:
                raise not_allowed("driven_families", family, self.families)
        return self.driven_families
