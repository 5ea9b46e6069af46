"""A false alarm: a shadow, a stain, leaves, paper, or a detector ghost."""

from __future__ import annotations

import numpy as np

from envs.debris.distribution import Uniform
from envs.scenario.encounter import new_noise_seed, sample_offset, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import Setting
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_traffic

KINDS = (
    # name, share, look, length, width, flickers
    ("shadow", 0.25, "ground-mark", Uniform(0.5, 4.0), Uniform(0.3, 1.5), False),
    ("stain", 0.20, "ground-mark", Uniform(0.3, 2.0), Uniform(0.3, 1.5), False),
    ("sealed_crack", 0.15, "ground-mark", Uniform(1.0, 4.0), Uniform(0.05, 0.3), False),
    ("leaves", 0.10, "vegetation", Uniform(0.3, 1.5), Uniform(0.2, 0.8), False),
    ("paper", 0.10, "flat", Uniform(0.2, 0.6), Uniform(0.2, 0.4), False),
    ("ghost", 0.20, "box", Uniform(0.3, 0.8), Uniform(0.3, 0.6), True),
)
"""Causes of false alarms with their shares [A]; none of them has a body to hit."""

FLAT_HEIGHT_M = 0.01
"""Height of marks, leaves and paper."""

GHOST_HEIGHT_M = 0.3
"""Height that a detector ghost seems to have [A]."""


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed. No catalogue object takes part."""
    del source
    draw, cumulated = rng.random(), 0.0
    name, _, look, length, width, flickers = KINDS[-1]
    for kind in KINDS:
        cumulated += kind[1]
        if draw < cumulated:
            name, _, look, length, width, flickers = kind
            break
    size = (
        length.quantile(rng.random()),
        width.quantile(rng.random()),
        GHOST_HEIGHT_M if flickers else FLAT_HEIGHT_M,
    )
    stage = set_stage(rng, setting, size)
    y = stage.lane_y_m + sample_offset(rng)
    stage.scene.add_phantom(name, look, size, stage.object_x_m, y, flickers=flickers)
    add_traffic(stage.scene, rng, stage.lane, stage.speed_mps, busy=0.6)
    return stage.scene.build("phantom", new_noise_seed(rng))
