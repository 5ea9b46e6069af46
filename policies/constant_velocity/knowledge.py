"""What the planner knows before it starts: the object types of the train split, and that some sightings are nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.cost.contact_cost import contact_cost, contact_total
from envs.debris.catalogue import load_catalogue
from envs.debris.specification import DebrisDraw, DebrisSpec
from envs.physics.contact import contact_outcome
from envs.specification.debris import LOOKS
from policies.constant_velocity import theta

Array = NDArray[np.float64]

DRAWS_PER_TYPE: Final = 10
"""Specimens that stand for a type [A]: the heaviest tenth of a loaded box has its own."""

TYPICAL_MPS: Final = 28.0
TYPICAL_OFFSETS_M: Final = (0.0, 0.4, 0.75, 1.0)
"""Contacts by which specimens are compared before anything is seen: motorway speed; centre, under the floor, under a
tyre, at the corner [A]."""

PATCH_SEVERITY_USD: Final = 300.0
"""What a patch may cost, for the same comparison [A: a puncture, or little]."""

MARKS: Final = (
    # look, share among marks, length, width, height, m
    ("ground-mark", 0.75, (0.3, 4.0), (0.05, 1.5), (0.0, 0.02)),
    ("vegetation", 0.125, (0.3, 1.5), (0.2, 0.8), (0.0, 0.02)),
    ("flat", 0.125, (0.2, 0.6), (0.2, 0.4), (0.0, 0.02)),
)
"""Sightings with nothing to hit: shadows, stains, sealed cracks; leaves; paper [A]."""

GHOST_SIZE_M: Final = ((0.2, 1.0), (0.2, 1.0), (0.1, 0.6))
"""Size that a detector's ghost seems to have [A]."""


class Types(NamedTuple):
    """Hypotheses about the kind of a sighting; ``M`` of them."""

    names: tuple[str, ...]
    look: NDArray[np.int64]  # (M,); -1: any look, a ghost
    low: Array  # (M, 3) least length, width, height, m
    high: Array  # (M, 3)
    prior: Array  # (M,) adds up to 1
    is_metal: NDArray[np.bool_]
    is_warm: NDArray[np.bool_]


class Knowledge(NamedTuple):
    """Types, and ``N = M * DRAWS_PER_TYPE`` specimens of them."""

    types: Types
    atoms: Array  # (N, theta.NUM_COLUMNS); SHIFT_Y is zero here
    density_low: Array  # (N,) kg/m3
    density_high: Array  # (N,)
    severity_usd: Array  # (N,) what a contact typically costs


def learn_catalogue(p: np.record, mark_prior: float, ghost_prior: float) -> Knowledge:
    """Specimens of every type of the train split, of marks and of ghosts.

    Parameters
    ----------
    p
        Record of ``CostParameters.to_array``.
    mark_prior, ghost_prior
        Shares of all sightings that are marks on the ground, and that are nothing at all.

    Returns
    -------
    Knowledge
        The same in every process: the specimens are drawn with a fixed seed per type.
    """
    specs = [spec for spec in load_catalogue().values() if spec.split == "train"]
    rest = 1.0 - mark_prior - ghost_prior
    total = sum(max(spec.prior_share_percent, 0.05) for spec in specs)
    prior = [rest * max(spec.prior_share_percent, 0.05) / total for spec in specs]
    prior += [mark_prior * share for _, share, *_ in MARKS] + [ghost_prior]
    sizes = [(spec.length_m, spec.width_m, spec.height_m) for spec in specs]
    low = [[size.low for size in row] for row in sizes]
    high = [[size.high for size in row] for row in sizes]
    for extents in [row[2:] for row in MARKS] + [GHOST_SIZE_M]:
        low.append([float(pair[0]) for pair in extents])
        high.append([float(pair[1]) for pair in extents])
    num_other = len(MARKS) + 1
    types = Types(
        names=(*(spec.name for spec in specs), *(f"mark_{row[0]}" for row in MARKS), "ghost"),
        look=np.array(
            [LOOKS.index(spec.look) for spec in specs]
            + [LOOKS.index(row[0]) for row in MARKS]
            + [-1]
        ),
        low=np.array(low),
        high=np.array(high),
        prior=np.array(prior),
        is_metal=np.array([spec.is_metal for spec in specs] + [False] * num_other),
        is_warm=np.array([spec.is_warm for spec in specs] + [False] * num_other),
    )
    return _add_specimens(types, specs, p)


def _add_specimens(types: Types, specs: Iterable[DebrisSpec], p: np.record) -> Knowledge:
    """Draw the specimens of all types; those of marks and ghosts are nothing."""
    count = len(types.names) * DRAWS_PER_TYPE
    atoms = np.zeros((count, theta.NUM_COLUMNS))
    density_low, density_high = np.zeros(count), np.full(count, np.inf)
    severity = np.zeros(count)
    for m, spec in enumerate(specs):
        rng = np.random.default_rng(m)
        for row in range(m * DRAWS_PER_TYPE, (m + 1) * DRAWS_PER_TYPE):
            draw = spec.sample(rng)
            atoms[row] = _atom(draw, theta.PATCH if spec.kind == "patch" else theta.BODY)
            if spec.density_kgpm3 is not None:
                density_low[row] = spec.density_kgpm3.low
                density_high[row] = spec.density_kgpm3.high
            severity[row] = PATCH_SEVERITY_USD if spec.kind == "patch" else _severity(draw, p)
    return Knowledge(types, atoms, density_low, density_high, severity)


def _atom(draw: DebrisDraw, kind: int) -> Array:
    """A specimen as a row of ``theta``."""
    row = np.zeros(theta.NUM_COLUMNS)
    row[theta.KIND] = kind
    row[theta.LENGTH], row[theta.WIDTH], row[theta.HEIGHT] = draw.size_m
    row[theta.MASS], row[theta.CRUSH_PRESSURE] = draw.mass_kg, draw.crush_pressure_pa
    row[theta.SHARPNESS], row[theta.PIECES] = draw.sharpness, draw.pieces
    row[theta.TYRE_FRICTION] = draw.tyre_friction
    return row


def _severity(draw: DebrisDraw, p: np.record) -> float:
    """Mean cost of the typical contacts with a specimen, US$."""
    total = 0.0
    for offset in TYPICAL_OFFSETS_M:
        outcome = contact_outcome(
            TYPICAL_MPS,
            *draw.size_m,
            draw.mass_kg,
            draw.crush_pressure_pa,
            0.0,
            offset,
            draw.yaw_rad,
            0,
            0.0,
            0,
        )
        total += contact_total(contact_cost(outcome, TYPICAL_MPS, draw.sharpness, p))
    return total / len(TYPICAL_OFFSETS_M)
