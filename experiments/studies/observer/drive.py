"""Drives one instance with its true contents, and again with candidate contents and the same actions of the ego."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.batched.env import DebrisVectorEnv
from envs.cost.parameters import CostParameters
from envs.scenario.instance import ScenarioInstance
from envs.specification import (
    DECISIONS_PER_EPISODE,
    VEHICLE_SLOTS,
    debris,
    episode,
    track,
    vehicle,
)
from envs.specification.world import Batch
from experiments.studies.observer.candidates import Candidates
from policies.floors import Constant

Array = NDArray[np.float64]

PASSED_M: Final = 5.0
"""The run ends when the object is this far behind the ego's centre."""

MOTION: Final = (debris.X, debris.Y, debris.Z, debris.VX, debris.VY, debris.VZ, debris.YAW)
"""Rows of ``debris_f`` that change and that a track shows."""

MEASURED: Final = (*MOTION, debris.LENGTH, debris.WIDTH, debris.HEIGHT)
"""The same with the sizes, which change when an object comes to lie on another face."""

TRAFFIC: Final = (
    vehicle.X, vehicle.Y, vehicle.SPEED, vehicle.HEADING, vehicle.ACCELERATION, vehicle.JOLT,
)  # fmt: skip
"""Rows of ``vehicle_f`` that a track shows."""

X, Y, Z, VX, VY, VZ, YAW, *SIZES = range(len(MEASURED))
V_X, V_Y, V_SPEED, V_HEADING, V_ACCELERATION, V_JOLT = range(len(TRAFFIC))

_TURNING: Final = (
    debris.ROLL, debris.PITCH, debris.ROLL_RATE, debris.PITCH_RATE, debris.YAW_RATE,
)  # fmt: skip
_SIZES: Final = (debris.LENGTH, debris.WIDTH, debris.HEIGHT)
_PLACE_FLAGS: Final = (
    debris.CARRIER, debris.RELEASE_TICK, debris.BLOCKS_TRAFFIC, debris.STRUCK_BY_EGO,
    debris.TOUCHING, debris.FATES, debris.FACE,
)  # fmt: skip


class Drive(NamedTuple):
    """One run of ``T + 1`` states of ``B`` worlds, the first before any action."""

    motion: Array  # (T + 1, B, len(MEASURED)) of the object
    traffic: Array  # (T + 1, B, len(TRAFFIC), N)
    touching: NDArray[np.int64]  # (T + 1, B) bits of the vehicles that touch the object
    carried: NDArray[np.bool_]  # (T + 1, B)
    running: NDArray[np.bool_]  # (T + 1, B) the episode is not over


class TrueDrive(NamedTuple):
    """The run with the true contents, and what was measured in it."""

    drive: Drive  # of one world
    actions: Array  # (T, 2) of the ego, which keeps its lane and its distance
    rows: NDArray[np.float32]  # (T + 1, NUM_DEBRIS) observed of the object
    vehicles: NDArray[np.float32]  # (T + 1, VEHICLE_SLOTS, NUM_VEHICLE)
    targets: NDArray[np.int64]  # (T + 1, VEHICLE_SLOTS) which vehicle each row shows; -1 = none
    ego: Array  # (T + 1, 2) position
    states: Batch  # (T + 1,) whole worlds


class _Log:
    """States of a run, one after the other."""

    def __init__(self, j: int) -> None:
        self._j = j
        self._states: list[tuple[Array, Array, NDArray[np.int64], NDArray[np.bool_]]] = []
        self._running: list[NDArray[np.bool_]] = []

    def note(self, batch: Batch, running: NDArray[np.bool_]) -> None:
        """Add the present state."""
        d, i = batch["debris_f"], batch["debris_i"]
        self._states.append(
            (
                d[:, MEASURED, self._j],
                batch["vehicle_f"][:, TRAFFIC],
                i[:, debris.TOUCHING, self._j].copy(),
                i[:, debris.CARRIER, self._j] >= 0,
            )
        )
        self._running.append(running.copy())

    def finish(self) -> Drive:
        """All states as arrays."""
        motion, traffic, touching, carried = (
            np.array([state[k] for state in self._states]) for k in range(4)
        )
        return Drive(motion, traffic, touching, carried, np.array(self._running))


def drive_true(instance: ScenarioInstance, j: int, cost: CostParameters | None) -> TrueDrive:
    """Drive with an ego that keeps its lane and its distance, until object ``j`` is behind it."""
    env, policy = make_worlds(instance, 1, cost), Constant()
    policy.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
    log, running = _Log(j), np.ones(1, np.bool_)
    rows, vehicles, targets, ego, actions, states = [], [], [], [], [], []
    observation, _ = env.reset(options={"instance": instance})
    for _ in range(DECISIONS_PER_EPISODE):
        log.note(env.batch, running)
        states.append(env.batch.copy())
        rows.append(observation["debris"][0, j])
        vehicles.append(observation["vehicles"][0])
        targets.append(env.batch["track_i"][0, track.TARGET, :VEHICLE_SLOTS].copy())
        ego.append(env.batch["vehicle_f"][0, [vehicle.X, vehicle.Y], 0])
        ahead = env.batch["debris_f"][0, debris.X, j] - ego[-1][0]
        if not running[0] or ahead < -PASSED_M:
            break
        action = np.asarray(policy.act(observation), dtype=np.float64)
        observation, _, terminated, truncated, _ = env.step(action)
        actions.append(action[0])
        if terminated[0] or truncated[0]:
            break
    return TrueDrive(
        log.finish(),
        np.array(actions[: len(rows) - 1]).reshape(-1, 2),
        np.array(rows),
        np.array(vehicles),
        np.array(targets),
        np.array(ego),
        np.concatenate(states),
    )


def drive_candidates(
    instance: ScenarioInstance,
    j: int,
    contents: Candidates,
    actions: Array,
    cost: CostParameters | None,
    rng: np.random.Generator,
) -> Drive:
    """Drive once with each of ``S`` contents of object ``j`` and other noise, with given actions ``(T, 2)``."""
    count = len(contents.kind)
    env = make_worlds(instance, count, cost)
    env.reset(options={"instance": instance})
    put_contents(env.batch, j, contents)
    env.batch["episode_i"][:, episode.NOISE_SEED] = rng.integers(2**62, size=count)
    log, running = _Log(j), np.ones(count, np.bool_)
    log.note(env.batch, running)
    for action in actions:
        _, _, terminated, truncated, _ = env.step(np.repeat(action[None], count, axis=0))
        running &= ~(terminated | truncated)
        log.note(env.batch, running)
    return log.finish()


def put_contents(batch: Batch, j: int, contents: Candidates) -> None:
    """Give object ``j`` of every world other contents, in place; place, motion, load and the lower face stay."""
    f, i = contents.floats.copy(), contents.ints.copy()
    kept = (*MOTION, *_TURNING)
    f[:, kept] = batch["debris_f"][:, kept, j]
    i[:, _PLACE_FLAGS] = batch["debris_i"][:, _PLACE_FLAGS, j]
    original = f[:, _SIZES]
    for sizes, row, face in zip(f, original, i[:, debris.FACE].tolist(), strict=True):
        sizes[list(_SIZES)] = [row["LWH".index(side)] for side in debris.FACES[face]]
    batch["debris_f"][:, :, j], batch["debris_i"][:, :, j] = f, i


def make_worlds(
    instance: ScenarioInstance, count: int, cost: CostParameters | None
) -> DebrisVectorEnv:
    """Make worlds that begin again with the same instance when an episode is over."""

    def again(*_: object) -> ScenarioInstance:
        return instance

    return DebrisVectorEnv(count, scenario=again, cost=cost)
