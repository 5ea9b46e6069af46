"""Drives policies under every setting, and compares them with the reference instance by instance."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import CostParameters
from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError, not_allowed
from envs.scenario.suite import SuiteItem, first_of_strata, load_suite
from experiments.cli.ingredients import list_ingredients
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate, name_of
from experiments.execution import pool
from experiments.rollout.loop import Rollout
from experiments.stats.interval import Interval
from experiments.stats.paired import paired_difference
from experiments.stats.resampling import Bootstrap
from experiments.store.atomic import make_folder, write_text
from experiments.store.lock import locked
from experiments.store.progress import Progress
from experiments.store.run_folder import compute_key
from experiments.store.steps import Steps
from experiments.studies.sensitivity.configuration import SensitivityConfiguration
from experiments.studies.sensitivity.detector import DetectorNoise
from experiments.studies.sensitivity.factors import FACTORS

USUAL = "as usual"
"""Title of the default setting, without any change."""


PART = 50
"""Number of instances that are driven side by side."""


class Setting(NamedTuple):
    """One assumption with a changed value."""

    title: str
    cost: str  # a name in conf/cost
    factor: str | None = None  # a key of FACTORS
    value: float = 1.0


class Task(NamedTuple):
    """One policy in one setting."""

    policy: str
    setting: Setting
    suite: str
    items: tuple[SuiteItem, ...]
    allow: tuple[str, ...]
    key: str  # hash of everything that decides the result


class Row(NamedTuple):
    """Results of one setting: mean cost of every policy, and its difference to the reference."""

    setting: Setting
    mean_usd: dict[str, float]
    difference_usd: dict[str, Interval]
    cheapest: str


def list_settings(config: SensitivityConfiguration) -> list[Setting]:
    """The default setting first, then one change at a time.

    Raises
    ------
    not_allowed
        If there is no such factor.
    UserError
        If a value is not positive.
    """
    first = config.costs[0]
    found = [Setting(USUAL, first)]
    found += [Setting(f"cost {name_of(name)}", name) for name in config.costs[1:]]
    for name, values in config.factors.items():
        if name not in FACTORS:
            raise not_allowed("factors", name, FACTORS)
        factor = FACTORS[name]
        for value in values:
            if not 0.0 < value < np.inf:
                raise UserError(f"factors.{name}: got {value:g}, expected numbers > 0")
            if value != factor.usual:
                found.append(Setting(f"{factor.title} {value:g}", first, name, float(value)))
    return found


def run(config: SensitivityConfiguration) -> list[Row]:
    """Drive the missing settings into the output folder, and compare all, in the order of ``list_settings``.

    Raises
    ------
    not_allowed
        If the reference is not among the policies.
    """
    names = [name_of(policy) for policy in config.policies]
    reference = name_of(config.reference)
    if reference not in names:
        raise not_allowed("reference", reference, names)
    suite = load_suite(locate("suite", config.suite), config.allow)
    items = tuple(first_of_strata(suite.items(config.split), config.max_instances))
    settings = list_settings(config)
    tasks = [
        _make_task(config, policy, setting, items)
        for policy in config.policies
        for setting in settings
    ]
    folder = Path(config.output) / "driven"
    make_folder(folder)
    steps = Steps(folder)
    missing = [task for task in tasks if steps.find(_name(task)) is None]
    if missing:
        with (
            locked(folder),
            Progress("driving", len(tasks), "settings", len(tasks) - len(missing)) as progress,
        ):
            for k, _ in pool.run(_drive, missing, str(folder), num_workers=config.workers):
                steps.note(_name(missing[k]), [_name(missing[k])])
                progress.update(remark=f"{name_of(missing[k].policy)}, {missing[k].setting.title}")
    paid = {(name_of(task.policy), task.setting): _read(folder / _name(task)) for task in tasks}
    families = [item.family for item in items]
    return [_compare(config, setting, paid, families) for setting in settings]


def _compare(
    config: SensitivityConfiguration,
    setting: Setting,
    paid: dict[tuple[str, Setting], NDArray[np.float64]],
    families: Sequence[str],
) -> Row:
    """Means and paired differences in one setting."""
    names, reference = map(name_of, config.policies), name_of(config.reference)
    means = {name: float(paid[name, setting].mean()) for name in names}
    differences = {
        name: paired_difference(
            paid[name, setting],
            paid[reference, setting],
            families,
            Bootstrap(0.95, config.num_resamples, np.random.default_rng(0)),
        ).mean
        for name in means
        if name != reference
    }
    return Row(setting, means, differences, min(means, key=lambda name: (means[name], name)))


def _drive(task: Task, folder: str) -> None:
    """Drive all episodes of a task and write their costs to its file."""
    suite = load_suite(locate("suite", task.suite), task.allow)
    instances = [suite.instance(item) for item in task.items]
    factor = FACTORS[task.setting.factor] if task.setting.factor else None
    if factor is not None and factor.change is not None:
        instances = [factor.change(instance, task.setting.value) for instance in instances]
    cost = CostParameters.from_mapping(read_mapping(locate("cost", task.setting.cost)))
    # all worlds of a part begin together, with a detector that has seen nothing
    costs = np.zeros(len(instances))
    for first in range(0, len(instances), PART):
        part = instances[first : first + PART]
        noise = DetectorNoise(task.setting.value) if factor and factor.is_detector else None
        rollout = Rollout(
            load_policy(task.policy, task.allow),
            part,
            num_worlds=len(part),
            cost=cost,
            filter_observation=noise,
        )
        for k, episode in rollout.episodes():
            costs[first + k] = episode.total_usd.sum()
    write_text(Path(folder) / _name(task), json.dumps(costs.tolist()) + "\n")


def _make_task(
    config: SensitivityConfiguration, policy: str, setting: Setting, items: tuple[SuiteItem, ...]
) -> Task:
    """One policy in one setting, with the hash of everything that decides its result."""
    files = list_ingredients(
        policies=[policy], suites=[config.suite], costs=[setting.cost], allow=config.allow
    )
    values = {"setting": list(setting), "items": [list(item) for item in items]}
    key = compute_key("sensitivity", values, files)
    return Task(policy, setting, config.suite, items, tuple(config.allow), key)


def _name(task: Task) -> str:
    """File name of a task's results."""
    return f"{name_of(task.policy)}-{task.key[:16]}.json"


def _read(path: Path) -> NDArray[np.float64]:
    return np.array(json.loads(path.read_text(encoding="utf-8")))
