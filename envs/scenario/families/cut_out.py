"""The lead vehicle swerves out of the lane and reveals an object late, so that little time is left."""

from __future__ import annotations

import numpy as np

from envs.scenario.encounter import new_noise_seed, sample_offset, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import EGO_X_M, TRUCK_SIZE_M, Setting
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_traffic
from envs.specification import TICK_S

LEAD_TRUCK_SHARE = 0.5
"""Share of trucks among leads: they hide everything [A]."""

REVEAL_S = (1.6, 3.0)
"""Time to the object when the lead begins to leave the lane [A]: it takes about a second to clear the view."""

LEAD_HEADWAY_S = (0.9, 1.6)
"""Headway of the ego behind the lead [A]."""


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed."""
    spec, draw = source.draw_single(rng)
    stage = set_stage(rng, setting, draw.size_m, recognition_time_s=5.0)
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    headway = rng.uniform(*LEAD_HEADWAY_S)
    is_truck = rng.random() < LEAD_TRUCK_SHARE
    half_truck = 0.5 * TRUCK_SIZE_M[0] if is_truck else 0.0
    lead = scene.add_vehicle(
        EGO_X_M + headway * speed + half_truck, lane, speed, is_truck=is_truck, time_gap_s=1.0
    )
    # the lead must be out of the lane before it reaches the object: it swerves this long before the ego gets there
    reveal = max(rng.uniform(*REVEAL_S), headway + 1.0)
    x = max(stage.object_x_m, EGO_X_M + speed * (reveal + 1.0))
    side = stage.sample_side(rng)
    tick = max(1, round(((x - EGO_X_M) / speed - reveal) / TICK_S))
    scene.script(lead, tick, lane=lane + side)
    scene.add_object(spec, draw, x, stage.lane_y_m + sample_offset(rng))
    add_traffic(scene, rng, lane, speed, busy=0.45)
    return scene.build("cut_out", new_noise_seed(rng))
