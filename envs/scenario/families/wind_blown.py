"""An object is blown across the lanes; it moves and is mostly harmless."""

from __future__ import annotations

import numpy as np

from envs.scenario.encounter import new_noise_seed, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import EGO_X_M, Setting
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_traffic

WIND_MPS = (7.0, 14.0)
"""Cross wind: fresh breeze to near gale."""

GUST_SHARE = 0.4
"""Amplitude of the gusts as a share of the mean wind [A]."""

LIGHT_SHARE = 0.8
"""Share of light objects; the others are pushed by what hit them before, and slide to rest [A]."""

DRIFT_SHARE = 0.5
"""Speed of a drifting object as a share of the wind, to place it so that it meets the ego's lane [A]."""


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed."""
    wants_light = rng.random() < LIGHT_SHARE
    spec, draw = source.draw_by_weight(rng, light=wants_light)
    stage = set_stage(rng, setting, draw.size_m)
    side = -1.0 if rng.random() < 0.5 else 1.0
    wind = rng.uniform(*WIND_MPS)
    along = wind * rng.uniform(-0.3, 0.3)
    stage.scene.wind(along, side * wind, GUST_SHARE * wind)
    drift = DRIFT_SHARE * wind if wants_light else rng.uniform(2.0, 5.0)
    arrival = (stage.object_x_m - EGO_X_M) / stage.speed_mps
    # it crosses the lane's centre about when the ego arrives, give or take a second
    early = rng.uniform(-1.0, 1.0)
    y = stage.lane_y_m - side * drift * min(max(arrival + early, 0.3), 4.0)
    index = stage.scene.add_object(spec, draw, stage.object_x_m, y)
    stage.scene.set_motion(index, DRIFT_SHARE * along, side * drift)
    add_traffic(stage.scene, rng, stage.lane, stage.speed_mps, busy=0.6)
    return stage.scene.build("wind_blown", new_noise_seed(rng))
