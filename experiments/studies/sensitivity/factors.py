"""The assumptions that can be changed, each by a change of the instance, of the detector, or of the cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from envs.scenario.instance import ScenarioInstance
from envs.scenario.trajectory import Trajectory
from envs.specification import episode, vehicle
from envs.specification.world import Array

Change = Callable[[ScenarioInstance, float], ScenarioInstance]

LEAST_GAP_M: Final = 1.0
"""Smallest gap between two bumpers, however small the factor on gaps is."""


class Factor(NamedTuple):
    """One assumption that can be changed by a factor."""

    title: str
    usual: float  # the value that changes nothing
    change: Change | None = None  # of the instance
    is_detector: bool = False  # the value scales errors of measurement


def change_friction(instance: ScenarioInstance, factor: float) -> ScenarioInstance:
    """Multiply the tyre-road friction by a factor; it changes the ego's limits and costs, not the traffic."""
    arrays = instance.copy_arrays()
    arrays["episode_f"][[episode.FRICTION, episode.GRIP]] *= factor
    return replace(instance, **arrays)


def _shift(instance: ScenarioInstance, x_m: Array) -> tuple[Trajectory, ...]:
    """The trajectories of an instance, moved along the road with vehicles that now start at other places ``(N,)``."""
    moved = x_m - instance.vehicle_f[vehicle.X]
    return tuple(replace(t, x_m=t.x_m + moved[t.vehicle]) for t in instance.trajectories)


def change_followers(instance: ScenarioInstance, factor: float) -> ScenarioInstance:
    """Multiply the gaps behind the ego in every lane by a factor: at the start, and as followers want them."""
    arrays = instance.copy_arrays()
    f, lane = arrays["vehicle_f"], arrays["vehicle_i"][vehicle.LANE]
    behind = np.flatnonzero(f[vehicle.X] < f[vehicle.X, 0])
    for k in np.unique(lane[behind]):
        column_ = behind[lane[behind] == k]
        column_ = column_[np.argsort(-f[vehicle.X, column_], kind="stable")]
        old = f[vehicle.X, column_].copy()
        front, edge = f[vehicle.X, 0], f[vehicle.X, 0]
        for n, i in enumerate(column_):
            leader = 0 if n == 0 else column_[n - 1]
            reach = 0.5 * (f[vehicle.LENGTH, leader] + f[vehicle.LENGTH, i])
            gap = front - old[n] - reach
            wanted = max(gap * factor, LEAST_GAP_M) if gap > LEAST_GAP_M else gap
            front, edge = old[n], edge - reach - wanted
            f[vehicle.X, i] = edge
        f[vehicle.TIME_GAP, column_] *= factor
    return replace(instance, **arrays, trajectories=_shift(instance, f[vehicle.X]))


FACTORS: Final[Mapping[str, Factor]] = {
    "detector_noise": Factor("detector noise, times", 1.0, is_detector=True),
    "friction": Factor("friction, times", 1.0, change_friction),
    "follower_gap": Factor("gaps behind, times", 1.0, change_followers),
}
"""Factors by their name in conf/sensitivity.yaml."""
