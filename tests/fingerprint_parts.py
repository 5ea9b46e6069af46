"""The parts of the fingerprint: each runs public commands or environments and returns hashes and numbers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.fingerprint_figures import (
    digest,
    digest_audit,
    digest_numbers,
    digest_records,
    digest_shards,
    digest_tensors,
)

HERE = Path(__file__).resolve().parent

COMMITTED_AUDIT = "experiments/results/audit/audit.json"

COMMANDS = (
    "audit", "benchmark", "collect", "compare", "counterfactual", "evaluate", "explain_rules", "explore",
    "observer", "ppo_check", "record", "report", "sensitivity", "suite", "sweep", "train", "tune_rules",
)  # fmt: skip
"""Commands that Hydra configures."""

REQUIRED = {"report": ["records=x"]}
"""Options without which a command shows nothing."""

SMALL_AUDIT = (
    "per_stratum=12", "hidden=60", "draws=1", "dreams=10", "ranked=[keep,rule,brake]", "dreamers=[]",
    "paths=[keep,edge_out]", "films=0",
)  # fmt: skip
SMALL_EXPERIENCE = ("num_decisions=9_000", "first_seed=30_000_000")
SMALL_MODEL = (
    "updates.filter=12", "updates.transition=150", "updates.events=100", "updates.emission=100", "rows=3_000",
    "stride=20", "validation_share=0.4", "members=2",
)  # fmt: skip
SMALL_LEARNER = ("model_free.decisions=12_000", "model_free.segments=3")
LEARNERS = {
    "ppo": ("model_free.ppo.worlds=10",),
    "belief_ppo": ("model_free.ppo.worlds=10",),
    "recurrent_ppo": ("model_free.recurrent_ppo.worlds=10",),
    "qr_dqn": ("model_free.qr_dqn.worlds=10", "model_free.qr_dqn.learning_starts=1_000"),
}
SMALL_TUNING = ("budget_decisions=60_000", "instances_per_stratum=2")

Item = str | int | dict[str, str]
"""One hash or number, or several under their names."""


class Bench(NamedTuple):
    """Where the commands run."""

    root: Path
    folder: Path
    workers: int

    def run(self, *words: str) -> str:
        """Run ``python WORDS`` with the code of the checkout in a folder of its own.

        Returns
        -------
        str
            What it prints.

        Raises
        ------
        RuntimeError
            If it does not end with status 0.
        """
        threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env={**os.environ, **threads, "PYTHONPATH": str(self.root), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(
                f"{' '.join(words)}: status {done.returncode}\n{done.stderr[-3000:]}"
            )
        return done.stdout

    def confirm_root(self) -> None:
        """Make sure that Python finds the code of the checkout, not an installed copy.

        Raises
        ------
        RuntimeError
            If it finds another one.
        """
        look = "import envs, experiments, policies; print(envs.__path__, experiments.__path__, policies.__path__)"
        printed = self.run("-c", look)
        expected = " ".join(
            str([str(self.root / name)]) for name in ("envs", "experiments", "policies")
        )
        if printed.strip() != expected:
            raise RuntimeError(f"expected {expected}, Python finds {printed.strip()}")

    def command(self, name: str, *options: str) -> str:
        """Run ``python -m`` with a command of ``experiments`` and its options; returns what it prints."""
        return self.run("-m", f"experiments.{name}", *options)

    def read(self, pattern: str) -> Path:
        """The only file in the folder that matches a pattern."""
        (found,) = self.folder.glob(pattern)
        return found


def record_items(bench: Bench, printed: str) -> dict[str, Item]:
    """Of a run that wrote records: the hash that it printed, and ours."""
    (said,) = re.findall(r"^records ([0-9a-f]{64})$", printed, re.MULTILINE)
    return {"printed": said, "records": digest_records(bench.read("outputs/**/records.parquet"))}


def run_states(bench: Bench, what: str = "debris") -> dict[str, Item]:
    """Fixed drives."""
    script = str(HERE / "fingerprint_states.py")
    found: dict[str, Item] = {what: json.loads(bench.run(script, what).splitlines()[-1])}
    return found


def run_inject(bench: Bench) -> dict[str, Item]:
    """Fixed drives on other roads."""
    return run_states(bench, "inject")


def run_dream(bench: Bench) -> dict[str, Item]:
    """Fixed drives in the learned world."""
    return run_states(bench, "dream")


def run_options(bench: Bench) -> dict[str, Item]:
    """Options of every command with their defaults, and the names of the files in ``conf``."""
    found: dict[str, Item] = {}
    for name in COMMANDS:
        printed = bench.command(name, *REQUIRED.get(name, []), "--cfg", "job")
        found[name] = list_options(yaml.safe_load(printed))
    found["choices"] = list_choices(bench.root / "conf")
    flags = re.findall(r"--[a-z][a-z-]*", bench.command("warm_up", "--help"))
    return found | {"warm_up": " ".join(sorted(set(flags)))}


def list_choices(folder: Path) -> dict[str, str]:
    """Names of the files in every folder below one."""
    names: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*/**/*.yaml")):
        names.setdefault(path.parent.relative_to(folder).as_posix(), []).append(path.stem)
    return {group: ", ".join(sorted(names[group])) for group in sorted(names)}


def list_options(value: Any, path: str = "") -> dict[str, str]:
    """Defaults by path; of a default that names code only the last word, since code moves."""
    if isinstance(value, Mapping) and value:
        pairs = {str(k): list_options(value[k], f"{path}.{k}" if path else str(k)) for k in value}
        return {path: text for key in sorted(pairs) for path, text in pairs[key].items()}
    words = re.sub(r"\b(?:experiments|policies|envs)\.[\w.]*\.(?=\w)", "", repr(value))
    return {path: words if len(words) < 60 else digest(words.encode())}


def run_audit_committed(bench: Bench) -> dict[str, Item]:
    """Figures of the audit in the repository."""
    return {"figures": digest_audit(bench.root / COMMITTED_AUDIT)}


def run_tests(bench: Bench) -> dict[str, Item]:
    """Number of tests that pytest collects, with those marked slow."""
    words = (
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "slow or not slow",
    )
    printed = bench._replace(folder=bench.root).run(*words)
    (count,) = re.findall(r"^(\d+) tests? collected", printed, re.MULTILINE)
    return {"at least": int(count)}


def run_compare_quick(bench: Bench) -> dict[str, Item]:
    """Every policy on the small suite: records, and all figures of the tables."""
    printed = bench.command("compare", "policy=all", "suite=quick", f"workers={bench.workers}")
    summary = json.loads(bench.read("outputs/**/summary.json").read_text(encoding="utf-8"))
    return record_items(bench, printed) | {"summary": digest_numbers(summary)}


def run_evaluate_validation(bench: Bench) -> dict[str, Item]:
    """The tuned rules and the world model on all validation instances."""
    options = ("policy=[rule_tuned,world_model]", "suite=v2", "split=validation")
    return record_items(bench, bench.command("evaluate", *options, f"workers={bench.workers}"))


def run_audit_small(bench: Bench) -> dict[str, Item]:
    """The shipped world models on few moments, with ablations and broken models."""
    bench.command("audit", *SMALL_AUDIT, f"workers={bench.workers}", "output=audit")
    return {"figures": digest_audit(bench.folder / "audit" / "audit.json")}


def checkpoint_items(bench: Bench, name: str) -> dict[str, Item]:
    """Tensors of a checkpoint and the figures it was validated with."""
    folder = bench.folder / name
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return {
        f"{name}: tensors": digest_tensors(folder / "model.safetensors"),
        f"{name}: validation": digest_numbers(about.get("validation", [])),
    }


def run_train_small(bench: Bench) -> dict[str, Item]:
    """From nothing to world models, with and without privileged labels."""
    bench.command("collect", *SMALL_EXPERIENCE, "output=experience", f"workers={bench.workers}")
    found: dict[str, Item] = {"experience": digest_shards(bench.folder / "experience")}
    jobs = {
        "world_model": SMALL_MODEL,
        "unprivileged": (*SMALL_MODEL, "privileged=false"),
        "flat": (*SMALL_MODEL, "flat_hidden=32"),
    }
    for name, options in jobs.items():
        bench.command("train", *options, "experience=[experience]", f"output={name}")
        found |= checkpoint_items(bench, name)
    return found


def run_learners_small(bench: Bench) -> dict[str, Item]:
    """The policies that learn in the simulator."""
    found: dict[str, Item] = {}
    for name, options in LEARNERS.items():
        bench.command("train", f"policy={name}", *SMALL_LEARNER, *options, f"output={name}")
        found |= checkpoint_items(bench, name)
    return found


def run_tune_small(bench: Bench) -> dict[str, Item]:
    """A search of thresholds."""
    bench.command(
        "tune_rules", *SMALL_TUNING, "log=log.json", "output=tuned.yaml", f"workers={bench.workers}"
    )
    tuned = yaml.safe_load(bench.read("tuned.yaml").read_text(encoding="utf-8"))
    return {"thresholds": {k: repr(v) for k, v in sorted(tuned["thresholds"].items())}}


PARTS: dict[str, Callable[[Bench], dict[str, Item]]] = {
    name.removeprefix("run_"): part
    for name, part in list(globals().items())
    if name.startswith("run_")
}
"""Every part by name."""
