"""Converts the states of episodes, decision by decision, to numbers that a browser can draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import CostParameters
from envs.scenario.instance import ScenarioInstance
from envs.sensing.tracker import BRAKE_LAMP_MPS2
from envs.specification import (
    DEBRIS_SLOTS,
    VEHICLE_SLOTS,
    column,
    component,
    debris,
    episode,
    track,
    vehicle,
)
from experiments.rollout.listener import Listener
from experiments.rollout.loop import Episode, Rollout
from policies.base import LABELS, Explanation, Observation, Option, Policy

BEHIND_M, AHEAD_M = 80.0, 180.0
"""Vehicles and objects further away are left out: the picture does not show them."""

MOST_BELIEFS: Final = 5
"""Classes that are shown of one belief."""

MOST_OPTIONS: Final = 4
"""Imagined plans that are shown of one decision, the chosen one first."""

PATH_EVERY: Final = 3
"""Every third point of an imagined path is kept."""


class Run(NamedTuple):
    """One policy in one instance, as recorded for a replay."""

    policy: str
    episode: Episode
    frames: list[dict[str, Any]]  # one per decision: see ``_frame``


class _Recorder(Listener):
    """Records the true worlds and the explanations of every decision."""

    def __init__(self, policy: Policy, size: int) -> None:
        super().__init__(policy)
        self.frames: list[list[dict[str, Any]]] = [[] for _ in range(size)]
        self._is_open = np.ones(size, np.bool_)
        self._has_begun = False

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Start recording a world's first episode, or stop at its end: a second episode is not recorded."""
        if self._has_begun:
            self._is_open &= ~mask
        self._has_begun = True
        super().reset(mask, seeds)

    def see(self, observation: Observation) -> None:
        """Record the true worlds."""
        del observation
        for b in np.flatnonzero(self._is_open).tolist():
            self.frames[b].append(_frame(self.worlds.batch[b]))

    def hear(self, said: Explanation) -> None:
        """Record reasons, belief and plans."""
        for b in np.flatnonzero(self._is_open).tolist():
            self.frames[b][-1].update(_said(said, b))


def drive_all(
    name: str,
    policy: Policy,
    instances: Sequence[ScenarioInstance],
    *,
    policy_seed: int = 0,
    cost: CostParameters | None = None,
) -> list[Run]:
    """Drive at least one instance with a policy, side by side; costs equal those of the records.

    Parameters
    ----------
    name
        Name of the policy.
    policy
        Any policy.
    instances
        What it drives.
    policy_seed
        Seed of a policy that draws random numbers.
    cost
        Cost parameters; the default setting if not given.
    """
    recorder = _Recorder(policy, len(instances))
    rollout = Rollout(
        recorder, instances, num_worlds=len(instances), policy_seed=policy_seed, cost=cost
    )
    episodes = dict(rollout.episodes())
    return [
        Run(name, episodes[k], recorder.frames[k][: len(episodes[k].actions)])
        for k in range(len(instances))
    ]


def _frame(world: Any) -> dict[str, Any]:  # noqa: ANN401 (a record of envs.specification.world)
    """Vehicles and objects before a decision, in metres, degrees and m/s, rounded."""
    v, d, e = world["vehicle_f"], world["debris_f"], world["episode_i"]
    ego_x = float(v[vehicle.X, 0])
    targets, seen = world["track_i"][track.TARGET], world["track_i"][track.VISIBLE] == 1
    cars_seen = set(targets[:VEHICLE_SLOTS][seen[:VEHICLE_SLOTS]].tolist())
    things_seen = set(targets[VEHICLE_SLOTS:][seen[VEHICLE_SLOTS:]].tolist())
    cars = []
    for i in range(int(e[episode.NUM_VEHICLES])):
        if not -BEHIND_M < v[vehicle.X, i] - ego_x < AHEAD_M:
            continue
        flags = (
            int(v[vehicle.ACCELERATION, i] < BRAKE_LAMP_MPS2)
            + 2 * int(world["vehicle_i"][vehicle.CRASHED, i])
            + 4 * int(i == 0 or i in cars_seen)
        )
        cars.append(
            [i, *_rounded(v[vehicle.X, i], v[vehicle.Y, i]), _degrees(v[vehicle.HEADING, i]),
             round(float(v[vehicle.SPEED, i]), 1), flags]
        )  # fmt: skip
    things = [
        [j, *_rounded(*d[[debris.X, debris.Y, debris.Z], j]), _degrees(d[debris.YAW, j]), int(j in things_seen)]
        for j in range(int(e[episode.NUM_DEBRIS]))
        if -BEHIND_M < d[debris.X, j] - ego_x < AHEAD_M
    ]  # fmt: skip
    return {
        "cars": cars,
        "things": things,
        "usd": round(float(world["episode_f"][episode.TOTAL_COST]), 2),
    }


def _rounded(*metres: float) -> list[float]:
    """Numbers rounded to centimetres, because a picture shows nothing finer."""
    return [round(float(value), 2) for value in metres]


def _degrees(radians: float) -> float:
    """Radians as degrees, rounded to a tenth."""
    return round(float(np.degrees(radians)), 1)


def _said(said: Explanation, b: int) -> dict[str, Any]:
    """A policy's explanation for one world, for the replay."""
    label, reason = int(said.labels[b]), int(said.reasons[b])
    plain: dict[str, Any] = {
        "label": LABELS[label] if label >= 0 else "",
        "reason": said.names[reason] if 0 <= reason < len(said.names) else "",
    }
    if said.outlook is not None:
        plain["belief"] = _beliefs(said, b)
    if len(said.options):
        plain["options"] = [_option(one) for one in said.options[b][:MOST_OPTIONS]]
    return plain


def _beliefs(said: Explanation, b: int) -> list[Any]:
    """The likeliest classes of every tracked object: ``[slot, doubt, [[name, probability], ...]]``."""
    outlook = said.outlook
    beliefs: list[Any] = []
    if outlook is None:
        return beliefs
    for j in range(DEBRIS_SLOTS):
        chance = outlook.contents[b, j]
        if chance.sum() > 0.0:
            best = np.argsort(-chance, kind="stable")[:MOST_BELIEFS]
            named = [[outlook.names[k], round(float(chance[k]), 3)] for k in best.tolist()]
            beliefs.append([j, round(float(outlook.doubt[b, j]), 3), named])
    return beliefs


def _option(option: Option) -> dict[str, Any]:
    """One imagined plan as values for the replay."""
    path = np.asarray(option.path, np.float64).reshape(-1, 2)[::PATH_EVERY]
    return {
        "name": option.name,
        "mean": round(option.mean_usd, 1),
        "worst": round(option.worst_usd, 1),
        "path": [_rounded(*point) for point in path.tolist()],
    }


def describe_instance(instance: ScenarioInstance) -> dict[str, Any]:
    """Road, vehicles and objects: everything that stays the same during an episode."""
    v, d = instance.vehicle_f, instance.debris_f
    f, i = instance.episode_f, instance.episode_i
    return {
        "lanes": int(i[episode.NUM_LANES]),
        "shoulder": int(i[episode.HAS_SHOULDER]),
        "edges": _rounded(f[episode.LEFT_EDGE], f[episode.RIGHT_EDGE]),
        "cars": [_rounded(v[vehicle.LENGTH, k], v[vehicle.WIDTH, k]) for k in range(v.shape[1])],
        "things": [
            {
                "name": name.replace("_", " "),
                "size": _rounded(d[debris.LENGTH, j], d[debris.WIDTH, j], d[debris.HEIGHT, j]),
                "mass_kg": round(float(d[debris.MASS, j]), 2),
                "real": int(instance.debris_i[debris.IS_REAL, j]),
                "patch": int(instance.debris_i[debris.IS_PATCH, j]),
            }
            for j, name in enumerate(instance.debris_types)
        ],
    }


def to_plain(run: Run) -> dict[str, Any]:
    """A recorded run as values for JSON."""
    e = run.episode
    parts = e.cost_usd.sum(axis=0)
    return {
        "policy": run.policy,
        "usd": round(float(e.total_usd.sum()), 2),
        "parts": {
            name.replace("_", " "): round(float(value), 2)
            for name, value in sorted(zip(component.NAMES, parts, strict=True), key=lambda p: -p[1])
            if value >= 0.005
        },
        "ended": [name.replace("_", " ") for name, happened in e.events.items() if happened],
        "contacts": [int(row["decision"]) for row in e.contacts if row["vehicle"] == 0],
        "speed": [round(float(value), 1) for value in e.ego[:, column.E_SPEED]],
        "frames": run.frames,
    }
