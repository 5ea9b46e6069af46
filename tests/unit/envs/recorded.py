"""A scene for tests with two recorded vehicles: one brakes hard, one changes lane as a load falls before it."""

from __future__ import annotations

import numpy as np

from envs.scenario.scene import EGO_X_M
from envs.scenario.trajectory import Trajectory
from envs.specification import LANE_WIDTH_M
from tests.unit.envs.bench import put, road

SPEED = 28.0
"""Speed of every vehicle at the start, m/s."""

SWERVER, BRAKER, BEHIND_BRAKER = 2, 3, 4
"""Indices of the two recorded vehicles, and of the one that follows the second."""

FALL_TICK = 12
"""When the load falls off the truck ahead of the one that swerves."""

HARD = 7.0
"""Braking of the recording, m/s2."""


def moments(end, step=0.5):
    """Times of a recording, s."""
    return np.arange(round(end / step) + 1) * step


def brake(vehicle, x, y, time, start=1.0, least=6.0):
    """Drive on, brake by ``HARD`` from ``start`` down to ``least`` m/s, and drive on."""
    braked = np.clip(time - start, 0.0, (SPEED - least) / HARD)
    speed = SPEED - HARD * braked
    way = SPEED * np.minimum(time, start) + SPEED * braked - 0.5 * HARD * braked**2
    way += least * np.maximum(time - start - (SPEED - least) / HARD, 0.0)
    return Trajectory(vehicle, time, x + way, np.full_like(time, y), np.zeros_like(time), speed)


def swerve(vehicle, x, y, time, start=1.5, takes=3.0, aside=-LANE_WIDTH_M):
    """Change lane along a cosine at ``SPEED`` along the road."""
    share = np.clip((time - start) / takes, 0.0, 1.0)
    across = 0.5 * aside * np.pi / takes * np.sin(np.pi * share)
    place = y + 0.5 * aside * (1.0 - np.cos(np.pi * share))
    heading, speed = np.arctan2(across, SPEED), np.hypot(across, SPEED)
    return Trajectory(vehicle, time, x + SPEED * time, place, heading, speed)


def scene(seed=1):
    """The instance without its trajectories, and these."""
    built = road(speed=SPEED)
    truck = built.add_vehicle(EGO_X_M + 90.0, 1, SPEED, is_truck=True)
    load = put(built, 80.0, 4.0, mass_kg=30.0, friction=0.6, restitution=0.3)
    built.load_on(load, truck, FALL_TICK, 1.2)
    x = EGO_X_M + np.array([45.0, 60.0, 15.0, -40.0])
    for place, lane in zip(x, (1, 2, 2, 1), strict=True):
        built.add_vehicle(place, lane, SPEED, may_change_lane=True)
    return built.build("recorded", seed), (
        swerve(SWERVER, x[0], 4.0, moments(6.0)),
        brake(BRAKER, x[1], 8.0, moments(8.0)),
    )


def played(seed=1):
    """The instance with its trajectories."""
    instance, trajectories = scene(seed)
    return instance.with_trajectories(*trajectories)
