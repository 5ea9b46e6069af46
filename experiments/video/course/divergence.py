"""Where a dream and what really happened part: the first decision after which somebody is somewhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

EGO_M: Final = 1.0
VEHICLE_M: Final = 2.0
OBJECT_M: Final = 1.0
"""Further apart than this is somewhere else [A]: half a lane for a vehicle, the width of an object."""


class Places(NamedTuple):
    """Everybody after one decision, metres from where the ego was at the beginning; not a number where nobody is."""

    ego: NDArray[np.float64]  # (2,)
    vehicles: NDArray[np.float64]  # (8, 2)
    objects: NDArray[np.float64]  # (4, 2)
    has_touched: bool  # an object, up to now
    has_ended: bool


class Divergence(NamedTuple):
    """The first difference that counts."""

    step: int  # decisions since the beginning
    what: str


def find_divergence(true: Sequence[Places], dreamt: Sequence[Places]) -> Divergence | None:
    """Compare decision by decision.

    Parameters
    ----------
    true, dreamt
        Of the same length, the beginning first.

    Returns
    -------
    Divergence or None
        The first decision after which the ego, a vehicle or an object is further away than ``EGO_M``, ``VEHICLE_M``,
        ``OBJECT_M``, something was touched in only one of the two, or only one has ended; ``None`` if there is none.
        Who is lost out of sight in either is no longer compared. What was measured wrong when the dream began is taken
        off.
    """
    offsets = tuple(np.nan_to_num(gap) for gap in _gaps(true[0], dreamt[0]))
    for step, (one, other) in enumerate(zip(true, dreamt, strict=True)):
        what = _compare(one, other, offsets)
        if what:
            return Divergence(step, what)
    return None


def _gaps(true: Places, dreamt: Places) -> tuple[NDArray[np.float64], ...]:
    """How far apart everybody is: the ego, the vehicles, the objects; not a number for who is in only one."""
    pairs = (
        (true.ego[None], dreamt.ego[None]),
        (true.vehicles, dreamt.vehicles),
        (true.objects, dreamt.objects),
    )
    return tuple(np.hypot(*(one - other).T) for one, other in pairs)


def _compare(true: Places, dreamt: Places, offsets: tuple[NDArray[np.float64], ...]) -> str:
    """What differs, or nothing."""
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
