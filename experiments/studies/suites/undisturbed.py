"""The undisturbed run reports whether other vehicles touch each other while the ego touches nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.batched.env import DebrisVectorEnv
from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISION_S, DECISIONS_PER_EPISODE, vehicle
from experiments.studies.suites.lane_change import LaneChange
from policies.base import Policy, Privileged
from policies.floors import Constant

BRAKING_MPS2: Final = 3.0
"""Deceleration of the variant that brakes: firm, but below an emergency stop [A]."""

NUM_WORLDS: Final = 64
"""Worlds stepped at once; the result does not depend on it."""

VARIANTS: Final[dict[str, Callable[[], Policy]]] = {
    "keeps its lane": lambda: Constant("centre"),
    "brakes": lambda: Constant("centre", braking_mps2=BRAKING_MPS2),
    "changes lane": LaneChange,
}
"""What the ego does, by name: it keeps its lane and distance; it brakes while it sees an object ahead; it changes lane
where a gap allows it."""


class Undisturbed(NamedTuple):
    """Result of one instance with one variant; times are those of decisions.

    ``touch_s`` is when two other vehicles first touch, and ``vehicles`` are their indices. ``ego_s`` is when the ego
    first touches an object or a vehicle, or leaves the road. ``None`` = never.
    """

    touch_s: float | None
    vehicles: tuple[int, ...]
    ego_s: float | None

    @property
    def is_safe(self) -> bool:
        """Whether no two other vehicles touch as long as the ego has touched nothing."""
        return self.touch_s is None or (self.ego_s is not None and self.ego_s < self.touch_s)

    def describe(self) -> str:
        """Words for the list of skipped instances."""
        if self.touch_s is None:
            return "no vehicles touch"
        return f"vehicles {' and '.join(map(str, self.vehicles))} touch at {self.touch_s:.1f} s"


def drive_undisturbed(
    instances: Sequence[ScenarioInstance], variant: str = "keeps its lane"
) -> list[Undisturbed]:
    """Drive every instance with one of the ``VARIANTS``, and report contacts between other vehicles.

    An instance is followed to the end of its 20 s, or until the ego's episode ends early.
    """
    found: list[Undisturbed] = []
    for start in range(0, len(instances), NUM_WORLDS):
        found += _drive_batch(instances[start : start + NUM_WORLDS], VARIANTS[variant]())
    return found


def _drive_batch(instances: Sequence[ScenarioInstance], policy: Policy) -> list[Undisturbed]:
    """Drive a batch whose episodes begin together."""
    count = len(instances)
    # the next episode begins a decision after the end: the last state can still be read
    env = DebrisVectorEnv(count, autoreset_mode="NextStep", scenario=lambda *_: instances[0])
    observation, _ = env.reset(options={"instance": list(instances)})
    if isinstance(policy, Privileged):
        policy.bind(env)
    policy.reset(np.ones(count, np.bool_), np.zeros(count, np.int64))
    log = _Log(count)
    for decision in range(1, DECISIONS_PER_EPISODE + 1):
        observation, _, terminated, _, info = env.step(policy.act(observation))
        log.note(decision * DECISION_S, env.batch["vehicle_i"], env.batch["vehicle_f"], info)
        log.is_over |= terminated
        if log.is_over.all():
            break
    return [Undisturbed(*one) for one in zip(log.touch_s, log.vehicles, log.ego_s, strict=True)]


class _Log:
    """What has touched in ``B`` worlds."""

    def __init__(self, count: int) -> None:
        self.touch_s: list[float | None] = [None] * count
        self.vehicles: list[tuple[int, ...]] = [()] * count
        self.ego_s: list[float | None] = [None] * count
        self.is_over = np.zeros(count, np.bool_)

    def note(
        self,
        time_s: float,
        vehicle_i: NDArray[np.int64],
        vehicle_f: NDArray[np.float64],
        info: dict[str, Any],
    ) -> None:
        """Record the state after a decision."""
        ends = np.logical_or.reduce(list(info["events"].values()))
        for b in np.flatnonzero(~self.is_over).tolist():
            crashed = vehicle_i[b, vehicle.CRASHED] == 1
            if self.ego_s[b] is None and (ends[b] or info["contacts"][b]):
                self.ego_s[b] = round(time_s, 1)
            if self.touch_s[b] is None and not crashed[0] and crashed[1:].any():
                self.touch_s[b] = round(time_s, 1)
                self.vehicles[b] = find_pair(vehicle_f[b], np.flatnonzero(crashed))


def find_pair(vehicle_f: NDArray[np.float64], crashed: NDArray[np.int64]) -> tuple[int, ...]:
    """The two crashed vehicles whose centres are nearest to each other, or the only one."""
    if len(crashed) < 2:
        return tuple(crashed.tolist())
    x, y = vehicle_f[vehicle.X, crashed], vehicle_f[vehicle.Y, crashed]
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    apart[np.tril_indices(len(crashed))] = np.inf
    first, second = np.unravel_index(apart.argmin(), apart.shape)
    return int(crashed[first]), int(crashed[second])
