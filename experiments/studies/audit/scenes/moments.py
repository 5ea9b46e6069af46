"""Moments at which futures begin: past observations and the simulator's state, taken from driven episodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import Suite, first_of_strata
from envs.specification import column, vehicle
from experiments.rollout.listener import Listener
from experiments.rollout.loop import Episode, Rollout
from experiments.studies.audit.scenes.bodies import (
    Array,
    Indices,
    Mask,
    Observed,
    Records,
    gather,
    vehicle_targets,
)
from experiments.studies.audit.scenes.truth import see_truly
from policies.base import Observation, Policy
from policies.world_model.dream.simulation.starts import LENGTH

SOONEST_S, LATEST_S = 1.5, 5.0
"""The ego reaches an object in its path within this many seconds: earlier moments leave no choice, later ones demand
none yet [A]."""

IN_PATH_M: Final = 2.5
"""Objects whose middle is further aside than this are not in the path."""

KEYS: Final = ("ego", "vehicles", "debris")
"""Parts of an observation."""


class Moments(NamedTuple):
    """``M`` moments, each from its own episode."""

    worlds: Records  # (M,) of the twin
    instances: tuple[ScenarioInstance, ...]
    observed: Observed  # each (M, LENGTH, ...), the present last
    truly: Observed  # the same without errors of measurement
    actions: Array  # (M, T, 2) that were taken then

    @property
    def size(self) -> int:
        """Number of moments ``M``."""
        return len(self.worlds)

    @property
    def families(self) -> list[str]:
        """Scenario family of every moment."""
        return [one.family for one in self.instances]

    @property
    def crashed(self) -> Mask:
        """Whether the vehicle in the slot has collided before, ``(M, 8)``."""
        flags = gather(self.worlds["vehicle_i"], [vehicle.CRASHED], vehicle_targets(self.worlds))
        found: Mask = flags[..., 0] == 1
        return found

    def take(self, chosen: Indices) -> Moments:
        """Some of the moments."""
        return Moments(
            self.worlds[chosen],
            tuple(self.instances[k] for k in chosen),
            _rows(self.observed, chosen),
            _rows(self.truly, chosen),
            self.actions[chosen],
        )


class Driven(NamedTuple):
    """Log of ``B`` episodes driven side by side; lists have one entry per decision with one row per episode."""

    worlds: list[Records]
    observed: list[Observed]  # after the end of an episode its rows mean nothing
    episodes: tuple[Episode, ...]

    @property
    def length(self) -> Indices:
        """Decisions of every episode, ``(B,)``."""
        return np.array([len(one.actions) for one in self.episodes])

    @property
    def instances(self) -> list[ScenarioInstance]:
        """Instances of the episodes."""
        return [one.instance for one in self.episodes]

    @property
    def families(self) -> list[str]:
        """Scenario family of every episode."""
        return [one.family for one in self.instances]

    def take(self, chosen: Indices) -> Driven:
        """Some episodes, as copies."""
        return Driven(
            [one[chosen] for one in self.worlds],
            [_rows(one, chosen) for one in self.observed],
            tuple(self.episodes[b] for b in chosen),
        )


class _Recorder(Listener):
    """Records the worlds and their observations before every decision."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.states: list[Records] = []
        self.observed: list[Observed] = []

    def see(self, observation: Observation) -> None:
        """Record worlds and observation."""
        self.states.append(self.worlds.batch.view(np.ndarray).copy())
        self.observed.append(dict(observation))


def drive_all(instances: Sequence[ScenarioInstance], policy: Policy) -> Driven:
    """Drive all instances side by side."""
    recorder = _Recorder(policy)
    episodes = dict(Rollout(recorder, instances, num_worlds=len(instances)).episodes())
    in_order = tuple(episodes[b] for b in range(len(instances)))
    return Driven(recorder.states, recorder.observed, in_order)


def find_moments(
    suite: Suite, split: str, policy: Policy, per_stratum: int, steps: int, seed: int
) -> Moments:
    """Drive episodes and take one moment of each, shortly before an object is reached.

    Parameters
    ----------
    suite, split
        Where the instances come from.
    policy
        That drives.
    per_stratum
        Episodes of each stratum.
    steps
        Decisions that must follow.
    seed
        Of the choice among possible moments.

    Returns
    -------
    Moments
        Episodes without one are left out; the same for the same arguments.
    """
    chosen = first_of_strata(suite.items(split), per_stratum)
    driven = drive_all([suite.instance(item) for item in chosen], policy)
    random = np.random.default_rng(seed)
    decisions = [_choose(driven, b, steps, random) for b in range(len(chosen))]
    return take_moments(driven, [(b, k) for b, k in enumerate(decisions) if k], steps)


def take_moments(driven: Driven, chosen: Sequence[tuple[int, int]], steps: int) -> Moments:
    """Moments by episode and decision, with the actions that follow, fewer than ``steps`` where the episode ends."""
    observed: list[Observed] = []
    truly: list[Observed] = []
    for b, k in chosen:
        span = range(k - LENGTH + 1, k + 1)
        seen = {key: np.array([driven.observed[t][key][b] for t in span]) for key in KEYS}
        observed.append(seen)
        truly.append(see_truly(np.array([driven.worlds[t][b] for t in span]), seen))
    return Moments(
        np.array([driven.worlds[k][b] for b, k in chosen]),
        tuple(driven.episodes[b].instance for b, _ in chosen),
        _stack(observed),
        _stack(truly),
        np.clip([driven.episodes[b].actions[k : k + steps] for b, k in chosen], -1.0, 1.0),
    )  # fmt: skip


def _choose(driven: Driven, b: int, steps: int, random: np.random.Generator) -> int:
    """A decision of an episode shortly before an object in the path is reached; 0 if there is none."""
    decisions = np.arange(LENGTH - 1, int(driven.length[b]) - steps)
    if not len(decisions):
        return 0
    ego, objects = (
        np.array([driven.observed[k][key][b] for k in decisions]) for key in ("ego", "debris")
    )
    away = seconds_to_object(ego, objects)
    good = decisions[(away > SOONEST_S) & (away < LATEST_S)]
    return int(random.choice(good)) if len(good) else 0


def _rows(arrays: Observed, chosen: Indices) -> Observed:
    return {key: rows[chosen] for key, rows in arrays.items()}


def _stack(parts: Sequence[Observed]) -> Observed:
    """Concatenate arrays that were collected moment by moment."""
    return {key: np.array([one[key] for one in parts]) for key in KEYS}


def seconds_to_object(ego: NDArray[np.float32], debris: NDArray[np.float32]) -> Array:
    """Time to the nearest tracked object in the ego's path at constant speed, ``(N,)``; inf without one."""
    ahead = debris[..., column.D_DX].astype(np.float64)
    closing = np.maximum(ego[:, None, column.E_SPEED] - debris[..., column.D_VX], 1.0)
    in_path = (debris[..., column.D_TRACKED] > 0.5) & (ahead > 0.0)
    in_path &= np.abs(debris[..., column.D_DY]) < IN_PATH_M
    found: Array = np.where(in_path, ahead / closing, np.inf).min(axis=1)
    return found
