"""An object falls off a truck ahead, bounces and slides: its mass can be read from how it moves."""

from __future__ import annotations

import numpy as np

from envs.scenario.encounter import new_noise_seed, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import EGO_X_M, TRUCK_SIZE_M, Setting
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_traffic
from envs.specification import TICK_HZ

BED_HEIGHT_M = 1.2
"""Height from which the load falls (envs/physics/SOURCES.md 2.6)."""

HEADWAY_S = (1.4, 3.2)
"""Headway of the ego behind the truck [A]."""

RELEASE_S = (0.8, 2.5)
"""When the load comes loose [A]."""


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed."""
    spec, draw = source.draw_single(rng)
    stage = set_stage(rng, setting, draw.size_m, recognition_time_s=4.5)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    centre = EGO_X_M + rng.uniform(*HEADWAY_S) * speed + 0.5 * TRUCK_SIZE_M[0]
    truck = scene.add_vehicle(centre, lane, speed, is_truck=True, time_gap_s=1.0)
    x = centre - 0.5 * (TRUCK_SIZE_M[0] + draw.length_m)
    load = scene.add_object(spec, draw, x, stage.lane_y_m + rng.uniform(-0.8, 0.8))
    release = round(TICK_HZ * rng.uniform(*RELEASE_S))
    scene.load_on(load, truck, release, BED_HEIGHT_M)
    add_traffic(scene, rng, lane, speed, busy=0.6)
    return scene.build("falling_load", new_noise_seed(rng))
