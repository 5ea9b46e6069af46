"""The families by name, and the draw of one instance from any of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from envs.debris.catalogue import load_catalogue
from envs.errors import UserError, not_allowed
from envs.scenario.families import (
    boxed_in,
    cut_out,
    debris_field,
    falling_load,
    hidden_again,
    knock_on,
    lead_drives_over,
    lone_object,
    phantom,
    spill,
    struck_first,
    wake,
    wind_blown,
)
from envs.scenario.family import Family
from envs.scenario.instance import ScenarioInstance
from envs.scenario.parameters.objects import Catalogue
from envs.scenario.parameters.table import Value
from envs.scenario.scene import Setting
from envs.scenario.source import ObjectSource

Generate = Callable[[np.random.Generator, ObjectSource, Setting], ScenarioInstance]
"""A scenario: consumes the generator and returns one instance. A ``Family`` is one; a plain function is one too."""

FAMILIES: Final[dict[str, Family]] = {
    module.FAMILY.name: module.FAMILY
    for module in (
        lone_object,
        cut_out,
        falling_load,
        lead_drives_over,
        wake,
        wind_blown,
        hidden_again,
        boxed_in,
        struck_first,
        debris_field,
        knock_on,
        spill,
        phantom,
    )
}
"""Every built-in family by name."""

WITHOUT_GROUPS: Final = ("spill", "phantom")
"""Families that draw no object from a look-alike group."""

SETTINGS: Final = {
    "day-clear": (Setting("day", "clear"), 0.64),
    "night-clear": (Setting("night", "clear"), 0.16),
    "day-rain": (Setting("day", "rain"), 0.10),
    "night-rain": (Setting("night", "rain"), 0.04),
    "day-fog": (Setting("day", "fog"), 0.06),
}
"""Variants with their share of the mixture [A; envs/physics/SOURCES.md 1.1: 1 in 7 debris crashes in adverse
weather]."""

SPLITS: Final = ("train", "held_out", "all")


def rebuild(
    instance: ScenarioInstance,
    changes: Mapping[str, Value],
    *,
    families: Mapping[str, Generate] = FAMILIES,
    catalogue: Catalogue | None = None,
) -> ScenarioInstance:
    """The instance with some of its parameters changed; everything else is the same in every bit.

    Parameters
    ----------
    changes
        New values by parameter, such as ``{"object.mass": 5.0}``.
    families
        By name; the built-in ones if not given.
    catalogue
        Object types; the built-in ones if not given.

    Raises
    ------
    UserError
        If the instance's family has no table of parameters, or a change is not allowed.

    Examples
    --------
    >>> first = ScenarioSampler("cut_out").sample(np.random.default_rng(1))
    >>> rebuild(first, {"ego.speed": 25.0}).parameters["ego.speed"]
    25.0
    """
    family = families.get(instance.family)
    if not isinstance(family, Family):
        raise UserError(
            f"instance: family: got {instance.family!r}, expected one with a table of parameters"
        )
    return family.rebuild(instance, changes, catalogue)


class ScenarioSampler:
    """Draws instances: which families, which objects, which light and weather.

    Parameters
    ----------
    scenario
        A family name, a family function, or a list of them (drawn evenly).
    split
        ``"train"``, ``"held_out"`` or ``"all"``: the object types that may appear.
    groups
        Look-alike groups to draw objects from (``"P1"`` ...); empty = all types.
    variant
        A key of ``SETTINGS``, or ``None`` for the mixture.
    catalogue_dirs
        Folders with further object files.

    Raises
    ------
    UserError
        If a name is unknown or an object file is malformed.
    """

    def __init__(
        self,
        scenario: str | Generate | Sequence[str | Generate] = tuple(FAMILIES),
        *,
        split: str = "train",
        groups: Sequence[str] = (),
        variant: str | None = None,
        catalogue_dirs: Sequence[str | Path] = (),
    ) -> None:
        wanted = [scenario] if isinstance(scenario, str) or callable(scenario) else list(scenario)
        if not wanted:
            raise UserError(f"scenario: got an empty list, allowed are {', '.join(FAMILIES)}")
        self._families = [_resolve(item) for item in wanted]
        if split not in SPLITS:
            raise not_allowed("split", split, SPLITS)
        if variant is not None and variant not in SETTINGS:
            raise not_allowed("variant", variant, SETTINGS)
        catalogue = load_catalogue(tuple(Path(folder) for folder in catalogue_dirs))
        known = sorted({str(s.look_alike_group) for s in catalogue.values() if s.look_alike_group})
        for group in groups:
            if group not in known:
                raise not_allowed("groups", group, known)
        self._source = ObjectSource(catalogue, split, tuple(groups))
        self._variant = variant

    def sample(self, rng: np.random.Generator) -> ScenarioInstance:
        """One instance; ``rng`` is consumed.

        Raises
        ------
        UserError
            If a family function returns something else, or its scene is not possible.
        """
        family = self._families[int(rng.integers(len(self._families)))]
        draw = rng.random()
        try:
            drawn = family(rng, self._source, self._setting(draw))
        except UserError as error:
            raise UserError(f"scenario {_name_of(family)}: {error}") from None
        return _checked(family, drawn)

    def _setting(self, draw: float) -> Setting:
        """Light and weather for a uniform number."""
        if self._variant is not None:
            return SETTINGS[self._variant][0]
        cumulated = 0.0
        for setting, share in SETTINGS.values():
            cumulated += share
            if draw < cumulated:
                return setting
        return SETTINGS["day-clear"][0]


def _checked(family: Generate, drawn: object) -> ScenarioInstance:
    """What a family function has returned, if it is an instance."""
    if isinstance(drawn, ScenarioInstance):
        return drawn
    raise UserError(
        f"scenario: {_name_of(family)} returned {type(drawn).__name__}, expected a ScenarioInstance, such as "
        "SceneBuilder.build makes"
    )


def _name_of(family: Generate) -> str:
    """Name of a family, or module and name of a function."""
    if isinstance(family, Family):
        return family.name
    name = getattr(family, "__qualname__", type(family).__name__)
    return f"{getattr(family, '__module__', '')}.{name}"


def _resolve(item: str | Generate) -> Generate:
    """A family function from its name, or the function itself."""
    if callable(item):
        return item
    if item not in FAMILIES:
        raise not_allowed("scenario", item, FAMILIES)
    return FAMILIES[item]
