"""Cost of braking without a cause (envs/physics/SOURCES.md 6.1) [A]."""

from __future__ import annotations

import numpy as np

from envs.physics.compilation import compiled


@compiled
def nuisance_cost(braking: float, p: np.record) -> float:
    """US$ of one brake event without a cause, whose hardest braking is ``braking`` m/s2.

    0 up to ``nuisance_braking_mps2``, then growing with the square.
    """
    if braking <= p.nuisance_braking_mps2:
        return 0.0
    ratio = braking / p.nuisance_braking_mps2
    return p.nuisance_usd * ratio * ratio
