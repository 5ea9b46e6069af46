"""Selects the best training seed of every learned arm by its validation scores, never by the test split."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from experiments.store.atomic import make_folder, replacing
from experiments.studies.headline.arms import Job
from policies.checkpoint import ABOUT, TENSORS

FOLDER: Final = "best"

CRITERIA: Final = {
    "model_free": "capped_usd",
    "trees": "capped_usd",
    "external": "capped_usd",
    "world_model": "vehicle_rmse_4s_m",
}
"""By kind of job, the entry of ``validation`` in a checkpoint's description that is smallest for the best: cost on
validation seeds; error on held-out shards."""


def keep_best(jobs: Iterable[Job], folder: Path) -> dict[str, int]:
    """Copy the best checkpoint of every arm, and a world model that it needs, to ``best/<arm>``.

    Jobs that train an arm have folders ``<arm>/seed_<seed>``. The result has the seed that was kept, by arm.
    """
    by_arm: dict[str, dict[int, Job]] = {}
    for job in jobs:
        made = Path(job.folder)
        if job.what in CRITERIA and made.name.startswith("seed_"):
            by_arm.setdefault(made.parent.name, {})[int(job.values["seed"])] = job
    kept = {}
    for arm, by_seed in by_arm.items():
        found = {seed: _read(job) for seed, job in by_seed.items()}
        kept[arm] = min(found, key=lambda seed: (found[seed], seed))
        best, to = by_seed[kept[arm]], folder / FOLDER / arm
        _copy(Path(best.folder), to)
        if "world_model" in best.values:
            _copy(Path(best.values["world_model"]), to / "world_model")
    return kept


def _read(job: Job) -> float:
    """The validation score of a checkpoint, from its description."""
    about = json.loads((Path(job.folder) / ABOUT).read_text(encoding="utf-8"))
    return float(about["validation"][CRITERIA[job.what]])


def _copy(made: Path, to: Path) -> None:
    """Copy a checkpoint without the other files of its training."""
    make_folder(to)
    for name in (TENSORS, ABOUT):
        with replacing(to / name) as temporary:
            temporary.write_bytes((made / name).read_bytes())
