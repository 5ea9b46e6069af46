"""The answer to an object, read from the driven course and not from the policy's explanation."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.specification import LANE_WIDTH_M, column
from experiments.metrics.peak_braking import peak_braking_mps2
from experiments.rollout.loop import Episode

BRAKED_MPS2: Final = 2.5
"""Braking harder than this, that also takes a fifth of the speed, is an answer [A]."""

BRAKED_SHARE: Final = 0.2

STOPPED_MPS: Final = 0.5

SHIFTED_M: Final = 0.3
"""Sideways motion beyond this, within half a lane, is a shift [A: above the wander of the steering law]."""


def answer(episode: Episode) -> str:
    """The manoeuvre as driven: ``stop``, ``left``, ``right``, ``brake``, ``shift`` or ``keep``, the first that applies.

    ``left`` and ``right`` are half a lane and more to the side of the start.
    """
    speed = episode.ego[:, column.E_SPEED].astype(np.float64)
    aside = episode.ego[:, column.E_Y].astype(np.float64) - float(episode.ego[0, column.E_Y])
    if speed.min() < STOPPED_MPS:
        return "stop"
    furthest = float(aside[np.abs(aside).argmax()])
    if abs(furthest) > 0.5 * LANE_WIDTH_M:
        return "left" if furthest < 0.0 else "right"
    if peak_braking_mps2(episode) > BRAKED_MPS2 and speed.min() < (1.0 - BRAKED_SHARE) * speed[0]:
        return "brake"
    return "shift" if abs(furthest) > SHIFTED_M else "keep"
