"""From highway-env's objects to the twin's arrays and back: the only place that knows both."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from highway_env.road.lane import StraightLane
from highway_env.road.road import Road, RoadNetwork
from highway_env.vehicle.behavior import IDMVehicle
from highway_env.vehicle.controller import ControlledVehicle, MDPVehicle
from highway_env.vehicle.objects import Obstacle

from envs.batched.kernels import obstacle
from envs.specification import LANE_WIDTH_M, ROAD_LENGTH_M, vehicle

EDGE = ("0", "1")


class Scene(NamedTuple):
    """A world as the traffic kernel sees it."""

    vehicle_f: np.ndarray[Any, np.dtype[np.float64]]
    vehicle_i: np.ndarray[Any, np.dtype[np.int64]]
    n: int
    obstacle_f: np.ndarray[Any, np.dtype[np.float64]]
    obstacle_i: np.ndarray[Any, np.dtype[np.int64]]
    num_obstacles: int
    num_lanes: int
    has_shoulder: int
    speed_limit: float

    def copy(self) -> Scene:
        """A scene that shares no array with this one."""
        return Scene(*(x.copy() if isinstance(x, np.ndarray) else x for x in self))


FLOAT_ROWS = {
    "x": vehicle.X,
    "y": vehicle.Y,
    "heading": vehicle.HEADING,
    "speed": vehicle.SPEED,
    "steering": vehicle.STEERING,
    "acceleration": vehicle.ACCELERATION,
    "target_speed": vehicle.TARGET_SPEED,
    "timer": vehicle.TIMER,
    "impact_x": vehicle.IMPACT_X,
    "impact_y": vehicle.IMPACT_Y,
}
INT_ROWS = {
    "lane": vehicle.LANE,
    "target_lane": vehicle.TARGET_LANE,
    "crashed": vehicle.CRASHED,
    "has_impact": vehicle.HAS_IMPACT,
}


class DrivenVehicle(ControlledVehicle):
    """A vehicle whose command is stored by hand before each tick, as roadworld's ego is."""

    def act(self, action: dict[str, float] | str | None = None) -> None:
        """Keep the stored command."""


class DrivenObstacle(Obstacle):
    """An obstacle with a velocity of its own, which upstream never moves (R6)."""

    own_velocity = np.zeros(2)

    @property
    def velocity(self) -> np.ndarray:
        """Velocity as followers and the collision test see it."""
        return self.own_velocity


def make_road(num_lanes: int, has_shoulder: int = 0, speed_limit: float = 30.0) -> Road:
    """An empty straight road, its rightmost lane forbidden if it is a hard shoulder."""
    network = RoadNetwork()
    for lane in range(num_lanes):
        network.add_lane(
            *EDGE,
            StraightLane(
                [0.0, lane * LANE_WIDTH_M],
                [ROAD_LENGTH_M, lane * LANE_WIDTH_M],
                speed_limit=speed_limit,
                forbidden=bool(has_shoulder) and lane == num_lanes - 1,
            ),
        )
    return Road(network=network, np_random=np.random.default_rng(0))


def _kind(body: Any) -> int:
    """The twin's word for a vehicle's class."""
    if isinstance(body, IDMVehicle):
        return vehicle.KIND_IDM
    return vehicle.KIND_MDP if isinstance(body, MDPVehicle) else vehicle.KIND_EGO


def read_vehicle(body: Any, floats: np.ndarray, ints: np.ndarray) -> None:
    """Write one upstream vehicle into its column."""
    floats[vehicle.X], floats[vehicle.Y] = body.position
    floats[vehicle.HEADING] = body.heading
    floats[vehicle.SPEED] = body.speed
    floats[vehicle.STEERING] = body.action["steering"]
    floats[vehicle.ACCELERATION] = body.action["acceleration"]
    floats[vehicle.TARGET_SPEED] = body.target_speed
    floats[vehicle.TIMER] = getattr(body, "timer", 0.0)
    floats[vehicle.EXPONENT] = getattr(body, "DELTA", 4.0)
    floats[vehicle.TIME_GAP] = getattr(body, "TIME_WANTED", 1.5)
    floats[vehicle.JAM_DISTANCE] = getattr(body, "DISTANCE_WANTED", 10.0)
    if body.impact is not None:
        floats[vehicle.IMPACT_X], floats[vehicle.IMPACT_Y] = body.impact
    floats[vehicle.COS], floats[vehicle.SIN] = math.cos(body.heading), math.sin(body.heading)
    floats[vehicle.LENGTH], floats[vehicle.WIDTH] = body.LENGTH, body.WIDTH
    floats[vehicle.DIAGONAL] = body.diagonal
    ints[vehicle.LANE] = body.lane_index[2]
    ints[vehicle.TARGET_LANE] = body.target_lane_index[2]
    ints[vehicle.CRASHED] = body.crashed
    ints[vehicle.HAS_IMPACT] = body.impact is not None
    ints[vehicle.KIND] = _kind(body)
    ints[vehicle.CHECK_COLLISIONS] = body.check_collisions
    ints[vehicle.MAY_CHANGE_LANE] = getattr(body, "enable_lane_change", False)


def read_road(road: Road, padding: int = 0) -> Scene:
    """The scene that upstream's road holds now, with ``padding`` columns never to be visited."""
    n, num_obstacles = len(road.vehicles), len(road.objects)
    vehicle_f = np.zeros((vehicle.NUM_FLOATS, n + padding))
    vehicle_i = np.zeros((vehicle.NUM_INTS, n + padding), np.int64)
    vehicle_f[:, n:] = np.nan
    for i, body in enumerate(road.vehicles):
        read_vehicle(body, vehicle_f[:, i], vehicle_i[:, i])
    vehicle_i[vehicle.ORDER, :n] = np.argsort(vehicle_f[vehicle.X, :n], kind="stable")
    obstacle_f = np.zeros((obstacle.NUM_FLOATS, num_obstacles + padding))
    obstacle_i = np.zeros((obstacle.NUM_INTS, num_obstacles + padding), np.int64)
    for j, body in enumerate(road.objects):
        obstacle_f[[obstacle.X, obstacle.Y], j] = body.position
        obstacle_f[[obstacle.VX, obstacle.VY], j] = body.velocity
        obstacle_f[obstacle.HEADING, j] = body.heading
        obstacle_f[obstacle.LENGTH, j] = body.LENGTH
        obstacle_f[obstacle.WIDTH, j] = body.WIDTH
        obstacle_f[obstacle.DIAGONAL, j] = body.diagonal
        obstacle_i[obstacle.CRASHED, j] = body.crashed
        obstacle_i[obstacle.COLLIDES, j] = body.collidable
    lanes = road.network.graph[EDGE[0]][EDGE[1]]
    return Scene(
        vehicle_f,
        vehicle_i,
        n,
        obstacle_f,
        obstacle_i,
        num_obstacles,
        len(lanes),
        int(lanes[-1].forbidden),
        float(lanes[0].speed_limit),
    )


_CLASSES = {
    vehicle.KIND_IDM: IDMVehicle,
    vehicle.KIND_EGO: DrivenVehicle,
    vehicle.KIND_MDP: MDPVehicle,
}


def _build_vehicle(road: Road, floats: np.ndarray, ints: np.ndarray) -> Any:
    """One upstream vehicle; attributes are set after construction, since zero means "not given"."""
    body = _CLASSES[int(ints[vehicle.KIND])](road, floats[[vehicle.X, vehicle.Y]])
    body.LENGTH, body.WIDTH = float(floats[vehicle.LENGTH]), float(floats[vehicle.WIDTH])
    body.diagonal = float(floats[vehicle.DIAGONAL])
    body.heading, body.speed = float(floats[vehicle.HEADING]), float(floats[vehicle.SPEED])
    body.action = {
        "steering": float(floats[vehicle.STEERING]),
        "acceleration": float(floats[vehicle.ACCELERATION]),
    }
    body.target_speed = float(floats[vehicle.TARGET_SPEED])
    body.lane_index = (*EDGE, int(ints[vehicle.LANE]))
    body.lane = road.network.get_lane(body.lane_index)
    body.target_lane_index = (*EDGE, int(ints[vehicle.TARGET_LANE]))
    body.crashed = bool(ints[vehicle.CRASHED])
    body.check_collisions = bool(ints[vehicle.CHECK_COLLISIONS])
    if ints[vehicle.HAS_IMPACT]:
        body.impact = floats[[vehicle.IMPACT_X, vehicle.IMPACT_Y]]
    if isinstance(body, IDMVehicle):
        body.timer = float(floats[vehicle.TIMER])
        body.DELTA = float(floats[vehicle.EXPONENT])
        body.TIME_WANTED = float(floats[vehicle.TIME_GAP])
        body.DISTANCE_WANTED = float(floats[vehicle.JAM_DISTANCE])
        body.enable_lane_change = bool(ints[vehicle.MAY_CHANGE_LANE])
    return body


def build_road(scene: Scene) -> Road:
    """Upstream's road in the state of a scene."""
    road = make_road(scene.num_lanes, scene.has_shoulder, scene.speed_limit)
    road.vehicles = [
        _build_vehicle(road, scene.vehicle_f[:, i], scene.vehicle_i[:, i]) for i in range(scene.n)
    ]
    for j in range(scene.num_obstacles):
        column = scene.obstacle_f[:, j]
        place, heading = column[[obstacle.X, obstacle.Y]], float(column[obstacle.HEADING])
        body = DrivenObstacle(road, place, heading)
        body.own_velocity = column[[obstacle.VX, obstacle.VY]]
        body.LENGTH, body.WIDTH = float(column[obstacle.LENGTH]), float(column[obstacle.WIDTH])
        body.diagonal = float(column[obstacle.DIAGONAL])
        body.crashed = bool(scene.obstacle_i[obstacle.CRASHED, j])
        body.collidable = bool(scene.obstacle_i[obstacle.COLLIDES, j])
        road.objects.append(body)
    return road


def differences(expected: Scene, actual: Scene, tolerance: float = 0.0) -> list[str]:
    """What differs between two scenes, one line per field; a NaN is a difference.

    Impacts count only while they are pending, and a timer only where there is one.

    Returns
    -------
    list[str]
        Empty if the scenes agree.
    """
    n, m = expected.n, expected.num_obstacles
    found = []
    for name, row in INT_ROWS.items():
        wrong = np.flatnonzero(expected.vehicle_i[row, :n] != actual.vehicle_i[row, :n])
        if wrong.size:
            found.append(f"{name}: vehicles {wrong.tolist()}")
    wrong = np.flatnonzero(expected.obstacle_i[0, :m] != actual.obstacle_i[0, :m])
    if wrong.size:
        found.append(f"obstacle crashed: {wrong.tolist()}")
    pending = expected.vehicle_i[vehicle.HAS_IMPACT, :n] != 0
    timed = expected.vehicle_i[vehicle.KIND, :n] == vehicle.KIND_IDM
    relevant = {"impact_x": pending, "impact_y": pending, "timer": timed}
    for name, row in FLOAT_ROWS.items():
        gap = np.abs(expected.vehicle_f[row, :n] - actual.vehicle_f[row, :n])
        wrong = np.flatnonzero(~(gap <= tolerance) & relevant.get(name, True))
        if wrong.size:
            found.append(f"{name}: vehicles {wrong.tolist()}, up to {np.nanmax(gap[wrong])}")
    return found
