"""Properties of an instance that a study changes one at a time: every parameter of its family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from envs.debris.catalogue import load_catalogue
from envs.errors import UserError, not_allowed
from envs.scenario.family import Family
from envs.scenario.generator import FAMILIES
from envs.scenario.instance import ScenarioInstance
from envs.scenario.parameters.objects import Catalogue
from envs.scenario.parameters.table import Parameter, Value
from envs.specification.world import Array

MOST_VALUES: Final = 25
"""Largest number of values of a grid; all of them are driven at once."""

LOG_RATIO: Final = 30.0
"""A grid whose ends differ by more has equal ratios instead of equal differences [A]."""

USUAL_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "mass": (0.1, 80.0),
    "height": (0.01, 1.5),
    "length": (0.05, 3.0),
    "width": (0.05, 2.5),
    "crush_pressure": (1e3, 1e7),
    "drag_area": (0.01, 3.0),
    "pieces": (0.1, 100.0),
}
"""Ends of a grid where none are given and the table allows far more than is met on roads [A]."""


@dataclass(frozen=True)
class Property:
    """A parameter of a family as a study changes it: its values are numbers, those of names are places in ``choices``.

    Parameters
    ----------
    parameter
        Of the family's table.
    family
        Builds the changed instances.
    catalogue
        Object types.
    ends
        Ends of the grid if none are given.
    is_log
        Whether neighbours on a grid have equal ratios instead of equal differences.
    choices
        Values of a name or a flag; empty for numbers.
    """

    parameter: Parameter
    family: Family
    catalogue: Catalogue
    ends: tuple[float, float]
    is_log: bool
    choices: tuple[Value, ...] = ()

    @property
    def name(self) -> str:
        """Name on the command line."""
        return self.parameter.name

    @property
    def title(self) -> str:
        """Words for people."""
        return describe(self.parameter)

    @property
    def unit(self) -> str:
        """SI unit; empty for numbers without one and for names."""
        return self.parameter.unit

    def value(self, instance: ScenarioInstance) -> float:
        """The property's value in an instance."""
        value = instance.parameters[self.name]
        return float(self.choices.index(value)) if self.choices else float(value)

    def change(self, instance: ScenarioInstance, value: float) -> ScenarioInstance:
        """The same instance with another value; its noise seed stays, so the simulator draws the same numbers.

        It is the very same object if it has this value. The type of a changed object names the change.

        Raises
        ------
        UserError
            If the value is out of range, or the instance is impossible with it.
        """
        if value == self.value(instance):
            return instance
        changed = self.family.rebuild(instance, {self.name: self.plain(value)}, self.catalogue)
        prefix, _, rest = self.name.partition(".")
        if prefix != "object" or rest == "type" or not changed.debris_types:
            return changed
        first, *others = changed.debris_types
        return replace(changed, debris_types=(f"{first} ({rest} {self.text(value)})", *others))

    def plain(self, value: float) -> Value:
        """The value as the family's table has it."""
        if self.choices:
            return self.choices[round(value)]
        return round(value) if self.parameter.kind == "integer" else value

    def text(self, value: float) -> str:
        """The value in words, with its unit."""
        if self.choices:
            plain = self.choices[round(value)]
            return str(plain).replace("_", " ") if isinstance(plain, str) else _yes(bool(plain))
        return f"{value:.3g} {self.unit}".rstrip()

    def grid(
        self, instance: ScenarioInstance, count: int, low: float | None, high: float | None
    ) -> Array:
        """Increasing values from low to high, the instance's own among them: ``count`` of them, or every whole number.

        Ends that are ``None`` are the usual ones of the property; the instance's own value may lie outside them. Values
        with which this instance is impossible, such as a lane that the road does not have, are left out.

        Raises
        ------
        UserError
            If an end is out of range, they are not in order, or no other value is possible.
        """
        if not 3 <= count <= MOST_VALUES:
            raise UserError(f"num_values: got {count}, expected 3 to {MOST_VALUES}")
        own = self.value(instance)
        if self.choices:
            values = np.arange(len(self.choices), dtype=np.float64)
        else:
            values = self._spread(own, count, *self._check_ends(low, high))
        possible, reason = [], ""
        for value in values.tolist():
            try:
                self.change(instance, value)
            except UserError as error:
                reason = reason or f": {error}"
            else:
                possible.append(value)
        if len(possible) < 2:
            raise UserError(
                f"property: got {self.name!r}, but this instance is possible with one value only{reason}"
            )
        return np.array(possible)

    def _check_ends(self, low: float | None, high: float | None) -> tuple[float, float]:
        """The ends of a grid, those that are not given from the property's own range."""
        first, last = (
            end if given is None else given
            for end, given in zip(self.ends, (low, high), strict=True)
        )
        least, most = self.parameter.low, self.parameter.high
        if not least <= first < last <= most:
            raise UserError(
                f"low, high: got {first:g}, {last:g}, expected {least:g} <= low < high <= {most:g} {self.unit}".rstrip()
            )
        return first, last

    def _spread(self, own: float, count: int, first: float, last: float) -> Array:
        """Values between two ends; the instance's own value replaces the nearest inner one."""
        if self.parameter.kind == "integer":
            whole = np.unique(
                np.round(np.linspace(first, last, min(count, round(last - first) + 1)))
            )
            return np.union1d(whole, [own])
        if self.is_log and first <= 0.0:
            raise UserError(
                f"low: got {first:g}, expected a number > 0: the grid of {self.name} is geometric"
            )
        space = np.geomspace if self.is_log else np.linspace
        if not first <= own <= last:
            return np.sort(np.append(space(first, last, count - 1), own))
        values = space(first, last, count)
        if own not in {first, last}:
            away = np.log(values[1:-1] / own) if self.is_log else values[1:-1] - own
            values[1 + int(np.abs(away).argmin())] = own
        values[0], values[-1] = first, last
        return np.asarray(values, dtype=np.float64)

    def between(self, first: float, second: float) -> float:
        """The middle of two values: geometric where the grid is geometric, else arithmetic."""
        return float(np.sqrt(first * second)) if self.is_log else 0.5 * (first + second)


def describe(parameter: Parameter) -> str:
    """A parameter in words, such as ``object mass``."""
    return parameter.name.replace(".", " ").replace("_", " ")


def list_properties(family: str) -> dict[str, Parameter]:
    """Parameters of a family by name; empty for a scenario function of the user's own."""
    known = FAMILIES.get(family)
    return {} if known is None else {one.name: one for one in known.parameters}


def label_properties(family: str) -> dict[str, str]:
    """Parameters of a family by name, in words with units and ranges, for a list to choose from."""
    known = list_properties(family)
    return {
        name: f"{', '.join(filter(None, (describe(one), one.unit)))}: {_range(one, known)}"
        for name, one in known.items()
    }


def _range(parameter: Parameter, known: Mapping[str, Parameter]) -> str:
    """Values of a grid in words."""
    if parameter.kind == "flag":
        return "no, yes"
    if parameter.kind == "name":
        return ", ".join(parameter.values) or "types that look alike"
    low, high = _ends(parameter, known)
    return f"{low:g} to {high:g}"


def find_property(
    instance: ScenarioInstance, name: str, catalogue: Catalogue | None = None
) -> Property:
    """The property of an instance with a name.

    Raises
    ------
    UserError
        If the instance's family has no table of parameters.
    not_allowed
        If its table has no such parameter.
    """
    known = list_properties(instance.family)
    if not known or not instance.parameters:
        raise UserError(
            f"property: got {name!r}, but scenario {instance.family} has no table of parameters"
        )
    if name not in known:
        raise not_allowed("property", name, known)
    types = load_catalogue() if catalogue is None else catalogue
    parameter, own = known[name], instance.parameters[name]
    choices = _choices(parameter, instance, types)
    low, high = ends = _ends(parameter, known)
    is_log = not choices and low > 0.0 and float(own) > 0.0 and high / low > LOG_RATIO
    return Property(parameter, FAMILIES[instance.family], types, ends, is_log, choices)


def _ends(parameter: Parameter, known: Mapping[str, Parameter]) -> tuple[float, float]:
    """Ends of a grid if none are given: the range of the table, or less for a property of an object."""
    prefix, _, rest = parameter.name.partition(".")
    if f"{prefix}.type" not in known or rest not in USUAL_RANGES:
        return parameter.low, parameter.high
    low, high = USUAL_RANGES[rest]
    return max(parameter.low, low), min(parameter.high, high)


def _choices(
    parameter: Parameter, instance: ScenarioInstance, types: Catalogue
) -> tuple[Value, ...]:
    """Values of a name or a flag; empty for numbers."""
    if parameter.kind == "flag":
        return (False, True)
    if parameter.kind != "name":
        return ()
    return parameter.values or _alike(str(instance.parameters[parameter.name]), types)


def _alike(own: str, types: Catalogue) -> tuple[str, ...]:
    """Types that look like the instance's own: of its look-alike group, or else with the same look; own included."""
    spec = types[own]
    group = spec.look_alike_group
    found = [
        name
        for name, other in sorted(types.items())
        if (other.look_alike_group == group if group else other.look == spec.look)
    ]
    place = found.index(own)
    first = max(0, min(place - MOST_VALUES // 2, len(found) - MOST_VALUES))
    return tuple(found[first : first + MOST_VALUES])


def _yes(value: bool) -> str:
    """A flag in words."""
    return "yes" if value else "no"
