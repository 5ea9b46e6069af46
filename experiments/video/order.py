"""What to film, and how."""

from __future__ import annotations

from typing import Final, NamedTuple

from envs.cost.parameters import CostParameters
from envs.scenario.suite import Suite, SuiteItem
from envs.specification import TICK_HZ
from experiments.video.drawing.lines import POLICY_COLOURS
from experiments.video.films.dreaming import DreamOptions
from experiments.video.films.layout import WIDTH_PX
from policies.base import Policy

MOST_POLICIES: Final = len(POLICY_COLOURS)
"""Panels of one video at most."""

STILL: Final = "png"
"""Format of an order for one picture instead of a film."""

SLOW_MOTION: Final = 4
"""How many times slower contacts are shown [A]: judgement."""


class Order(NamedTuple):
    """What to film, and how."""

    policies: tuple[tuple[str, Policy], ...]  # names and ready policies, at most MOST_POLICIES
    suite: Suite
    split: str
    items: tuple[SuiteItem, ...]  # entries of the suite
    cost: CostParameters | None = None
    policy_seed: int = 0
    fps: int = TICK_HZ
    width: int = WIDTH_PX  # of the film
    max_seconds: float | None = None
    layout: str = "panels"  # or four_panel
    view: str = "both"  # one of experiments.video.films.layout.VIEWS
    slow_motion: int = SLOW_MOTION
    format: str = "mp4"  # gif or webp: a small moving picture as well; png: one picture only
    dream: DreamOptions | None = None
