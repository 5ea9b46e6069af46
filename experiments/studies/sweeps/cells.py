"""The cells of a sweep: policies x policy seeds x strata x any further axes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from glob import escape
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from envs.errors import UserError, not_allowed
from envs.scenario.suite import load_suite
from experiments.cli.configuration import validate
from experiments.cli.locations import locate, name_of
from experiments.evaluation.run import (
    NOT_IN_RESULT,
    EvaluationConfiguration,
    Plan,
    choose_policies,
    prepare,
)
from experiments.records.table import load_metrics
from experiments.store.manifest import check_file, read_manifest
from experiments.store.run_folder import compute_key
from experiments.studies.sweeps.configuration import AXES, SweepConfiguration

RECORDS = "records.parquet"


class Cell(NamedTuple):
    """One evaluation of a sweep."""

    policy: str  # name or path
    policy_seed: int
    stratum: str
    axes: Mapping[str, Any]
    plan: Plan | None  # none if it cannot be driven
    problem: str  # why it cannot be driven; empty if it can
    name: str  # of its folder: policy, seed and stratum, and a hash of all that decides the result

    @property
    def stem(self) -> str:
        """Name of the policy in records."""
        return name_of(self.policy)


def make_cells(config: SweepConfiguration) -> list[Cell]:
    """List all cells of a sweep, in order, including those that cannot be driven; nothing is written.

    Raises
    ------
    UserError
        If an axis has no values.
    not_allowed
        If there is no such axis.
    """
    for axis, values in (config.axes or {}).items():
        if axis not in AXES:
            raise not_allowed("axes", axis, AXES)
        if not values:
            raise UserError(f"axes.{axis}: got an empty list, expected at least one value")
    policies = choose_policies(config.policies)
    load_metrics(config.metrics, config.allow)
    return [
        _make_cell(config, policy, seed, stratum, axes)
        for axes in _combine(config.axes or {})
        for policy in policies
        for seed in config.policy_seeds
        for stratum in _strata(config, axes)
    ]


def is_done(cell: Cell, folder: Path) -> bool:
    """Whether a cell's folder is complete and undamaged; a damaged one is reported on stderr."""
    made = folder / cell.name
    if RECORDS not in read_manifest(made):
        return False
    try:
        check_file(made / RECORDS)
    except UserError as error:
        sys.stderr.write(f"{error}; driven again\n")
        return False
    return True


def keep_finished(config: SweepConfiguration, cell: Cell, folder: Path) -> Cell:
    """A cell whose policy cannot be loaded any more, as its finished folder, which stderr says.

    So a sweep that was moved is shown without the files of its policies. The cell itself is returned if it can be
    driven, if its policy's file has changed, or if no folder, or more than one, has its settings.
    """
    if cell.plan is not None:
        return cell
    settings = _settings(config, cell.policy, cell.policy_seed, cell.stratum, cell.axes)
    wanted, file = json.loads(json.dumps(_deciding(settings))), Path(cell.policy)
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None
    begin = f"{cell.stem}-{cell.policy_seed}-{cell.stratum}-"
    found = [
        path.parent.name
        for path in sorted(folder.glob(f"{escape(begin)}*/provenance.json"))
        if _was_driven(path, wanted, text)
    ]
    if len(found) != 1:
        return cell
    sys.stderr.write(f"{cell.problem}; shown as it was driven: {found[0]}\n")
    return cell._replace(name=found[0])


def _was_driven(path: Path, settings: Mapping[str, Any], text: str | None) -> bool:
    """Whether the provenance of a cell has these settings, and this text of a file if there is one."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        is_same = _deciding(about["config"]) == settings
        return is_same and (text is None or text in about["files"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _combine(axes: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """All combinations of the values."""
    for values in product(*axes.values()):
        yield dict(zip(axes, values, strict=True))


def _strata(config: SweepConfiguration, axes: Mapping[str, Any]) -> list[str]:
    """Names of strata."""
    if config.strata is not None:
        return config.strata
    path = locate("suite", axes.get("suite", config.suite))
    return list(load_suite(path, config.allow).strata)


def _make_cell(
    config: SweepConfiguration, policy: str, seed: int, stratum: str, axes: Mapping[str, Any]
) -> Cell:
    """Make a cell, with the checks of ``evaluate``."""
    settings = _settings(config, policy, seed, stratum, axes)
    plan, problem = None, ""
    files: dict[str, dict[str, str]] = {}
    try:
        plan = prepare("sweep", validate(EvaluationConfiguration, settings))
        files = plan.files
    except UserError as error:
        problem = str(error)
    # by name and contents, not by path: the policies of a search move with its folder
    key = compute_key("sweep", _deciding(settings) | {"policies": name_of(policy)}, files)
    name = f"{name_of(policy)}-{seed}-{stratum}-{key[:12]}"
    return Cell(policy, seed, stratum, axes, plan, problem, name)


def _settings(
    config: SweepConfiguration, policy: str, seed: int, stratum: str, axes: Mapping[str, Any]
) -> dict[str, Any]:
    """Configuration of the evaluation that a cell is."""
    own = {"policies": [policy], "policy_seeds": [seed], "strata": [stratum]}
    return config.model_dump(include=set(EvaluationConfiguration.model_fields)) | own | dict(axes)


def _deciding(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that decide the records, without paths: a cell is named by what its files contain."""
    kept = {
        key: value for key, value in settings.items() if key not in {*NOT_IN_RESULT, "policies"}
    }
    costs = [name_of(one) for one in kept["also_cost"]]
    return kept | {
        "suite": name_of(kept["suite"]),
        "cost": name_of(kept["cost"]),
        "also_cost": costs,
    }
