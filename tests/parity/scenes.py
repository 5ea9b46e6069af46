"""The scene families of exact parity, built in highway-env, and the loop that compares the engines.

Families a to e are highway-env's own vehicles on its own road (``FAMILIES``). Family f is what
roadworld adds without leaving highway-env's rules: trucks, drivers with their own headway, a
forbidden hard shoulder, objects that move and are seen but not hit, and an ego whose command is
stored from outside.
"""

from __future__ import annotations

from typing import NamedTuple

import gymnasium as gym
import highway_env  # noqa: F401 - registers highway-v0
import numpy as np
from highway_env.road.road import Road
from highway_env.vehicle.controller import MDPVehicle
from highway_env.vehicle.objects import Obstacle

from envs.batched.kernels import obstacle
from envs.batched.kernels.tick import traffic_tick
from envs.batched.kernels.workspace import make_workspace
from envs.specification import TICK_HZ, TICK_S, vehicle
from tests.parity.random_worlds import random_scene
from tests.parity.translate import Scene, build_road, differences, read_road, read_vehicle

ACTIONS = ("LANE_LEFT", "IDLE", "LANE_RIGHT", "FASTER", "SLOWER")


class Family(NamedTuple):
    """How a scene of a family is drawn."""

    others: int
    density: float
    slow: float  # share of vehicles with a target speed of 0-10 m/s, and of odd initial speeds
    has_ego: bool
    num_obstacles: int


FAMILIES = {
    "a": Family(50, 1, 0.0, False, 0),
    "b": Family(20, 2, 0.2, False, 0),
    "c": Family(20, 1, 0.0, True, 0),
    "d": Family(20, 1, 0.1, True, 6),
    "e": Family(30, 3, 0.3, True, 10),
}


def family_road(name: str, seed: int) -> Road:
    """Upstream's road at the start of a scene of families a to e."""
    family = FAMILIES[name]
    config = {"vehicles_count": family.others, "vehicles_density": family.density}
    env = gym.make("highway-v0", config=config).unwrapped
    env.reset(seed=seed)
    road = env.road
    env.close()
    rng = np.random.default_rng(seed)
    if not family.has_ego:
        del road.vehicles[0]
    for body in road.vehicles[int(family.has_ego) :]:
        if rng.random() < family.slow:
            body.target_speed = rng.uniform(0.0, 10.0)
        if rng.random() < family.slow:
            body.speed = rng.uniform(15.0, 40.0)
    furthest = max(body.position[0] for body in road.vehicles)
    for _ in range(family.num_obstacles):
        x = rng.uniform(0.3 * furthest, furthest + 300.0)
        y = 4.0 * rng.integers(4) + rng.uniform(-1.5, 1.5)
        road.objects.append(Obstacle(road, [x, y], rng.uniform(-np.pi, np.pi)))
    return road


def own_road(seed: int) -> Road:
    """Upstream's road at the start of a scene of family f."""
    return build_road(random_scene(np.random.default_rng(seed), wild=False))


def _drive(road: Road, scene: Scene, tick: int, rng: np.random.Generator) -> None:
    """Once a second, the same new order for the ego of both engines, if there is one."""
    ego = road.vehicles[0]
    if tick % TICK_HZ or scene.vehicle_i[vehicle.KIND, 0] == vehicle.KIND_IDM:
        return
    if isinstance(ego, MDPVehicle):
        ego.act(ACTIONS[rng.integers(5)])
    else:
        steering, acceleration = rng.uniform(-0.02, 0.02), rng.uniform(-3.0, 2.0)
        ego.action = {"steering": float(steering), "acceleration": float(acceleration)}
    read_vehicle(ego, scene.vehicle_f[:, 0], scene.vehicle_i[:, 0])


def _move_objects(road: Road, scene: Scene) -> None:
    """Objects with a velocity glide on, in both engines, as debris does after the traffic."""
    for j, body in enumerate(road.objects):
        body.position = body.position + body.velocity * TICK_S
        scene.obstacle_f[[obstacle.X, obstacle.Y], j] = body.position


def compare(road: Road, seconds: float, seed: int, tolerance: float = 0.0) -> list[str]:
    """Run both engines side by side and return the first differences, none if they agree.

    With a tolerance the scene also ends, in agreement, where a vehicle falls below 1 m/s: from
    there on a last bit grows without bound.

    Returns
    -------
    list[str]
        The tick, then a line per field.
    """
    scene = read_road(road, padding=2)
    work = make_workspace(scene.n, scene.num_obstacles)
    rng = np.random.default_rng(seed)
    for tick in range(round(seconds * TICK_HZ)):
        if tolerance and np.min(scene.vehicle_f[vehicle.SPEED, : scene.n]) < 1.0:
            return []
        _drive(road, scene, tick, rng)
        road.act()
        road.step(TICK_S)
        traffic_tick(*scene, work)
        _move_objects(road, scene)
        found = differences(read_road(road), scene, tolerance)
        if found:
            return [f"tick {tick}", *found]
    return []
