"""Dreams from a real moment on, beside the true course under the same actions."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import CostParameters
from envs.errors import UserError
from envs.scenario.instance import ScenarioInstance
from envs.specification import (
    DECISION_HZ,
    DECISION_S,
    TICKS_PER_DECISION,
    VEHICLE_SLOTS,
    column,
    debris,
    episode,
    track,
    vehicle,
)
from envs.specification.world import LAYOUT
from experiments.rollout.listener import Listener
from experiments.video.course.course import Course
from experiments.video.course.divergence import Divergence, Positions, find_divergence
from experiments.video.course.script import Script, drive
from experiments.video.drawing.ending import Ending
from policies.base import Explanation, Observation, Policy
from policies.world_model.dream.env import DreamEnv
from policies.world_model.dream.simulation.settings import read_imagination
from policies.world_model.dream.simulation.starts import LENGTH, Starts
from policies.world_model.model import state as s

AHEAD_M: Final = 5.0
"""Without a given start, a dream begins when an object is tracked that is further ahead than this."""


class DreamOptions(NamedTuple):
    """Settings of a dream."""

    start_s: float | None = None  # None = as soon as the belief is burnt in and an object is ahead
    seed: int = 0  # of contents drawn from the belief, member of the ensemble, noise
    temperature: float = 0.0  # factor of the noise of motion


@dataclasses.dataclass(frozen=True)
class Dreamt:
    """A driven episode and the dream of its rest, with ``T`` decisions; lists begin with the start."""

    script: Script  # what really happened
    start: int  # decision at which the dream begins
    true: list[Positions]  # after every decision
    dreamt: list[Positions]  # likewise
    course: Course  # of the dream, tick by tick
    costs_usd: NDArray[np.float64]  # (T + 1,) of the dream, cumulated
    shown: int  # decisions that the film shows; the dream stands still after its end
    divergence: Divergence | None
    remark: str = ""  # written on the dream from the divergence on, instead of what differs
    ending: Ending | None = (
        None  # of a dream that ends before the episode; None = the film ends with the dream
    )

    @property
    def dreamt_steps(self) -> int:
        """Number of decisions in the dream."""
        return len(self.costs_usd) - 1

    def step_at(self, tick: float) -> int:
        """Number of the dream's decision that is under way, from 1 on; 0 is the start."""
        return math.ceil(tick / TICKS_PER_DECISION) - self.start


class _Watcher(Listener):
    """Listener that records worlds and observations, and hides imagined plans, which a dream does not show."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.records: list[Any] = []
        self.observations: list[dict[str, NDArray[np.float32]]] = []

    def see(self, observation: Observation) -> None:
        """Record the state before a decision."""
        self.records.append(self.worlds.batch[0].copy())
        self.observations.append({key: rows[0].copy() for key, rows in observation.items()})

    def explain(self) -> Explanation:
        """The explanation reduced to labels and reasons."""
        return dataclasses.replace(super().explain(), options=(), outlook=None)


def dream(
    name: str,
    policy: Policy,
    instance: ScenarioInstance,
    options: DreamOptions,
    *,
    cost: CostParameters | None = None,
    policy_seed: int = 0,
    max_seconds: float | None = None,
) -> Dreamt:
    """Drive an instance, and dream its rest under the same actions, until the episode or the dream ends.

    Parameters
    ----------
    name, policy
        The policy that drives.
    instance
        What it drives.
    options
        Settings of the dream.
    cost
        Cost parameters; the default setting if not given.
    policy_seed
        Seed of a policy that draws random numbers.
    max_seconds
        Longest dream; ``None`` = to the end of the episode.

    Raises
    ------
    UserError
        If no dream can begin at that time.
    """
    watcher = _Watcher(policy)
    script = drive(name, watcher, instance, policy_seed=policy_seed, cost=cost)
    driven = script.episode
    length = len(driven.actions)  # a state is recorded before each action: one step less
    start = _find_start(watcher.observations[:length], options.start_s)
    if max_seconds is not None:
        length = min(length, start + 1 + max(1, round(max_seconds * DECISION_HZ)))
    env = DreamEnv(
        render_mode="rgb_array",
        checkpoint=read_imagination("shipped")._replace(
            starts=_make_start(watcher, start, instance.family)
        ),
        temperature=options.temperature,
        horizon=length - 1 - start,
        cost=cost,
    )
    dreamt: list[Positions] = []
    has_touched = False

    def see(info: dict[str, Any], has_ended: bool) -> None:
        nonlocal has_touched
        has_touched |= bool(info["contacts"])
        dreamt.append(_dreamt_positions(env, has_touched, has_ended))

    try:
        env.reset(seed=options.seed, options={"segment": 0})
        see({"contacts": ()}, False)
        actions = np.clip(driven.actions[start : length - 1], -1.0, 1.0)
        course, costs, _ = play_dream(env, start, actions, see)
    finally:
        env.close()
    touched = [int(row["decision"]) for row in driven.contacts if row["vehicle"] == 0]
    origin = watcher.records[start]
    true = [
        _true_positions(origin, record, any(start <= k < start + i for k in touched))
        for i, record in enumerate(watcher.records[start : start + len(costs)])
    ]
    parted = find_divergence(true, dreamt)
    return Dreamt(script, start, true, dreamt, course, np.array(costs), len(costs) - 1, parted)


def play_dream(
    env: DreamEnv,
    start: int,
    actions: Iterable[NDArray[np.float64]],
    see: Callable[[dict[str, Any], bool], None] | None = None,
) -> tuple[Course, list[float], dict[str, Any] | None]:
    """Step a dream under given actions until it ends.

    Parameters
    ----------
    env
        The dream, reset.
    start
        Decision of the episode at which it begins.
    actions
        One per decision, in [-1, 1].
    see
        Called after every step with its info and whether the dream has terminated.

    Returns
    -------
    course, costs_usd, info
        The states tick by tick and the cumulated cost after every decision, the start first; the info of the last step
        if the dream ended, else ``None``.
    """
    env.begins_at = start
    states, costs, last = env.states(1), [0.0], None
    for action in actions:
        _, _, terminated, truncated, info = env.step(action)
        if see is not None:
            see(info, terminated)
        states += env.states()
        costs.append(costs[-1] + float(info["cost"]["total"]))
        if terminated or truncated:
            last = info
            break
    worlds = np.array([state.world for state in states], LAYOUT).view(np.recarray)
    course = Course(worlds, [one.scene for one in states], [one.certainty for one in states])
    return course, costs, last


def _find_start(observations: list[dict[str, NDArray[np.float32]]], start_s: float | None) -> int:
    """The decision at which a dream can begin."""
    first, last = LENGTH - 1, len(observations) - 2
    if start_s is not None:
        start = round(start_s * DECISION_HZ)
        if not first <= start <= last:
            raise UserError(
                f"start_s: got {start_s:g}, this episode allows {first * DECISION_S:.1f} to "
                f"{last * DECISION_S:.1f}"
            )
        return start
    for k in range(first, last + 1):
        rows = observations[k]["debris"]
        if ((rows[:, column.D_TRACKED] > 0.5) & (rows[:, column.D_DX] > AHEAD_M)).any():
            return k
    raise UserError(
        "start_s: got null, no object is tracked long enough in this episode; set a time in seconds"
    )


def _make_start(watcher: _Watcher, start: int, family: str) -> Starts:
    """Convert the observations before the start to the only log piece from which dreams can start."""
    rows = watcher.observations[start - LENGTH + 1 : start + 1]
    stacked = {key: np.stack([row[key] for row in rows])[None] for key in rows[0]}
    # a film goes on when the members disagree: that is what it shows
    limit = np.full(LENGTH, np.inf)
    return Starts(stacked["ego"], stacked["vehicles"], stacked["debris"], limit, (family,))


def _true_positions(origin: Any, record: Any, has_touched: bool) -> Positions:  # noqa: ANN401 (records)
    """True positions of the vehicles and objects tracked at the start."""
    first = float(origin["vehicle_f"][vehicle.X, 0])
    targets = origin["track_i"][track.TARGET]

    def positions(arrays: Any, rows: tuple[int, int], some: Any) -> NDArray[np.float64]:  # noqa: ANN401 (rows of records)
        found = np.full((len(some), 2), np.nan)
        there = some >= 0
        found[there] = arrays[list(rows)][:, some[there]].T - np.array([first, 0.0])
        return found

    v, d = record["vehicle_f"], record["debris_f"]
    return Positions(
        positions(v, (vehicle.X, vehicle.Y), np.zeros(1, np.int64))[0],
        positions(v, (vehicle.X, vehicle.Y), targets[:VEHICLE_SLOTS]),
        positions(d, (debris.X, debris.Y), targets[VEHICLE_SLOTS:]),
        has_touched,
        bool(record["episode_i"][episode.COLLIDED]),
    )


def _dreamt_positions(env: DreamEnv, has_touched: bool, has_ended: bool) -> Positions:
    """Positions of vehicles and objects in the dream."""
    dreams = env.core.dreams
    cars, things = dreams.cars[0], dreams.things[0]
    vehicles = np.where(cars[:, [s.C_LIVE]] > 0.0, cars[:, [s.C_X, s.C_Y]], np.nan)
    # an object that is dreamt to be nothing is not compared
    real = (things[:, s.D_LIVE] > 0.0) & (dreams.theta[0] > 0)
    objects = np.where(real[:, None], things[:, [s.D_X, s.D_Y]], np.nan)
    return Positions(dreams.ego[0, [s.X, s.Y]].copy(), vehicles, objects, has_touched, has_ended)
