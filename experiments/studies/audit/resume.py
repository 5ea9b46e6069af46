"""Computes an audit part by part: finished parts are read from disk, missing ones are computed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from envs.errors import UserError
from experiments.cli.ingredients import hash_files, list_ingredients
from experiments.execution.executor import make_executor
from experiments.stats.interval import Interval
from experiments.store.atomic import make_folder, write_text
from experiments.store.lock import locked
from experiments.store.progress import Progress
from experiments.store.run_folder import compute_key
from experiments.store.steps import Steps
from experiments.studies.audit.configuration import AuditConfiguration
from experiments.studies.audit.findings import Audited, Finding, Line, Probed
from experiments.studies.audit.gallery.gallery import film_all
from experiments.studies.audit.groups import Scene
from experiments.studies.audit.parts import PARTS
from experiments.studies.audit.probes.dynamics import speed
from experiments.studies.audit.probes.dynamics.open_loop import HORIZONS

FOLDER: Final = "parts"
"""Folder of the parts, beside the table."""

DECIDES_NOTHING: Final = {"output", "films", "show", "workers", "executor", "cluster"}
"""Settings that change the display, not the findings."""


_SCENES: Final[dict[str, Scene]] = {}
"""The latest scene of this process, by key."""


def run(config: AuditConfiguration) -> Audited:
    """Probe the checkpoints, the twin, straight lines and broken models; an interrupted run is continued.

    Parameters
    ----------
    config
        What to probe. Finished parts are in ``parts`` of its output folder.

    Returns
    -------
    Audited
        The same for the same configuration, in one go or in several.

    Raises
    ------
    UserError
        If futures would end before the last moment at which they are judged.
    """
    if config.decisions < max(HORIZONS):
        raise UserError(
            f"decisions: got {config.decisions}, expected {max(HORIZONS)} to 50: futures are judged up to there"
        )
    with Progress("loading the models"):
        scene = Scene(config)
    key = make_key(config, scene)
    _SCENES.clear()
    _SCENES[key] = scene
    folder = Path(config.output) / FOLDER
    make_folder(folder)
    steps = Steps(folder)
    missing = [part.name for part in PARTS if steps.find(_file(part.name), key) is None]
    scratch = Path(config.output) / "jobs"
    executor = make_executor(
        config.executor, config.cluster, workers=config.workers, scratch=scratch
    )
    if missing:
        with (
            locked(folder),
            Progress("probing", len(PARTS), "parts", len(PARTS) - len(missing)) as progress,
        ):
            for done, _ in executor.run(_compute_one, missing, config, folder, key):
                steps.note(_file(missing[done]), [_file(missing[done])], key=key)
                progress.update(remark=missing[done])
    findings: list[Finding] = []
    data: dict[str, Any] = {}
    for part in PARTS:
        found = read_part(folder / _file(part.name))
        findings += found.findings
        data |= found.data
    if config.films:
        cases = data["gallery"][: config.films]
        data["gallery"] = film_all(scene, cases, Path(config.output), key)
    timed = tuple(one for one in findings if one.probe == speed.NAME)
    lasting = [one for one in findings if one.probe != speed.NAME]
    return Audited(scene.models[0].name, lasting, data.pop("moments"), data, timed)


def _compute_one(name: str, config: AuditConfiguration, folder: Path, key: str) -> None:
    """Compute a part in any process and write it to its file."""
    part = next(part for part in PARTS if part.name == name)
    write_part(folder / _file(name), part.probe(_scene(config, key)), key)


def _scene(config: AuditConfiguration, key: str) -> Scene:
    """The scene that all parts of a process share."""
    if key not in _SCENES:
        _SCENES.clear()
        _SCENES[key] = Scene(config)
    return _SCENES[key]


def make_key(config: AuditConfiguration, scene: Scene) -> str:
    """Hash of everything that decides the findings: settings, checkpoints, policies, suite and all sources."""
    names = sorted({config.driver, *config.ranked, *config.paths})
    files = list_ingredients(policies=names, suites=[config.suite], allow=config.allow)
    for model in scene.models:
        files[f"checkpoint {model.name}"] = hash_files([model.folder], model.folder)
    return compute_key("audit", config.model_dump(exclude=DECIDES_NOTHING), files)


def write_part(path: Path, found: Probed, key: str) -> None:
    """Write the findings of a part."""
    values = {"key": key, "findings": [one._asdict() for one in found.findings], "data": found.data}
    write_text(path, json.dumps(values, indent=1, default=dict) + "\n")


def read_part(path: Path) -> Probed:
    """Read the findings of a part."""
    values = json.loads(path.read_text(encoding="utf-8"))
    return Probed([_finding(row) for row in values["findings"]], values["data"])


def _file(part: str) -> str:
    """Name of a part's file."""
    return f"{part}.json"


def _finding(row: dict[str, Any]) -> Finding:
    """A finding from its file; floats keep every bit, NaN included."""
    line = None if row["line"] is None else Line(*row["line"])
    return Finding(row["probe"], row["measure"], row["subject"], Interval(*row["value"]), line)
