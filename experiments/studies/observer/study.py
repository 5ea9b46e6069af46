"""The ideal observer over instances of scenario families: information and worth of every cue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from gymnasium.utils import seeding
from numpy.typing import NDArray

from envs.cost.parameters import CostParameters
from envs.debris.catalogue import load_catalogue
from envs.scenario.generator import ScenarioSampler
from envs.scenario.instance import ScenarioInstance
from envs.scenario.source import ObjectSource, is_body
from envs.specification import column, debris
from experiments.studies.observer import likelihood
from experiments.studies.observer.candidates import Candidates, Pool, choose
from experiments.studies.observer.cues import Window, find_windows
from experiments.studies.observer.drive import Drive, TrueDrive, drive_candidates, drive_true
from experiments.studies.observer.information import Belief, gain_nats, probability, update
from experiments.studies.observer.worth import judge, roll_plans

Array = NDArray[np.float64]

Row = dict[str, Any]
"""One cue of one instance."""

LOOK: Final = "look"
"""Look, size, radar and thermal camera at the first sighting."""

TOGETHER: Final = "together"
"""Everything that is seen until the object is passed. Few candidates fit a long track, and they count as few
observations: this is a lower bound, often below that of one second."""


class Observer:
    """An ideal observer of one family.

    Parameters
    ----------
    family
        Name of a scenario family.
    groups
        Look-alike groups from which its objects are drawn; empty = all types.
    cost
        Cost parameters.
    num_candidates
        Candidate contents that are simulated.
    """

    def __init__(
        self, family: str, groups: Sequence[str], cost: CostParameters, num_candidates: int
    ) -> None:
        self._family, self._cost, self._count = family, cost, num_candidates
        self._sampler = ScenarioSampler(family, split="all", groups=tuple(groups))
        specs = ObjectSource(load_catalogue(), "all", tuple(groups)).select(is_body)
        self._pool = Pool(specs, groups, cost, np.random.default_rng(0))

    def sample(self, seed: int) -> ScenarioInstance:
        """The family's instance with this seed."""
        return self._sampler.sample(seeding.np_random(seed)[0])

    def actual(self, instance: ScenarioInstance, j: int) -> Candidates:
        """The true contents of object ``j``, as the only candidate."""
        return self._pool.describe(instance.debris_f[:, j], instance.debris_types[j])

    def observe(self, seed: int) -> list[Row]:
        """Information and worth of every cue of one instance; empty if its object is never seen."""
        instance = self.sample(seed)
        bodies = np.flatnonzero(instance.debris_i[debris.IS_PATCH] == 0)
        if not bodies.size:
            return []
        j = int(bodies[0])
        rng = np.random.default_rng(seed)
        true = drive_true(instance, j, self._cost)
        seen = np.flatnonzero(true.rows[:, column.D_VISIBLE] > 0.0)
        if not seen.size or len(true.actions) < 1:
            return []
        row = true.rows[seen[0]]
        distance = float(np.hypot(row[column.D_DX], row[column.D_DY]))
        face = int(true.states[seen[0]]["debris_i"][debris.FACE, j])
        looked = self._pool.after_look(row, distance, face)
        chosen = choose(looked, self._count, rng)
        simulated = drive_candidates(instance, j, chosen, true.actions, self._cost, rng)
        actual = self.actual(instance, j)
        case = _Case(instance, j, true, simulated, chosen, looked, actual)
        base = {
            "family": self._family,
            "seed": seed,
            "types": instance.debris_types[j],
            "left": case.left_nats,
        }
        return [base | found for found in self._cues(case, rng)]

    def _cues(self, case: _Case, rng: np.random.Generator) -> Iterator[Row]:
        """Rows of the look, of every cue, and of all motion together."""
        before = Belief(self._pool.before_look.weight, np.inf)
        yield {"cue": LOOK, "time_s": 0.0} | _compare_look(self._pool.before_look, case, before)
        of_object = likelihood.of_object(case.true, case.simulated)
        total = of_object.copy()
        for window in find_windows(case.true, case.simulated):
            own = of_object
            if window.vehicle >= 0:
                own = likelihood.of_vehicle(case.true, case.simulated, window.vehicle)
                total += own
            yield self._read(case, window, own, rng)
        end = len(total) - 1
        yield {"cue": TOGETHER} | case.compare(
            update(case.chosen.weight, np.zeros(len(total[0]))),
            update(case.chosen.weight, total[end]),
        )

    def _read(self, case: _Case, window: Window, own: Array, rng: np.random.Generator) -> Row:
        """Information and worth of one second of a cue."""
        first = own[window.before] if window.before >= 0 else np.zeros(own.shape[1])
        before = update(case.chosen.weight, first)
        after = update(case.chosen.weight, own[window.end])
        state = case.true.states[window.end : window.end + 1]
        costs = roll_plans(
            case.instance,
            state,
            case.j,
            case.chosen,
            (before.weight, after.weight),
            self._cost,
            rng,
        )
        worth = judge(costs, before.weight, after.weight)
        left = case.true.drive.motion[window.end, 0, 0] - case.true.ego[window.end, 0]
        return (
            {"cue": window.cue, "distance_m": float(left)}
            | case.compare(before, after)
            | worth._asdict()
        )


class _Case:
    """One instance with all that was simulated for it."""

    def __init__(
        self,
        instance: ScenarioInstance,
        j: int,
        true: TrueDrive,
        simulated: Drive,
        chosen: Candidates,
        looked: Candidates,
        actual: Candidates,
    ) -> None:
        self.instance, self.j = instance, j
        self.true, self.simulated = true, simulated
        self.chosen, self.looked, self.actual = chosen, looked, actual

    @property
    def left_nats(self) -> float:
        """What the look leaves to be learned about the type, nats."""
        is_true = self.looked.kind == self.actual.kind[0]
        return gain_nats(float(self.looked.weight[is_true].sum()), 1.0)

    def compare(self, before: Belief, after: Belief) -> dict[str, float]:
        """Information about every category of the contents between two beliefs, nats."""
        found: dict[str, float] = {"effective": after.size}
        actual = self.actual.categories
        looked = self.looked.categories
        for name, category in self.chosen.categories.items():
            true = int(actual[name][0])
            prior = float(self.looked.weight[looked[name] == true].sum())
            first = probability(before, category, true, prior)
            found[name] = gain_nats(first, probability(after, category, true, prior))
        return found


def _compare_look(all_: Candidates, case: _Case, before: Belief) -> dict[str, float]:
    """Information of the look about every category, nats."""
    found: dict[str, float] = {}
    actual = case.actual.categories
    for name, category in all_.categories.items():
        is_true = category == int(actual[name][0])
        first = float(before.weight[is_true].sum())
        found[name] = gain_nats(first, float(case.looked.weight[is_true].sum()))
    return found


def make_observers(
    families: Mapping[str, Sequence[str]], cost: CostParameters, num_candidates: int
) -> dict[str, Observer]:
    """One observer per family, from the look-alike groups of its objects."""
    return {
        family: Observer(family, groups, cost, num_candidates)
        for family, groups in families.items()
    }


def run(
    observers: Mapping[str, Observer],
    num_instances: int,
    first_seed: int,
    report: Callable[[int], None] = lambda _done: None,
) -> list[Row]:
    """Observe the first instances of every family.

    Parameters
    ----------
    observers
        By family.
    num_instances, first_seed
        Seeds ``first_seed``, ``first_seed + 1``, ... of every family.
    report
        Called with the number of instances that are done.
    """
    rows: list[Row] = []
    done = 0
    for observer in observers.values():
        for seed in range(first_seed, first_seed + num_instances):
            rows += observer.observe(seed)
            done += 1
            report(done)
    return rows
