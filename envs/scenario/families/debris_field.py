"""A lost load: three or four objects across the road with one gap between them."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.debris.distribution import Uniform
from envs.scenario.encounter import ROAD, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.distribution import Integer, Names
from envs.scenario.parameters.objects import (
    Catalogue,
    SameType,
    TypeOf,
    object_parameters,
    specimen,
)
from envs.scenario.parameters.table import Parameter, ParameterTable, Point
from envs.scenario.scene import SceneBuilder
from envs.scenario.source import LIGHT_SHARE
from envs.scenario.traffic import place_traffic, traffic
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


def _further(k: int) -> tuple[Parameter, ...]:
    """Parameters of the ``k``-th object."""
    return (
        *object_parameters(f"object_{k}", SameType("object", SAME_SHARE)),
        Parameter(f"object_{k}.along", "m", -40.0, 40.0, Uniform(-SPREAD_M, SPREAD_M),
                  "Its distance beyond the first object."),
        Parameter(f"object_{k}.across", "", 0.0, 1.0, Uniform(0.0, 1.0),
                  "Its place among those outside the gap, from left to right."),
    )  # fmt: skip


PARAMETERS: Final = ParameterTable(
    *ROAD,
    *wind(),
    *ego(),
    *object_parameters(types=TypeOf(light_share=LIGHT_SHARE)),
    Parameter("object.offset", "m", -6.0, 6.0, Uniform(-1.0, 1.0),
              "Place of the first object to the right of the centre of the ego's lane."),
    Parameter("field.objects", "", 3, 4, Integer(3, 4), "Number of objects.", kind="integer"),
    Parameter("field.gap", "m", 1.0, 6.0, Uniform(*GAP_M), "Width of the gap."),
    Parameter("field.gap_side", "", 0.0, 0.0, Names(("left", "right"), (0.5, 0.5)),
              "Side of the first object on which the gap lies, if there is room.", ("left", "right"), "name"),
    *_further(2), *_further(3), *_further(4),
    *traffic(busy=0.5),
)  # fmt: skip
"""What varies."""


def build(point: Point, catalogue: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is consumed."""
    first, draw = specimen(point, catalogue)
    stage = stage_at(point, draw.size_m)
    scene = stage.scene
    low = -0.5 * LANE_WIDTH_M + 0.5
    high = (scene.num_lanes - 0.5) * LANE_WIDTH_M - 0.5
    first_y = stage.lane_y_m + point.number("object.offset")
    half_gap = 0.5 * point.number("field.gap")
    # the gap lies beside the first object, on the side that has room for it
    side = -1.0 if point.name("field.gap_side") == "left" else 1.0
    reach = half_gap + 0.5 * min(draw.width_m, WIDEST_M)
    if not low <= first_y + side * (reach + half_gap) <= high:
        side = -side
    gap_centre = first_y + side * reach
    scene.add_object(first, draw, stage.object_x_m, first_y)
    for k in range(2, point.integer("field.objects") + 1):
        spec, item = specimen(point, catalogue, f"object_{k}")
        half = half_gap + 0.5 * min(item.width_m, WIDEST_M)
        y = _outside_gap(point.number(f"object_{k}.across"), gap_centre, half, low, high)
        scene.add_object(spec, item, stage.object_x_m + point.number(f"object_{k}.along"), y)
    place_traffic(scene, point, stage.lane, rng)
    return scene


def _outside_gap(share: float, centre: float, half: float, low: float, high: float) -> float:
    """The lateral place within reach of the gap but outside it that has this share of them on its left, m."""
    left = (max(low, centre - REACH_M), centre - half)
    right = (centre + half, min(high, centre + REACH_M))
    widths = [max(end - start, 0.0) for start, end in (left, right)]
    at = share * (widths[0] + widths[1])
    return float(left[0] + at if at < widths[0] else right[0] + at - widths[0])


FAMILY: Final = Family("debris_field", PARAMETERS, build)
