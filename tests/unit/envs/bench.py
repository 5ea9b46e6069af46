"""A bare road for tests: one world of the twin, built by hand, with commands in SI units."""

from __future__ import annotations

import dataclasses

import numpy as np

from envs.action import encode_acceleration, encode_target
from envs.batched.env import DebrisVectorEnv
from envs.debris.catalogue import load
from envs.scenario.scene import EGO_X_M, SceneBuilder, Setting
from envs.specification import component, episode, vehicle
from envs.specification.world import world_at

PARAMS = DebrisVectorEnv(1).settings.cost_record
"""Default prices, as compiled code reads them."""


def road(*, num_lanes=3, lane=1, speed=30.0, shoulder=False, sight_m=250.0, weather="clear"):
    """A scene by day with nothing but the ego."""
    scene = SceneBuilder(
        num_lanes, has_shoulder=shoulder, setting=Setting("day", weather), sight_range_m=sight_m
    )
    scene.add_ego(lane, speed)
    return scene


def put(scene, ahead_m, y_m, *, like="rock", blocks_traffic=False, **properties):
    """Put an object on the road: a median ``like``, turned along the road, with some properties replaced."""

    class Median:
        """Every draw in the middle."""

        def random(self):
            """One half."""
            return 0.5

    spec = load(like)
    draw = dataclasses.replace(spec.sample(Median()), **{"yaw_rad": 0.0, **properties})
    return scene.add_object(spec, draw, EGO_X_M + ahead_m, y_m, blocks_traffic=blocks_traffic)


class Drive:
    """One world of the twin, driven by accelerations in m/s2 and lateral positions in m.

    Parameters
    ----------
    scene
        Of ``road``, finished by this.
    seed
        Key of the noise.
    """

    def __init__(self, scene, seed=1, **settings):
        self.env = DebrisVectorEnv(1, **settings)
        self.env.reset(options={"instance": scene.build("bench", seed)})
        self.world = world_at(self.env.batch, 0)
        self.cost = np.zeros(component.NUM_COMPONENTS)
        self.contacts = []
        self.over = False

    def step(self, acceleration=0.0, y=None):
        """One decision; ``y`` is kept if not given. Returns the cost by component."""
        # the twin has begun another episode by then
        assert not self.over, "the episode is over"
        f = self.world.episode_f
        target = f[episode.TARGET_Y] if y is None else y
        low, high = f[episode.LEFT_EDGE] + 0.9, f[episode.RIGHT_EDGE] - 0.9
        action = [encode_acceleration(acceleration), encode_target(target, low, high)]
        *_, terminated, _, info = self.env.step(np.clip([action], -1.0, 1.0))
        self.over = bool(terminated[0])
        cost = np.array([info["cost"][name][0] for name in component.NAMES])
        self.cost += cost
        self.contacts += list(info["contacts"][0])
        self.info = info
        return cost

    def run(self, num_decisions, acceleration=0.0, y=None):
        """Some decisions alike, or until the episode is terminated."""
        for _ in range(num_decisions):
            self.step(acceleration, y)
            if self.over:
                break
        return self

    @property
    def speed(self):
        """Of the ego, m/s."""
        return self.world.vehicle_f[vehicle.SPEED, 0]

    @property
    def y(self):
        """Of the ego, m."""
        return self.world.vehicle_f[vehicle.Y, 0]
