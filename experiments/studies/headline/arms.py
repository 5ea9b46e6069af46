"""The arms of the headline experiment: every budget and training seed, its jobs, and its policy file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

from envs.errors import not_allowed
from experiments.studies.headline.configuration import BudgetConfiguration, ExperimentConfiguration

PRIVILEGED: Final = {"world_model": True, "world_model_unprivileged": False}
"""World models that can be trained, and whether hidden truth supervises them."""

EXTERNAL: Final = {"dreamer_v3": "policies.dreamer_v3.DreamerV3"}
"""External baselines, and the classes of their policies."""


class Job(NamedTuple):
    """A unit of work with its own folder: a pure function of its values."""

    what: str  # a key of ``experiments.studies.headline.work.WORK``
    folder: str
    values: dict[str, Any]


class Contestant(NamedTuple):
    """One training seed of an arm."""

    arm: str  # the policy of the records
    seed: int  # the policy seed of the records
    path: str  # of the policy file, or a name in conf/policy


class Arms(NamedTuple):
    """All jobs, stage by stage, and the contestants that are driven afterwards."""

    stages: tuple[tuple[Job, ...], ...]
    contestants: tuple[Contestant, ...]


def label(decisions: int) -> str:
    """A budget as text, abbreviated as 50k or 1M.

    Examples
    --------
    >>> label(50_000), label(1_000_000), label(1_500)
    ('50k', '1M', '1500')
    """
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if decisions % unit == 0:
            return f"{decisions // unit}{name}"
    return str(decisions)


def make_arms(config: ExperimentConfiguration, folder: Path, suite: str) -> Arms:
    """List the jobs of an experiment; those of a stage depend on earlier stages only.

    Parameters
    ----------
    config
        Arms, budgets and seeds.
    folder
        Folder of the experiment.
    suite
        The suite whose validation seeds choose checkpoints.

    Raises
    ------
    not_allowed
        If an arm other than a learner without a model has seeds of its own.
    """
    learners = [
        f"{kind}@{label(one.decisions)}" for kind in config.model_free for one in config.budgets
    ]
    for arm in config.seeds_of:
        if arm not in learners:
            raise not_allowed("experiment.seeds_of", arm, learners)
    planner = _Planner(config, folder, suite)
    for budget in config.budgets:
        planner.add_rules(budget)
        planner.add_world_models(budget)
        planner.add_model_free(budget)
        planner.add_trees(budget)
    planner.add_external()
    planner.add_variants()
    planner.add_flat()
    for name in config.fixed:
        planner.contestants.append(Contestant(name, 0, name))
    if config.rule_counts:
        planner.add_truncated_rules()
    # the first seed of every arm first, so that errors show early
    stages = tuple(
        tuple(sorted(jobs, key=lambda job: job.values.get("seed", 0)))
        for _, jobs in sorted(planner.stages.items())
    )
    return Arms(stages, tuple(planner.contestants))


class _Planner:
    """Collects jobs by stage, and contestants."""

    def __init__(self, config: ExperimentConfiguration, folder: Path, suite: str) -> None:
        self._config, self._folder, self._suite = config, folder, suite
        self._largest = max(config.budgets, key=lambda budget: budget.decisions)
        self.stages: dict[int, list[Job]] = {}
        self.contestants: list[Contestant] = []

    def _job(self, stage: int, what: str, *parts: str, **values: Any) -> str:
        """Add a job, and return its folder."""
        folder = str(self._folder.joinpath(*parts))
        self.stages.setdefault(stage, []).append(Job(what, folder, values))
        return folder

    def _enter(self, arm: str, seed: int, base: str | dict[str, str], **changes: Any) -> None:
        """Add a contestant: the policy file ``base``, or a mapping, with some arguments changed."""
        name = f"{arm}.{seed}"
        path = str(self._folder / "policies" / f"{name}.yaml")
        job = Job("policy", path, {"base": base, "changes": changes})
        self.stages.setdefault(90, []).append(job)
        self.contestants.append(Contestant(arm, seed, path))

    def add_rules(self, budget: BudgetConfiguration) -> None:
        """Add rules whose thresholds are tuned with a budget."""
        for name in self._config.rules:
            arm = f"{name}_tuned@{label(budget.decisions)}"
            for seed in self._config.seeds:
                folder = self._job(
                    20, "rules", arm, f"seed_{seed}",
                    policy=name, budget=budget.decisions, seed=seed, suite=self._suite,
                )  # fmt: skip
                path = str(Path(folder) / f"{arm}.{seed}.yaml")
                self.contestants.append(Contestant(arm, seed, path))

    def add_world_models(self, budget: BudgetConfiguration) -> None:
        """Add a collection, a first model, a collection driven by it, and the world models of both."""
        own = round(self._config.own_share * budget.decisions)
        size, at = label(budget.decisions), f"experience@{label(budget.decisions)}"
        if not self._config.world_model:
            return
        first = self._job(0, "collect", at, "round_0", decisions=budget.decisions - own)
        start = self._job(
            10, "world_model", at, "model_0",
            experience=[first], updates=budget.updates, seed=self._config.seeds[0], privileged=True,
        )  # fmt: skip
        second = self._job(
            15, "collect", at, "round_1", budget=budget.decisions, after=first, checkpoint=start
        )
        for name in self._config.world_model:
            arm = f"{name}@{size}"
            for seed in self._config.seeds:
                made = self._job(
                    20, "world_model", arm, f"seed_{seed}",
                    experience=[first, second], updates=budget.updates, seed=seed, privileged=PRIVILEGED[name],
                )  # fmt: skip
                self._enter(arm, seed, name, checkpoint=made)

    def add_model_free(self, budget: BudgetConfiguration) -> None:
        """Add learners without a model; ``belief_ppo`` uses the belief of the world model of the same budget."""
        for kind in self._config.model_free:
            arm = f"{kind}@{label(budget.decisions)}"
            for seed in self._config.seeds_of.get(arm, self._config.seeds):
                seen = {}
                if kind == "belief_ppo":
                    seen = {"world_model": str(self._model(budget, self._config.seeds[0]))}
                made = self._job(
                    30 if seen else 10, "model_free", arm, f"seed_{seed}",
                    kind=kind, decisions=budget.decisions, seed=seed, suite=self._suite, **seen,
                )  # fmt: skip
                self._enter(arm, seed, kind, checkpoint=made, **seen)

    def add_trees(self, budget: BudgetConfiguration) -> None:
        """Add decision trees that a budget of branched decisions has labelled."""
        if not self._config.trees:
            return
        arm = f"trees@{label(budget.decisions)}"
        for seed in self._config.seeds:
            made = self._job(
                10, "trees", arm, f"seed_{seed}",
                decisions=budget.decisions, seed=seed, suite=self._suite,
            )  # fmt: skip
            self._enter(arm, seed, "trees", checkpoint=made)

    def add_external(self) -> None:
        """Add external baselines, which have their own budget."""
        for kind in self._config.external:
            arm = f"{kind}@{label(self._config.external_decisions)}"
            for seed in self._config.external_seeds:
                made = self._job(
                    10, "external", arm, f"seed_{seed}",
                    decisions=self._config.external_decisions, seed=seed, suite=self._suite,
                )  # fmt: skip
                self._enter(arm, seed, {"_target_": EXTERNAL[kind]}, checkpoint=made)

    def add_variants(self) -> None:
        """Add other planners with the world models of the largest budget."""
        size = label(self._largest.decisions)
        for name in self._config.variants:
            for seed in self._config.variant_seeds:
                changes = {"checkpoint": str(self._model(self._largest, seed))}
                self._enter(f"{Path(name).name}@{size}", seed, name, **changes)

    def add_flat(self) -> None:
        """Add a flat world model of the largest budget, trained on the same log and driven without memory."""
        if not self._config.flat_hidden or not self._config.world_model:
            return
        arm = f"flat@{label(self._largest.decisions)}"
        for seed in self._config.variant_seeds:
            made = self._job(
                20, "world_model", arm, f"seed_{seed}",
                experience=self._logs(), updates=self._largest.updates, seed=seed, privileged=True,
                flat_hidden=self._config.flat_hidden,
            )  # fmt: skip
            self._enter(arm, seed, "ablation/no_memory", checkpoint=made)

    def add_truncated_rules(self) -> None:
        """Add ``rule_tuned`` reduced to its most useful rules."""
        found = self._job(
            10, "usefulness", "usefulness",
            policy="rule_tuned", suite=self._suite, instances=self._config.rule_instances,
        )  # fmt: skip
        for count in self._config.rule_counts:
            arm = f"rule_tuned_{count}"
            path = str(self._folder / "policies" / f"{arm}.0.yaml")
            job = Job("truncated", path, {"usefulness": found, "count": count})
            self.stages.setdefault(90, []).append(job)
            self.contestants.append(Contestant(arm, 0, path))

    def _model(self, budget: BudgetConfiguration, seed: int) -> Path:
        """Folder of ``world_model`` of a budget and seed."""
        return self._folder / f"world_model@{label(budget.decisions)}" / f"seed_{seed}"

    def _logs(self) -> list[str]:
        """Folders of the collected data of the largest budget."""
        logs = self._folder / f"experience@{label(self._largest.decisions)}"
        return [str(logs / "round_0"), str(logs / "round_1")]
