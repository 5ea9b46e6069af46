"""EnvSettings: the arguments that both engines take, checked once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from envs.cost.parameters import CostParameters
from envs.errors import UserError, not_allowed, shown
from envs.scenario.generator import FAMILIES, WITHOUT_GROUPS, Generate, ScenarioSampler

if TYPE_CHECKING:
    from envs.camera import Camera
    from envs.world.camera_sensor import CameraSensor

ARGUMENTS = (
    "scenario", "split", "groups", "variant", "catalogue_dirs", "cost", "action", "reward_scale_usd",
)  # fmt: skip
"""Names of the settings."""

ACTIONS = ("continuous", "discrete")


class EnvSettings:
    """The checked arguments of an environment.

    Parameters
    ----------
    scenario
        Family name, family function, or a list of them.
    split, groups, variant, catalogue_dirs
        Passed to ``ScenarioSampler``. ``groups`` are refused if none of the families draws from them.
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
            raise not_allowed("argument", name, (*ARGUMENTS, "camera"))
        _check_kinds(scenario, groups, catalogue_dirs)
        if not isinstance(variant, str | None):
            raise UserError(f"variant: got {variant!r}, expected a name or None")
        if action not in ACTIONS:
            raise not_allowed("action", action, ACTIONS)
        self.reward_scale_usd = read_scale(reward_scale_usd)
        self.cost = read_cost(cost)
        self.cost_record: np.record = self.cost.to_array()[0]
        self.sampler = ScenarioSampler(
            scenario, split=split, groups=groups, variant=variant, catalogue_dirs=catalogue_dirs
        )
        self.action = action

    @property
    def is_discrete(self) -> bool:
        """Whether actions are indices of the manoeuvre set."""
        return self.action == "discrete"


def _check_kinds(scenario: object, groups: object, catalogue_dirs: object) -> None:
    """Refuse arguments of a kind that cannot be read: a bare string is not a list of names."""
    if not isinstance(scenario, str | list | tuple) and not callable(scenario):
        raise UserError(
            f"scenario: got {scenario!r}, expected a family, a family function or a list of them"
        )
    if isinstance(groups, str) or not isinstance(groups, Sequence):
        raise UserError(f"groups: got {groups!r}, expected a list of look-alike groups")
    families = [scenario] if isinstance(scenario, str) or callable(scenario) else scenario
    if groups and families and all(item in WITHOUT_GROUPS for item in families):
        raise UserError(
            f"groups: got {shown(groups)}, but {' and '.join(map(str, families))} draws from no look-alike group"
        )
    if isinstance(catalogue_dirs, str) or not isinstance(catalogue_dirs, Sequence):
        raise UserError(f"catalogue_dirs: got {catalogue_dirs!r}, expected a list of directories")


def read_scale(value: object) -> float:
    """``reward_scale_usd`` as a float; a ``UserError`` if it is not a finite number > 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value < math.inf:
        raise UserError(f"reward_scale_usd: got {value!r}, expected a number > 0")
    return float(value)


def read_cost(cost: object) -> CostParameters:
    """``CostParameters`` as given, or from a mapping of their fields; absent fields keep their defaults."""
    if not isinstance(cost, CostParameters | Mapping | None):
        raise UserError(f"cost: got {cost!r}, expected a mapping of its parameters")
    return cost if isinstance(cost, CostParameters) else CostParameters.from_mapping(cost or {})


def make_sensor(
    camera: str | Mapping[str, Any] | Camera | None, num_worlds: int
) -> CameraSensor | None:
    """The camera of an environment from its argument ``camera``; ``None`` without one.

    Raises
    ------
    UserError
        If it is neither the name of a preset nor a mapping of settings that fit.
    """
    if camera is None:
        return None
    # here, because an environment without a camera must not load the renderer
    from envs.camera import camera_from
    from envs.world.camera_sensor import CameraSensor

    return CameraSensor(camera_from(camera), num_worlds)


def check_seed(seed: object) -> int | None:
    """The seed of one world as Python's own integer; a ``UserError`` if it is neither ``None`` nor an integer >= 0."""
    if seed is None:
        return None
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or seed < 0:
        raise UserError(f"seed: got {seed!r}, expected an integer >= 0 or None")
    return int(seed)


def check_seeds(seed: object, num_worlds: int) -> list[int | None]:
    """Seeds of ``num_worlds`` worlds: world ``b`` gets ``seed + b``, or its entry of a list.

    Raises
    ------
    UserError
        If a seed does not fit, or their number.
    """
    if isinstance(seed, Sequence | np.ndarray) and not isinstance(seed, str):
        if len(seed) != num_worlds:
            raise UserError(f"seed: got {len(seed)} seeds, expected {num_worlds}")
        return [check_seed(item) for item in seed]
    first = check_seed(seed)
    return [None if first is None else first + b for b in range(num_worlds)]


def check_options(options: object, allowed: Sequence[str]) -> dict[str, Any]:
    """The options of a reset as a new dictionary; a ``UserError`` if they are not a mapping or have another key."""
    if options is None:
        return {}
    if not isinstance(options, Mapping):
        raise UserError(f"options: got {options!r}, expected a mapping")
    for key in options:
        if key not in allowed:
            raise UserError(str(not_allowed("options", key, allowed)))
    return dict(options)
