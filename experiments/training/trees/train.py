"""Trains decision trees: rounds of driving, labelling and growing; finished rounds are kept if a run is killed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from envs.errors import UserError
from envs.scenario.generator import ScenarioSampler
from envs.scenario.suite import load_suite
from experiments.cli.ingredients import list_ingredients
from experiments.cli.locations import locate
from experiments.store.atomic import make_folder
from experiments.store.claim import TRAINING as CLAIM
from experiments.store.claim import claim
from experiments.store.progress import Progress as Bar
from experiments.store.provenance import describe_code, machine
from experiments.training.configuration import (
    ModelFreeConfiguration,
    TreesConfiguration,
    TreesSize,
)
from experiments.training.model_free.segments import (
    VALIDATION_SHARE,
    Progress,
    choose_items,
    list_families,
    validate,
)
from experiments.training.parts import learn_once
from experiments.training.trees.grow import Growth, grow, keep_lane
from experiments.training.trees.states import States, Wanderer, collect_states, join
from policies.planning.library import MANOEUVRES
from policies.trees.forest import Forest, empty_forest, save_forest
from policies.trees.plan_features import HORIZON
from policies.trees.policy import TreePolicy
from policies.trees.situation import NUM_SITUATION

KIND: Final = "trees"

EMPTY: Final = States(
    np.zeros((0, NUM_SITUATION), np.float32), np.zeros((0, len(MANOEUVRES)), np.float32)
)
"""No labelled decisions."""


def train(
    config: TreesConfiguration, shared: ModelFreeConfiguration, output: str, seed: int
) -> dict[str, Any]:
    """Train, or continue after the last finished part; the result describes the checkpoint.

    In the first round the lane is kept, with random manoeuvres in between; in later rounds the trees grown so far
    drive, and what they meet is labelled as well (DAgger, arXiv 1011.0686). Then trees of other sizes are grown on all
    labels; each size is a checkpoint in a folder of its own, and the best of all on validation instances is the result.
    Families and suite are those of ``shared``; the seed determines instances, labels and trees.

    Raises
    ------
    UserError
        If a value is not allowed, or the folder holds a run of another configuration.
    """
    _check(config)
    folder = Path(output)
    make_folder(folder)
    told = {"policy": KIND, "seed": seed, "learner": config.model_dump()}
    told |= shared.model_dump(include={"families", "suite"})
    claim(
        folder / CLAIM,
        told | {"made_of": list_ingredients(suites=[shared.suite], allow=shared.allow)},
    )
    sampler = ScenarioSampler(tuple(list_families(shared.families)), split="train")
    forest, states, cpu_s, progress = keep_lane(), EMPTY, 0.0, Progress()
    suite = load_suite(locate("suite", shared.suite), shared.allow)
    segments = len(config.rounds) + len(config.sizes)
    items = choose_items(suite, config.decisions, segments)
    grown = []
    for k, _ in enumerate(config.rounds):
        labelled, labelling_s = _label(config, forest, sampler, folder, seed, k)
        states = join([states, labelled])
        forest, growing_s = _grow(config, config, states, folder, f"trees_{k}", seed)
        cpu_s += labelling_s + growing_s
        grown.append(forest)
        progress = validate(progress, TreePolicy(forest, config.loyalty), suite, items)
    about = {
        "created_with": machine()["versions"] | describe_code(),
        "config": told,
        "training_seed": seed,
    }
    for size in config.sizes:
        name = f"trees_{size.trees}x{size.leaves}"
        forest, growing_s = _grow(config, size, states, folder, name, seed)
        cpu_s += growing_s
        grown.append(forest)
        progress = validate(progress, TreePolicy(forest, config.loyalty), suite, items)
        alone = progress._replace(
            scores_usd=progress.scores_usd[-1:], means_usd=progress.means_usd[-1:]
        )
        save_forest(
            folder / name,
            forest,
            about | _describe(alone, forest, segments, states.branched, cpu_s),
        )
    best = grown[progress.best]
    about |= _describe(progress, best, segments, states.branched, cpu_s)
    save_forest(folder, best, about)
    return about


def _check(config: TreesConfiguration) -> None:
    """Check values that pydantic cannot check."""
    if min(config.rounds) <= 0.0 or sum(config.rounds) > 1.0 + 1e-9:
        raise UserError(
            f"trees.rounds: got {config.rounds}, expected shares > 0 with a sum of at most 1"
        )
    sizes = [(size.trees, size.leaves) for size in config.sizes]
    for trees, leaves in sizes:
        if sizes.count((trees, leaves)) > 1:
            raise UserError(
                f"trees.sizes: got {trees} trees with {leaves} leaves twice, expected different sizes"
            )


def _describe(
    progress: Progress, forest: Forest, segments: int, branched: int, cpu_s: float
) -> dict[str, Any]:
    """Size, budget and scores of a checkpoint."""
    spent = progress._replace(segments=segments, learned=branched, cpu_s=cpu_s)
    return {"leaves": forest.num_leaves} | spent.describe()


def _label(
    config: TreesConfiguration,
    forest: Forest,
    sampler: ScenarioSampler,
    folder: Path,
    seed: int,
    k: int,
) -> tuple[States, float]:
    """The labelled decisions of a round, and the CPU time that they took."""
    per_state = len(MANOEUVRES) * HORIZON
    labels = (1.0 - VALIDATION_SHARE) * config.decisions
    count = max(round(config.rounds[k] * labels / per_state), 1)

    def learn() -> tuple[States, dict[str, float]]:
        start, rng = time.process_time(), np.random.default_rng((seed, k))
        explored = config.explored_first if k == 0 else config.explored
        with Bar(f"labels of round {k + 1}", count, "decisions", 0) as bar:
            policy = Wanderer(forest, explored, rng)
            found = collect_states(policy, sampler, count, rng, bar.reach)
        return found, {"cpu_seconds": round(time.process_time() - start, 1)}

    made, about = learn_once(folder, f"labels_{k}", EMPTY, learn)
    return made, about["cpu_seconds"]


def _grow(
    config: TreesConfiguration,
    size: TreesSize,
    states: States,
    folder: Path,
    name: str,
    seed: int,
) -> tuple[Forest, float]:
    """Trees of one size on all labels so far, and the CPU time that they took."""
    how = Growth(size.trees, size.leaves, size.learning_rate, config.cap_usd, config.manoeuvres)

    def learn() -> tuple[Forest, dict[str, float]]:
        start = time.process_time()
        return grow(states, how, seed), {"cpu_seconds": round(time.process_time() - start, 1)}

    made, about = learn_once(folder, name, empty_forest(1, 1), learn)
    return made, about["cpu_seconds"]
