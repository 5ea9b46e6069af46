"""The car ahead strikes a wide object that both could see; how both move then shows what is in it."""

from __future__ import annotations

import numpy as np

from envs.scenario.encounter import new_noise_seed, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import CAR_SIZE_M, EGO_X_M, HURRY, JAM_GAP_M, Setting, equilibrium_time_gap
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_follower, add_neighbours

LEAD_HEADWAY_S = (1.8, 3.0)
TAILGATER_HEADWAY_S = (0.5, 0.9)
SEEN_BEFORE_S = (0.6, 1.6)
OFFSET_M = (-0.6, 0.6)


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed."""
    spec, draw = source.draw_single(rng)
    headway = rng.uniform(*LEAD_HEADWAY_S)
    stage = set_stage(rng, setting, draw.size_m, recognition_time_s=headway + rng.uniform(*SEEN_BEFORE_S))
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    gap = headway * speed
    scene.add_vehicle(
        EGO_X_M + gap, lane, speed, target_speed_mps=speed,
        time_gap_s=equilibrium_time_gap(gap, speed, CAR_SIZE_M[0] + JAM_GAP_M),
    )
    x = max(stage.object_x_m, EGO_X_M + gap + 0.5 * speed)
    scene.add_object(spec, draw, x, stage.lane_y_m + rng.uniform(*OFFSET_M))
    add_follower(scene, rng, lane, speed, rng.uniform(*TAILGATER_HEADWAY_S))
    for side in (-1, 1):
        if 0 <= lane + side < scene.num_lanes:
            _add_platoon(scene, rng, lane + side, speed + rng.uniform(-0.3, 0.3))
    return scene.build("struck_first", new_noise_seed(rng))


def _add_platoon(scene, rng, lane, speed):
    is_truck = bool(rng.random() < 0.5)
    gap = rng.uniform(0.3, 0.5) * speed
    xs, x = [], EGO_X_M + rng.uniform(-2.0, 2.0)
    length = 16.0 if is_truck else CAR_SIZE_M[0]
    rows = [(x, is_truck)]
    front, rear = x + 0.5 * length, x - 0.5 * length
    for _ in range(2):
        front += gap + CAR_SIZE_M[0]
        rows.insert(0, (front - 0.5 * CAR_SIZE_M[0], False))
        rear -= gap + CAR_SIZE_M[0]
        rows.append((rear + 0.5 * CAR_SIZE_M[0], False))
    ahead = None
    for x, truck in rows:
        own = 16.0 if truck else CAR_SIZE_M[0]
        jam = own + JAM_GAP_M
        tg = 1.0 if ahead is None else equilibrium_time_gap(ahead - x, speed, jam)
        scene.add_vehicle(x, lane, speed, is_truck=truck, target_speed_mps=speed * (1.0 if ahead is None else HURRY), time_gap_s=tg)
        ahead = x
