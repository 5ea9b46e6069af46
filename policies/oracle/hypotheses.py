"""Hypotheses about an object: specimens of every type of the catalogue, of marks on the ground, and of ghosts."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.debris.catalogue import load_catalogue
from envs.debris.specification import DebrisSpec
from envs.physics.aerodynamics import motion_threshold
from envs.physics.contact.outcome import default_stiffness
from envs.specification import debris
from envs.specification.debris import LOOKS
from policies.perception.sighting_types import (
    ANY_LOOK,
    LEAST_SHARE_PERCENT,
    PATCH_SEVERITY_USD,
    SightingTypes,
    tabulate_types,
    typical_cost,
)

Array = NDArray[np.float64]

HIDDEN_ROWS: Final = (
    debris.MASS,
    debris.CRUSH_PRESSURE,
    debris.STIFFNESS,
    debris.SHARPNESS,
    debris.FRICTION,
    debris.DRAG_AREA,
    debris.LIFT_AREA,
    debris.RESTITUTION,
    debris.BREAKAWAY_ENERGY,
    debris.TYRE_FRICTION,
    debris.PIECES,
    debris.AIR_THRESHOLD,
)
"""Rows of ``debris_f`` that no sensor shows."""

HIDDEN_FLAGS: Final = (
    debris.IS_REAL,
    debris.IS_PATCH,
    debris.IS_ANCHORED,
    debris.LOOK,
    debris.IS_METAL,
    debris.IS_WARM,
    debris.FLICKERS,
)
"""Rows of ``debris_i`` that are known only by what the sensors report."""

MARK_SHARES: Final = (0.8, 0.1, 0.1)
"""Shares of ``sighting_types.MARKS`` among marks [A]."""

UNMOVED_MPS: Final = 1e6
"""Air speed that moves nothing: of patches, marks and ghosts."""

TYPICAL_OFFSETS_M: Final = (0.0, 0.75)
"""Contacts by which specimens are put in order: under the floor and under a tyre [A]."""


DRAWS_PER_TYPE: Final = 4
"""Specimens of each type of the catalogue."""


class Specimens(NamedTuple):
    """``S`` specimens that one sighting may show, ordered by the cost of hitting them."""

    kind: NDArray[np.int64]  # (S,) hypothesis
    log_weight: Array  # (S,) of size and prior; the looks come on top
    hidden: Array  # (S, len(HIDDEN_ROWS))
    flags: NDArray[np.int64]  # (S, len(HIDDEN_FLAGS))
    severity_usd: Array  # (S,) increasing


@cache
def make_hypotheses(mark_share: float, ghost_share: float) -> SightingTypes:
    """All types of sightings of both splits, because this policy knows all types.

    Parameters
    ----------
    mark_share, ghost_share
        Shares of all sightings that are marks on the ground, and ghosts.
    """
    specs = tuple(load_catalogue().values())
    shares = np.array([max(spec.prior_share_percent, LEAST_SHARE_PERCENT) for spec in specs])
    prior = shares / shares.sum() * (1.0 - mark_share - ghost_share)
    marks = [mark_share * share for share in MARK_SHARES]
    return tabulate_types(specs, prior.tolist(), marks, ghost_share)


def size_likelihood(hypotheses: SightingTypes, size_m: Array) -> Array:
    """Likelihood of a size under every hypothesis: density of a uniform distribution over its range, ``(M,)``."""
    slack = 1e-6 + 1e-6 * hypotheses.high
    fits = (size_m >= hypotheses.low - slack) & (size_m <= hypotheses.high + slack)
    # a type of one size is as probable at its size as one that varies by 5 %, the error of measured sizes
    span = np.maximum(hypotheses.high - hypotheses.low, 0.05 * hypotheses.high + 0.01)
    density: Array = np.where(fits, 1.0 / span, 0.0).prod(axis=1)
    return density


def draw_specimens(
    hypotheses: SightingTypes,
    size_m: Array,
    yaw_rad: float,
    p: np.record,
    rng: np.random.Generator,
) -> Specimens:
    """Draw objects that fit a visible size; if no type fits, all types are possible.

    Parameters
    ----------
    hypotheses
        Types of sightings.
    size_m
        ``(3,)`` length, width, height.
    yaw_rad
        How it lies.
    p
        Record of ``CostParameters.to_array``.
    rng
        Consumed.
    """
    weight = hypotheses.prior * size_likelihood(hypotheses, size_m)
    if weight.sum() <= 0.0:
        weight = hypotheses.prior
    rows = []
    for m in np.flatnonzero(weight > 1e-6 * weight.sum()).tolist():
        count = DRAWS_PER_TYPE if m < len(hypotheses.specs) else 1
        for k in range(count):
            if m < len(hypotheses.specs):
                # the mass decides most: its quantiles are spread evenly
                share = (k + rng.random()) / count
                hidden, severity = _draw(hypotheses.specs[m], size_m, yaw_rad, share, p, rng)
            else:
                hidden, severity = np.zeros(len(HIDDEN_ROWS)), 0.0
                hidden[HIDDEN_ROWS.index(debris.AIR_THRESHOLD)] = UNMOVED_MPS
            rows.append((severity, m, np.log(weight[m] / count), hidden))
    order = sorted(range(len(rows)), key=lambda r: rows[r][0])
    kind = np.array([rows[r][1] for r in order])
    return Specimens(
        kind,
        np.array([rows[r][2] for r in order]),
        np.array([rows[r][3] for r in order]),
        np.array([_flags(hypotheses, m) for m in kind.tolist()]),
        np.array([rows[r][0] for r in order]),
    )


def _draw(
    spec: DebrisSpec,
    size_m: Array,
    yaw_rad: float,
    mass_share: float,
    p: np.record,
    rng: np.random.Generator,
) -> tuple[Array, float]:
    """Hidden properties of one specimen of a type with this size, and the cost of hitting it."""
    length, width, height = (float(value) for value in size_m)
    draw = spec.sample(rng)
    mass, drag = spec.mass_kg.quantile(mass_share), draw.drag_area_m2
    if spec.density_kgpm3 is not None:
        volume = length * width * height
        mass = min(max(mass, spec.density_kgpm3.low * volume), spec.density_kgpm3.high * volume)
        mass = min(max(mass, spec.mass_kg.low), spec.mass_kg.high)
    lift = spec.lift_to_drag_area * drag + spec.lift_from_plan_area * length * width
    stiffness, threshold = 0.0, UNMOVED_MPS
    if spec.kind == "body":
        stiffness = float(default_stiffness(draw.crush_pressure_pa, width, length))
        threshold = min(motion_threshold(mass, draw.friction, drag, lift), UNMOVED_MPS)
    hidden = {
        debris.MASS: mass,
        debris.CRUSH_PRESSURE: draw.crush_pressure_pa,
        debris.STIFFNESS: stiffness,
        debris.SHARPNESS: draw.sharpness,
        debris.FRICTION: draw.friction,
        debris.DRAG_AREA: drag,
        debris.LIFT_AREA: lift,
        debris.RESTITUTION: draw.restitution,
        debris.BREAKAWAY_ENERGY: 0.0,
        debris.TYRE_FRICTION: draw.tyre_friction,
        debris.PIECES: draw.pieces,
        debris.AIR_THRESHOLD: threshold,
    }
    severity = PATCH_SEVERITY_USD
    if spec.kind == "body":
        body = (length, width, height, mass, draw.crush_pressure_pa, stiffness)
        severity = typical_cost(body, TYPICAL_OFFSETS_M, yaw_rad, draw.sharpness, p)
    return np.array([hidden[row] for row in HIDDEN_ROWS]), severity


def _flags(hypotheses: SightingTypes, m: int) -> list[int]:
    """Values of ``HIDDEN_FLAGS`` for a hypothesis."""
    is_type = m < len(hypotheses.specs)
    look = int(hypotheses.look[m])
    is_ghost = look == ANY_LOOK
    flags = {
        debris.IS_REAL: int(is_type),
        debris.IS_PATCH: int(is_type and hypotheses.specs[m].kind == "patch"),
        debris.IS_ANCHORED: 0,
        debris.LOOK: LOOKS.index("box") if is_ghost else look,
        debris.IS_METAL: int(hypotheses.is_metal[m]),
        debris.IS_WARM: int(hypotheses.is_warm[m]),
        debris.FLICKERS: int(is_ghost),
    }
    return [flags[row] for row in HIDDEN_FLAGS]
