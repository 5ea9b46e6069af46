"""A dream that begins with a real moment, beside what really happens under the same actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import CostParameters
from envs.errors import UserError
from envs.scenario.instance import ScenarioInstance
from envs.specification import (
    DECISION_HZ,
    DECISION_S,
    VEHICLE_SLOTS,
    column,
    debris,
    episode,
    track,
    vehicle,
)
from experiments.rollout.listener import Listener
from experiments.rollout.loop import Episode, Rollout
from experiments.video.course.divergence import Divergence, Places, find_divergence
from experiments.video.course.script import Script
from experiments.video.drawing.ending import Ending
from experiments.video.drawing.surfaces import Frame
from experiments.video.films.side_by_side import HOLD_S
from policies.base import Observation, Policy
from policies.world_model.dream.env import DreamEnv
from policies.world_model.dream.settings import read_imagination
from policies.world_model.dream.starts import LENGTH, Starts
from policies.world_model.model import state as s

FPS: Final = 15

AHEAD_M: Final = 5.0
"""A dream begins by itself when an object is tracked that is further ahead than this."""


class _Watcher(Listener):
    """Keeps worlds, observations and reasons of the only world."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.records: list[Any] = []
        self.observations: list[dict[str, NDArray[np.float32]]] = []

    def see(self, observation: Observation) -> None:
        """Before a decision."""
        self.records.append(self.worlds.batch[0].copy())
        self.observations.append({key: rows[0].copy() for key, rows in observation.items()})


@dataclass(frozen=True)
class Dreamt:
    """A driven episode and the dream of its rest.

    Parameters
    ----------
    script
        What really happened.
    start
        Decision at which the dream begins.
    true, dreamt
        Places from there on, the beginning first; as many of each.
    pictures
        Of the dream, 15 per second, the beginning first.
    costs_usd
        ``(T,)`` of the dream, cumulated.
    divergence
        Where they part.
    remark
        Written on the dream from the divergence on, instead of what parts them.
    ending
        On the dream when it is over and the truth goes on; ``None`` = the film is over then.
    """

    script: Script
    start: int
    true: list[Places]
    dreamt: list[Places]
    pictures: list[Frame]
    costs_usd: NDArray[np.float64]
    divergence: Divergence | None
    remark: str = ""
    ending: Ending | None = None

    @property
    def dreamt_steps(self) -> int:
        """Decisions that are dreamt."""
        return len(self.costs_usd) - 1

    @property
    def num_frames(self) -> int:
        """Frames of ``play``."""
        return len(self.pictures) + round(HOLD_S * FPS)


def dream(
    name: str,
    policy: Policy,
    instance: ScenarioInstance,
    *,
    start_s: float | None,
    seed: int = 0,
    temperature: float = 0.0,
    cost: CostParameters | None = None,
    policy_seed: int = 0,
    max_seconds: float | None = None,
) -> Dreamt:
    """Drive an instance, and dream its rest under the same actions.

    Parameters
    ----------
    name, policy
        Who drives.
    instance
        What is driven.
    start_s
        When the dream begins; ``None`` = as soon as there is enough to burn the belief in on and an object ahead.
    seed
        Of the dream: contents drawn from the belief, member of the ensemble, noise.
    temperature
        Factor of the noise of motion; 0 = everybody moves as is most likely.
    cost
        Cost parameters; the default setting if not given.
    policy_seed
        Seed of a policy that draws random numbers.
    max_seconds
        Length of the dream at most.

    Returns
    -------
    Dreamt
        Until the episode or the dream ends.

    Raises
    ------
    UserError
        If no dream can begin then.
    """
    watcher = _Watcher(policy)
    rollout = Rollout(watcher, [instance], num_worlds=1, policy_seed=policy_seed, cost=cost)
    ((_, driven),) = rollout.episodes()
    length = len(driven.actions)  # states recorded: one before each action, so a step less
    start = _find_start(watcher.observations[:length], start_s)
    if max_seconds is not None:
        length = min(length, start + 1 + max(1, round(max_seconds * DECISION_HZ)))
    shipped = read_imagination("shipped")
    imagination = shipped._replace(starts=_piece(watcher, start, instance.family))
    env = DreamEnv(
        render_mode="rgb_array",
        checkpoint=imagination,
        temperature=temperature,
        horizon=length - 1 - start,
        cost=cost,
    )
    try:
        found = _live(env, driven, watcher, start, length, seed)
    finally:
        env.close()
    script = Script(name, driven, ((),) * len(driven.actions), (None,) * len(driven.actions), cost)
    return Dreamt(script, start, *found, find_divergence(found[0], found[1]))


def _find_start(observations: list[dict[str, NDArray[np.float32]]], start_s: float | None) -> int:
    """The decision at which a dream can begin."""
    last = len(observations) - 2
    if start_s is not None:
        start = round(start_s * DECISION_HZ)
        if not LENGTH - 1 <= start <= last:
            raise UserError(
                f"start_s: got {start_s:g}, this episode allows {(LENGTH - 1) * DECISION_S:.1f} to "
                f"{last * DECISION_S:.1f}"
            )
        return start
    for k in range(LENGTH - 1, last + 1):
        rows = observations[k]["debris"]
        if ((rows[:, column.D_TRACKED] > 0.5) & (rows[:, column.D_DX] > AHEAD_M)).any():
            return k
    raise UserError(
        "start_s: got null, no object is tracked long enough in this episode; name a time"
    )


def _piece(watcher: _Watcher, start: int, family: str) -> Starts:
    """What was observed before, as the one piece that dreams can begin with."""
    rows = watcher.observations[start - LENGTH + 1 : start + 1]
    stacked = {key: np.stack([row[key] for row in rows])[None] for key in rows[0]}
    limit = np.full(
        LENGTH, np.inf
    )  # a film goes on when the members disagree: that is what it shows
    return Starts(stacked["ego"], stacked["vehicles"], stacked["debris"], limit, (family,))


def _live(
    env: DreamEnv, driven: Episode, watcher: _Watcher, start: int, length: int, seed: int
) -> tuple[list[Places], list[Places], list[Frame], NDArray[np.float64]]:
    """Both courses, until one of the two ends."""
    env.reset(seed=seed, options={"segment": 0})
    env.begins_at = start
    origin = watcher.records[start]
    touched = {int(row["decision"]) for row in driven.contacts if row["vehicle"] == 0}
    true, dreamt = [_true_places(origin, origin, False)], [_dreamt_places(env, False, False)]
    pictures, costs = list(env.pictures(1)), [0.0]
    has_touched = has_dreamt_touch = False
    for k in range(start, length - 1):
        _, _, terminated, truncated, info = env.step(np.clip(driven.actions[k], -1.0, 1.0))
        has_touched |= k in touched
        has_dreamt_touch |= bool(info["contacts"])
        true.append(_true_places(origin, watcher.records[k + 1], has_touched))
        dreamt.append(_dreamt_places(env, has_dreamt_touch, terminated))
        pictures += env.pictures(FPS // DECISION_HZ)
        costs.append(costs[-1] + float(info["cost"]["total"]))
        if terminated or truncated:
            break
    return true, dreamt, pictures, np.array(costs)


def _true_places(origin: Any, record: Any, has_touched: bool) -> Places:  # noqa: ANN401 (records)
    """Where those are who were tracked in the beginning, as long as the ego goes on."""
    v, d = record["vehicle_f"], record["debris_f"]
    first = float(origin["vehicle_f"][vehicle.X, 0])
    targets = origin["track_i"][track.TARGET]

    def places(arrays: Any, rows: tuple[int, int], some: Any) -> NDArray[np.float64]:  # noqa: ANN401 (rows of records)
        found = np.full((len(some), 2), np.nan)
        there = some >= 0
        found[there] = arrays[list(rows)][:, some[there]].T - np.array([first, 0.0])
        return found

    return Places(
        places(v, (vehicle.X, vehicle.Y), np.zeros(1, np.int64))[0],
        places(v, (vehicle.X, vehicle.Y), targets[:VEHICLE_SLOTS]),
        places(d, (debris.X, debris.Y), targets[VEHICLE_SLOTS:]),
        has_touched,
        bool(record["episode_i"][episode.COLLIDED]),
    )


def _dreamt_places(env: DreamEnv, has_touched: bool, has_ended: bool) -> Places:
    """Where everybody is dreamt."""
    dreams = env.core.dreams
    cars, things = dreams.cars[0], dreams.things[0]
    vehicles = np.where(cars[:, [s.C_LIVE]] > 0.0, cars[:, [s.C_X, s.C_Y]], np.nan)
    # what is dreamt to be nothing is not looked for
    real = (things[:, s.D_LIVE] > 0.0) & (dreams.theta[0] > 0)
    objects = np.where(real[:, None], things[:, [s.D_X, s.D_Y]], np.nan)
    return Places(dreams.ego[0, [s.X, s.Y]].copy(), vehicles, objects, has_touched, has_ended)
