"""An object lies in the ego's lane while trucks pass beside it; light objects move in their wake."""

from __future__ import annotations

import numpy as np

from envs.scenario.encounter import new_noise_seed, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import EGO_X_M, TRUCK_SIZE_M, Setting
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_traffic

PASS_BEFORE_S = (2.2, 4.0)
"""How long before the ego the truck passes the object [A]."""

LIGHT_SHARE = 0.5
"""Share of light objects: half of them move [A]."""


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed."""
    spec, draw = source.draw_by_weight(rng, light=rng.random() < LIGHT_SHARE)
    stage = set_stage(rng, setting, draw.size_m)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    side = stage.sample_side(rng)
    # at the ego's speed, a truck this far ahead passes the object this long before the ego
    truck_x = EGO_X_M + speed * rng.uniform(*PASS_BEFORE_S) + 0.5 * TRUCK_SIZE_M[0]
    scene.add_vehicle(truck_x, lane + side, speed, is_truck=True, time_gap_s=1.0)
    y = stage.lane_y_m + side * rng.uniform(0.2, 1.1)
    scene.add_object(spec, draw, stage.object_x_m, y)
    add_traffic(scene, rng, lane, speed, busy=0.4)
    return scene.build("wake", new_noise_seed(rng))
