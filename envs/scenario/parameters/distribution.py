"""Distributions of one parameter of a family, as functions of one uniform number; with those of ``envs.debris``.

They use ``math`` and ``statistics`` on plain floats, so the bits of a draw do not depend on the processor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from envs.debris.distribution import Choice, Constant, LogUniform, Uniform

_STANDARD: Final = NormalDist()


@dataclass(frozen=True)
class TruncatedNormal:
    """A normal distribution with the values outside ``[low, high]`` cut off."""

    mean: float
    sd: float
    low: float
    high: float

    def quantile(self, u: float) -> float:
        """Value below which a share ``u`` of the draws lies, ``0 <= u <= 1``."""
        first = _STANDARD.cdf((self.low - self.mean) / self.sd)
        last = _STANDARD.cdf((self.high - self.mean) / self.sd)
        p = min(max(first + (last - first) * u, 1e-15), 1.0 - 1e-15)
        return min(max(self.mean + self.sd * _STANDARD.inv_cdf(p), self.low), self.high)


@dataclass(frozen=True)
class TruncatedLogNormal:
    """Distribution of a value whose logarithm is normal, with the values outside ``[low, high]`` cut off."""

    median: float
    sigma: float
    low: float
    high: float

    def quantile(self, u: float) -> float:
        """Value below which a share ``u`` of the draws lies, ``0 <= u <= 1``."""
        log = TruncatedNormal(
            math.log(self.median), self.sigma, math.log(self.low), math.log(self.high)
        )
        return min(max(math.exp(log.quantile(u)), self.low), self.high)


@dataclass(frozen=True)
class Integer:
    """Every whole number from ``low`` to ``high`` equally likely."""

    low: int
    high: int

    def quantile(self, u: float) -> int:
        """Number to which ``u`` belongs when ``[0, 1)`` is divided evenly."""
        return min(self.low + math.floor(u * (self.high - self.low + 1)), self.high)


@dataclass(frozen=True)
class Flag:
    """True with a probability."""

    probability: float
    low: float = 0.0
    high: float = 1.0

    def quantile(self, u: float) -> bool:
        """Whether ``u`` is below the probability."""
        return u < self.probability


@dataclass(frozen=True)
class Names:
    """A few names, each with its probability; the weights add up to one."""

    values: tuple[str, ...]
    weights: tuple[float, ...]

    def quantile(self, u: float) -> str:
        """Name to which ``u`` belongs when ``[0, 1)`` is divided by the probabilities, in the given order."""
        bound = 0.0
        for value, weight in zip(self.values, self.weights, strict=True):
            bound += weight
            if u < bound:
                return value
        return self.values[-1]

    def mixed(self, name: str, share: float) -> Names:
        """The name with this probability in addition to what these names leave of it."""
        rest = tuple((1.0 - share) * weight for weight in self.weights)
        return Names((name, *self.values), (share, *rest))


@dataclass(frozen=True)
class Pieces:
    """Ranges in increasing order, each with its share of the draws; uniform within a range."""

    pieces: tuple[tuple[float, float, float], ...]
    """Low, high and share of every range; the shares add up to one."""

    @property
    def low(self) -> float:
        """Least value."""
        return self.pieces[0][0]

    @property
    def high(self) -> float:
        """Greatest value."""
        return self.pieces[-1][1]

    def quantile(self, u: float) -> float:
        """Value below which a share ``u`` of the draws lies, ``0 <= u <= 1``."""
        before = 0.0
        for low, high, share in self.pieces:
            if u < before + share:
                return min(low + (high - low) * (u - before) / share, high)
            before += share
        return self.high


@dataclass(frozen=True)
class Clamped:
    """A distribution whose values outside ``[low, high]`` become the nearest end."""

    inner: Constant | Uniform | LogUniform | Choice
    low: float
    high: float

    def quantile(self, u: float) -> float:
        """Value below which a share ``u`` of the draws lies, ``0 <= u <= 1``."""
        return min(max(self.inner.quantile(u), self.low), self.high)


Distribution = (
    Constant
    | Uniform
    | LogUniform
    | Choice
    | TruncatedNormal
    | TruncatedLogNormal
    | Integer
    | Flag
    | Names
    | Pieces
    | Clamped
)
"""What a parameter may be drawn from; all have ``quantile(u)``."""


_WORDS: Final = {
    Constant: "always {value:g}",
    Uniform: "uniform, {low:g} to {high:g}",
    LogUniform: "log-uniform, {low:g} to {high:g}",
    TruncatedNormal: "normal, mean {mean:g}, sd {sd:g}, {low:g} to {high:g}",
    TruncatedLogNormal: "lognormal, median {median:g}, sigma {sigma:g}, {low:g} to {high:g}",
    Integer: "whole number, {low} to {high}",
    Flag: "true with probability {probability:g}",
}


def describe(distribution: Distribution) -> str:
    """A distribution in words, for the table of a family.

    Examples
    --------
    >>> describe(Uniform(0.5, 2.5))
    'uniform, 0.5 to 2.5'
    """
    match distribution:
        case Clamped(inner, low, high):
            return f"{describe(inner)}, within {low:g} to {high:g}"
        case Pieces(pieces):
            return "; ".join(f"{low:g} to {high:g}: {share:.3g}" for low, high, share in pieces)
        case Names(values, weights) | Choice(values, weights):
            return ", ".join(f"{v} {w:.3g}" for v, w in zip(values, weights, strict=True))
        case _:
            return _WORDS[type(distribution)].format(**vars(distribution))
