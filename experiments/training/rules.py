"""Tunes the thresholds of the rules by CMA-ES, with a budget in environment steps."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Mapping
from dataclasses import fields
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from cmaes import CMA
from numpy.typing import NDArray

from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError
from envs.scenario.suite import EPISODE_CAP_USD, Suite, SuiteItem, load_suite, load_suite_once
from experiments.cli.ingredients import of_suite
from experiments.execution import pool
from experiments.metrics.peak_braking import peak_braking_mps2
from experiments.rollout.loop import Rollout
from experiments.store.atomic import make_folder
from experiments.store.progress import Progress
from experiments.store.run_folder import compute_key, describe_change, sources_hash
from experiments.store.steps import Steps
from policies.rule.policy import RulePolicy
from policies.rule.thresholds import ORDERED, Thresholds

NUISANCE_USD: Final = 1000.0
"""Added per phantom episode with hard braking: the cost alone hardly counts it, the goal is one in a hundred [A]."""

FIRST_SIGMA: Final = 0.15
"""First step of the search, in shares of every threshold's range."""

VALIDATION_SHARE: Final = 0.3
"""Largest share of the budget that is spent on validation seeds."""

WANTED_GENERATIONS: Final = 12
"""Number of generations to aim at: with a small budget every candidate gets fewer instances."""

NUM_FINALISTS: Final = 6
"""Means of generations, spread over the run, that are compared on validation seeds."""

INPUTS: Final = "inputs"
"""Step of the log that lists what the search is made of."""

HARD_BRAKING_MPS2: Final = 3.0


class Trial(NamedTuple):
    """Thresholds, and the instances on which they are evaluated."""

    suite_path: str
    thresholds: dict[str, float]
    items: tuple[SuiteItem, ...]
    perception: bool = False  # of ``RulePolicy``
    allow: tuple[str, ...] = ()  # prefixes of the suite's own scenarios


class Outcome(NamedTuple):
    """Result of a trial."""

    objective: float
    mean_usd: float
    decisions: int
    cpu_s: float


class Tuned(NamedTuple):
    """Result of a search."""

    thresholds: dict[str, float]
    before: dict[str, float]  # mean cost on validation seeds, capped and plain
    after: dict[str, float]
    budget: int  # environment steps allowed
    decisions: int  # environment steps taken
    cpu_s: float  # of all trials
    generations: int
    seed: int
    perception: bool
    suite_sha256: dict[str, str]


class Effort(NamedTuple):
    """What a search may spend."""

    budget: int  # environment steps (decisions), validation included
    instances: int  # per stratum and candidate; all candidates of a generation get the same ones
    seed: int
    workers: int  # processes


def tune(
    suite_path: Path,
    policy_path: Path,
    effort: Effort,
    *,
    log: Path,
    perception: bool = False,
    allow: tuple[str, ...] = (),
) -> Tuned:
    """Search on train seeds until the budget is spent, then choose on validation seeds.

    Parameters
    ----------
    suite_path
        Of the suite.
    policy_path
        Where the search begins.
    effort
        Budget, seed and processes.
    log
        What every generation gave; a search that was interrupted is replayed from it.
    perception
        Whether the rules read filtered tracks; see ``RulePolicy``.
    allow
        Prefixes of the suite's own scenarios.

    Returns
    -------
    Tuned
        The best thresholds on validation seeds; the initial ones if none was better.
    """
    suite = load_suite(suite_path, allow)
    start = _thresholds_of(policy_path)
    items = tuple(suite.items("validation"))
    stride = math.ceil((NUM_FINALISTS + 1) * 100 * len(items) / (VALIDATION_SHARE * effort.budget))
    items = items[::stride]
    reserve = (NUM_FINALISTS + 1) * 100 * len(items)
    search = _Search(suite, suite_path, items, start, effort, perception, allow)
    optimizer = CMA(
        mean=_to_unit(start), sigma=FIRST_SIGMA, bounds=_unit_bounds(len(start)), seed=effort.seed
    )
    key, inputs = _identify(search)
    steps = _open_log(log, key, inputs)
    means = [optimizer.mean.copy()]
    used, cpu_s = 0, 0.0
    with Progress("tuning", effort.budget, "decisions") as progress:
        while used + reserve < effort.budget:
            points = [optimizer.ask() for _ in range(optimizer.population_size)]
            outcomes = _run_generation(search, points, len(means) - 1, steps, key)
            optimizer.tell([(p, o.objective) for p, o in zip(points, outcomes, strict=True)])
            means.append(optimizer.mean.copy())
            spent = sum(outcome.decisions for outcome in outcomes)
            used += spent
            cpu_s += sum(outcome.cpu_s for outcome in outcomes)
            mean = np.mean([outcome.objective for outcome in outcomes])
            progress.update(spent, f"objective {mean:,.0f}")
        return _choose(search, means, (used, cpu_s), progress)


def affordable_instances(budget: int) -> int:
    """Instances per stratum and candidate for a budget, 1 to 40.

    Examples
    --------
    >>> affordable_instances(50_000), affordable_instances(1_000_000), affordable_instances(10_000_000)
    (1, 6, 40)
    """
    strata, candidates, decisions = 7, 14, 100
    each = WANTED_GENERATIONS * strata * candidates * decisions
    return min(max(round((1.0 - VALIDATION_SHARE) * budget / each), 1), 40)


class _Search(NamedTuple):
    """Inputs of a search."""

    suite: Suite
    suite_path: Path
    items: tuple[SuiteItem, ...]  # of the final choice
    start: dict[str, float]
    effort: Effort
    perception: bool
    allow: tuple[str, ...]

    def run(
        self, candidates: list[dict[str, float]], items: tuple[SuiteItem, ...]
    ) -> list[Outcome]:
        """Outcomes of thresholds on some instances."""
        trials = [
            Trial(str(self.suite_path), one, items, self.perception, self.allow)
            for one in candidates
        ]
        return _run_all(trials, self.effort.workers)


def _identify(search: _Search) -> tuple[str, dict[str, dict[str, str]]]:
    """Key of a search, and what it is made of."""
    head = {
        "start": search.start,
        "seed": search.effort.seed,
        "instances": search.effort.instances,
        "perception": search.perception,
    }
    inputs = {
        "search": {name: json.dumps(value) for name, value in head.items()},
        "suite": of_suite(str(search.suite_path), search.allow),
        "roadworld": {"sources": sources_hash()},
    }
    return compute_key("tune_rules", head, inputs), inputs


def _run_generation(
    search: _Search, points: list[NDArray[np.float64]], generation: int, steps: Steps, key: str
) -> list[Outcome]:
    """Outcomes of the candidates of a generation, from the log if they are there."""
    name = f"generation {generation}"
    done = steps.find(name, key)
    if done is not None:
        return [Outcome(*row) for row in done.value]
    drawn = _next_items(search.suite, search.effort.instances, generation)
    outcomes = search.run([_from_unit(p, search.start) for p in points], drawn)
    steps.note(name, (), key=key, value=outcomes)
    return outcomes


def _choose(
    search: _Search,
    means: list[NDArray[np.float64]],
    spent_before: tuple[int, float],  # decisions and CPU seconds
    progress: Progress,
) -> Tuned:
    """Choose on validation seeds among the initial thresholds and some means of the search."""
    start = search.start
    last = len(means) - 1
    chosen = sorted({round(last * (k + 1) / NUM_FINALISTS) for k in range(NUM_FINALISTS)} | {0})
    finalists = [_from_unit(means[k], start) if k else start for k in chosen]
    outcomes = search.run(finalists, search.items)
    spent = sum(outcome.decisions for outcome in outcomes)
    progress.update(spent)
    best = min(range(len(finalists)), key=lambda k: (outcomes[k].objective, k))
    before, after = outcomes[0], outcomes[best]
    return Tuned(
        finalists[best],
        {"objective": before.objective, "mean_usd": before.mean_usd},
        {"objective": after.objective, "mean_usd": after.mean_usd},
        search.effort.budget,
        spent_before[0] + spent,
        spent_before[1] + sum(outcome.cpu_s for outcome in outcomes),
        last,
        search.effort.seed,
        search.perception,
        {
            split: search.suite.sha256.get(split, "not recorded")
            for split in ("train", "validation")
        },
    )


def run_trial(trial: Trial) -> Outcome:
    """Objective of a set of thresholds: mean capped cost, plus a price for hard braking for phantoms.

    A search on the plain mean would follow the few costliest episodes of a generation.
    """
    begun = time.process_time()
    suite = load_suite_once(trial.suite_path, trial.allow)
    instances = [suite.instance(item) for item in trial.items]
    policy = RulePolicy(trial.thresholds, perception=trial.perception)
    rollout = Rollout(policy, instances, num_worlds=100)
    costs, capped, decisions = np.zeros((2, len(instances))), np.zeros(len(instances)), 0
    for k, episode in rollout.episodes():
        costs[0, k] = episode.total_usd.sum()
        decisions += len(episode.total_usd)
        if trial.items[k].stratum == "phantom":
            costs[1, k] = NUISANCE_USD * (peak_braking_mps2(episode) > HARD_BRAKING_MPS2)
        capped[k] = min(costs[0, k], EPISODE_CAP_USD) + costs[1, k]
    spent = time.process_time() - begun
    return Outcome(float(capped.mean()), float(costs[0].mean()), decisions, spent)


def _run_all(trials: list[Trial], workers: int) -> list[Outcome]:
    """Outcomes in the order of the trials."""
    found = dict(pool.run(run_trial, trials, num_workers=workers))
    return [found[k] for k in range(len(trials))]


def _next_items(suite: Suite, instances: int, generation: int) -> tuple[SuiteItem, ...]:
    """Train instances for a generation: the next ones of every stratum, starting over after the last."""
    items = suite.items("train")
    strata = [[item for item in items if item.stratum == name] for name in suite.strata]
    picked = (
        [group[(generation * instances + k) % len(group)] for k in range(instances)]
        for group in strata
    )
    return tuple(chain.from_iterable(picked))


def _thresholds_of(path: Path) -> dict[str, float]:
    """Thresholds in a policy file."""
    values = read_mapping(path).get("thresholds")
    if not isinstance(values, dict):
        raise UserError(f"{path}: thresholds: missing, only rules can be tuned")
    Thresholds.from_mapping(values)
    return {one.name: float(values[one.name]) for one in fields(Thresholds)}


def _to_unit(values: dict[str, float]) -> NDArray[np.float64]:
    """Convert thresholds to shares of their ranges."""
    ranges = [(one.metadata["low"], one.metadata["high"]) for one in fields(Thresholds)]
    pairs = zip(values.values(), ranges, strict=True)
    return np.array([(value - low) / (high - low) for value, (low, high) in pairs])


def _from_unit(point: NDArray[np.float64], like: dict[str, float]) -> dict[str, float]:
    """Convert shares of the ranges to thresholds, rounded as in the file."""
    ranges = [(one.metadata["low"], one.metadata["high"]) for one in fields(Thresholds)]
    rows = zip(like, point, ranges, strict=True)
    found = {
        name: min(max(float(f"{low + share * (high - low):.4g}"), low), high)
        for name, share, (low, high) in rows
    }
    for mild, severe in ORDERED:
        found[severe] = max(found[severe], found[mild])
    return found


def _unit_bounds(size: int) -> NDArray[np.float64]:
    """Bounds of the unit cube with ``size`` dimensions."""
    return np.tile([0.0, 1.0], (size, 1))


def _open_log(path: Path, key: str, inputs: Mapping[str, Mapping[str, str]]) -> Steps:
    """The finished generations of an interrupted search; another one begins anew, and stderr says what changed."""
    make_folder(path.parent)
    if path.is_file() and not path.read_text(encoding="utf-8").startswith(
        ('["generation 0"', f'["{INPUTS}"')
    ):
        raise UserError(f"{path}: not the log of a search; move it, or set log to another file")
    steps = Steps(path.parent, path.name)
    begun = steps.find(INPUTS)
    if steps.find("generation 0", key) is not None:
        sys.stderr.write(f"continues {path}\n")
    elif begun is not None and (changed := describe_change(begun.value, inputs)):
        sys.stderr.write(f"{path}: begins anew; changed since: {changed}\n")
    if begun is None or begun.value != inputs:
        steps.note(INPUTS, (), value=inputs)
    return steps
