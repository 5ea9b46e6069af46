"""A car ahead straddles or hits the object first; brake lamp, jolt and the object's flight reveal its contents."""

from __future__ import annotations

import numpy as np

from envs.scenario.encounter import new_noise_seed, sample_offset, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import CAR_SIZE_M, EGO_X_M, HURRY, JAM_GAP_M, Setting, equilibrium_time_gap
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_traffic

LEAD_HEADWAY_S = (1.6, 3.2)
"""Headway of the ego behind the car that drives over the object [A]."""


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed."""
    spec, draw = source.draw_single(rng)
    headway = rng.uniform(*LEAD_HEADWAY_S)
    stage = set_stage(rng, setting, draw.size_m, recognition_time_s=headway + 1.2)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    gap = headway * speed
    scene.add_vehicle(
        EGO_X_M + gap,
        lane,
        speed,
        target_speed_mps=HURRY * speed if rng.random() < 0.5 else speed,
        time_gap_s=equilibrium_time_gap(gap, speed, CAR_SIZE_M[0] + JAM_GAP_M),
    )
    # the object lies where the lead will meet it: the ego sees its body move, then the object itself
    x = max(stage.object_x_m, EGO_X_M + gap + 0.5 * speed)
    scene.add_object(spec, draw, x, stage.lane_y_m + sample_offset(rng))
    add_traffic(scene, rng, lane, speed, busy=0.6)
    return scene.build("lead_drives_over", new_noise_seed(rng))
