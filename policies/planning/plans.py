"""The imagined plans of a decision, and their options in the form that videos and records use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from policies.base import Option

Array = NDArray[np.float64]

SHOWN_OPTIONS: Final = 12
"""Best manoeuvres that an explanation lists."""


class Plans(NamedTuple):
    """Imagined costs of the library in ``K`` worlds."""

    score: Array  # (K, C)
    mean: Array
    worst: Array
    first: Array  # (K, C, 2)
    path: Array  # (K, C, T, 2)
    met: Array  # (K, C) probability of touching something
    # (K, C, A) US$ of every case that was imagined, NaN where none was; (K, A) weights of the cases
    outcomes: Array = np.zeros((0, 0, 0))
    weights: Array = np.zeros((0, 0))


class Options(Sequence[Sequence[Option]]):
    """Options by world, computed at their first use."""

    def __init__(
        self,
        names: tuple[str, ...],
        labels: NDArray[np.int64],
        plans: Plans,
        matters: NDArray[np.int64],
        size: int,
    ) -> None:
        self.plans = plans
        self._names, self._labels, self._size = names, labels, size
        self._row = {int(b): row for row, b in enumerate(matters)}

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> Sequence[Option]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Sequence[Option]]: ...

    def __getitem__(self, index: int | slice) -> Sequence[Option] | Sequence[Sequence[Option]]:
        if isinstance(index, slice):
            return [self[b] for b in range(*index.indices(self._size))]
        if not -self._size <= index < self._size:
            raise IndexError(index)
        row = self._row.get(index % self._size)
        if row is None:
            return ()
        plans = self.plans
        nothing = np.zeros(0)
        has_cases = len(plans.weights) > 0
        weights = plans.weights[row] if has_cases else nothing
        cases = plans.outcomes[row] if has_cases else np.full((len(plans.score[row]), 1), np.nan)
        is_full = np.isfinite(cases).all(axis=1)
        return [
            Option(
                self._names[c],
                int(self._labels[c]),
                float(plans.score[row, c]),
                float(plans.mean[row, c]),
                float(plans.worst[row, c]),
                plans.path[row, c],
                cases[c] if is_full[c] else nothing,
                weights if is_full[c] else nothing,
            )
            for c in np.argsort(plans.score[row], kind="stable")[:SHOWN_OPTIONS].tolist()
        ]
