"""Candidate contents of one object: specimens of the catalogue, weighted by look, size, radar and thermal camera."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import CostParameters
from envs.debris.specification import DebrisSpec
from envs.scenario.rows import debris_rows
from envs.scenario.source import LEAST_PERCENT
from envs.sensing.measure import PIXEL_RAD, SIZE_SHARE
from envs.specification import column, debris
from policies.oracle.belief import ObjectBelief
from policies.oracle.hypotheses import HIDDEN_FLAGS, HIDDEN_ROWS, TYPICAL_OFFSETS_M, Specimens
from policies.perception.sighting_types import SightingTypes, tabulate_types, typical_cost

Array = NDArray[np.float64]

SPECIMENS_PER_TYPE: Final = 256
"""Specimens of each type in the pool: enough for a measured size to fit some of them [A]."""

HARMFUL_USD: Final = 500.0
"""Contents are harmful if a typical contact with them costs more: a solvable instance costs less [A]."""

MASS_BANDS_KG: Final = (2.0, 10.0, 40.0)
"""Borders between the mass bands [A: nothing happens, a dent, injuries, loss of control]."""

_SIZES: Final = (debris.LENGTH, debris.WIDTH, debris.HEIGHT)
_SIZE_COLUMNS: Final = (column.D_LENGTH, column.D_WIDTH, column.D_HEIGHT)


class Candidates(NamedTuple):
    """``S`` specimens with their weights."""

    floats: Array  # (S, debris.NUM_FLOATS) as in ``debris_f``, without place and motion
    ints: NDArray[np.int64]  # (S, debris.NUM_INTS)
    kind: NDArray[np.int64]  # (S,) type
    severity_usd: Array  # (S,) cost of a typical contact
    weight: Array  # (S,) probability

    @property
    def categories(self) -> dict[str, NDArray[np.int64]]:
        """Categories of the contents by name: those of every specimen, ``(S,)``."""
        return {
            "type": self.kind,
            "mass band": np.digitize(self.floats[:, debris.MASS], MASS_BANDS_KG),
            "harmful": (self.severity_usd > HARMFUL_USD).astype(np.int64),
        }

    def take(self, rows: NDArray[np.intp], weight: Array) -> Candidates:
        """Some of the specimens with other weights."""
        return Candidates(
            self.floats[rows], self.ints[rows], self.kind[rows], self.severity_usd[rows], weight
        )


class Pool:
    """Specimens of the object types that a family may draw.

    Parameters
    ----------
    specs
        Types; bodies only.
    groups
        Look-alike groups to which the draws are restricted: groups and their members are then equally probable.
    cost
        Prices of the typical contact.
    rng
        Consumed.
    """

    def __init__(
        self,
        specs: Sequence[DebrisSpec],
        groups: Sequence[str],
        cost: CostParameters,
        rng: np.random.Generator,
    ) -> None:
        self.specs = tuple(specs)
        self._prior = _prior(self.specs, groups)
        self._types: SightingTypes = tabulate_types(
            self.specs, self._prior.tolist(), [0.0] * 3, 0.0
        )
        rows = [
            debris_rows(spec, spec.sample(rng), 0.0, 0.0)
            for spec in self.specs
            for _ in range(SPECIMENS_PER_TYPE)
        ]
        kind = np.repeat(np.arange(len(self.specs)), SPECIMENS_PER_TYPE)
        self._p = cost.to_array()[0]
        self._all = Candidates(
            np.array([f for f, _ in rows]),
            np.array([i for _, i in rows]),
            kind,
            np.array([_severity(f, self._p) for f, _ in rows]),
            self._prior[kind] / SPECIMENS_PER_TYPE,
        )

    @property
    def before_look(self) -> Candidates:
        """All specimens with their probabilities before anything is seen."""
        return self._all

    def describe(self, f: Array, name: str) -> Candidates:
        """One specimen: the true contents, from a column of ``debris_f`` and the name of the type."""
        kind = [spec.name for spec in self.specs].index(name)
        ints = self._all.ints[self._all.kind == kind][:1]
        severity = np.array([_severity(f, self._p)])
        return Candidates(f[None], ints, np.array([kind]), severity, np.ones(1))

    def after_look(self, row: NDArray[np.float32], distance_m: float, face: int = 0) -> Candidates:
        """All specimens with their probabilities after one sighting: look, size, radar and thermal camera.

        Parameters
        ----------
        row
            ``(NUM_DEBRIS,)`` of the observation.
        distance_m
            To the object.
        face
            On which it lies then: it may have been struck before.
        """
        original = self._all.floats[:, _SIZES]
        sizes = original[:, ["LWH".index(side) for side in debris.FACES[face]]]
        deviation = np.hypot(distance_m * PIXEL_RAD, SIZE_SHARE * sizes)
        residual = (row[list(_SIZE_COLUMNS)].astype(np.float64) - sizes) / deviation
        fit = -0.5 * (residual**2).sum(axis=1) - np.log(deviation).sum(axis=1)
        specimens = Specimens(
            self._all.kind,
            np.log(self._all.weight) + fit,
            np.zeros((len(fit), len(HIDDEN_ROWS))),
            np.zeros((len(fit), len(HIDDEN_FLAGS)), np.int64),
            self._all.severity_usd,
        )
        belief = ObjectBelief(self._types, specimens)
        belief.note_sighting(row, distance_m)
        return self._all._replace(weight=belief.weights())


def choose(all_: Candidates, count: int, rng: np.random.Generator) -> Candidates:
    """Choose specimens to simulate: improbable types more often than their share, with weights that correct it.

    Parameters
    ----------
    all_
        With their probabilities.
    count
        How many are chosen; one may be chosen twice, as its future is uncertain.
    rng
        Consumed.
    """
    share = np.bincount(all_.kind, all_.weight)
    # the square root of a type's probability: rare types are not left out
    proposal = all_.weight / np.sqrt(np.maximum(share, 1e-12))[all_.kind]
    proposal /= proposal.sum()
    rows = resample(proposal, count, rng)
    weight = all_.weight[rows] / proposal[rows]
    return all_.take(rows, weight / weight.sum())


def resample(weight: Array, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Systematic resampling: ``(count,)`` indices, each drawn in proportion to its weight.

    Examples
    --------
    >>> resample(np.array([0.5, 0.0, 0.5]), 4, np.random.default_rng(0)).tolist()
    [0, 0, 2, 2]
    """
    places = (rng.random() + np.arange(count)) / count
    cumulated = np.cumsum(weight)
    found = np.searchsorted(cumulated, places * cumulated[-1], side="right")
    rows: NDArray[np.intp] = np.minimum(found, len(weight) - 1)
    return rows


def _prior(specs: Sequence[DebrisSpec], groups: Sequence[str]) -> Array:
    """Probability of every type before anything is seen."""
    if groups:
        names = [spec.look_alike_group for spec in specs]
        share = np.array([1.0 / names.count(name) for name in names])
    else:
        share = np.array([max(spec.prior_share_percent, LEAST_PERCENT) for spec in specs])
    found: Array = share / share.sum()
    return found


def _severity(f: Array, p: np.record) -> float:
    """Cost of a typical contact with the object of a column of ``debris_f``, US$."""
    rows = (*_SIZES, debris.MASS, debris.CRUSH_PRESSURE, debris.STIFFNESS)
    length, width, height, mass, crush, stiffness = (float(f[row]) for row in rows)
    body = (length, width, height, mass, crush, stiffness)
    return typical_cost(body, TYPICAL_OFFSETS_M, 0.0, float(f[debris.SHARPNESS]), p)
