"""Debris-v1 in both engines, side by side: whole episodes, and single ticks from visited states."""

from __future__ import annotations

from typing import Any

import numpy as np

from envs.batched.env import DebrisVectorEnv
from envs.batched.kernels import obstacle
from envs.batched.kernels.tick import initialise_caches, traffic_tick
from envs.batched.kernels.workspace import make_workspace
from envs.highway.env import DebrisEnv
from envs.scenario.instance import ScenarioInstance
from envs.specification import (
    LANE_SPEED_LIMIT_MPS,
    MAX_DEBRIS,
    MAX_VEHICLES,
    course,
    debris,
    episode,
    vehicle,
)
from envs.specification.world import FIELDS, empty_world
from envs.world.tick import after_traffic, before_traffic, begin_decision

CACHES = {"vehicle_f": (vehicle.COS, vehicle.SIN, vehicle.DIAGONAL), "vehicle_i": (vehicle.ORDER,)}
"""Rows that one engine keeps for itself."""


def random_action(rng: np.random.Generator, low: float, high: float, y: float) -> np.ndarray:
    """Mostly gentle driving near ``y``, so that episodes reach their objects; now and then anything."""
    if rng.random() < 0.15:
        return rng.uniform(-1.0, 1.0, 2)
    centre = 2.0 * (y - low) / (high - low) - 1.0
    return np.clip([rng.uniform(0.2, 0.6), centre + rng.normal(0.0, 0.06)], -1.0, 1.0)


def compare_episode(
    family: str, seed: int, *, instance: ScenarioInstance | None = None, sabotage: str = ""
) -> tuple[list[str], int]:
    """Differences of one full episode, and the number of contacts in it.

    Parameters
    ----------
    family, seed
        Which episode.
    instance
        What is played instead of what the seed draws.
    sabotage
        Makes the twin wrong on purpose: ``cost`` (one part in 1e15), ``action`` (one part in 1e15), ``shift`` (the
        object by a billionth of a metre), ``order`` (two vehicles swapped), ``course`` (a moment by a billionth of a
        metre).

    Returns
    -------
    found, contacts
        Lines, empty if equal; number of the ego's contacts.
    """
    reference = DebrisEnv(scenario=family, split="all")
    cost = {"slowing_usd_per_mps": 1.0 + 2.3e-16} if sabotage == "cost" else {}
    twin = DebrisVectorEnv(3, scenario=family, split="all", cost=cost)
    given = None if instance is None else {"instance": instance}
    first, info = reference.reset(seed=seed, options=given)
    # worlds 0 and 2 are distractors
    rows, infos = twin.reset(seed=[seed + 11, seed, seed + 12], options=given)
    found = _differences("reset", first, {key: value[1] for key, value in rows.items()})
    if info["instance_hash"] != infos["instance_hash"][1]:
        found.append("instance_hash")
    if sabotage == "shift":
        twin.batch.debris_f[1, debris.X, 0] += 1e-9
    if sabotage == "order":
        state = twin.batch.vehicle_f[1]
        state[vehicle.X, :2] = state[vehicle.X, 1::-1]
    if sabotage == "course":
        twin.batch.course_f[1, course.X, 2] += 1e-9
    rng = np.random.default_rng(seed)
    f, contacts = reference.world.episode_f, 0
    low, high = f[episode.LEFT_EDGE] + 0.9, f[episode.RIGHT_EDGE] - 0.9
    y = float(reference.world.vehicle_f[vehicle.Y, 0])
    for decision in range(100):
        action = random_action(rng, low, high, y)
        twisted = action * (1.0 - 1e-15) if sabotage == "action" else action
        one = reference.step(action)
        many = twin.step(np.stack([action[::-1], twisted, -action]))
        contacts += len(one[4]["contacts"])
        found += _compare_step(f"decision {decision}", one, many)
        if found or one[2] or one[3]:
            break
    return found, contacts


def _compare_step(where: str, one: Any, many: Any) -> list[str]:
    """Everything a step returns, reference against world 1 of the twin."""
    ended = many[2][1] or many[3][1]
    rows = {key: value[1] for key, value in many[0].items()}
    info = many[4]
    last = info["final_obs"][1] if ended else rows
    found = _differences(where, one[0], last)
    pairs: dict[str, tuple[Any, Any]] = {
        "reward": (one[1], many[1][1]),
        "terminated": (one[2], many[2][1]),
        "truncated": (one[3], many[3][1]),
        "contacts": (one[4]["contacts"], info["contacts"][1]),
        "ttc": (one[4]["ttc"], info["ttc"][1]),
        "state_hash": (one[4]["state_hash"], info["state_hash"][1]),
    }
    pairs |= {f"cost {c}": (x, info["cost"][c][1]) for c, x in one[4]["cost"].items()}
    pairs |= {f"event {c}": (x, info["events"][c][1]) for c, x in one[4]["events"].items()}
    return found + [f"{where}: {name}: {a} {b}" for name, (a, b) in pairs.items() if a != b]


def _differences(where: str, one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Observations that are not equal bit for bit."""
    return [f"{where}: {key}" for key in one if not np.array_equal(one[key], other[key])]


class TickTwin:
    """One tick of the twin from a state of the reference."""

    def __init__(self) -> None:
        self.world = empty_world()
        self._work = make_workspace(MAX_VEHICLES, MAX_DEBRIS)
        self._obstacle_f = np.zeros((obstacle.NUM_FLOATS, MAX_DEBRIS))
        self._obstacle_i = np.zeros((obstacle.NUM_INTS, MAX_DEBRIS), np.int64)

    def load(self, reference: DebrisEnv) -> None:
        """Copy the reference's state, pending impacts included."""
        for name in FIELDS:
            getattr(self.world, name)[...] = getattr(reference.world, name)
        for k, item in enumerate(reference.road.vehicles):
            has_impact = item.impact is not None
            self.world.vehicle_i[vehicle.HAS_IMPACT, k] = int(has_impact)
            if has_impact:
                self.world.vehicle_f[[vehicle.IMPACT_X, vehicle.IMPACT_Y], k] = item.impact
        n = int(self.world.episode_i[episode.NUM_VEHICLES])
        initialise_caches(self.world.vehicle_f, self.world.vehicle_i, n)
        self._count = 0
        for item in reference.road.objects:
            row = self._obstacle_f[:, self._count]
            row[[obstacle.X, obstacle.Y]] = item.position
            row[[obstacle.VX, obstacle.VY]] = item.velocity
            self._count += 1

    def tick(self, p: np.record) -> None:
        """One tick in the order of ``envs.world.tick``."""
        world, i = self.world, self.world.episode_i
        before_traffic(world)
        num_lanes = int(i[episode.NUM_LANES] + i[episode.HAS_SHOULDER])
        traffic_tick(
            world.vehicle_f,
            world.vehicle_i,
            int(i[episode.NUM_VEHICLES]),
            self._obstacle_f,
            self._obstacle_i,
            self._count,
            num_lanes,
            int(i[episode.HAS_SHOULDER]),
            LANE_SPEED_LIMIT_MPS,
            self._work,
        )
        after_traffic(world, p)


def largest_tick_error(family: str, seed: int) -> tuple[float, int]:
    """Largest float difference and number of integer mismatches over all single ticks of one episode."""
    reference = DebrisEnv(scenario=family, split="all")
    reference.reset(seed=seed)
    twin, p = TickTwin(), reference.settings.cost_record
    rng = np.random.default_rng(seed)
    worst, mismatches = 0.0, 0
    low = reference.world.episode_f[episode.LEFT_EDGE] + 0.9
    high = reference.world.episode_f[episode.RIGHT_EDGE] - 0.9
    y = float(reference.world.vehicle_f[vehicle.Y, 0])
    for _ in range(60):
        begin_decision(reference.world, *random_action(rng, low, high, y), False)
        for _ in range(3):
            twin.load(reference)
            twin.tick(p)
            reference._tick()
            error, count = _state_error(reference.world, twin.world)
            worst, mismatches = max(worst, error), mismatches + count
    return worst, mismatches


def _state_error(one: Any, other: Any) -> tuple[float, int]:
    """Largest float difference and number of integer mismatches of two worlds."""
    worst, mismatches = 0.0, 0
    n, j = int(one.episode_i[episode.NUM_VEHICLES]), int(one.episode_i[episode.NUM_DEBRIS])
    for name, width in (("vehicle_f", n), ("debris_f", j), ("episode_f", None), ("cost", None)):
        a, b = getattr(one, name)[..., :width].copy(), getattr(other, name)[..., :width].copy()
        for row in CACHES.get(name, ()):
            a[row] = b[row] = 0.0
        if name == "vehicle_f":
            a[[vehicle.IMPACT_X, vehicle.IMPACT_Y]] = b[[vehicle.IMPACT_X, vehicle.IMPACT_Y]] = 0.0
        worst = max(worst, float(np.abs(a - b).max(initial=0.0)))
    for name, width in (("vehicle_i", n), ("debris_i", j), ("episode_i", None)):
        a, b = getattr(one, name)[..., :width].copy(), getattr(other, name)[..., :width].copy()
        for row in CACHES.get(name, ()):
            a[row] = b[row] = 0
        if name == "vehicle_i":
            a[vehicle.HAS_IMPACT] = b[vehicle.HAS_IMPACT] = 0
        mismatches += int((a != b).sum())
    return worst, mismatches
