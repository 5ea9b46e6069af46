"""Beliefs about an object's contents: Bayes' rule over the types, given look, size, radar, heat and sightings."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from envs.physics.compilation import compiled
from envs.sensing import measure
from envs.sensing.tracker import GHOST_NEAR_M
from envs.specification import column
from envs.specification.debris import NUM_LOOKS
from policies.catalogue_planner import hypothesis_columns as hypothesis
from policies.catalogue_planner.knowledge import DRAWS_PER_TYPE, Knowledge
from policies.perception.sighting_types import ANY_LOOK
from policies.sightings import SEEN_IF_GHOST, SEEN_IF_REAL

Array = NDArray[np.float64]

STRANGER_SHARE: Final = 0.02
"""Share of sightings of no known type: they are judged by the look alone [A]."""

STRANGER_DENSITY: Final = 0.3
"""Density of their sizes, per m in each dimension [A: anything up to 3 m]."""

LEAST_LOOK: Final = 1e-4
"""Least probability of a look, so that none is ruled out."""

LEAST_HEIGHT_M: Final = 0.005
"""What is lower than its measurement error has at least this height [A: a sheet of cardboard]."""

SIDES: Final = (-1.3, 1.3, 0.0, -0.6, 0.6, 0.0, -0.3, 0.3)
HEIGHTS: Final = (0.5, -0.5, -1.2, 1.2, 0.0, 0.2, -0.8, 0.8)
"""Measurement errors of the lateral position and of the height that the atoms take in turn, in standard deviations
[A: stand for a normal distribution with its tails]."""


class Belief(NamedTuple):
    """Weighted hypotheses about the objects of ``K`` worlds."""

    atoms: Array  # (K, J, A, hypothesis.NUM_COLUMNS)
    weights: Array  # (K, J, A), adding up to 1 for a tracked object
    body: Array  # (K, J) probability that there is something with height
    patch: Array  # (K, J) probability that it is a patch
    severity_usd: Array  # (K, J) typical cost of hitting it


def believe(
    rows: Array,
    sightings: Array,
    mirror: Array,
    knowledge: Knowledge,
    look_trust: float,
    count: int,
) -> Belief:
    """Compute hypotheses about the tracked objects.

    Costly hypotheses get more atoms than their probability, and less weight each: a 5 % hazard is never missed.

    Parameters
    ----------
    rows
        ``(K, J, D)`` debris observation.
    sightings
        ``(K, J, 2)``: decisions in which the object was seen, and missed although in plain view.
    mirror
        ``(K, J)`` of 1 and -1: which way the errors of the lateral position go, so that mirrored scenes are judged
        alike.
    knowledge
        Of ``learn_catalogue``.
    look_trust
        Weight of the look: 1 = that of the sensor's error model, 0 = none.
    count
        Number of atoms ``A`` per object.
    """
    by_type = _type_weights(rows, sightings, knowledge, look_trust)
    weights = np.repeat(by_type, DRAWS_PER_TYPE, axis=-1) / DRAWS_PER_TYPE
    kinds = knowledge.atoms[:, hypothesis.KIND]
    severity = weights @ knowledge.severity_usd
    chosen, chosen_weights = choose_atoms(weights, np.sqrt(knowledge.severity_usd + 25.0), count)
    atoms = _as_measured(rows, mirror, knowledge, chosen)
    return Belief(
        atoms,
        chosen_weights,
        weights @ (kinds == hypothesis.BODY),
        weights @ (kinds == hypothesis.PATCH),
        severity,
    )


def _type_weights(rows: Array, sightings: Array, knowledge: Knowledge, look_trust: float) -> Array:
    """Posterior of the types, ``(K, J, M)``."""
    types = knowledge.types
    # the position error shows from how far it was last measured
    distance = (rows[..., column.D_SD_X] - measure.POSITION_FLOOR_M) / measure.RANGE_SHARE
    distance = np.maximum(distance, 0.0)
    # a Dirichlet sample with concentration 1 + s on the true look and 1 elsewhere has likelihood ~ look ** s
    looks = np.maximum(rows[..., column.D_LOOK : column.D_LOOK + NUM_LOOKS], LEAST_LOOK)
    strength = look_trust * measure.LOOK_CONCENTRATION * np.exp(-distance / measure.LOOK_DECAY_M)
    log_look = strength[..., None] * np.log(looks)
    log_look -= log_look.max(axis=-1, keepdims=True)
    by_look = np.exp(log_look)
    like = np.where(types.look >= 0, by_look[..., types.look], by_look.mean(axis=-1)[..., None])

    size = rows[..., column.D_LENGTH : column.D_HEIGHT + 1]
    pixels = (distance * measure.PIXEL_RAD)[..., None]
    sd = np.sqrt(pixels * pixels + (measure.SIZE_SHARE * size) ** 2) + 0.005
    density = np.ones(like.shape)
    for axis in range(3):
        x, s = size[..., axis, None], sd[..., axis, None]
        low, high = types.low[:, axis], types.high[:, axis]
        inside = ndtr((x - low) / s) - ndtr((x - high) / s)
        density *= inside / np.maximum(high - low, 2.5 * s)
    is_ghost = types.look == ANY_LOOK
    strange = np.where(is_ghost, 0.0, STRANGER_SHARE * STRANGER_DENSITY**3)
    like = like * ((1.0 - STRANGER_SHARE) * density + strange)

    radar, heat = rows[..., column.D_RADAR, None] > 0.5, rows[..., column.D_THERMAL, None] > 0.5
    like *= np.where(radar == types.is_metal, 1.0 - measure.RADAR_ERROR, measure.RADAR_ERROR)
    like *= np.where(heat == types.is_warm, 1.0 - measure.THERMAL_ERROR, measure.THERMAL_ERROR)

    seen, missed = np.minimum(sightings[..., 0], 40.0), np.minimum(sightings[..., 1], 40.0)
    flicker = (SEEN_IF_GHOST / SEEN_IF_REAL) ** seen
    flicker *= ((1.0 - SEEN_IF_GHOST) / (1.0 - SEEN_IF_REAL)) ** missed
    flicker = np.where(distance < GHOST_NEAR_M, 0.0, flicker)
    like = np.where(is_ghost, like * flicker[..., None], like) * types.prior
    total = like.sum(axis=-1, keepdims=True)
    return np.where(total > 0.0, like / np.maximum(total, 1e-300), types.prior)


@compiled
def choose_atoms(weights: Array, importance: Array, count: int) -> tuple[NDArray[np.int64], Array]:
    """Draw atoms systematically in proportion to weight x importance, with weights that correct for it.

    No random numbers are used: equal steps through the cumulated sum.

    Parameters
    ----------
    weights
        ``(K, J, N)``.
    importance
        ``(N,)`` > 0.
    count
        Number of draws ``A``.

    Returns
    -------
    chosen, chosen_weights
        ``(K, J, A)`` indices, and weights that add up to 1.
    """
    num_worlds, num_objects, num_atoms = weights.shape
    chosen = np.zeros((num_worlds, num_objects, count), np.int64)
    made = np.zeros((num_worlds, num_objects, count))
    for k in range(num_worlds):
        for j in range(num_objects):
            total = 0.0
            for n in range(num_atoms):
                total += weights[k, j, n] * importance[n]
            step, cumulated, a, sum_made = total / count, 0.0, 0, 0.0
            for n in range(num_atoms):
                cumulated += weights[k, j, n] * importance[n]
                while a < count and cumulated > (a + 0.5) * step:
                    chosen[k, j, a] = n
                    made[k, j, a] = 1.0 / importance[n]
                    sum_made += made[k, j, a]
                    a += 1
            for b in range(count):
                made[k, j, b] = made[k, j, b] / sum_made if sum_made > 0.0 else 1.0 / count
    return chosen, made


def _as_measured(
    rows: Array, mirror: Array, knowledge: Knowledge, chosen: NDArray[np.int64]
) -> Array:
    """The chosen specimens with the measured size, within its error."""
    atoms = knowledge.atoms[chosen]
    turn = np.arange(chosen.shape[-1])
    side = np.take(SIDES, turn % len(SIDES))
    up = np.take(HEIGHTS, turn % len(HEIGHTS))
    m = chosen // DRAWS_PER_TYPE
    low, high = knowledge.types.low[m], knowledge.types.high[m]
    for axis, name in ((0, column.D_LENGTH), (1, column.D_WIDTH), (2, column.D_HEIGHT)):
        value = rows[..., name, None] * np.ones(turn.shape)
        if name == column.D_HEIGHT:
            value = np.maximum(value + rows[..., column.D_SD_SIZE, None] * up, LEAST_HEIGHT_M)
        # one of a known type has a size that the type can have; far outside it is a stranger
        kept = np.clip(value, low[..., axis], high[..., axis])
        slack = 0.2 * value + 0.1
        atoms[..., hypothesis.LENGTH + axis] = np.where(np.abs(kept - value) < slack, kept, value)
    body = atoms[..., hypothesis.KIND] == hypothesis.BODY
    volume = (
        atoms[..., hypothesis.LENGTH] * atoms[..., hypothesis.WIDTH] * atoms[..., hypothesis.HEIGHT]
    )
    heavy, light = knowledge.density_high[chosen], knowledge.density_low[chosen]
    with np.errstate(invalid="ignore"):
        most = np.where(np.isfinite(heavy), heavy * volume, math.inf)
    mass = np.clip(atoms[..., hypothesis.MASS], light * volume, most)
    atoms[..., hypothesis.MASS] = np.where(body, mass, 0.0)
    atoms[..., hypothesis.SHIFT_Y] = (mirror * rows[..., column.D_SD_Y])[..., None] * side
    return atoms
