"""Divergence of a dream from the true course: the first decision after which positions differ too much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

EGO_M: Final = 1.0
VEHICLE_M: Final = 2.0
OBJECT_M: Final = 1.0
"""Distances beyond which two positions differ [A]: half a lane for a vehicle, the width of an object."""


class Positions(NamedTuple):
    """Ego, vehicles and objects after one decision, metres from where the ego was at the start; NaN for empty slots."""

    ego: NDArray[np.float64]  # (2,)
    vehicles: NDArray[np.float64]  # (8, 2)
    objects: NDArray[np.float64]  # (4, 2)
    has_touched: bool  # the ego an object, up to now
    has_ended: bool


class Divergence(NamedTuple):
    """The first difference that exceeds a limit."""

    step: int  # decisions since the start
    what: str


def find_divergence(true: Sequence[Positions], dreamt: Sequence[Positions]) -> Divergence | None:
    """The first decision after which two courses of equal length, the start first, differ.

    They differ if the ego, a vehicle or an object is further away than ``EGO_M``, ``VEHICLE_M``, ``OBJECT_M``, if an
    object was touched in only one of the two, or if only one has ended. A slot that is empty in either is not compared.
    Errors of measurement when the dream began are subtracted.
    """
    offsets = tuple(np.nan_to_num(gap) for gap in _gaps(true[0], dreamt[0]))
    for step, (one, other) in enumerate(zip(true, dreamt, strict=True)):
        what = _compare(one, other, offsets)
        if what:
            return Divergence(step, what)
    return None


def _gaps(true: Positions, dreamt: Positions) -> tuple[NDArray[np.float64], ...]:
    """Distances between the courses of ego, vehicles and objects; NaN for slots that are empty in either."""
    pairs = (
        (true.ego[None], dreamt.ego[None]),
        (true.vehicles, dreamt.vehicles),
        (true.objects, dreamt.objects),
    )
    return tuple(np.hypot(*(one - other).T) for one, other in pairs)


def _compare(true: Positions, dreamt: Positions, offsets: tuple[NDArray[np.float64], ...]) -> str:
    """Description of the differences; empty if there are none."""
    kinds = (("the ego", EGO_M), ("a vehicle", VEHICLE_M), ("an object", OBJECT_M))
    for (name, limit), gap, offset in zip(kinds, _gaps(true, dreamt), offsets, strict=True):
        apart = gap - offset
        largest = float(np.nanmax(apart)) if np.isfinite(apart).any() else 0.0
        if largest > limit:
            return f"{name} is {largest:.1f} m from where it is dreamt to be"
    if true.has_touched != dreamt.has_touched:
        return f"touched in {'truth' if true.has_touched else 'the dream'} only"
    if true.has_ended != dreamt.has_ended:
        return f"ended in {'truth' if true.has_ended else 'the dream'} only"
    return ""
