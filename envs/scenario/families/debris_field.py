"""A lost load: three or four objects across the road with one gap between them."""

from __future__ import annotations

import numpy as np

from envs.scenario.encounter import new_noise_seed, set_stage
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import Setting
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import add_traffic
from envs.specification import LANE_WIDTH_M

SPREAD_M = 12.0
"""Half length of the field along the road [A]."""

GAP_M = (2.6, 3.4)
"""Width of the gap that is left [A]: a car is 1.8 m wide."""

REACH_M = 5.0
"""The objects lie within this distance of the gap [A]."""

WIDEST_M = 1.2
"""Wider objects count as this wide: they may stick out into the gap."""

SAME_SHARE = 0.6
"""Share of further objects that are of the same type as the first [A]."""


def generate(rng: np.random.Generator, source: ObjectSource, setting: Setting) -> ScenarioInstance:
    """Draw an instance; ``rng`` is consumed."""
    first, draw = source.draw_single(rng)
    stage = set_stage(rng, setting, draw.size_m)
    scene = stage.scene
    low = -0.5 * LANE_WIDTH_M + 0.5
    high = (scene.num_lanes - 0.5) * LANE_WIDTH_M - 0.5
    first_y = stage.lane_y_m + rng.uniform(-1.0, 1.0)
    half_gap = 0.5 * rng.uniform(*GAP_M)
    # the gap lies beside the first object, on the side that has room for it
    side = -1.0 if rng.random() < 0.5 else 1.0
    reach = half_gap + 0.5 * min(draw.width_m, WIDEST_M)
    if not low <= first_y + side * (reach + half_gap) <= high:
        side = -side
    gap_centre = first_y + side * reach
    scene.add_object(first, draw, stage.object_x_m, first_y)
    for _ in range(2 + int(rng.integers(2))):
        # one load: mostly more of the same, sometimes something else from it
        spec = first if rng.random() < SAME_SHARE else source.choose(rng)
        item = spec.sample(rng)
        y = _outside_gap(rng, gap_centre, half_gap + 0.5 * min(item.width_m, WIDEST_M), low, high)
        scene.add_object(spec, item, stage.object_x_m + rng.uniform(-SPREAD_M, SPREAD_M), y)
    add_traffic(scene, rng, stage.lane, stage.speed_mps, busy=0.5)
    return scene.build("debris_field", new_noise_seed(rng))


def _outside_gap(
    rng: np.random.Generator, centre: float, half: float, low: float, high: float
) -> float:
    """A lateral place within reach of the gap but outside it, m; one draw consumed."""
    left = (max(low, centre - REACH_M), centre - half)
    right = (centre + half, min(high, centre + REACH_M))
    widths = [max(end - start, 0.0) for start, end in (left, right)]
    at = rng.random() * (widths[0] + widths[1])
    return float(left[0] + at if at < widths[0] else right[0] + at - widths[0])
