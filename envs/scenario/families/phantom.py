"""A false alarm: a shadow, a stain, leaves, paper, or a detector ghost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from envs.debris.distribution import Uniform
from envs.errors import not_allowed
from envs.scenario.encounter import OFFSET, ROAD, ego, stage_at, wind
from envs.scenario.family import Family
from envs.scenario.parameters.distribution import Distribution, Names
from envs.scenario.parameters.objects import Catalogue
from envs.scenario.parameters.table import Parameter, ParameterTable, Point, Value
from envs.scenario.scene import SceneBuilder
from envs.scenario.source import ObjectSource
from envs.scenario.traffic import place_traffic, traffic

KINDS: Final = {
    # name: share, look, length, width, flickers
    "shadow": (0.25, "ground-mark", Uniform(0.5, 4.0), Uniform(0.3, 1.5), False),
    "stain": (0.20, "ground-mark", Uniform(0.3, 2.0), Uniform(0.3, 1.5), False),
    "sealed_crack": (0.15, "ground-mark", Uniform(1.0, 4.0), Uniform(0.05, 0.3), False),
    "leaves": (0.10, "vegetation", Uniform(0.3, 1.5), Uniform(0.2, 0.8), False),
    "paper": (0.10, "flat", Uniform(0.2, 0.6), Uniform(0.2, 0.4), False),
    "ghost": (0.20, "box", Uniform(0.3, 0.8), Uniform(0.3, 0.6), True),
}
"""Causes of false alarms with their shares [A]; none of them has a body to hit."""

FLAT_HEIGHT_M = 0.01
"""Height of marks, leaves and paper."""

GHOST_HEIGHT_M = 0.3
"""Height that a detector ghost seems to have [A]."""


@dataclass(frozen=True)
class SizeOf:
    """Rule for a size: the range of the kind of false alarm."""

    column: int

    def given(self, point: Mapping[str, Value], _: ObjectSource) -> Distribution:
        """Range of this kind."""
        kind = KINDS[str(point["phantom.kind"])]
        return kind[2] if self.column == 0 else kind[3]

    def __str__(self) -> str:
        ranges = ((name, kind[2 + self.column]) for name, kind in KINDS.items())
        return ", ".join(
            f"{name} {size.low:g} to {size.high:g}"
            for name, size in ranges
            if isinstance(size, Uniform)
        )


PARAMETERS: Final = ParameterTable(
    *ROAD,
    *wind(),
    *ego(),
    Parameter("phantom.kind", "", 0.0, 0.0, Names(tuple(KINDS), tuple(kind[0] for kind in KINDS.values())),
              "Cause of the false alarm.", tuple(KINDS), "name"),
    Parameter("phantom.length", "m", 0.05, 6.0, SizeOf(0), "Size along the road."),
    Parameter("phantom.width", "m", 0.05, 4.0, SizeOf(1), "Size across the road."),
    OFFSET,
    *traffic(busy=0.6),
)  # fmt: skip
"""What varies. No catalogue object takes part."""


def build(point: Point, _: Catalogue, rng: np.random.Generator) -> SceneBuilder:
    """The scene of a point; ``rng`` is consumed."""
    name = point.name("phantom.kind")
    if name not in KINDS:
        raise not_allowed("phantom.kind", name, KINDS)
    look, flickers = KINDS[name][1], KINDS[name][4]
    size = (
        point.number("phantom.length"),
        point.number("phantom.width"),
        GHOST_HEIGHT_M if flickers else FLAT_HEIGHT_M,
    )
    stage = stage_at(point, size)
    y = stage.lane_y_m + point.number("object.offset")
    stage.scene.add_phantom(name, look, size, stage.object_x_m, y, flickers=flickers)
    place_traffic(stage.scene, point, stage.lane, rng)
    return stage.scene


FAMILY: Final = Family("phantom", PARAMETERS, build)
