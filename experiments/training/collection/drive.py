"""Collects one shard: a behaviour drives instances in the simulator, and every decision is logged with the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.batched.env import DebrisVectorEnv
from envs.physics.contact.outcome import MODE_NAMES
from envs.scenario.instance import ScenarioInstance
from envs.specification import (
    DEBRIS_SLOTS,
    DECISIONS_PER_EPISODE,
    VEHICLE_SLOTS,
    column,
    component,
)
from experiments.rollout.decision_check import check_decision, in_instance
from experiments.rollout.loop import world_seed
from experiments.training.collection.truth import read_truth, struck_by_others
from policies.base import Policy
from policies.world_model.log import experience as log

KEPT_AFTER: Final = 15
"""Decisions kept after the last object has been passed: 3 s. What comes later teaches nothing about objects."""

KEPT_ANYWAY: Final = 20
"""Every 20th episode is kept to its end, because roads without objects are part of the world."""

_OBJECT_BEHIND_M: Final = -5.0


def drive(
    policy: Policy, instances: Sequence[ScenarioInstance], seeds: Sequence[int], behaviour: str
) -> log.Shard:
    """Drive every instance once, all side by side.

    Parameters
    ----------
    policy
        The behaviour.
    instances
        One world each.
    seeds
        Of the instances.
    behaviour
        Its name.

    Returns
    -------
    Shard
        Episode by episode, each trimmed after its last object.
    """
    size = len(instances)
    env = DebrisVectorEnv(size, scenario=lambda *_: instances[0])
    kept = {
        name: np.zeros((DECISIONS_PER_EPISODE, size, *shape), kind)
        for name, (shape, kind) in log.COLUMNS.items()
    }
    length = np.full(size, DECISIONS_PER_EPISODE)
    names = sorted({name for one in instances for name in one.debris_types})
    observation, _ = env.reset(options={"instance": list(instances)})
    policy.reset(np.ones(size, np.bool_), np.array([world_seed(0, one.hash) for one in instances]))
    truth = _Truth(size)
    runs = np.ones(size, np.bool_)
    for step in range(DECISIONS_PER_EPISODE):
        truth.read(env)
        _note_before(kept, step, observation, truth, env, names)
        where = [in_instance(step, one.family, one.hash, b) for b, one in enumerate(instances)]
        action = check_decision(behaviour, policy.act(observation), size, where.__getitem__)
        kept["action"][step] = action
        observation, _, terminated, truncated, info = env.step(action)
        _note_after(kept, step, info, truth, instances, runs)
        truth.note_struck(env, kept["struck"][step], runs & ~(terminated | truncated))
        ended = (terminated | truncated) & runs
        length[ended] = step + 1
        kept["ended"][step, :, log.TERMINATED] = terminated & runs
        kept["ended"][step, :, log.TRUNCATED] = truncated & runs
        for b in np.flatnonzero(ended & terminated):
            _note_collision(kept["collided"][step, b], info, int(b))
        runs &= ~ended
        if not runs.any():
            break
    _note_knock_on(kept, length)
    return _cut(kept, length, instances, seeds, behaviour, tuple(names))


class _Truth:
    """True state at present, and which objects are touched."""

    def __init__(self, size: int) -> None:
        self.ego = np.zeros((size, log.NUM_EGO_TRUE))
        self.vehicles = np.zeros((size, VEHICLE_SLOTS, log.NUM_VEHICLE_TRUE))
        self.objects = np.zeros((size, DEBRIS_SLOTS, log.NUM_DEBRIS_TRUE))
        self.contents = np.zeros((size, DEBRIS_SLOTS, log.NUM_CONTENTS))
        self.targets = np.zeros((size, VEHICLE_SLOTS + DEBRIS_SLOTS), np.int64)
        self.touching = np.zeros((size, DEBRIS_SLOTS), np.int64)

    def read(self, env: DebrisVectorEnv) -> None:
        """Read the state before a decision."""
        read_truth(
            env.batch.view(np.ndarray),
            self.ego,
            self.vehicles,
            self.objects,
            self.contents,
            self.targets,
            self.touching,
        )

    def note_struck(
        self, env: DebrisVectorEnv, struck: NDArray[np.int8], goes_on: NDArray[np.bool_]
    ) -> None:
        """Record which objects a vehicle other than the ego has begun to touch in the decision."""
        before, targets = self.touching.copy(), self.targets.copy()
        self.read(env)
        same = targets[:, VEHICLE_SLOTS:] == self.targets[:, VEHICLE_SLOTS:]
        struck[:] = struck_by_others(before, self.touching) & same & goes_on[:, None]


def _note_before(
    kept: dict[str, NDArray[Any]],
    step: int,
    observation: dict[str, Any],
    truth: _Truth,
    env: DebrisVectorEnv,
    names: list[str],
) -> None:
    """Record observation and truth of a decision; what ended worlds record is cut off later."""
    for name in ("ego", "vehicles", "debris"):
        kept[name][step] = observation[name]
    kept["step"][step] = step
    kept["ego_true"][step] = truth.ego
    kept["vehicles_true"][step] = truth.vehicles
    kept["debris_true"][step] = truth.objects
    kept["contents"][step] = truth.contents
    place = {name: k for k, name in enumerate(names)}
    for b, slot in zip(*np.nonzero(truth.targets[:, VEHICLE_SLOTS:] >= 0), strict=True):
        target = truth.targets[b, VEHICLE_SLOTS + slot]
        instance = env.instances[b]
        if instance is not None:
            kept["object_type"][step, b, slot] = place[instance.debris_types[target]]
    kept["object_type"][step][truth.targets[:, VEHICLE_SLOTS:] < 0] = -1


def _note_after(
    kept: dict[str, NDArray[Any]],
    step: int,
    info: dict[str, Any],
    truth: _Truth,
    instances: Sequence[ScenarioInstance],
    runs: NDArray[np.bool_],
) -> None:
    """Record cost, contacts and events of a decision."""
    for k, name in enumerate(component.NAMES):
        kept["cost"][step, :, k] = info["cost"][name]
    kept["ended"][step, :, log.OFF_ROAD] = info["events"]["off_road"]
    kept["ended"][step, :, log.LOST_CONTROL] = info["events"]["loss_of_control"]
    for b, contacts in enumerate(info["contacts"]):
        if contacts and runs[b]:
            front = float(info["cost"]["front"][b]) / sum(1 for _ in contacts)
            for row in contacts:
                _note_contact(kept, step, b, row, front, truth, instances[b])


def _note_contact(
    kept: dict[str, NDArray[Any]],
    step: int,
    b: int,
    row: dict[str, Any],
    front_usd: float,
    truth: _Truth,
    instance: ScenarioInstance,
) -> None:
    """Record one contact in the slot of the object; only the first of a decision counts."""
    targets = truth.targets[b, VEHICLE_SLOTS:]
    slots = [
        slot
        for slot in range(DEBRIS_SLOTS)
        if targets[slot] >= 0 and instance.debris_types[targets[slot]] == row["object"]
    ]
    # objects of one type: the one that is nearest to where the contact was
    near = kept["debris_true"][step, b]
    offset = near[:, log.M_Y] - truth.ego[b, log.T_Y] - row["offset_m"]
    slots.sort(key=lambda slot: abs(near[slot, log.M_DX]) + abs(offset[slot]))
    if not slots or kept["contact"][step, b, slots[0], log.C_IS] > 0.0:
        kept["untracked_usd"][step, b] += row["cost_usd"]
        return
    kept["contact"][step, b, slots[0]] = (
        1.0,
        MODE_NAMES.index(row["mode"]),
        row["delta_v_mps"],
        row["vertical_acceleration_mps2"],
        row["yaw_rate_radps"],
        row["underbody_force_n"],
        front_usd,
        row["puncture"],
        row["rim_damage"],
        row["loss_of_control"],
        row["exit_speed_mps"],
        row["closing_speed_mps"],
        row["offset_m"],
        row["cost_usd"],
        0.0,
    )


def _note_collision(collided: NDArray[np.int8], info: dict[str, Any], b: int) -> None:
    """Record with which slot the ego collided: the vehicle nearest to it in the last observation."""
    if not info["events"]["collision"][b]:
        return
    rows = info["final_obs"][b]["vehicles"]
    gap = np.maximum(
        np.abs(rows[:, column.V_DX]) - 0.5 * (rows[:, column.V_LENGTH] + 4.5),
        np.abs(rows[:, column.V_DY]) - 0.5 * (rows[:, column.V_WIDTH] + 1.8),
    )
    gap = np.where(rows[:, column.V_TRACKED] > 0.5, gap, np.inf)
    nearest = int(gap.argmin())
    collided[nearest if gap[nearest] < 2.0 else VEHICLE_SLOTS] = 1


def _note_knock_on(kept: dict[str, NDArray[Any]], length: NDArray[np.int64]) -> None:
    """Add later costs of a struck object for others to its last contact before them."""
    paid = kept["cost"][..., component.FOLLOWERS] + kept["cost"][..., component.WINDSCREEN]
    for step, b in zip(*np.nonzero(paid > 0.0), strict=True):
        if step >= length[b]:
            continue
        for earlier in range(step, -1, -1):
            slots = np.flatnonzero(kept["contact"][earlier, b, :, log.C_IS] > 0.0)
            if slots.size:
                kept["contact"][earlier, b, slots, log.C_KNOCK_ON_USD] += paid[step, b] / slots.size
                break


def _cut(
    kept: dict[str, NDArray[Any]],
    length: NDArray[np.int64],
    instances: Sequence[ScenarioInstance],
    seeds: Sequence[int],
    behaviour: str,
    types: tuple[str, ...],
) -> log.Shard:
    """Concatenate the episodes, each cut some time after its last object."""
    parts = []
    for b in range(len(instances)):
        seen = kept["debris"][: length[b], b]
        ahead = (seen[..., column.D_TRACKED] > 0.5) & (seen[..., column.D_DX] > _OBJECT_BEHIND_M)
        steps = np.flatnonzero(ahead.any(axis=1))
        last = steps[-1] if steps.size else 0
        whole = seeds[b] % KEPT_ANYWAY == 0
        parts.append(int(length[b] if whole else min(length[b], last + 1 + KEPT_AFTER)))
    columns = {
        name: np.concatenate([values[: parts[b], b] for b in range(len(instances))])
        for name, values in kept.items()
    }
    columns["episode"] = np.repeat(np.arange(len(instances), dtype=np.int32), parts)
    return log.Shard(
        columns,
        types,
        tuple(one.family for one in instances),
        (behaviour,) * len(instances),
        tuple(int(seed) for seed in seeds),
    )
