"""The work of a job: collecting, training, tuning, writing policy files; finished jobs are not repeated."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

import conf
from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError
from envs.scenario.suite import load_suite
from experiments.cli.configuration import validate
from experiments.cli.ingredients import list_ingredients
from experiments.cli.locations import locate
from experiments.cli.policy_files import PATH_KEYS, read_policy
from experiments.store.atomic import make_folder, write_text
from experiments.store.manifest import compute_sha256
from experiments.store.run_folder import describe_change
from experiments.studies.headline.arms import Job
from experiments.training.collection.collect import ROWS, CollectConfiguration, collect
from experiments.training.configuration import TrainConfiguration
from policies.checkpoint import ABOUT

FIRST_SEED: Final = 100_000_000
"""Seed of the first instance that is collected; none is in a suite or in the experience of the shipped model."""

ROUND_SEEDS: Final = 50_000_000
"""Distance between the first seeds of two rounds."""

LARGEST_SHARD: Final = 5_000
"""Decisions of a collected shard at most: 100 episodes of 44 to 49 decisions with any policy."""

COUNTS: Final = "counts.json"
USEFULNESS: Final = "usefulness.json"

INPUTS: Final = "inputs.json"
"""File of a finished job that lists what decided its result."""

LAST: Final[Mapping[str, str]] = {
    "collect": COUNTS,
    "world_model": ABOUT,
    "model_free": ABOUT,
    "trees": ABOUT,
    "external": ABOUT,
    "rules": "{arm}.{seed}.yaml",
    "usefulness": USEFULNESS,
}
"""By kind of job, the file that its work writes last; results that were copied here count as finished, too."""

MODEL: Final = "world_model"


def run_job(job: Job) -> str:
    """Run a job unless its folder contains the file that is written last; returns the folder."""
    folder = Path(job.folder)
    last = LAST.get(job.what)
    if last is None:
        WORK[job.what](folder, job.values)
        return job.folder
    inputs = _list_inputs(job)
    if not (folder / last.format(arm=folder.parent.name, **job.values)).is_file():
        WORK[job.what](folder, job.values)
        write_text(folder / INPUTS, json.dumps(inputs, indent=1) + "\n")
    elif changed := _describe_change(folder / INPUTS, inputs):
        raise UserError(f"{folder}: made with other inputs: {changed}; remove it to make it again")
    return job.folder


def _list_inputs(job: Job) -> dict[str, dict[str, str]]:
    """What decides the result of a job: its values, and hashes of the policy, the suite and earlier jobs' results."""
    named = {key: [job.values[key]] for key in ("policy", "suite") if key in job.values}
    files = list_ingredients(policies=named.get("policy", ()), suites=named.get("suite", ()))
    values = {key: json.dumps(value) for key, value in job.values.items()}
    earlier = {
        str(Path(name) / last): compute_sha256(Path(name) / last)
        for value in job.values.values()
        for name in (value if isinstance(value, list) else [value])
        for last in {ABOUT, COUNTS, USEFULNESS}
        if isinstance(name, str) and (Path(name) / last).is_file()
    }
    return {"values": values, "earlier results": earlier} | files


def _describe_change(path: Path, inputs: Mapping[str, Mapping[str, str]]) -> str:
    """What differs from the inputs that a finished job noted; a job without a note is kept, which stderr says."""
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        sys.stderr.write(f"{path.parent}: kept; what it was made from is not on record\n")
        return ""
    return describe_change(noted, inputs)


def _collect(folder: Path, values: Mapping[str, Any]) -> None:
    """Collect with the mix of conf/collect.yaml, or half with a first model's policy and half with the explorer."""
    settings = _read_config("collect") | {
        "num_decisions": _decisions(values),
        "first_seed": FIRST_SEED,
        "workers": 1,
        "output": str(folder),
    }
    if "checkpoint" in values:
        path = folder.parent / "first_model.yaml"
        _write_policy(path, {"base": MODEL, "changes": {"checkpoint": values["checkpoint"]}})
        settings |= {
            "first_seed": FIRST_SEED + ROUND_SEEDS,
            "policies": str(path),
            "mix": {"explorer": 1, "rule": 0, "rule_tuned": 0, "policy": 1},
        }
    collect(validate(CollectConfiguration, settings))


def _decisions(values: Mapping[str, Any]) -> int:
    """Number of decisions to request, so that the last complete shard fits into the budget if possible."""
    if "after" not in values:
        return int(values["decisions"])
    counts = json.loads((Path(values["after"]) / COUNTS).read_text(encoding="utf-8"))
    shards: int = (values["budget"] - int(counts["decisions"])) // LARGEST_SHARD
    return max(shards, 1) * ROWS


def _train_world_model(folder: Path, values: Mapping[str, Any]) -> None:
    """Train a world model."""
    from experiments.training.world_model import train as world_model

    settings = _read_train(folder, values)
    settings["experience"], settings["privileged"] = values["experience"], values["privileged"]
    settings["flat_hidden"] = values.get("flat_hidden", 0)
    settings["updates"] = {
        part: max(round(values["updates"] * count), 1)
        for part, count in settings["updates"].items()
    }
    world_model.train(validate(TrainConfiguration, settings))


def _train_model_free(folder: Path, values: Mapping[str, Any]) -> None:
    """Train a policy without a model."""
    from experiments.training.model_free import train as model_free

    settings = _read_train(folder, values)
    settings["model_free"] |= {"decisions": values["decisions"], "suite": values["suite"]}
    if "world_model" in values:
        settings["model_free"]["world_model"] = values["world_model"]
    config = validate(TrainConfiguration, settings)
    model_free.train(values["kind"], config.model_free, str(folder), values["seed"])


def _train_trees(folder: Path, values: Mapping[str, Any]) -> None:
    """Train decision trees with the families of the model-free policies."""
    from experiments.cli.extras import require_sklearn

    require_sklearn()
    from experiments.training.trees import train as trees

    settings = _read_train(folder, values)
    settings["trees"] |= {"decisions": values["decisions"]}
    settings["model_free"] |= {"suite": values["suite"]}
    config = validate(TrainConfiguration, settings)
    trees.train(config.trees, config.model_free, str(folder), values["seed"])


def _train_external(folder: Path, values: Mapping[str, Any]) -> None:
    """Train DreamerV3 with the families and rewards of the model-free policies."""
    from experiments.training.dreamer_v3 import train as dreamer_v3

    settings = _read_train(folder, values)
    settings["dreamer_v3"] |= {"decisions": values["decisions"]}
    settings["model_free"] |= {"suite": values["suite"]}
    config = validate(TrainConfiguration, settings)
    dreamer_v3.train(config.dreamer_v3, config.model_free, str(folder), values["seed"])


def _tune_rules(folder: Path, values: Mapping[str, Any]) -> None:
    """Tune the thresholds of rules."""
    from experiments.training import rules as tuning
    from experiments.training import tuned_rules

    make_folder(folder)
    seed = values["seed"]
    found = tuning.tune(
        locate("suite", values["suite"]),
        locate("policy", values["policy"]),
        tuning.Effort(
            values["budget"], tuning.affordable_instances(values["budget"]), seed, workers=1
        ),
        log=folder / "tune_rules.json",
    )
    path = folder / LAST["rules"].format(arm=folder.parent.name, seed=seed)
    tuned_rules.write_policy(path, found, values["policy"])


def _measure_rules(folder: Path, values: Mapping[str, Any]) -> None:
    """Measure the usefulness of every rule of a policy."""
    from experiments.studies.headline.usefulness import measure_usefulness

    make_folder(folder)
    suite = load_suite(locate("suite", values["suite"]))
    found = measure_usefulness(values["policy"], suite, values["instances"])
    write_text(folder / USEFULNESS, json.dumps(found, indent=1) + "\n")


def _write_truncated(path: Path, values: Mapping[str, Any]) -> None:
    """Write the policy with its most useful rules only."""
    settings = json.loads((Path(values["usefulness"]) / USEFULNESS).read_text(encoding="utf-8"))
    without = [rule for rule, _ in settings["rules"][values["count"] :]]
    _write_policy(path, {"base": settings["policy"], "changes": {"without": without}})


def _write_policy(path: Path, values: Mapping[str, Any]) -> None:
    """Write a policy file with some arguments changed, or those of its nested policy if it has one."""
    base = values["base"]
    settings = dict(base) if isinstance(base, dict) else read_policy(base).values
    # a policy's file names paths relative to its own folder
    changes = {
        key: Path(os.path.relpath(value, path.parent)).as_posix() if key in PATH_KEYS else value
        for key, value in values["changes"].items()
    }
    inner = settings.get("policy")
    if isinstance(inner, dict) and "_policy_" in inner:
        inner = read_policy(str(inner["_policy_"])).values
        settings["policy"] = inner | changes
    else:
        settings |= changes
    make_folder(path.parent)
    write_text(path, yaml.safe_dump(settings, sort_keys=False))


def _read_train(folder: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of conf/train.yaml with a seed and a folder."""
    return _read_config("train") | {"seed": values["seed"], "output": str(folder)}


def _read_config(name: str) -> dict[str, Any]:
    """Values of a file in ``conf``, without Hydra's own keys."""
    path = Path(conf.__file__).parent / f"{name}.yaml"
    return {k: v for k, v in read_mapping(path).items() if k not in {"defaults", "hydra"}}


WORK: Final[Mapping[str, Callable[[Path, Mapping[str, Any]], None]]] = {
    "collect": _collect,
    "world_model": _train_world_model,
    "model_free": _train_model_free,
    "trees": _train_trees,
    "external": _train_external,
    "rules": _tune_rules,
    "usefulness": _measure_rules,
    "truncated": _write_truncated,
    "policy": _write_policy,
}
