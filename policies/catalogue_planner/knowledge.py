"""Prior knowledge of the planner: the object types of the train split, marks and detector ghosts."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.debris.catalogue import load_catalogue
from envs.debris.specification import DebrisDraw
from policies.catalogue_planner import hypothesis_columns as hypothesis
from policies.perception.sighting_types import (
    LEAST_SHARE_PERCENT,
    PATCH_SEVERITY_USD,
    SightingTypes,
    tabulate_types,
    typical_cost,
)

Array = NDArray[np.float64]

DRAWS_PER_TYPE: Final = 10
"""Specimens that stand for a type [A]: the heaviest tenth of a loaded box has its own."""

TYPICAL_OFFSETS_M: Final = (0.0, 0.4, 0.75, 1.0)
"""Contacts by which specimens are compared before anything is seen: centre, under the floor, under a tyre, at the
corner [A]."""

MARK_SHARES: Final = (0.75, 0.125, 0.125)
"""Shares of ``sighting_types.MARKS`` among marks [A]."""


class Knowledge(NamedTuple):
    """Types, and ``N = M * DRAWS_PER_TYPE`` specimens."""

    types: SightingTypes
    atoms: Array  # (N, hypothesis.NUM_COLUMNS); SHIFT_Y is zero here
    density_low: Array  # (N,) kg/m3
    density_high: Array  # (N,)
    severity_usd: Array  # (N,) typical cost of a contact


def learn_catalogue(p: np.record, mark_prior: float, ghost_prior: float) -> Knowledge:
    """Draw specimens of every type of the train split, of marks and of ghosts; the same in every process.

    Parameters
    ----------
    p
        Record of ``CostParameters.to_array``.
    mark_prior, ghost_prior
        Shares of all sightings that are marks on the ground, and that are ghosts.
    """
    specs = [spec for spec in load_catalogue().values() if spec.split == "train"]
    rest = 1.0 - mark_prior - ghost_prior
    shares = [max(spec.prior_share_percent, LEAST_SHARE_PERCENT) for spec in specs]
    total = sum(shares)
    prior = [rest * share / total for share in shares]
    marks = [mark_prior * share for share in MARK_SHARES]
    return _add_specimens(tabulate_types(specs, prior, marks, ghost_prior), p)


def _add_specimens(types: SightingTypes, p: np.record) -> Knowledge:
    """Draw the specimens of all types with a fixed seed per type; marks and ghosts have no body."""
    count = len(types.prior) * DRAWS_PER_TYPE
    atoms = np.zeros((count, hypothesis.NUM_COLUMNS))
    density_low, density_high = np.zeros(count), np.full(count, np.inf)
    severity = np.zeros(count)
    for m, spec in enumerate(types.specs):
        rng = np.random.default_rng(m)
        is_patch = spec.kind == "patch"
        for row in range(m * DRAWS_PER_TYPE, (m + 1) * DRAWS_PER_TYPE):
            draw = spec.sample(rng)
            atoms[row] = _atom(draw, hypothesis.PATCH if is_patch else hypothesis.BODY)
            if spec.density_kgpm3 is not None:
                density_low[row] = spec.density_kgpm3.low
                density_high[row] = spec.density_kgpm3.high
            body = (*draw.size_m, draw.mass_kg, draw.crush_pressure_pa, 0.0)
            severity[row] = (
                PATCH_SEVERITY_USD
                if is_patch
                else typical_cost(body, TYPICAL_OFFSETS_M, draw.yaw_rad, draw.sharpness, p)
            )
    return Knowledge(types, atoms, density_low, density_high, severity)


def _atom(draw: DebrisDraw, kind: int) -> Array:
    """A specimen as a row of ``hypothesis_columns``."""
    row = np.zeros(hypothesis.NUM_COLUMNS)
    row[hypothesis.KIND] = kind
    row[hypothesis.LENGTH], row[hypothesis.WIDTH], row[hypothesis.HEIGHT] = draw.size_m
    row[hypothesis.MASS], row[hypothesis.CRUSH_PRESSURE] = draw.mass_kg, draw.crush_pressure_pa
    row[hypothesis.SHARPNESS], row[hypothesis.PIECES] = draw.sharpness, draw.pieces
    row[hypothesis.TYRE_FRICTION] = draw.tyre_friction
    return row
