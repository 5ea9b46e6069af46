"""A lost load: three or four objects across the road with one gap between them."""

from __future__ import annotations

import numpy as np

from envs.scenario.encounter import new_noise_seed, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import Setting
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_traffic
from envs.specification import LANE_WIDTH_M

SPREAD_M = 12.0
"""Half length of the field along the road [A]."""

GAP_M = (2.6, 3.4)
"""Width of the gap that is left [A]: a car is 1.8 m wide."""

REACH_M = 4.5
"""The objects lie within this distance of the ego's lane centre [A]."""


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed."""
    first = source.choose_single(rng)
    draw = first.sample(rng)
    stage = set_stage(rng, setting, draw.size_m)
    scene = stage.scene
    low = -0.5 * LANE_WIDTH_M + 0.5
    high = (scene.num_lanes - 0.5) * LANE_WIDTH_M - 0.5
    gap_centre = min(max(stage.lane_y_m + rng.uniform(-3.0, 3.0), low + 1.5), high - 1.5)
    half_gap = 0.5 * rng.uniform(*GAP_M)
    for index in range(3 + int(rng.integers(2))):
        # one load: mostly more of the same, sometimes something else from it
        same = index == 0 or rng.random() < 0.6
        spec = first if same else source.choose(rng)
        item = draw if index == 0 else spec.sample(rng)
        y = stage.lane_y_m + rng.uniform(-REACH_M, REACH_M)
        if index == 0:
            y = stage.lane_y_m + rng.uniform(-1.0, 1.0)
        half = half_gap + 0.5 * min(item.width_m, 1.2)
        if abs(y - gap_centre) < half:
            y = gap_centre + (half if y >= gap_centre else -half)
        x = stage.object_x_m + rng.uniform(-SPREAD_M, SPREAD_M)
        scene.add_object(spec, item, x, min(max(y, low), high))
    add_traffic(scene, rng, stage.lane, stage.speed_mps, busy=0.5)
    return scene.build("debris_field", new_noise_seed(rng))
