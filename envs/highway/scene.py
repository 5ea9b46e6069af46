"""Converts a world's arrays to a highway-env Road and back."""

from __future__ import annotations

import math

import numpy as np
from highway_env.road.lane import LineType, StraightLane
from highway_env.road.road import Road, RoadNetwork

from envs.highway.objects import LANE, DebrisObject, EgoVehicle, TrafficVehicle
from envs.specification import (
    LANE_SPEED_LIMIT_MPS,
    LANE_WIDTH_M,
    ROAD_LENGTH_M,
    course,
    debris,
    episode,
    vehicle,
)
from envs.specification.world import World
from envs.world.course import next_pose


def build_road(world: World) -> Road:
    """The road of a freshly loaded world, with its vehicles in the same order."""
    num_lanes = int(world.episode_i[episode.NUM_LANES])
    network = RoadNetwork.straight_road_network(
        num_lanes, length=ROAD_LENGTH_M, speed_limit=LANE_SPEED_LIMIT_MPS
    )
    if world.episode_i[episode.HAS_SHOULDER]:
        y = num_lanes * LANE_WIDTH_M
        shoulder = StraightLane(
            np.array([0.0, y]),
            np.array([ROAD_LENGTH_M, y]),
            width=LANE_WIDTH_M,
            line_types=(LineType.NONE, LineType.CONTINUOUS_LINE),
            forbidden=True,
            speed_limit=LANE_SPEED_LIMIT_MPS,
        )
        network.add_lane(*LANE, shoulder)
    road = Road(network, np_random=np.random.default_rng(0), record_history=False)
    for k in range(int(world.episode_i[episode.NUM_VEHICLES])):
        kind = (
            EgoVehicle if world.vehicle_i[vehicle.KIND, k] == vehicle.KIND_EGO else TrafficVehicle
        )
        road.vehicles.append(kind(road, world.vehicle_f[:, k], world.vehicle_i[:, k]))
    return road


def build_debris(road: Road, world: World) -> list[DebrisObject]:
    """One highway-env object per column of the debris arrays."""
    d = world.debris_f
    return [
        DebrisObject(
            road,
            np.array([d[debris.X, j], d[debris.Y, j]]),
            float(d[debris.YAW, j]),
            float(d[debris.LENGTH, j]),
            float(d[debris.WIDTH, j]),
        )
        for j in range(int(world.episode_i[episode.NUM_DEBRIS]))
    ]


def pull_vehicles(road: Road, world: World) -> None:
    """Copy the vehicle states that highway-env has changed to the arrays, in place."""
    f, i = world.vehicle_f, world.vehicle_i
    for k, item in enumerate(road.vehicles):
        f[vehicle.X, k], f[vehicle.Y, k] = item.position
        f[vehicle.HEADING, k], f[vehicle.SPEED, k] = item.heading, item.speed
        # highway-env's arrays and the twin's cache hold libm's values of these
        f[vehicle.COS, k], f[vehicle.SIN, k] = math.cos(item.heading), math.sin(item.heading)
        f[vehicle.STEERING, k] = item.action["steering"]
        f[vehicle.ACCELERATION, k] = item.action["acceleration"]
        f[vehicle.TIMER, k] = getattr(item, "timer", f[vehicle.TIMER, k])
        i[vehicle.LANE, k] = item.lane_index[2]
        i[vehicle.TARGET_LANE, k] = item.target_lane_index[2]
        i[vehicle.CRASHED, k] = int(item.crashed)


def push_commands(road: Road, world: World) -> None:
    """Give the ego's command, the scripted targets and the places on courses to highway-env's vehicles."""
    f, i = world.vehicle_f, world.vehicle_i
    for k, item in enumerate(road.vehicles):
        item.target_lane_index = (*LANE, int(i[vehicle.TARGET_LANE, k]))
        item.target_speed = float(f[vehicle.TARGET_SPEED, k])
        if world.course_i[course.END, k] > 0 and k > 0:
            follows = i[vehicle.KIND, k] == vehicle.KIND_COURSE
            item.pose = next_pose(world, k) if follows else None
    road.vehicles[0].action = {
        "steering": float(f[vehicle.STEERING, 0]),
        "acceleration": float(f[vehicle.ACCELERATION, 0]),
    }


def push_effects(road: Road, world: World, items: list[DebrisObject]) -> None:
    """Copy speeds after contacts and the motion of debris to highway-env; list the objects that traffic reacts to."""
    for k, item in enumerate(road.vehicles):
        item.speed = float(world.vehicle_f[vehicle.SPEED, k])
    road.objects = []
    for j, item in enumerate(items):
        item.follow(world, j)
        is_down = world.debris_i[debris.CARRIER, j] < 0
        if world.debris_i[debris.BLOCKS_TRAFFIC, j] == 1 and is_down:
            road.objects.append(item)
