"""ParameterTable: what a family may vary, with units, ranges and distributions; a Point has a value for every entry."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, Protocol

import numpy as np

from envs.copies import Immutable
from envs.errors import UserError, hint, not_allowed, shown
from envs.scenario.parameters.distribution import Distribution, describe
from envs.scenario.source import ObjectSource

Value = float | str
"""Value of one parameter: a number, a flag (true or false) or a name."""

Kind = Literal["number", "integer", "flag", "name"]

NOTHING: Final[Mapping[str, Value]] = MappingProxyType({})

DEFAULT_SOURCE: Final = ObjectSource({})
"""Source for tables without object types."""


class Point(Mapping[str, Value], Immutable):
    """A value for every parameter of a table, by name; it never changes."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Point({self._values})"

    def number(self, name: str) -> float:
        """Value of a parameter that is a number."""
        return float(self._values[name])

    def integer(self, name: str) -> int:
        """Value of a parameter that is a whole number."""
        return int(self._values[name])

    def flag(self, name: str) -> bool:
        """Value of a parameter that is a flag."""
        return bool(self._values[name])

    def name(self, name: str) -> str:
        """Value of a parameter that is a name."""
        return str(self._values[name])

    def but(self, changes: Mapping[str, Value]) -> Point:
        """The same point with some values changed or added."""
        return Point({**self._values, **changes})


class Rule(Protocol):
    """A distribution that depends on parameters further up in the table, or on the objects that may be drawn."""

    def given(self, point: Mapping[str, Value], source: ObjectSource) -> Distribution:
        """The distribution where the parameters further up have these values."""
        ...

    def __str__(self) -> str:
        """The rule in words."""
        ...


@dataclass(frozen=True)
class Parameter(Immutable):
    """One parameter of a family.

    Parameters
    ----------
    name
        Group and name, such as ``"ego.speed"``.
    unit
        SI unit; empty for numbers without one.
    low, high
        Least and greatest value that a point may have, which may lie outside what is drawn.
    distribution
        What it is drawn from: a ``Distribution``, or a ``Rule`` if that depends on other parameters.
    description
        One sentence about it.
    values
        Allowed values of a name; empty = checked by the builder.
    kind
        ``"number"``, ``"integer"``, ``"flag"`` or ``"name"``.
    """

    name: str
    unit: str
    low: float
    high: float
    distribution: Distribution | Rule
    description: str
    values: tuple[str, ...] = ()
    kind: Kind = "number"

    def value(
        self, u: float, point: Mapping[str, Value] = NOTHING, source: ObjectSource = DEFAULT_SOURCE
    ) -> Value:
        """Value at a share ``u`` of the distribution, 0 <= u < 1; ``point`` has the parameters further up."""
        distribution = self.distribution
        if not isinstance(distribution, Distribution):
            distribution = distribution.given(point, source)
        return distribution.quantile(u)

    def check(self, value: object) -> Value:
        """The value as Python's own number, flag or text.

        Raises
        ------
        UserError
            Naming parameter, value and what is allowed.
        not_allowed
            If it is another name than those allowed.
        """
        if self.kind == "name":
            if not isinstance(value, str) or (self.values and value not in self.values):
                raise not_allowed(self.name, value, self.values or ("the name of a type",))
            return value
        if self.kind == "flag":
            if not isinstance(value, bool | np.bool_):
                raise UserError(f"{self.name}: got {shown(value)}, expected true or false")
            return bool(value)
        allowed = f"{self.low:g} to {self.high:g} {self.unit}".rstrip()
        is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not is_number or not self.low <= float(value) <= self.high:  # type: ignore[arg-type]
            raise UserError(f"{self.name}: got {shown(value)}, expected {allowed}")
        number = float(value)  # type: ignore[arg-type]
        if self.kind == "number":
            return number
        if number != math.floor(number):
            raise UserError(f"{self.name}: got {shown(value)}, expected a whole number, {allowed}")
        return int(number)


class ParameterTable(Immutable):
    """The parameters of a family in the order in which they are drawn.

    Parameters
    ----------
    parameters
        One after the other; a name occurs once. A ``Rule`` may use those before it.

    Raises
    ------
    UserError
        If a name occurs twice.

    Examples
    --------
    >>> from envs.debris.distribution import Uniform
    >>> speed = Parameter("ego.speed", "m/s", 10.0, 40.0, Uniform(20.0, 30.0), "Speed of the ego.")
    >>> ParameterTable(speed).point([0.5])
    Point({'ego.speed': 25.0})
    """

    def __init__(self, *parameters: Parameter) -> None:
        self._by_name: dict[str, Parameter] = {}
        for parameter in parameters:
            if parameter.name in self._by_name:
                raise UserError(f"parameters: got {parameter.name!r} twice, expected it once")
            self._by_name[parameter.name] = parameter
        # a table is drawn from often: the test for a rule is made once
        self._entries = [
            (p.name, None, p.distribution)
            if isinstance(p.distribution, Distribution)
            else (p.name, p.distribution, None)
            for p in parameters
        ]

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Parameter:
        if name not in self._by_name:
            raise not_allowed("parameter", name, self._by_name)
        return self._by_name[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(self._by_name)

    def point(
        self,
        uniforms: Sequence[float],
        source: ObjectSource = DEFAULT_SOURCE,
        fixed: Mapping[str, Value] = NOTHING,
    ) -> Point:
        """The point at one uniform number per parameter; parameters in ``fixed`` have that value instead.

        Every parameter takes its own number, whatever the others are: a search can move in the unit cube.
        """
        values: dict[str, Value] = {}
        for (name, rule, plain), u in zip(self._entries, uniforms, strict=True):
            if name in fixed:
                values[name] = fixed[name]
            elif plain is not None:
                values[name] = plain.quantile(u)
            elif rule is not None:
                values[name] = rule.given(values, source).quantile(u)
        return Point(values)

    def draw(
        self,
        rng: np.random.Generator,
        source: ObjectSource = DEFAULT_SOURCE,
        fixed: Mapping[str, Value] = NOTHING,
    ) -> Point:
        """A random point; ``rng`` is consumed: one number per parameter."""
        return self.point(rng.random(len(self)).tolist(), source, fixed)

    def check(self, point: Mapping[str, object]) -> Point:
        """The point with its parameters in the table's order, all of them present and within their ranges.

        Raises
        ------
        UserError
            Naming the parameter, its value and what is allowed.
        """
        for name in point:
            if name not in self._by_name:
                raise UserError(
                    f"parameter: got {shown(name)}, expected one of this family{hint(name, self._by_name)}"
                )
        for name in self._by_name:
            if name not in point:
                raise UserError(f"{name}: missing")
        return Point({name: p.check(point[name]) for name, p in self._by_name.items()})

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Name, unit, allowed range, distribution and description of every parameter, as text."""
        return [(p.name, p.unit, _range(p), _words(p.distribution), p.description) for p in self]

    def markdown(self) -> str:
        """The table for documentation."""
        head = ("parameter", "unit", "range", "drawn from", "meaning")
        rows = [head, ("---",) * len(head), *self.rows()]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _words(distribution: Distribution | Rule) -> str:
    """A distribution or a rule in words."""
    return describe(distribution) if isinstance(distribution, Distribution) else str(distribution)


def _range(parameter: Parameter) -> str:
    """Allowed values of a parameter in words."""
    if parameter.kind == "flag":
        return "true, false"
    if parameter.kind == "name":
        return ", ".join(parameter.values) or "a type of the catalogue"
    return f"{parameter.low:g} to {parameter.high:g}"
