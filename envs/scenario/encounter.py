"""Builds the start of an encounter: road, ego, speed, and an object that is recognised in time or late."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from envs.scenario.scene import EGO_X_M, SceneBuilder, Setting
from envs.sensing.sight import recognition_share
from envs.specification import LANE_WIDTH_M

SPEED_RANGE_MPS = {"clear": (21.0, 33.0), "rain": (18.0, 28.0), "fog": (15.0, 22.0)}
"""Ego speed on a motorway by weather [A]."""

NIGHT_SPEED_SHARE = 0.9
"""Speed at night as a share of the day's [A]."""

BAND_S = (2.4, 3.6)
"""Times to the object at recognition for which knowing its contents pays: 2.6-3.4 s (envs/physics/SOURCES.md 5), a
little wider."""

BAND_SHARE, LATE_SHARE = 0.7, 0.15
"""Shares of encounters recognised in the band and later than it; the rest are recognised earlier [A]."""

LATE_S, EARLY_S = (1.3, 2.4), (3.6, 5.0)
"""Recognition times outside the band."""

SHOULDER_SHARE = 0.25
"""Share of roads with a hard shoulder beside the ego's carriageway [A]."""

WARM_UP_S = (0.6, 1.6)
"""Driving time before the object can be recognised: tracks of the traffic exist by then."""


class Stage(NamedTuple):
    """Road, ego and object position of an encounter."""

    scene: SceneBuilder
    lane: int
    speed_mps: float
    object_x_m: float

    @property
    def lane_y_m(self) -> float:
        """Centre of the ego's lane."""
        return self.lane * LANE_WIDTH_M

    def sample_side(self, rng: np.random.Generator) -> int:
        """A side of the ego with a live lane: -1 left, 1 right; one draw consumed where there are two."""
        is_rightmost = self.lane == self.scene.num_lanes - 1
        return -1 if is_rightmost or (self.lane > 0 and rng.random() < 0.5) else 1


def sample_speed(rng: np.random.Generator, setting: Setting) -> float:
    """Ego speed, m/s; one draw consumed."""
    share = NIGHT_SPEED_SHARE if setting.light == "night" else 1.0
    return share * rng.uniform(*SPEED_RANGE_MPS[setting.weather])


def sample_recognition_time(rng: np.random.Generator) -> float:
    """Time to the object when it is recognised, s; two draws consumed."""
    which, where = rng.random(), rng.random()
    low, high = BAND_S
    if which >= BAND_SHARE:
        low, high = LATE_S if which < BAND_SHARE + LATE_SHARE else EARLY_S
    return low + (high - low) * where


def set_stage(
    rng: np.random.Generator,
    setting: Setting,
    size_m: tuple[float, float, float],
    *,
    recognition_time_s: float | None = None,
) -> Stage:
    """A road with the ego on it, and the place of an object recognised at the desired time; ``rng`` is consumed.

    The sight range is the free parameter: it stands for curvature, crests and spray as well as light and weather.

    Parameters
    ----------
    size_m
        Length, width and height of the object: they decide from where it is recognised.
    recognition_time_s
        Time to the object when it can first be recognised; sampled if not given. Where light and weather do not
        allow it, the object is recognised later.
    """
    num_lanes = int(rng.integers(2, 5))
    lane = int(rng.integers(num_lanes))
    has_shoulder = bool(rng.random() < SHOULDER_SHARE)
    speed = sample_speed(rng, setting)
    sampled = sample_recognition_time(rng)
    time = sampled if recognition_time_s is None else recognition_time_s
    share = recognition_share(*size_m)
    scene = SceneBuilder(
        num_lanes,
        has_shoulder=has_shoulder,
        setting=setting,
        sight_range_m=min(max(time * speed / share, 30.0), 250.0),
    )
    scene.add_ego(lane, speed)
    distance = speed * (time + rng.uniform(*WARM_UP_S))
    return Stage(scene, lane, speed, EGO_X_M + distance)


def sample_offset(rng: np.random.Generator) -> float:
    """Lateral offset of an object from the centre of the ego's lane, m, at most 1.1 to either side; one draw."""
    # envs/physics/SOURCES.md 4
    return float(rng.uniform(-1.1, 1.1))


def new_noise_seed(rng: np.random.Generator) -> int:
    """Key of the episode's noise; one draw consumed."""
    return int(rng.integers(2**62))
