"""EnvSettings: the arguments that both engines take, checked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from envs.cost.parameters import CostParameters
from envs.errors import UserError, not_allowed
from envs.scenario.generator import FAMILIES, Generate, ScenarioSampler

ARGUMENTS = (
    "scenario", "split", "groups", "variant", "catalogue_dirs", "cost", "action", "reward_scale_usd",
)  # fmt: skip
"""What both engines take."""

ACTIONS = ("continuous", "discrete")


class EnvSettings:
    """What an environment was asked for.

    Parameters
    ----------
    scenario
        Family name, family function, or a list of them.
    split, groups, variant, catalogue_dirs
        Passed to ``ScenarioSampler``.
    cost
        ``CostParameters`` or a mapping of their fields; absent fields keep their defaults.
    action
        ``"continuous"`` or ``"discrete"``.
    reward_scale_usd
        US$ that make a reward of -1; > 0.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.
    """

    def __init__(
        self,
        *,
        scenario: str | Generate | Sequence[str | Generate] = tuple(FAMILIES),
        split: str = "train",
        groups: Sequence[str] = (),
        variant: str | None = None,
        catalogue_dirs: Sequence[str | Path] = (),
        cost: CostParameters | Mapping[str, Any] | None = None,
        action: str = "continuous",
        reward_scale_usd: float = 1000.0,
        **unknown: object,
    ) -> None:
        for name in unknown:
            raise not_allowed("argument", name, ARGUMENTS)
        if action not in ACTIONS:
            raise not_allowed("action", action, ACTIONS)
        is_number = isinstance(reward_scale_usd, (int, float)) and not isinstance(
            reward_scale_usd, bool
        )
        if not is_number or not 0.0 < reward_scale_usd < float("inf"):
            raise UserError(f"reward_scale_usd: got {reward_scale_usd!r}, expected a number > 0")
        self.sampler = ScenarioSampler(
            scenario, split=split, groups=groups, variant=variant, catalogue_dirs=catalogue_dirs
        )
        if cost is None:
            cost = {}
        self.cost = cost if isinstance(cost, CostParameters) else CostParameters.from_mapping(cost)
        self.cost_record: np.record = self.cost.to_array()[0]
        self.action = action
        self.reward_scale_usd = float(reward_scale_usd)

    @property
    def is_discrete(self) -> bool:
        """Whether actions are indices of the manoeuvre set."""
        return self.action == "discrete"
