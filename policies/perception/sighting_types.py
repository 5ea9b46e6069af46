"""Types of sightings: a type of the catalogue, a mark on the ground, or a ghost of the detector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.cost.contact_cost import contact_cost, contact_total
from envs.debris.specification import DebrisSpec
from envs.physics.contact.outcome import contact_outcome
from envs.specification.debris import LOOKS

Array = NDArray[np.float64]

ANY_LOOK: Final = -1
"""A ghost may look like anything."""

MARKS: Final = (
    # look, length, width, height, m
    ("ground-mark", ((0.3, 4.0), (0.05, 1.5), (0.0, 0.02))),
    ("vegetation", ((0.3, 1.5), (0.2, 0.8), (0.0, 0.02))),
    ("flat", ((0.2, 0.6), (0.2, 0.4), (0.0, 0.02))),
)
"""Sightings with nothing to hit: shadows, stains, sealed cracks; leaves; paper [A]."""

GHOST_SIZE_M: Final = ((0.2, 1.0), (0.2, 1.0), (0.1, 0.6))
"""Size that a ghost of the detector seems to have [A]."""

LEAST_SHARE_PERCENT: Final = 0.05
"""Smallest share of a type, as scenes are drawn with: what is never counted still occurs."""

PATCH_SEVERITY_USD: Final = 300.0
"""Assumed cost of a patch, to compare it with bodies [A: a puncture, or little]."""

TYPICAL_MPS: Final = 28.0
"""Speed of the contacts by which specimens are compared: motorway speed [A]."""


class SightingTypes(NamedTuple):
    """``M`` types of sightings: those of the catalogue, then marks, and the ghost last."""

    specs: tuple[DebrisSpec, ...]  # the types of the catalogue
    look: NDArray[np.int64]  # (M,) index into LOOKS, or ANY_LOOK
    low: Array  # (M, 3) least length, width and height, m
    high: Array  # (M, 3)
    prior: Array  # (M,) adding up to 1
    is_metal: NDArray[np.bool_]  # (M,)
    is_warm: NDArray[np.bool_]  # (M,)


def tabulate_types(
    specs: Sequence[DebrisSpec], prior: Sequence[float], mark_priors: Sequence[float], ghost: float
) -> SightingTypes:
    """Tabulate all types of sightings.

    Parameters
    ----------
    specs
        Types of the catalogue.
    prior, mark_priors, ghost
        Probabilities of these types, of ``MARKS`` and of a ghost; adding up to 1.
    """
    sizes = [[(d.low, d.high) for d in (s.length_m, s.width_m, s.height_m)] for s in specs]
    sizes += [list(extents) for _, extents in MARKS] + [list(GHOST_SIZE_M)]
    looks = [LOOKS.index(look) for look in (*(s.look for s in specs), *(m[0] for m in MARKS))]
    nothing = [False] * (len(MARKS) + 1)
    return SightingTypes(
        tuple(specs),
        np.array([*looks, ANY_LOOK]),
        np.array([[pair[0] for pair in size] for size in sizes], dtype=np.float64),
        np.array([[pair[1] for pair in size] for size in sizes], dtype=np.float64),
        np.array([*prior, *mark_priors, ghost]),
        np.array([spec.is_metal for spec in specs] + nothing),
        np.array([spec.is_warm for spec in specs] + nothing),
    )


def typical_cost(
    body: tuple[float, float, float, float, float, float],
    offsets_m: Sequence[float],
    yaw_rad: float,
    sharpness: float,
    p: np.record,
) -> float:
    """Mean cost of contacts at ``TYPICAL_MPS`` with a body, US$.

    Parameters
    ----------
    body
        Length, width, height (m), mass (kg), crush pressure (Pa), stiffness (N/m).
    offsets_m
        Of the contacts, to the side of the ego's centre.
    yaw_rad, sharpness
        Of the body.
    p
        Record of ``CostParameters.to_array``.
    """
    total = 0.0
    for offset in offsets_m:
        outcome = contact_outcome(TYPICAL_MPS, *body, offset, yaw_rad, 0, 0.0, 0)
        total += contact_total(contact_cost(outcome, TYPICAL_MPS, sharpness, p))
    return total / len(offsets_m)
