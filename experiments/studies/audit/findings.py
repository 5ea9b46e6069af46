"""What a probe found: one measured value with its interval and the line it must meet."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.stats.interval import Interval, percentile_interval
from experiments.stats.resampling import cluster_weights, weighted_means

Array = NDArray[np.float64]

LEVEL: Final = 0.95
NUM_RESAMPLES: Final = 2_000
SEED: Final = 5
"""Of the bootstrap."""

RELATIONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
}


class Line(NamedTuple):
    """What a value must be to pass."""

    relation: str  # a key of RELATIONS
    limit: float

    def __str__(self) -> str:
        """As tables show it."""
        return f"{self.relation} {self.limit:g}"


class Finding(NamedTuple):
    """One value of one subject."""

    probe: str
    measure: str
    subject: str
    value: Interval
    line: Line | None = None  # ``None``: shown, not judged

    @property
    def has_failed(self) -> bool:
        """Whether it misses its line; a value that is not a number misses every line."""
        if self.line is None:
            return False
        return not RELATIONS[self.line.relation](self.value.value, self.line.limit)

    def is_worse_than(self, other: Finding) -> bool:
        """Whether it is further on the wrong side than another value of the same measure."""
        if self.line is None:
            return False
        return not RELATIONS[self.line.relation](self.value.value, other.value.value)


class Probed(NamedTuple):
    """What a group of probes found."""

    findings: list[Finding]
    data: Mapping[str, Any] = MappingProxyType({})  # JSON-ready, by key of ``audit.json``


class Audited(NamedTuple):
    """What an audit found."""

    judged: str  # name of the model whose red probes are told
    findings: list[Finding]
    num_moments: int
    data: Mapping[str, Any] = MappingProxyType({})  # what figures and films are made of
    timed: tuple[Finding, ...] = ()  # never the same again


def mean_of(values: Array, families: Sequence[str]) -> Interval:
    """Mean over moments with the bootstrap interval of every comparison, clustered by scenario family.

    Parameters
    ----------
    values
        ``(M,)``; what is not a number does not count.
    families
        ``(M,)`` of the moments.

    Returns
    -------
    Interval
        At 95 %; not a number if no value is one.
    """
    there = np.isfinite(values)
    if not there.any():
        return Interval(np.nan, np.nan, np.nan)
    kept = values[there].astype(np.float64)
    of = [family for family, is_there in zip(families, there, strict=True) if is_there]
    weights = cluster_weights(of, NUM_RESAMPLES, np.random.default_rng(SEED))
    return percentile_interval(float(kept.mean()), weighted_means(weights, kept), LEVEL)
