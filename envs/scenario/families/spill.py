"""A spill of gravel, oil, water, glass or nails, which reduces friction or punctures tyres."""

from __future__ import annotations

import numpy as np

from envs.debris.specification import DebrisSpec
from envs.scenario.encounter import new_noise_seed, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import Setting
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_traffic

BODY_SHARE = 0.3
"""Share of spills with a solid object beyond them, for which the ego must brake before the spill [A]."""


def is_patch(spec: DebrisSpec) -> bool:
    """Whether the type is a spill on the surface."""
    return spec.kind == "patch"


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed. Look-alike groups do not apply: spills differ by their look."""
    patches = ObjectSource(source.catalogue, source.split)
    spec, draw = patches.draw(rng, is_patch)
    stage = set_stage(rng, setting, draw.size_m)
    stage.scene.add_object(spec, draw, stage.object_x_m, stage.lane_y_m + rng.uniform(-0.4, 0.4))
    if rng.random() < BODY_SHARE:
        body = patches.choose_single(rng)
        x = stage.object_x_m + 0.5 * draw.length_m + stage.speed_mps * rng.uniform(0.5, 1.5)
        stage.scene.add_object(body, body.sample(rng), x, stage.lane_y_m + rng.uniform(-1.1, 1.1))
    add_traffic(stage.scene, rng, stage.lane, stage.speed_mps, busy=0.55)
    return stage.scene.build("spill", new_noise_seed(rng))
