"""Distributions of one property of an object type, as functions of one uniform number.

They use ``math`` and plain floats, never NumPy's vectorised functions: the bits of a draw must not
depend on the instruction set NumPy picked on this machine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

WEIGHT_TOLERANCE = 1e-9
"""How far the weights of a ``Choice`` may be from adding up to one: rounding only."""


def _require(condition: bool, got: object, expected: str) -> None:
    """Raise an error if a parameter is not allowed; the catalogue adds the file and the key to the message."""
    if not condition:
        raise ValueError(f"got {got}, expected {expected}")


@dataclass(frozen=True)
class Constant:
    """The same finite value in every draw."""

    value: float

    def __post_init__(self) -> None:
        _require(math.isfinite(self.value), f"{self.value:g}", "a finite number")

    @property
    def low(self) -> float:
        """Least value."""
        return self.value

    @property
    def high(self) -> float:
        """Greatest value."""
        return self.value

    def quantile(self, u: float) -> float:
        """The same value for every ``u``."""
        del u
        return self.value


@dataclass(frozen=True)
class Uniform:
    """Every value of a finite range ``low <= high`` equally likely."""

    low: float
    high: float

    def __post_init__(self) -> None:
        pair = f"[{self.low:g}, {self.high:g}]"
        _require(math.isfinite(self.low) and math.isfinite(self.high), pair, "finite numbers")
        _require(self.low <= self.high, pair, "[low, high] with low <= high")

    def quantile(self, u: float) -> float:
        """Value below which a share ``u`` of the draws lies, ``0 <= u <= 1``."""
        return min(self.low + (self.high - self.low) * u, self.high)


@dataclass(frozen=True)
class LogUniform:
    """Distribution of a value whose logarithm is uniform over the range ``0 < low <= high``."""

    low: float
    high: float

    def __post_init__(self) -> None:
        pair = f"[{self.low:g}, {self.high:g}]"
        _require(math.isfinite(self.low) and math.isfinite(self.high), pair, "finite numbers")
        _require(self.low > 0.0, pair, "log_uniform with low > 0")
        _require(self.low <= self.high, pair, "[low, high] with low <= high")

    def quantile(self, u: float) -> float:
        """Value below which a share ``u`` of the draws lies, ``0 <= u <= 1``."""
        value = self.low * math.exp(u * math.log(self.high / self.low))
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class Choice:
    """A few finite values, each with its probability; the positive weights add up to one."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        pairs = [list(pair) for pair in zip(self.values, self.weights, strict=True)]
        _require(len(pairs) > 0, pairs, "at least one [value, weight]")
        finite = all(math.isfinite(x) for pair in pairs for x in pair)
        _require(finite, pairs, "finite numbers")
        _require(min(self.weights) > 0.0, pairs, "weights > 0")
        off = abs(math.fsum(self.weights) - 1.0)
        _require(off <= WEIGHT_TOLERANCE, pairs, "weights that add up to 1")

    @property
    def low(self) -> float:
        """Least value."""
        return min(self.values)

    @property
    def high(self) -> float:
        """Greatest value."""
        return max(self.values)

    def quantile(self, u: float) -> float:
        """Value to which ``u`` belongs when ``[0, 1)`` is divided by the probabilities, in the given order."""
        bound = 0.0
        for value, weight in zip(self.values, self.weights, strict=True):
            bound += weight
            if u < bound:
                return value
        return self.values[-1]


Distribution = Constant | Uniform | LogUniform | Choice
"""What a property of a ``DebrisSpec`` may be; all have ``low``, ``high`` and ``quantile(u)``."""
