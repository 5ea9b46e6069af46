"""Lists every file that decides a result, with its SHA-256: of policies, suites, cost settings and metrics."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from envs.errors import OWN_PACKAGES, UserError
from envs.scenario.suite import load_suite
from envs.user_code import import_object, source_files
from experiments.cli.loading import allowed, list_files, list_targets
from experiments.cli.locations import CONF, locate, name_of
from experiments.store.manifest import compute_sha256
from experiments.store.run_folder import sources_hash

Ingredients = Mapping[str, Mapping[str, str]]
"""Of each part of a configuration, such as ``policy mine``: label of a file to its SHA-256."""

MOST_FILES: Final = 10_000
"""Largest number of files of a folder that a policy names, so that no whole disk is read by mistake."""


def of_policy(value: str, allow: Sequence[str]) -> dict[str, str]:
    """Files of a policy: its YAML and nested ones, what they name, and modules of the user's own.

    Raises
    ------
    UserError
        If a file or a module cannot be read.
    """
    files = list_files(value)
    for file in files:
        for target in list_targets(file.values):
            import_object(f"{file.path}: _target_", target, allowed(allow), file.path.parent)
    base = files[0].path.parent
    paths = [path for file in files for path in (file.path, *file.named)]
    targets = [name for file in files for name in list_targets(file.values)]
    return hash_files(paths, base) | _hash_modules(targets)


def of_suite(value: str, allow: Sequence[str]) -> dict[str, str]:
    """Files of a suite: its YAML, those of its own object types, and modules of its own scenarios.

    Raises
    ------
    UserError
        If the suite cannot be loaded, or a file cannot be read.
    """
    path = locate("suite", value)
    suite = load_suite(path, allow)
    objects = [one for folder in suite.catalogue_dirs for one in sorted(folder.glob("*.yaml"))]
    parts = [] if suite.part_of is None else [suite.part_of]
    functions = [f"{one.__module__}.{one.__name__}" for one in suite.scenarios.values()]
    return hash_files([path, *parts, *objects], path.parent) | _hash_modules(functions)


def of_cost(value: str) -> dict[str, str]:
    """The file of a cost setting."""
    path = locate("cost", value)
    return hash_files([path], path.parent)


def list_ingredients(
    *,
    policies: Iterable[str] = (),
    suites: Iterable[str] = (),
    costs: Iterable[str] = (),
    metrics: Iterable[str] = (),
    scenarios: Iterable[str] = (),
    catalogue_dirs: Iterable[str] = (),
    allow: Sequence[str] = (),
) -> dict[str, dict[str, str]]:
    """The files of all parts of a configuration, for its key and its provenance.

    Parameters
    ----------
    policies, suites, costs
        As for ``experiments.cli.locations.locate``.
    metrics, scenarios
        Dotted names.
    catalogue_dirs
        Folders of object types.
    allow
        Prefixes of the user's own modules.

    Raises
    ------
    UserError
        If a part cannot be loaded, or a file cannot be read.
    """
    found = {f"policy {name_of(one)}": of_policy(one, allow) for one in policies}
    found |= {f"suite {name_of(one)}": of_suite(one, allow) for one in suites}
    found |= {f"cost {name_of(one)}": of_cost(one) for one in costs}
    objects = [one for name in catalogue_dirs for one in sorted(Path(name).glob("*.yaml"))]
    own = {
        "metrics": _hash_modules(metrics),
        "scenarios": _hash_modules(scenarios),
        "objects": hash_files(objects, Path()),
    }
    return found | {part: files for part, files in own.items() if files}


def digest(files: Ingredients) -> str:
    """One hash over roadworld's sources and all files but those that only a module's text names: it may write them."""
    kept = {
        part: {label: one for label, one in labels.items() if ": " not in label}
        for part, labels in files.items()
    }
    return hashlib.sha256(json.dumps([kept, sources_hash()], sort_keys=True).encode()).hexdigest()


def hash_files(paths: Iterable[Path], base: Path) -> dict[str, str]:
    """Hashes of files, and of all files in folders; labels are relative to ``base`` where that is short."""
    return {
        _label(file, base): compute_sha256(file) for path in paths for file in _list_files(path)
    }


def _hash_modules(names: Iterable[str]) -> dict[str, str]:
    """Hashes of the user's modules that define these functions or classes, and of those that they import."""
    own = [name for name in names if name.partition(".")[0] not in OWN_PACKAGES]
    return {
        f"module {name}": compute_sha256(path) for name, path in sorted(source_files(own).items())
    }


def _list_files(path: Path) -> list[Path]:
    """The path itself, or all files below it."""
    if not path.is_dir():
        return [path]
    found: list[Path] = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(one for one in folders if one != "__pycache__")
        found += [Path(folder) / name for name in sorted(names)]
        if len(found) > MOST_FILES:
            raise UserError(
                f"{path}: contains more than {MOST_FILES:,} files; name a folder of a checkpoint"
            )
    return found


def _label(path: Path, base: Path) -> str:
    """The name of a file in a list: relative to ``conf``, to ``base``, or whole."""
    whole = Path(os.path.normpath(path.absolute()))
    for folder, prefix in ((CONF, "conf/"), (base.absolute(), "")):
        if whole.is_relative_to(os.path.normpath(folder)):
            return prefix + whole.relative_to(os.path.normpath(folder)).as_posix()
    return Path(os.path.relpath(whole, os.path.normpath(base.absolute()))).as_posix()
