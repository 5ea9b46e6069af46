"""The decision probe: the cost of every answer to an object from the moment the object is recognised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.action import encode_acceleration
from envs.batched.env import DebrisVectorEnv
from envs.cost.parameters import CostParameters
from envs.debris.catalogue import load_catalogue
from envs.debris.specification import DebrisDraw, DebrisSpec
from envs.errors import UserError
from envs.scenario.instance import ScenarioInstance
from envs.sensing.tracker import object_slot
from envs.specification import (
    DECISIONS_PER_EPISODE,
    debris,
    episode,
    vehicle,
)
from policies.planning.answers import ANSWERS, Approach, Candidate, candidates

HORIZON = 50
"""Decisions that are rolled after the object is recognised: 10 s, enough to pass it and settle."""


FALLBACK_DISTANCE_M = 60.0
"""Where the object is never recognised, the answers begin at this distance."""


class Answered(NamedTuple):
    """Costs of all answers in one instance."""

    cost_usd: NDArray[np.float64]  # (A,) cheapest execution of every answer
    value_known_usd: float  # expected cost of the best answer when contents are known
    value_unknown_usd: float  # expected cost of the one best answer when they are not


class Rolled(NamedTuple):
    """Costs of every execution of every answer in one instance."""

    found: list[Candidate]
    actions: NDArray[np.float64]  # (1, C, H, 2)
    cost_usd: NDArray[np.float64]  # (C,) from the moment of recognition on
    before_usd: float  # until then: the same for all
    approach: Approach


class DecisionProbe:
    """Simulates every answer from the moment the object is recognised.

    Parameters
    ----------
    cost
        Cost parameters, as for the environment; the default setting if not given.
    horizon
        Decisions that are rolled after that moment, at most; an episode's end cuts them.
    """

    def __init__(self, cost: CostParameters | None = None, horizon: int = HORIZON) -> None:
        self._env = DebrisVectorEnv(1, cost=cost)
        self._horizon = horizon
        self._keep = np.array([[encode_acceleration(0.0), 0.0]])
        catalogue = load_catalogue()
        self._groups: dict[str, list[DebrisSpec]] = {}
        for name in sorted(catalogue):
            group = catalogue[name].look_alike_group
            if group is not None:
                self._groups.setdefault(group, []).append(catalogue[name])
        self._group_of = {
            spec.name: group for group, specs in self._groups.items() for spec in specs
        }

    def answer(self, instance: ScenarioInstance, num_contents: int = 0, seed: int = 0) -> Answered:
        """Cost of every answer to one instance, and the value of knowing the contents.

        Parameters
        ----------
        instance
            What to answer.
        num_contents
            Number of alternative contents drawn from the look-alike group of its first object; 0 = none.
        seed
            Of those draws.

        Returns
        -------
        Answered
            In US$.
        """
        found, actions, costs, *_ = self.roll(instance)
        known = unknown = float("nan")
        if num_contents and instance.debris_types[0] in self._group_of:
            table = self._contents_table(instance, actions, num_contents, seed)
            known, unknown = float(table.min(axis=1).mean()), float(table.mean(axis=0).min())
        return Answered(_by_answer(costs, found), known, unknown)

    def roll(self, instance: ScenarioInstance) -> Rolled:
        """Cost of every execution of every answer.

        Parameters
        ----------
        instance
            With an object.

        Returns
        -------
        Rolled
            In US$.

        Raises
        ------
        UserError
            If the episode ends before an object is recognised, with the ego driving on.
        """
        approach, horizon, before = self._approach(instance)
        found = candidates(approach, horizon)
        actions = np.stack([candidate.actions for candidate in found])[None]
        return Rolled(found, actions, self.branch(actions), before, approach)

    def branch(self, actions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cost of executions from the moment of the last ``roll``: ``(1, C, H, 2)`` actions to ``(C,)`` US$."""
        total: NDArray[np.float64] = self._env.branch(actions).cost_usd.sum(axis=(0, 2, 3))
        return total

    def _approach(self, instance: ScenarioInstance) -> tuple[Approach, int, float]:
        """Drive on until an object is recognised; returns the state, the length of the answers and the cost so far."""
        self._env.reset(options={"instance": instance})
        world = self._env.batch[0]
        f = world.vehicle_f
        low = world.episode_f[episode.LEFT_EDGE] + 0.5 * f[vehicle.WIDTH, 0]
        high = world.episode_f[episode.RIGHT_EDGE] - 0.5 * f[vehicle.WIDTH, 0]
        self._keep[0, 1] = 2.0 * (world.episode_f[episode.TARGET_Y] - low) / (high - low) - 1.0
        before = 0.0
        for _ in range(DECISIONS_PER_EPISODE // 2):
            index = self._recognised()
            if index >= 0:
                break
            _, _, terminated, _, info = self._env.step(self._keep)
            if terminated[0]:
                raise UserError("instance: the episode ends before an object is recognised")
            before += float(info["cost"]["total"][0])
        else:
            index = 0
        world = self._env.batch[0]
        approach = Approach(
            speed_mps=float(world.vehicle_f[vehicle.SPEED, 0]),
            y_m=float(world.vehicle_f[vehicle.Y, 0]),
            lane=int(world.vehicle_i[vehicle.LANE, 0]),
            object_distance_m=float(
                world.debris_f[debris.X, index] - world.vehicle_f[vehicle.X, 0]
            ),
            object_y_m=float(world.debris_f[debris.Y, index]),
            low_m=float(low),
            high_m=float(high),
        )
        left = DECISIONS_PER_EPISODE - int(world.episode_i[episode.DECISION])
        return approach, min(self._horizon, left), before

    def _recognised(self) -> int:
        """Index of a tracked object, or of a near object without a track; -1 if there is none."""
        world = self._env.batch[0]
        for j in range(int(world.episode_i[episode.NUM_DEBRIS])):
            ahead = world.debris_f[debris.X, j] - world.vehicle_f[vehicle.X, 0]
            is_free = world.debris_i[debris.CARRIER, j] < 0
            if object_slot(world, j) >= 0 or (is_free and ahead < FALLBACK_DISTANCE_M):
                return j
        return -1

    def _contents_table(
        self, instance: ScenarioInstance, actions: NDArray[np.float64], count: int, seed: int
    ) -> NDArray[np.float64]:
        """Cost of every execution for alternative contents of the first object, ``(count, C)``."""
        rng = np.random.default_rng(seed)
        specs = self._groups[self._group_of[instance.debris_types[0]]]
        saved = self._env.state_dict()
        world = self._env.batch[0]
        table = np.empty((count, actions.shape[1]))
        for k in range(count):
            draw = specs[k % len(specs)].sample(rng)
            _set_contents(world.debris_f, draw)
            table[k] = self._env.branch(actions).cost_usd.sum(axis=(0, 2, 3))
        self._env.load_state_dict(saved)
        return table


def _set_contents(debris_f: NDArray[np.float64], draw: DebrisDraw) -> None:
    """Replace the hidden properties of the first object, but not size, place, angle (envs/physics/SOURCES.md 5.2)."""
    for row, value in (
        (debris.MASS, draw.mass_kg),
        (debris.CRUSH_PRESSURE, draw.crush_pressure_pa),
        (debris.STIFFNESS, draw.stiffness_npm),
        (debris.SHARPNESS, draw.sharpness),
    ):
        debris_f[row, 0] = value


def _by_answer(costs: NDArray[np.float64], found: Sequence[Candidate]) -> NDArray[np.float64]:
    """Cost of the cheapest execution of every answer; inf without any."""
    answers = np.array([candidate.answer for candidate in found])
    return np.array([costs[answers == answer].min(initial=np.inf) for answer in ANSWERS])
