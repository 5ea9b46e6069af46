"""Labels decisions with what every manoeuvre of the library truly costs: the twin tries them all with other noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.batched.env import DebrisVectorEnv
from envs.scenario.generator import ScenarioSampler
from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISIONS_PER_EPISODE, column
from policies.base import Observation
from policies.perception.objects import TrackedObjects
from policies.perception.tracks import Tracks
from policies.planning.library import MANOEUVRES, write_all
from policies.planning.plans import Plans
from policies.trees.forest import Forest
from policies.trees.plan_features import HORIZON
from policies.trees.policy import Array, TreePolicy

WORLDS: Final = 100
"""Worlds driven side by side."""

LABELLED: Final = 0.5
"""Largest share of the decisions that are labelled: neighbours in time say nearly the same [A]."""

TYPICAL: Final = 24
"""Decisions of an episode in which something calls for a manoeuvre: the mean of the families in conf/train.yaml."""

SHORTEST, LONGEST = 3, 20
"""Decisions for which a random manoeuvre, or none, is kept [A]."""


class States(NamedTuple):
    """``N`` labelled decisions."""

    situation: NDArray[np.float32]  # (N, NUM_SITUATION)
    cost_usd: NDArray[
        np.float32
    ]  # (N, C) of every manoeuvre until 8 s later, or to the end of the episode

    @property
    def branched(self) -> int:
        """Decisions in the simulator that the labels took."""
        return self.cost_usd.size * HORIZON


class _Seen(NamedTuple):
    """What a policy saw before it chose."""

    situations: NDArray[np.float32]
    tracks: Tracks
    objects: TrackedObjects
    busy: NDArray[np.int64]
    lateral: Array


class Wanderer(TreePolicy):
    """Drives with trees, and now and then with a random manoeuvre.

    Parameters
    ----------
    forest
        The trees.
    explored
        Share of the time that is driven with random manoeuvres, 0 to 1.
    rng
        Consumed.
    """

    def __init__(self, forest: Forest, explored: float, rng: np.random.Generator) -> None:
        super().__init__(forest)
        self._explored, self._rng = explored, rng
        self._kept: dict[int, tuple[int, int]] = {}
        self.seen: _Seen | None = None
        """Of the last decision; ``None`` if nothing called for a manoeuvre."""

    def act(self, observation: Observation) -> Array:
        """Choose, and keep what was seen."""
        self.seen = None
        return super().act(observation)

    def _choose(
        self,
        situations: NDArray[np.float32],
        tracks: Tracks,
        objects: TrackedObjects,
        busy: NDArray[np.int64],
        cruise: Array,
    ) -> tuple[NDArray[np.int64], Plans]:
        best, plans = super()._choose(situations, tracks, objects, busy, cruise)
        self.seen = _Seen(situations, tracks, objects, busy, self._course.lateral(busy))
        for row, b in enumerate(busy.tolist()):
            manoeuvre, left = self._kept.get(b, (-1, 0))
            if left == 0:
                is_random = self._rng.random() < self._explored
                manoeuvre = int(self._rng.integers(len(MANOEUVRES))) if is_random else -1
                left = int(self._rng.integers(SHORTEST, LONGEST))
            self._kept[b] = manoeuvre, left - 1
            if manoeuvre >= 0:
                best[row] = manoeuvre
        return best, plans


def collect_states(
    policy: Wanderer,
    sampler: ScenarioSampler,
    count: int,
    rng: np.random.Generator,
    report: Callable[[float], None],
) -> States:
    """Drive instances until ``count`` decisions are labelled, a few of many instances if they are few.

    Parameters
    ----------
    policy
        Who drives.
    sampler
        Of instances.
    count
        Labelled decisions.
    rng
        Consumed: instances, which decisions are labelled, and the noise of the labels.
    report
        Called with the number of labelled decisions so far.
    """
    parts: list[States] = []
    done = 0
    while done < count:
        instances = [sampler.sample(rng) for _ in range(WORLDS)]
        parts += _drive(policy, instances, count - done, rng)
        done = sum(len(part.situation) for part in parts)
        report(done)
    return join(parts)


def join(parts: Sequence[States]) -> States:
    """Concatenate labelled decisions."""
    return States(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def _drive(
    policy: Wanderer, instances: Sequence[ScenarioInstance], most: int, rng: np.random.Generator
) -> list[States]:
    """Drive some instances to their end, and label a share of the decisions, ``most`` at most."""
    first = instances[0]
    # a world whose episode is over is not looked at any more, but must hold something
    env = DebrisVectorEnv(len(instances), scenario=lambda *_: first)
    observation, _ = env.reset(options={"instance": list(instances)})
    policy.reset(np.ones(len(instances), np.bool_), np.zeros(len(instances), np.int64))
    runs, found = np.ones(len(instances), np.bool_), []
    share = min(LABELLED, most / (TYPICAL * len(instances)))
    for _ in range(DECISIONS_PER_EPISODE):
        action = policy.act(observation)
        if policy.seen is not None:
            is_chosen = runs[policy.seen.busy] & (rng.random(len(policy.seen.busy)) < share)
            chosen = np.flatnonzero(is_chosen)[:most]
            if len(chosen):
                found.append(_label(env, policy.seen, chosen, rng))
                most -= len(chosen)
        observation, _, terminated, truncated, _ = env.step(action)
        runs &= ~(terminated | truncated)
        if not runs.any():
            break
    return found


def _label(
    env: DebrisVectorEnv, seen: _Seen, rows: NDArray[np.intp], rng: np.random.Generator
) -> States:
    """Try every manoeuvre in some of the worlds that were seen."""
    worlds = seen.busy[rows]
    ego = seen.tracks.observation["ego"][worlds].astype(np.float64)
    actions = np.empty((len(rows), len(MANOEUVRES), HORIZON, 2))
    write_all(
        ego[:, column.E_SPEED],
        ego[:, column.E_SET_SPEED],
        seen.lateral[rows],
        seen.objects.nearest(worlds),
        False,
        actions,
    )
    futures = env.branch(actions, worlds=worlds.tolist(), noise_seed=int(rng.integers(2**62)))
    cost = futures.cost_usd.sum(axis=(2, 3))
    return States(seen.situations[rows], cost.astype(np.float32))
