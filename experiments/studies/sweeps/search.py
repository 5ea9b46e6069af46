"""Searches numbers of a policy's file with Optuna; every trial is a row of cells, so a killed search can continue."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from envs.errors import UserError
from experiments.cli.locations import locate
from experiments.cli.policy_files import read_policy
from experiments.execution.executor import require
from experiments.records import table as records
from experiments.store.atomic import make_folder, write_text
from experiments.store.lock import locked
from experiments.studies.sweeps.cells import RECORDS, keep_finished, make_cells
from experiments.studies.sweeps.configuration import SearchConfiguration, SweepConfiguration
from experiments.studies.sweeps.drive import CELLS, drive

JOURNAL: Final = "search.journal"
"""File of Optuna's own record, for its tools; every run writes it anew from the cells."""

BASE: Final = "searched.yaml"
"""Copy of the policy as it was, so that a search that was moved is complete."""


def run_search(config: SweepConfiguration, search: SearchConfiguration) -> dict[str, Any]:
    """Search; the first trial is the unchanged policy.

    Returns
    -------
    dict
        The best trial, that of the policy as it was, and the best policy's file.

    Raises
    ------
    UserError
        If the configuration does not fit a search, or every trial failed.
    """
    require("optuna")
    base = _check(config, search)
    folder = Path(config.output)
    make_folder(folder / "policies")
    with locked(folder):
        write_text(folder / BASE, yaml.safe_dump(_rebase(base, folder), sort_keys=False))
        study = _make_study(folder)
        study.enqueue_trial({key: _number(base, key) for key in search.ranges})
        rows: list[dict[str, Any]] = []
        for first in range(0, search.trials, search.batch):
            many = min(search.batch, search.trials - first)
            rows += _run_batch(config, study, base, (first, many))
        done = [row for row in rows if row["mean_usd"] is not None]
        if not done:
            raise UserError("search: every trial failed")
        best = min(done, key=lambda row: (row["mean_usd"], row["trial"]))
        result: dict[str, Any] = {
            "trials": len(rows),
            "failed": len(rows) - len(done),
            "as_it_was_usd": rows[0]["mean_usd"],
            "best_usd": best["mean_usd"],
            "best": best["values"],
            "policy": best["policy"],
            "split": config.split,
        }
        whole = json.dumps({"told": result, "trials": rows}, indent=1)
        write_text(folder / "search.json", whole + "\n")
    return result | {"policy": str(folder / best["policy"])}


def _check(config: SweepConfiguration, search: SearchConfiguration) -> dict[str, Any]:
    """Read the policy's file; raise an error if the configuration does not allow a search."""
    if config.split == "test":
        raise UserError("split: got 'test', expected train or validation")
    names = [config.policies] if isinstance(config.policies, str) else config.policies
    if len(names) != 1 or names == ["all"] or config.axes:
        raise UserError("search: expected one policy and no axes")
    base = read_policy(_find_base(names[0], Path(config.output))).values
    for key, ends in search.ranges.items():
        now = _number(base, key)
        if len(ends) != 2 or not ends[0] < ends[1]:
            raise UserError(f"search.ranges.{key}: got {ends}, expected [lowest, highest]")
        if not ends[0] <= now <= ends[1]:
            raise UserError(
                f"search.ranges.{key}: got {ends}, expected a range that contains the policy's value {now}"
            )
    return base


def _find_base(name: str, folder: Path) -> str:
    """The file of the searched policy, or the copy in the search's folder, which stderr says."""
    try:
        locate("policy", name)
    except UserError as error:
        if not (folder / BASE).is_file():
            raise
        sys.stderr.write(f"{error}; searched as it was: {folder / BASE}\n")
        return str(folder / BASE)
    return name


def _number(base: Mapping[str, Any], key: str) -> int | float:
    """The number at a dotted key of a policy's file."""
    value: Any = base
    for word in key.split("."):
        value = value.get(word) if isinstance(value, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserError(f"search.ranges.{key}: expected the key of a number in the policy's file")
    return value


def _make_study(folder: Path) -> Any:  # noqa: ANN401 (Optuna's, optional)
    """An empty study whose journal is in the folder."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    path = folder / JOURNAL
    path.unlink(missing_ok=True)
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(path)))
    return optuna.create_study(storage=storage, direction="minimize", study_name="search")


def _run_batch(
    config: SweepConfiguration,
    study: Any,  # noqa: ANN401 (Optuna's, optional)
    base: Mapping[str, Any],
    numbers: tuple[int, int],
) -> list[dict[str, Any]]:
    """Propose a batch of trials and drive them together."""
    import optuna

    search, folder = config.search, Path(config.output)
    if search is None:
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        # a seed of its own for every batch: a search that goes on proposes what it would have proposed
        seed = int(np.random.SeedSequence([search.seed, numbers[0]]).generate_state(1)[0])
        study.sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
    kinds = {key: _kind(base, key, ends) for key, ends in search.ranges.items()}
    trials = [study.ask(kinds) for _ in range(numbers[1])]
    paths = [_write_policy(folder / "policies", base, trial.params) for trial in trials]
    means = _drive(config, list(dict.fromkeys(paths)), folder)
    rows = []
    for trial, path in zip(trials, paths, strict=True):
        mean = means[path]
        failed = optuna.trial.TrialState.FAIL
        study.tell(trial, mean, state=failed if mean is None else None)
        rows.append(
            {
                "trial": trial.number,
                "values": trial.params,
                "mean_usd": mean,
                "policy": Path(path).relative_to(folder).as_posix(),
            }
        )
    return rows


def _kind(base: Mapping[str, Any], key: str, ends: Sequence[float]) -> Any:  # noqa: ANN401
    """Distribution of a searched number; integers if the original is a whole number."""
    import optuna

    if isinstance(_number(base, key), int):
        return optuna.distributions.IntDistribution(round(ends[0]), round(ends[1]))
    return optuna.distributions.FloatDistribution(float(ends[0]), float(ends[1]))


def _write_policy(folder: Path, base: Mapping[str, Any], values: Mapping[str, float]) -> str:
    """Write the policy with other numbers, under a name that is a hash of its contents."""
    changed = _rebase(base, folder)
    for key, value in values.items():
        *above, last = key.split(".")
        inner = changed
        for word in above:
            inner = inner[word]
        inner[last] = value
    text = yaml.safe_dump(changed, sort_keys=False)
    path = folder / f"trial_{hashlib.sha256(text.encode()).hexdigest()[:12]}.yaml"
    write_text(path, text)
    return str(path)


def _rebase(value: Any, folder: Path) -> Any:  # noqa: ANN401 (anything)
    """A copy of a policy's values in which paths are relative to another folder."""
    if isinstance(value, dict):
        return {key: _rebase(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [_rebase(item, folder) for item in value]
    is_path = isinstance(value, str) and os.sep in value and Path(value).exists()
    return Path(os.path.relpath(value, folder)).as_posix() if is_path else value


def _drive(config: SweepConfiguration, paths: list[str], folder: Path) -> dict[str, float | None]:
    """Mean cost over all episodes by policy file; ``None`` if a cell failed."""
    cells = [
        keep_finished(config, cell, folder / CELLS)
        for cell in make_cells(config.model_copy(update={"policies": paths}))
    ]
    failed = drive(config, cells, folder)
    means: dict[str, float | None] = {}
    for path in paths:
        mine = [cell for cell in cells if cell.policy == path]
        if any(cell.name in failed for cell in mine):
            means[path] = None
            continue
        files = [folder / CELLS / cell.name / RECORDS for cell in mine]
        costs = np.concatenate([records.read(file)["cost_usd"].to_numpy() for file in files])
        means[path] = float(costs.mean())
    return means
