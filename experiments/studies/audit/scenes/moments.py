"""Moments at which futures begin: what had been observed, and the simulator's own state, from driven episodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.batched.env import DebrisVectorEnv
from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import Suite
from envs.specification import DECISIONS_PER_EPISODE, VEHICLE_SLOTS, track, vehicle
from experiments.rollout.loop import world_seed
from experiments.studies.audit.scenes.truth import see_truly
from experiments.training.world_model.dream_starts import seconds_to_object
from policies.base import Policy
from policies.world_model.dream.starts import LENGTH

SOONEST_S, LATEST_S = 1.5, 5.0
"""An object in the ego's path is reached within so many seconds: before, all is decided; later, nothing is yet [A]."""


class Moments(NamedTuple):
    """``M`` moments of as many episodes."""

    worlds: NDArray[np.void]  # (M,) records of the twin
    instances: tuple[ScenarioInstance, ...]
    strata: NDArray[np.str_]  # (M,)
    observed: dict[str, NDArray[np.float32]]  # each (M, LENGTH, ...), the present last
    truly: dict[str, NDArray[np.float32]]  # the same without errors of measurement
    actions: NDArray[np.float64]  # (M, T, 2): what was done then

    @property
    def size(self) -> int:
        """``M``."""
        return len(self.worlds)

    @property
    def crashed(self) -> NDArray[np.bool_]:
        """``(M, 8)``: the vehicle in the slot has struck something before."""
        targets = self.worlds["track_i"][:, track.TARGET, :VEHICLE_SLOTS]
        rows = np.arange(self.size)[:, None]
        flags = self.worlds["vehicle_i"][rows, vehicle.CRASHED, np.maximum(targets, 0)]
        found: NDArray[np.bool_] = (targets >= 0) & (flags == 1)
        return found

    def take(self, chosen: NDArray[np.int64]) -> Moments:
        """Some of them."""
        return Moments(
            self.worlds[chosen],
            tuple(self.instances[k] for k in chosen),
            self.strata[chosen],
            {key: rows[chosen] for key, rows in self.observed.items()},
            {key: rows[chosen] for key, rows in self.truly.items()},
            self.actions[chosen],
        )


class Driven(NamedTuple):
    """Episodes driven side by side; lists have one entry per decision, arrays in them one row per episode."""

    worlds: list[NDArray[np.void]]
    observed: list[dict[str, NDArray[np.float32]]]
    actions: list[NDArray[np.float64]]
    length: NDArray[np.int64]  # (B,) decisions until the end
    contacts: list[NDArray[np.object_]]  # what ``info`` says of those of every decision

    def take(self, chosen: NDArray[np.int64]) -> Driven:
        """Some episodes, as copies."""
        return Driven(
            [one[chosen] for one in self.worlds],
            [{key: rows[chosen] for key, rows in seen.items()} for seen in self.observed],
            [one[chosen] for one in self.actions],
            self.length[chosen],
            [one[chosen] for one in self.contacts],
        )


def find_moments(
    suite: Suite, split: str, policy: Policy, per_stratum: int, steps: int, seed: int
) -> Moments:
    """Drive episodes and take one moment of each, where something is about to be decided.

    Parameters
    ----------
    suite, split
        Whose instances.
    policy
        Who drives.
    per_stratum
        Episodes of each stratum.
    steps
        Decisions that must follow.
    seed
        Of the choice among possible moments.

    Returns
    -------
    Moments
        Of episodes in which there is one; the same for the same arguments.
    """
    items = [
        item
        for name in suite.strata
        for item in [i for i in suite.items(split) if i.stratum == name][:per_stratum]
    ]
    instances = [suite.instance(item) for item in items]
    driven = drive_all(instances, policy)
    random = np.random.default_rng(seed)
    chosen = [
        (b, k) for b, k in ((b, _choose(driven, b, steps, random)) for b in range(len(items))) if k
    ]
    return Moments(
        np.array([driven.worlds[k][b] for b, k in chosen]),
        tuple(instances[b] for b, _ in chosen),
        np.array([items[b].stratum for b, _ in chosen]),
        *histories(driven, chosen),
        np.array([[driven.actions[t][b] for t in range(k, k + steps)] for b, k in chosen]),
    )


def histories(
    driven: Driven, chosen: Sequence[tuple[int, int]]
) -> tuple[dict[str, NDArray[np.float32]], dict[str, NDArray[np.float32]]]:
    """What was observed up to every moment, and what would have been without errors.

    Parameters
    ----------
    driven
        Episodes.
    chosen
        Episode and decision of every moment.

    Returns
    -------
    observed, truly
        Each ``(M, LENGTH, ...)`` by key of the observation.
    """
    observed: dict[str, list[Any]] = {key: [] for key in ("ego", "vehicles", "debris")}
    truly: dict[str, list[Any]] = {key: [] for key in observed}
    for b, k in chosen:
        span = range(k - LENGTH + 1, k + 1)
        seen = [{key: driven.observed[t][key][b] for key in observed} for t in span]
        true = [see_truly(driven.worlds[t][b], one) for t, one in zip(span, seen, strict=True)]
        for key in observed:
            observed[key].append([one[key] for one in seen])
            truly[key].append([one[key] for one in true])
    return _stack(observed), _stack(truly)


def _stack(rows: Mapping[str, Sequence[Any]]) -> dict[str, NDArray[np.float32]]:
    """Arrays of what was gathered moment by moment."""
    return {key: np.array(values) for key, values in rows.items()}


def drive_all(instances: Sequence[ScenarioInstance], policy: Policy) -> Driven:
    """Drive all instances at once.

    Parameters
    ----------
    instances
        ``B``.
    policy
        Who drives.

    Returns
    -------
    Driven
        After the end of an episode its rows mean nothing.
    """
    count = len(instances)
    env = DebrisVectorEnv(count, scenario=lambda *_: instances[0])
    observation, _ = env.reset(options={"instance": list(instances)})
    begins = np.ones(count, np.bool_)
    length = np.full(count, DECISIONS_PER_EPISODE)
    found = Driven([], [], [], length, [])
    for t in range(DECISIONS_PER_EPISODE):
        if begins.any():
            seeds = [world_seed(0, one.hash if one else "") for one in env.instances]
            policy.reset(begins, np.array(seeds))
        action = np.asarray(policy.act(observation), np.float64)
        found.worlds.append(env.batch.view(np.ndarray).copy())
        found.observed.append(observation)
        found.actions.append(np.clip(action, -1.0, 1.0))
        observation, _, terminated, truncated, info = env.step(action)
        found.contacts.append(info["contacts"])
        begins = terminated | truncated
        length[begins] = np.minimum(length[begins], t + 1)
    return found


def _choose(driven: Driven, b: int, steps: int, random: np.random.Generator) -> int:
    """A decision of an episode at which an object in the path is about to be reached; 0 if there is none."""
    last = int(driven.length[b]) - steps
    good = []
    for k in range(LENGTH - 1, last):
        rows: Any = driven.observed[k]
        away = seconds_to_object(rows["ego"][b][None], rows["debris"][b][None])[0]
        if SOONEST_S < away < LATEST_S:
            good.append(k)
    return int(random.choice(good)) if good else 0
