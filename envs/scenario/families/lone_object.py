"""One object in or between the lanes ahead: whether to drive over it, straddle it, brake or steer."""

from __future__ import annotations

import numpy as np

from envs.scenario.encounter import new_noise_seed, sample_offset, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import Setting
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_traffic

BLOCKING_SHARE = 0.4
"""Share of tall objects that other drivers brake or change lane for [A]."""

TALL_M = 0.3
"""Objects higher than this are tall [A]."""


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed."""
    spec, draw = source.draw_single(rng)
    stage = set_stage(rng, setting, draw.size_m)
    blocks = rng.random() < BLOCKING_SHARE and draw.height_m > TALL_M
    y = stage.lane_y_m + sample_offset(rng)
    stage.scene.add_object(spec, draw, stage.object_x_m, y, blocks_traffic=blocks)
    add_traffic(stage.scene, rng, stage.lane, stage.speed_mps, busy=0.6)
    return stage.scene.build("lone_object", new_noise_seed(rng))
