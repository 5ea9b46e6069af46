"""A struck object is thrown at other vehicles, or another vehicle throws it at the ego."""

from __future__ import annotations

import numpy as np

from envs.debris.specification import DebrisSpec
from envs.scenario.encounter import new_noise_seed, sample_offset, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import EGO_X_M, Setting
from envs.scenario.source import ObjectSource, is_body
from envs.scenario.traffic import add_follower, add_neighbours

RETURN_SHARE = 0.5
"""Share of instances in which a car beside the ego strikes the object towards it; in the others the ego is first."""

LEAST_MASS_KG = 2.0
"""Least mass of an object that can damage the next vehicle."""

LEAD_S = (1.2, 2.2)
"""How long before the ego the car beside reaches the object [A]."""


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed."""

    def is_wanted(spec: DebrisSpec) -> bool:
        return is_body(spec) and spec.mass_kg.high >= LEAST_MASS_KG

    spec, draw = source.draw(rng, is_wanted)
    stage = set_stage(rng, setting, draw.size_m)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    side = stage.sample_side(rng)
    if rng.random() < RETURN_SHARE:
        # on the inner edge of the striker's path: what it hits off its axis flies to that side, into the ego's lane
        striker_x = EGO_X_M + speed * rng.uniform(*LEAD_S)
        scene.add_vehicle(striker_x, lane + side, speed, time_gap_s=1.0)
        y = stage.lane_y_m + side * (4.0 - rng.uniform(0.5, 1.2))
    else:
        y = stage.lane_y_m + sample_offset(rng)
    scene.add_object(spec, draw, stage.object_x_m, y)
    add_follower(scene, rng, lane, speed, rng.uniform(0.7, 1.6), is_truck=False)
    for neighbour in (lane - 1, lane + 1):
        if 0 <= neighbour < scene.num_lanes:
            kinds = ("overtaking",) if rng.random() < 0.7 else ()
            add_neighbours(scene, rng, neighbour, speed + rng.uniform(-0.5, 0.5), kinds)
    return scene.build("knock_on", new_noise_seed(rng))
