"""Fields: the keys of one catalogue file, read one by one; every error is one line."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from envs.debris.distribution import Choice, Constant, Distribution, LogUniform, Uniform
from envs.debris.safe_yaml import CatalogueError, quoted_key
from envs.errors import hint, shown

SHAPES = "a number, [low, high], {log_uniform: [low, high]} or {choice: [[value, weight], ...]}"
"""The ways to write a distribution."""


@dataclass(frozen=True)
class Limits:
    """The range of a number; ``is_open`` excludes ``low`` itself."""

    low: float
    high: float
    is_open: bool = False

    def refusal(self, value: float) -> str:
        """Description of the allowed range if ``value`` is outside it, else empty."""
        if not math.isfinite(value):
            return "a finite number"
        if value < self.low or (self.is_open and value == self.low):
            return f"a number {'>' if self.is_open else '>='} {self.low:g}"
        return f"a number <= {self.high:g}" if value > self.high else ""


class Fields:
    """The mapping of one file, read key by key; every error names the file and the key."""

    def __init__(self, path: Path, values: Mapping[str, object]) -> None:
        self.path = path
        self.values = values

    def error(self, key: str, problem: str) -> CatalogueError:
        """An error of one line: file, key, problem."""
        return CatalogueError(f"{self.path}: {key}: {problem}")

    def mismatch(self, key: str, expected: str) -> CatalogueError:
        """An error of one line: file, key, given value, expected value."""
        return self.error(key, f"got {shown(self.values[key])}, expected {expected}")

    def require(self, key: str, expected: str) -> object:
        """Value of a required key."""
        if key not in self.values:
            raise self.error(key, f"missing, expected {expected}")
        return self.values[key]

    def refuse_unknown(self, allowed: Iterable[str]) -> None:
        """Raise an error for a key that is not in ``allowed``; it suggests the nearest allowed one."""
        names = list(allowed)
        for key in self.values:
            if key not in names:
                problem = f"unknown key, allowed are {', '.join(names)}{hint(key, names)}"
                raise self.error(quoted_key(key), problem)

    def one_of(self, key: str, allowed: Iterable[str]) -> str:
        """Value of a key that must be one word of a list."""
        names = list(allowed)
        expected = f"one of {', '.join(names)}"
        value = self.require(key, expected)
        if not isinstance(value, str) or value not in names:
            raise self.mismatch(key, expected + hint(value, names))
        return value

    def text(self, key: str, expected: str) -> str:
        """Value of a key that must be text and not empty."""
        value = self.require(key, expected)
        if not isinstance(value, str) or not value.strip():
            raise self.mismatch(key, expected)
        return value.strip()

    def flag(self, key: str) -> bool:
        """Value of a key that must be true or false."""
        value = self.require(key, "true or false")
        if not isinstance(value, bool):
            raise self.mismatch(key, "true or false")
        return value

    def number(self, key: str, limits: Limits) -> float:
        """Value of a key that must be one number within ``limits``."""
        value = _as_float(self.require(key, "a number"))
        if value is None:
            raise self.mismatch(key, "a number")
        self.check_limits(key, limits, value)
        return value

    def check_limits(self, key: str, limits: Limits, value: float) -> None:
        """Refuse a number outside its limits."""
        expected = limits.refusal(value)
        if expected:
            raise self.error(key, f"got {value:g}, expected {expected}")

    def distribution(self, key: str, limits: Limits) -> Distribution:
        """Value of a key that must be a distribution with all values within ``limits``."""
        plan = _plan(self.require(key, SHAPES))
        if plan is None:
            raise self.mismatch(key, SHAPES)
        values, build = plan
        for value in values:
            self.check_limits(key, limits, value)
        try:
            return build()
        except ValueError as error:
            raise self.error(key, str(error)) from error


def _as_float(value: object) -> float | None:
    """A number as a float; None for anything else, true and false included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # an integer of more than 308 digits
        return math.inf


def _as_pair(value: object) -> tuple[float, float] | None:
    """A list of two numbers as a tuple; None for anything else."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    first, second = _as_float(value[0]), _as_float(value[1])
    return None if first is None or second is None else (first, second)


def _plan(value: object) -> tuple[tuple[float, ...], Callable[[], Distribution]] | None:
    """Numbers of a distribution that must be within limits, and its constructor; None for an unknown form."""
    single, pair = _as_float(value), _as_pair(value)
    if single is not None:
        return (single,), partial(Constant, single)
    if pair is not None:
        return pair, partial(Uniform, *pair)
    if not isinstance(value, dict) or len(value) != 1:
        return None
    pair = _as_pair(value.get("log_uniform"))
    if pair is not None:
        return pair, partial(LogUniform, *pair)
    choices = value.get("choice")
    if not isinstance(choices, list) or not choices:
        return None
    pairs = [pair for pair in map(_as_pair, choices) if pair is not None]
    if len(pairs) < len(choices):
        return None
    values, weights = tuple(x for x, _ in pairs), tuple(w for _, w in pairs)
    return values, partial(Choice, values, weights)
