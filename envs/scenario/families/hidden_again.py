"""An object is seen and then hidden by traffic for 0.5 to 4 s, so that the policy must remember it."""

from __future__ import annotations

import numpy as np

from envs.scenario.encounter import new_noise_seed, sample_offset, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import EGO_X_M, TRUCK_SIZE_M, Setting
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_traffic
from envs.specification import TICK_S

SEEN_S = (4.4, 5.6)
"""Time to the object when it is first recognised [A]: early, before the view closes."""

CUT_IN_S = (0.3, 1.0)
"""When the vehicle that will hide it starts to cut in, after the view opened [A]."""

CUT_IN_AHEAD_M = (10.0, 22.0)
"""Free space between the ego and the vehicle that cuts in [A]."""

LEAVE_S = (1.4, 2.6)
"""Time to the object when that vehicle leaves the lane again; some never do [A]."""

STAYS_SHARE = 0.35
"""Share of vehicles that drive over the object rather than around it [A]."""


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed."""
    spec, draw = source.draw_single(rng)
    stage = set_stage(rng, setting, draw.size_m, recognition_time_s=rng.uniform(*SEEN_S))
    scene, lane, speed = stage.scene, stage.lane, stage.speed_mps
    side = stage.sample_side(rng)
    is_truck = rng.random() < 0.4
    half = 0.5 * (TRUCK_SIZE_M[0] if is_truck else 4.5)
    x = EGO_X_M + 2.25 + rng.uniform(*CUT_IN_AHEAD_M) + half
    hider = scene.add_vehicle(x, lane + side, speed, is_truck=is_truck, time_gap_s=0.8)
    scene.script(hider, max(1, round((0.6 + rng.uniform(*CUT_IN_S)) / TICK_S)), lane=lane)
    arrival = (stage.object_x_m - EGO_X_M) / speed
    if rng.random() >= STAYS_SHARE:
        leave = max(arrival - rng.uniform(*LEAVE_S) - (x - EGO_X_M) / speed, 2.5)
        scene.script_return(hider, round(leave / TICK_S), lane + side)
    scene.add_object(spec, draw, stage.object_x_m, stage.lane_y_m + sample_offset(rng))
    add_traffic(scene, rng, lane, speed, busy=0.35)
    return scene.build("hidden_again", new_noise_seed(rng))
