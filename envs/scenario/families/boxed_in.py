"""Vehicles left and right and a tailgater behind: neither steering nor braking is free."""

from __future__ import annotations

import numpy as np

from envs.scenario.encounter import new_noise_seed, sample_offset, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import Setting
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_follower, add_neighbours

TAILGATER_HEADWAY_S = (0.5, 1.0)
"""Headway of the tailgater (envs/physics/SOURCES.md 5.1 studies 0.6-0.9 s)."""

GAP_SHARE = 0.35
"""Probability that one of the two sides has a gap behind the neighbour [A]."""


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed."""
    spec, draw = source.draw_single(rng)
    stage = set_stage(rng, setting, draw.size_m)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    scene.add_object(spec, draw, stage.object_x_m, stage.lane_y_m + sample_offset(rng))
    add_follower(scene, rng, lane, speed, rng.uniform(*TAILGATER_HEADWAY_S))
    has_gap = rng.random() < GAP_SHARE
    for side in (-1, 1):
        if 0 <= lane + side < scene.num_lanes:
            kinds = ("beside",) if has_gap else ("beside", "overtaking")
            has_gap = False
            add_neighbours(scene, rng, lane + side, speed + rng.uniform(-0.3, 0.3), kinds)
    return scene.build("boxed_in", new_noise_seed(rng))
