"""The cells of a sweep: policies x policy seeds x strata x any further axes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
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
    own = {"policies": [policy], "policy_seeds": [seed], "strata": [stratum]}
    settings = (
        config.model_dump(include=set(EvaluationConfiguration.model_fields)) | own | dict(axes)
    )
    plan, problem = None, ""
    files: dict[str, dict[str, str]] = {}
    try:
        plan = prepare("sweep", validate(EvaluationConfiguration, settings))
        files = plan.files
    except UserError as error:
        problem = str(error)
    decides = {key: value for key, value in settings.items() if key not in NOT_IN_RESULT}
    key = compute_key("sweep", decides, files)
    name = f"{name_of(policy)}-{seed}-{stratum}-{key[:12]}"
    return Cell(policy, seed, stratum, axes, plan, problem, name)
