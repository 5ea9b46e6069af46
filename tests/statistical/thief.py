"""Scenes, learners and bounds with which the thief test tries to read the truth out of observations."""

import dataclasses

import numpy as np

from envs.action import DISCRETE_NAMES
from envs.batched.env import DebrisVectorEnv
from envs.debris.catalogue import load_catalogue
from envs.observation import observe
from envs.scenario.scene import EGO_X_M
from envs.specification import column, debris, episode, vehicle
from envs.specification.world import world_at
from tests.unit.envs.bench import road

STEPS = 20
KEEP = DISCRETE_NAMES.index("lane centre, +0 m/s2")
BODIES = [spec for spec in load_catalogue().values() if spec.kind != "patch"]


def draw_scene(rng):
    """One car at a constant speed and one object at rest, of any size, on either side of the ego."""
    speed = rng.uniform(20.0, 32.0)
    scene = road(speed=speed)
    left, right = rng.permutation([0, 2])
    pace = speed + rng.uniform(-5.0, 5.0)
    scene.add_vehicle(EGO_X_M + rng.uniform(30.0, 110.0), int(left), pace)
    spec = BODIES[rng.integers(len(BODIES))]
    ahead = speed * 0.2 * STEPS + rng.uniform(10.0, 50.0)
    scene.add_object(spec, spec.sample(rng), EGO_X_M + ahead, 4.0 * right)
    instance = scene.build("bench", int(rng.integers(2**60)))
    vehicle_f = instance.vehicle_f.copy()
    size = [rng.uniform(3.5, 6.0), rng.uniform(1.5, 2.1), rng.uniform(1.3, 2.2)]
    vehicle_f[[vehicle.LENGTH, vehicle.WIDTH, vehicle.HEIGHT], 1] = size
    return dataclasses.replace(instance, vehicle_f=vehicle_f)


def drive(num, seed):
    """Observations of ``STEPS`` decisions, info of the last one, and the true state after each."""
    rng = np.random.default_rng(seed)
    env = DebrisVectorEnv(num, action="discrete")
    env.reset(options={"instance": [draw_scene(rng) for _ in range(num)]})
    seen, truth = [], []
    for _ in range(STEPS):
        observation, *_ = env.step(np.full(num, KEEP))
        seen.append({key: value.astype(np.float64) for key, value in observation.items()})
        truth.append(env.batch.copy())
    return {key: np.stack([s[key] for s in seen], axis=1) for key in seen[0]}, truth


def ridge(train, target, test, hidden=0, seed=0):
    """Predict by ridge regression on standardised features, with random rectified ones if ``hidden``."""
    mean, scale = train.mean(axis=0), train.std(axis=0)
    keep = scale > 1e-9
    train, test = ((x[:, keep] - mean[keep]) / scale[keep] for x in (train, test))
    if hidden:
        rng = np.random.default_rng(seed)
        weights = rng.normal(size=(train.shape[1], hidden)) / np.sqrt(train.shape[1])
        shift = rng.normal(size=hidden)
        train, test = (np.hstack([x, np.maximum(x @ weights + shift, 0.0)]) for x in (train, test))
    train, test = (np.hstack([x, np.ones((len(x), 1))]) for x in (train, test))
    half = len(train) * 3 // 4
    square, cross = train[:half].T @ train[:half], train[:half].T @ target[:half]
    best = None
    for penalty in (1e-4, 1e-2, 1.0, 30.0, 1000.0):
        found = np.linalg.solve(square + penalty * np.eye(len(square)), cross)
        error = np.sqrt(np.mean((train[half:] @ found - target[half:]) ** 2))
        if best is None or error < best[0]:
            best = (error, test @ found)
    return best[1]


def covariance(sd, track, decision):
    """Covariance of the errors ``sd (track E + decision e)`` of one track."""
    return track**2 * np.outer(sd, sd) + decision**2 * np.diag(sd**2)


def information(mean_slope, sd, sd_slope, track, decision):
    """Fisher information ``(P, P)`` of Gaussian measurements whose mean and deviations depend on P parameters."""
    sigma = np.linalg.inv(covariance(sd, track, decision))
    size = mean_slope.shape[1]
    slopes = []
    for p in range(size):
        outer = np.outer(sd_slope[:, p], sd)
        slopes.append(
            track**2 * (outer + outer.T) + decision**2 * np.diag(2.0 * sd * sd_slope[:, p])
        )
    found = mean_slope.T @ sigma @ mean_slope
    for p in range(size):
        for q in range(size):
            found[p, q] += 0.5 * np.trace(sigma @ slopes[p] @ sigma @ slopes[q])
    return found


def motion_bound(ranges, knows_speed=False):
    """Cramer-Rao bounds of last distance (m) and relative speed (m/s) of a body at these ranges ``(STEPS,)``.

    ``knows_speed``: the bound of the distance alone for who knows the speed.
    """
    clock = 0.2 * (np.arange(len(ranges)) - (len(ranges) - 1))
    position = np.stack([np.ones_like(clock), clock], axis=1)
    speed = np.stack([np.zeros_like(clock), np.ones_like(clock)], axis=1)
    found = information(position, 0.05 + 0.02 * ranges, 0.02 * position, 0.8, 0.6)
    found += information(speed, 0.15 + 0.005 * ranges, 0.005 * position, 0.28, 0.96)
    # the bearing's errors grow with the range too
    found += information(0.0 * position, 0.05 + 0.002 * ranges, 0.002 * position, 0.8, 0.6)
    if knows_speed:
        return 1.0 / np.sqrt(found[0, 0])
    return np.sqrt(np.diag(np.linalg.inv(found)))


def size_bound(size, ranges):
    """Cramer-Rao bound of a size, m, whose error is 5 % for ever plus the edges' at these ranges."""
    edges = covariance(ranges * 0.378e-3, 0.8, 0.6)
    unit = np.ones(len(ranges))
    return np.sqrt(1.0 / (unit @ np.linalg.inv(edges) @ unit) + (0.05 * size) ** 2)


def stand(scene, num, seed):
    """Look posteriors ``(num, STEPS, L)`` of the first object, seen from a standing ego, and the true range."""
    env = DebrisVectorEnv(num)
    rng = np.random.default_rng(seed)
    instance, instances = scene.build("bench", 0), []
    for _ in range(num):
        episode_i, debris_i = instance.episode_i.copy(), instance.debris_i.copy()
        episode_i[episode.NOISE_SEED] = rng.integers(2**60)
        debris_i[debris.LOOK, 0] = rng.integers(debris.NUM_LOOKS)
        instances.append(dataclasses.replace(instance, episode_i=episode_i, debris_i=debris_i))
    env.reset(options={"instance": instances})
    found = []
    for step in range(STEPS):
        env.batch.episode_i[:, episode.DECISION] = step
        for b in range(num):
            observe(world_at(env.batch, b))
        found.append(
            env.batch.debris[:, 0, column.D_LOOK : column.D_LOOK + debris.NUM_LOOKS].copy()
        )
    looks = np.array([drawn.debris_i[debris.LOOK, 0] for drawn in instances])
    return np.stack(found, axis=1).astype(np.float64), looks
