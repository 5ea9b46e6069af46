"""What must not change while code moves: hashes of records, states, figures, tensors and options.

``python tests/fingerprint.py check`` compares this checkout with ``tests/fingerprint.json`` and ends with status 1 if
anything differs; ``record`` writes the file. ``--parts`` names what to run, ``--root`` another checkout. The values are
those of one kind of machine: another processor or another version of NumPy may move last bits.

Parts, and CPU time with compiled kernels:

* ``states`` (10 s), ``inject`` (3 s), ``dream`` (20 s): state hashes, observations and costs of fixed drives
* ``options`` (10 s): options of every command with their defaults
* ``audit_committed`` (0 s): figures of the audit that is part of the repository
* ``tests`` (20 s): number of tests
* ``compare_quick`` (2 min): ``compare policy=all suite=quick``
* ``evaluate_validation`` (7 min): ``evaluate policy=[rule_tuned,world_model] suite=v1 split=validation``
* ``audit_small`` (4 min): an audit of few moments
* ``train_small`` (2 min): experience, world models with and without privileged labels, PPO in dreams
* ``learners_small`` (3 min): the policies without a model
* ``tune_small`` (1 min): thresholds of the rules
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.fingerprint_figures import (
    RENAMED_COLUMNS,
    RENAMED_WORDS,
    digest,
    digest_audit,
    digest_numbers,
    digest_records,
    digest_shards,
    digest_tensors,
)

HERE = Path(__file__).resolve().parent
EXPECTED = HERE / "fingerprint.json"

COMMITTED_AUDIT = "experiments/results/audit/audit.json"

COMMANDS = (
    "audit", "benchmark", "collect", "compare", "counterfactual", "evaluate", "explain_rules", "explore",
    "ppo_check", "record", "report", "sensitivity", "suite", "sweep", "train", "tune_rules",
)  # fmt: skip
"""Commands that Hydra configures."""

REQUIRED = {"report": ["records=x"]}
"""Options without which a command shows nothing."""

PACKAGES = ("numpy", "numba", "torch", "scipy", "highway-env", "gymnasium", "stable-baselines3")

SMALL_AUDIT = (
    "per_stratum=12", "hidden=60", "draws=1", "dreams=10", "ranked=[keep,rule,brake]", "dreamers=[]",
    "paths=[keep,edge_out]", "films=0",
)  # fmt: skip
SMALL_EXPERIENCE = ("num_decisions=9_000", "first_seed=30_000_000")
SMALL_MODEL = (
    "updates.filter=12", "updates.transition=150", "updates.events=100", "updates.emission=100", "rows=3_000",
    "stride=20", "validation_share=0.4", "members=2",
)  # fmt: skip
SMALL_DREAM_PPO = (
    "dream_ppo.decisions=1_000", "dream_ppo.worlds=5", "dream_ppo.steps=20", "dream_ppo.batch=50",
    "dream_ppo.epochs=2", "dream_ppo.starts=50",
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

    def command(self, name: str, *options: str) -> str:
        """Run ``python -m experiments.NAME OPTIONS``; what it prints."""
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
    """Options of every command with their defaults, and the choices of its groups."""
    found = {}
    for name in COMMANDS:
        options = REQUIRED.get(name, [])
        composed = yaml.safe_load(bench.command(name, *options, "--cfg", "job"))
        text = bench.command(name, "--help")
        groups = re.findall(r"^([a-z_/]+): ([\w, ]+)$", text.split("== Config ==")[0], re.MULTILINE)
        found[name] = digest("\n".join([*list_options(composed), *map(str, groups)]).encode())
    help_texts = [bench.command("warm_up", "--help")]
    flags = sorted({flag for text in help_texts for flag in re.findall(r"--[a-z][a-z-]*", text)})
    found["warm_up"] = digest("\n".join(flags).encode())
    return {"commands": found}


def list_options(value: Any, path: str = "") -> list[str]:
    """Sorted lines ``path = default``; of a default that names code only its last word, since code moves."""
    if isinstance(value, Mapping) and value:
        lines = [line for key in value for line in list_options(value[key], f"{path}.{key}")]
        return sorted(lines)
    words = re.sub(r"\b(?:experiments|policies|envs)\.[\w.]*\.(?=\w)", "", repr(value))
    return [f"{path} = {words}"]


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
    options = ("policy=[rule_tuned,world_model]", "suite=v1", "split=validation")
    return record_items(bench, bench.command("evaluate", *options, f"workers={bench.workers}"))


def run_audit_small(bench: Bench) -> dict[str, Item]:
    """The shipped world model on few moments, with its ablations and broken models."""
    for shipped in ("shipped", "shipped_unprivileged"):
        options = (f"checkpoints=[{shipped}]", f"workers={bench.workers}", f"output={shipped}")
        bench.command("audit", *SMALL_AUDIT, *options)
    return {
        shipped: digest_audit(bench.folder / shipped / "audit.json")
        for shipped in ("shipped", "shipped_unprivileged")
    }


def checkpoint_items(bench: Bench, name: str) -> dict[str, Item]:
    """Tensors of a checkpoint and the figures it was validated with."""
    folder = bench.folder / name
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return {
        f"{name}: tensors": digest_tensors(folder / "model.safetensors"),
        f"{name}: validation": digest_numbers(about.get("validation", [])),
    }


def run_train_small(bench: Bench) -> dict[str, Item]:
    """From nothing to world models, with and without privileged labels, and to a PPO in dreams."""
    bench.command("collect", *SMALL_EXPERIENCE, "output=experience", f"workers={bench.workers}")
    found: dict[str, Item] = {"experience": digest_shards(bench.folder / "experience")}
    jobs = {
        "world_model": SMALL_MODEL,
        "unprivileged": (*SMALL_MODEL, "privileged=false"),
        "flat": (*SMALL_MODEL, "flat_hidden=32"),
        "dream_ppo": ("policy=dream_ppo", *SMALL_DREAM_PPO),
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


def describe_machine() -> dict[str, str]:
    """What moves last bits: processor, C library and versions."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8") if sys.platform == "linux" else ""
    flags = set(lines.partition("flags")[2].partition("\n")[0].split())
    found = {
        "machine": platform.machine(),
        "vector units": " ".join(sorted(flags & {"avx2", "fma", "avx512f", "avx512_skx"})),
        "libc": " ".join(platform.libc_ver()),
        "python": platform.python_version(),
    }
    return found | {name: version(name) for name in PACKAGES}


def measure(part: str, root: Path, workers: int) -> tuple[dict[str, Item], float]:
    """Items of a part and the seconds that it took."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fingerprint-") as folder:
        items = PARTS[part](Bench(root, Path(folder), workers))
    return items, round(time.monotonic() - begun, 1)


def shorten(item: Item | None) -> str:
    """An item in few characters."""
    if isinstance(item, dict):
        whole = hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()
        return f"{whole[:16]} ({len(item)})"
    return "none" if item is None else str(item)[:16]


def judge(name: str, expected: Item | None, now: Item | None) -> str:
    """``same``, or what is different.

    Parameters
    ----------
    name
        Of the item.
    expected, now
        Before and after.

    Returns
    -------
    str
        A word, with the keys that differ if there are several.
    """
    if expected == now:
        return "same"
    if name == "at least" and isinstance(expected, int) and isinstance(now, int):
        return "more" if now > expected else "DIFFERENT"
    if name == "printed" and (RENAMED_COLUMNS or RENAMED_WORDS) and expected and now:
        return "renamed"
    if isinstance(expected, dict) and isinstance(now, dict):
        keys = sorted(k for k in expected | now if expected.get(k) != now.get(k))
        more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
        return f"DIFFERENT: {', '.join(keys[:5])}{more}"
    return "DIFFERENT"


def check(part: str, expected: Mapping[str, Item], now: Mapping[str, Item]) -> bool:
    """Print one line for each item of a part; whether all are the same."""
    verdicts = {}
    for name in sorted({*expected, *now}):
        verdicts[name] = judge(name, expected.get(name), now.get(name))
        texts = (shorten(expected.get(name)), shorten(now.get(name)))
        sys.stdout.write(f"{part}.{name}  {texts[0]}  {texts[1]}  {verdicts[name]}\n")
    sys.stdout.flush()
    return not any(verdict.startswith("DIFFERENT") for verdict in verdicts.values())


def load() -> dict[str, Any]:
    """The expected values, empty before the first recording."""
    empty: dict[str, Any] = {"machine": {}, "parts": {}}
    return json.loads(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.is_file() else empty


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Record or check what must not change.")
    parser.add_argument("action", choices=("record", "check"))
    parser.add_argument(
        "--parts", default=",".join(PARTS), help="names with commas, all if left out"
    )
    parser.add_argument("--root", type=Path, default=HERE.parent, help="the checkout that is run")
    parser.add_argument("--output", type=Path, default=EXPECTED, help="where record writes")
    parser.add_argument("--workers", type=int, default=1, help="processes; no influence on values")
    options = parser.parse_args()
    options.parts = options.parts.split(",")
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"--parts: got {part!r}, allowed are {', '.join(PARTS)}")
    return options


def main() -> int:
    """Run the command; 1 if something differs."""
    options = parse()
    root, equal, stored = options.root.resolve(), True, load()
    if options.action == "check" and stored["machine"] != describe_machine():
        sys.stdout.write("another machine or other versions than recorded: last bits may differ\n")
    for part in options.parts:
        items, seconds = measure(part, root, options.workers)
        if options.action == "check":
            expected = stored["parts"].get(part, {"items": {}, "seconds": 0})
            equal &= check(part, expected["items"], items)
            sys.stdout.write(f"{part}: {seconds:.0f} s, recorded in {expected['seconds']:.0f} s\n")
            continue
        if options.output.is_file():
            stored = json.loads(options.output.read_text(encoding="utf-8"))
        stored["machine"] = describe_machine()
        stored["parts"][part] = {"seconds": seconds, "items": items}
        options.output.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(f"{part}: {seconds:.0f} s\n")
        sys.stdout.flush()
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
