"""Vehicles and debris as highway-env sees them."""

from __future__ import annotations

from typing import Any

import numpy as np
from highway_env.road.road import Road
from highway_env.vehicle.behavior import IDMVehicle
from highway_env.vehicle.controller import ControlledVehicle
from highway_env.vehicle.kinematics import Vehicle
from highway_env.vehicle.objects import RoadObject

from envs.specification import debris, vehicle
from envs.specification.world import Array, World
from envs.world.course import Pose

LANE = ("0", "1")
"""First two parts of every lane index: roadworld's road is one straight stretch."""


class TrafficVehicle(IDMVehicle):
    """highway-env's IDM and MOBIL driver with the size and following habits of its columns of the vehicle arrays.

    highway-env reads sizes and IDM parameters through the instance, so setting them here is enough. The others are
    repeated below, because highway-env's intersection overwrites them in the base class for the whole process.
    Attributes for which a constructor argument of zero means "not given" are set after construction.
    """

    ACC_MAX, COMFORT_ACC_MAX, COMFORT_ACC_MIN = 6.0, 3.0, -5.0
    POLITENESS, LANE_CHANGE_MIN_ACC_GAIN, LANE_CHANGE_MAX_BRAKING_IMPOSED = 0.0, 0.2, 2.0
    LANE_CHANGE_DELAY = 1.0

    def __init__(self, road: Road, f: Array, i: Array) -> None:
        self.LENGTH, self.WIDTH = float(f[vehicle.LENGTH]), float(f[vehicle.WIDTH])
        super().__init__(
            road, [f[vehicle.X], f[vehicle.Y]], float(f[vehicle.HEADING]), float(f[vehicle.SPEED])
        )
        self.TIME_WANTED = float(f[vehicle.TIME_GAP])
        self.DISTANCE_WANTED = float(f[vehicle.JAM_DISTANCE])
        self.DELTA = float(f[vehicle.EXPONENT])
        self.target_speed = float(f[vehicle.TARGET_SPEED])
        self.timer = float(f[vehicle.TIMER])
        self.target_lane_index = (*LANE, int(i[vehicle.TARGET_LANE]))
        self.enable_lane_change = bool(i[vehicle.MAY_CHANGE_LANE])
        self.pose: Pose | None = None
        """Where its recorded course puts it at the end of this tick; ``None`` if it drives by itself."""

    def act(self, action: dict[str, Any] | str | None = None) -> None:
        """Decide as highway-env does, unless a recorded course decides."""
        if self.pose is None:
            super().act(action)

    def step(self, dt: float) -> None:
        """Move as highway-env does, or along the course; what has just been hit moves on by its last command."""
        if self.pose is None:
            super().step(dt)
            return
        Vehicle.step(self, dt)  # the clock of lane changes stands still
        if self.crashed:
            return
        self.position = np.array([self.pose.x, self.pose.y])
        self.heading, self.speed = self.pose.heading, self.pose.speed
        self.action = {"steering": 0.0, "acceleration": self.pose.acceleration}
        self.on_state_update()
        self.target_lane_index = self.lane_index


class EgoVehicle(ControlledVehicle):
    """The ego, which executes the steering and acceleration of the shared control law for this tick.

    Derived from ``ControlledVehicle`` because MOBIL reads the target speed and target lane of other vehicles, and takes
    a missing target speed for zero.
    """

    def __init__(self, road: Road, f: Array, i: Array) -> None:
        self.LENGTH, self.WIDTH = float(f[vehicle.LENGTH]), float(f[vehicle.WIDTH])
        super().__init__(
            road, [f[vehicle.X], f[vehicle.Y]], float(f[vehicle.HEADING]), float(f[vehicle.SPEED])
        )
        self.target_speed = float(f[vehicle.TARGET_SPEED])
        self.target_lane_index = (*LANE, int(i[vehicle.TARGET_LANE]))

    def act(self, action: dict[str, Any] | str | None = None) -> None:
        """Keep the command that ``push_commands`` has stored, without the clip of the last tick."""
        del action


class DebrisObject(RoadObject):
    """An object on the road: seen by traffic as a leader if it is in ``road.objects``, never collided with.

    Contact is roadworld's own (``envs.world.encounter``), so highway-env's collision check must pass it by. ``length``
    and ``width`` are along and across its own axis, m.
    """

    def __init__(
        self, road: Road | None, position: Array, heading: float, length: float, width: float
    ) -> None:
        # before the base constructor, which computes the diagonal from them
        self.LENGTH, self.WIDTH = length, width
        self._velocity = np.zeros(2)
        super().__init__(road, position, heading, 0.0)
        self.collidable = False
        self.check_collisions = False

    @property
    def velocity(self) -> Array:
        """Velocity, m/s; a sliding object does not move along its heading."""
        return self._velocity

    @velocity.setter
    def velocity(self, value: Array) -> None:
        self._velocity = value

    def follow(self, world: World, j: int) -> None:
        """Take position, heading, size and velocity of object ``j`` of a world."""
        d = world.debris_f
        self.LENGTH, self.WIDTH = float(d[debris.LENGTH, j]), float(d[debris.WIDTH, j])
        self.position = np.array([d[debris.X, j], d[debris.Y, j]])
        self.heading = float(d[debris.YAW, j])
        self._velocity = np.array([d[debris.VX, j], d[debris.VY, j]])
