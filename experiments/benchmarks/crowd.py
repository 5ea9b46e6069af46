"""A scenario family for speed measurements with a given number of vehicles and of objects."""

from __future__ import annotations

import numpy as np

from envs.debris.catalogue import load_catalogue
from envs.scenario.generator import Generate
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import EGO_X_M, SceneBuilder, Setting
from envs.scenario.source import ObjectSource

SPEED_MPS, SPACING_M = 25.0, 38.0
OBJECTS = ("box_heavy", "concrete_block", "bucket_full", "rock")


def crowd(num_vehicles: int, num_objects: int) -> Generate:
    """A family of instances with ``num_vehicles`` (ego included, at most 31) and ``num_objects`` (at most 4)."""
    catalogue = load_catalogue()

    def generate(
        rng: np.random.Generator, source: ObjectSource, setting: Setting
    ) -> ScenarioInstance:
        """Draw an instance: four lanes of moving traffic, and objects ahead of the ego."""
        del source
        scene = SceneBuilder(4, has_shoulder=False, setting=setting)
        scene.add_ego(1, SPEED_MPS)
        for k in range(num_vehicles - 1):
            # the ego's lane stays free: a measurement is of steps, and a collision would put a reset into it
            lane, row = (0, 2, 3)[k % 3], k // 3 - 2
            x = EGO_X_M + SPACING_M * (row + 0.3 * lane) + rng.uniform(-5.0, 5.0)
            scene.add_vehicle(
                x,
                lane,
                SPEED_MPS,
                target_speed_mps=SPEED_MPS * rng.uniform(1.0, 1.2),
                time_gap_s=0.8,
                may_change_lane=True,
                timer_s=rng.uniform(0.05, 0.95),
            )
        for j in range(num_objects):
            spec = catalogue[OBJECTS[j]]
            # on the line between two lanes: seen, tested for contact and passed
            y = 2.0 + 4.0 * (j % 3)
            scene.add_object(spec, spec.sample(rng), EGO_X_M + 120.0 + 60.0 * j, y)
        return scene.build("crowd", int(rng.integers(2**62)))

    return generate
