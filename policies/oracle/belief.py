"""The belief about one object: specimens weighted by all sensor readings of the object."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from envs.sensing.measure import LOOK_CONCENTRATION, LOOK_DECAY_M, RADAR_ERROR, THERMAL_ERROR
from envs.sensing.tracker import DETECTION_CEILING, GHOST_DETECTION, GHOST_NEAR_M
from envs.specification import column
from envs.specification.debris import NUM_LOOKS
from policies.oracle.hypotheses import Specimens
from policies.perception.sighting_types import ANY_LOOK, SightingTypes

Array = NDArray[np.float64]

UNREAL: float = -1e9
"""Logarithm of a weight that is zero."""


class ObjectBelief:
    """Probabilities of the specimens for one object.

    Parameters
    ----------
    hypotheses
        Types of sightings.
    specimens
        Of one object.
    """

    def __init__(self, hypotheses: SightingTypes, specimens: Specimens) -> None:
        self.specimens = specimens
        self._look = hypotheses.look[specimens.kind]
        self._is_metal = hypotheses.is_metal[specimens.kind]
        self._is_warm = hypotheses.is_warm[specimens.kind]
        self._is_type = specimens.kind < len(hypotheses.specs)
        self._looks: Array = np.zeros(len(self._look))
        self._classes: Array = np.zeros(len(self._look))
        self._ghost = 0.0
        self._moved = False

    def note_sighting(self, row: NDArray[np.float32], distance_m: float) -> None:
        """Use a measured row of ``observation["debris"]``, ``(NUM_DEBRIS,)``; a nearer one replaces an earlier one.

        Notes
        -----
        The reported looks are shares of Gamma draws, of shape 1 except for the true look (``envs.sensing.measure``):
        the likelihood of a look is its share to the power of that shape less one, over the Gamma function.
        """
        shape = 1.0 + LOOK_CONCENTRATION * math.exp(-distance_m / LOOK_DECAY_M)
        share = row[column.D_LOOK : column.D_LOOK + NUM_LOOKS].astype(np.float64)
        log_look = (shape - 1.0) * np.log(np.maximum(share, 1e-12))
        any_look = float(np.logaddexp.reduce(log_look)) - math.log(NUM_LOOKS)
        self._looks = np.where(self._look == ANY_LOOK, any_look, log_look[self._look])
        radar = (row[column.D_RADAR] > 0.5) == self._is_metal
        thermal = (row[column.D_THERMAL] > 0.5) == self._is_warm
        self._classes = np.log(np.where(radar, 1.0 - RADAR_ERROR, RADAR_ERROR)) + np.log(
            np.where(thermal, 1.0 - THERMAL_ERROR, THERMAL_ERROR)
        )

    def note_detection(self, was_seen: bool, distance_m: float) -> None:
        """Count a detection or a miss of an object in plain view: ghosts come and go and never come near."""
        ghost = GHOST_DETECTION if distance_m > GHOST_NEAR_M else 1e-6
        if was_seen:
            self._ghost += math.log(ghost / DETECTION_CEILING)
        else:
            self._ghost += math.log((1.0 - ghost) / (1.0 - DETECTION_CEILING))

    def note_motion(self) -> None:
        """Record that the object moves or is carried, which shows that it is real."""
        self._moved = True

    def weights(self) -> Array:
        """Probabilities of the specimens, ``(S,)``."""
        log_weight = self.specimens.log_weight + self._looks + self._classes
        log_weight = log_weight + np.where(self._look == ANY_LOOK, self._ghost, 0.0)
        if self._moved:
            log_weight = np.where(self._is_type, log_weight, UNREAL)
        weight: Array = np.exp(log_weight - log_weight.max())
        weight /= weight.sum()
        return weight

    def expected_usd(self) -> float:
        """Expected cost of typical contacts."""
        return float(self.weights() @ self.specimens.severity_usd)

    def at(self, shares: Array) -> NDArray[np.intp]:
        """Specimens at given shares of the cumulated weight, ordered by severity."""
        cumulated = np.cumsum(self.weights())
        found = np.searchsorted(cumulated, shares * cumulated[-1], side="right")
        last: NDArray[np.intp] = np.minimum(found, len(cumulated) - 1)
        return last
