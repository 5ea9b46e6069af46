"""The result of a probe: one measured value with its interval and the limit it must meet."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.stats.interval import Interval
from experiments.stats.resampling import Bootstrap

Array = NDArray[np.float64]

LEVEL: Final = 0.95
NUM_RESAMPLES: Final = 2_000
SEED: Final = 5
"""Seed of the bootstrap."""

RELATIONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
}


class Line(NamedTuple):
    """The limit that a value must meet to pass."""

    relation: str  # a key of RELATIONS
    limit: float

    def __str__(self) -> str:
        """The limit as tables show it."""
        return f"{self.relation} {self.limit:g}"


class Finding(NamedTuple):
    """One measured value of one subject."""

    probe: str
    measure: str
    subject: str
    value: Interval
    line: Line | None = None  # ``None``: shown, not judged

    @property
    def has_failed(self) -> bool:
        """Whether the value misses its limit; NaN misses every limit."""
        return self.line is not None and self._misses(self.line.limit)

    def is_worse_than(self, other: Finding) -> bool:
        """Whether the value is worse than another one of the same measure."""
        return self._misses(other.value.value)

    def _misses(self, limit: float) -> bool:
        if self.line is None:
            return False
        return not RELATIONS[self.line.relation](self.value.value, limit)


class Probed(NamedTuple):
    """The results of a group of probes."""

    findings: list[Finding]
    data: Mapping[str, Any] = MappingProxyType({})  # JSON-ready, by key of ``audit.json``


class Audited(NamedTuple):
    """The results of an audit."""

    judged: str  # name of the model that the audit is about
    findings: list[Finding]
    num_moments: int
    data: Mapping[str, Any] = MappingProxyType({})  # from which figures and films are made
    timed: tuple[Finding, ...] = ()  # differ from run to run


def point(value: float) -> Interval:
    """A value without an interval."""
    return Interval(float(value), np.nan, np.nan)


def mean_of(values: Array, families: Sequence[str]) -> Interval:
    """Mean over moments with its 95 % bootstrap interval, clustered by scenario family.

    Both arguments are ``(M,)``. NaN values are left out; the result is NaN if none is left.
    """
    valid = np.isfinite(values)
    if not valid.any():
        return point(np.nan)
    kept = values[valid].astype(np.float64)
    clusters = [family for family, is_valid in zip(families, valid, strict=True) if is_valid]
    return Bootstrap(LEVEL, NUM_RESAMPLES, np.random.default_rng(SEED)).mean(kept, clusters)
