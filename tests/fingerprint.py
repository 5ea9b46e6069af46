"""What must not change while code moves: hashes of records, states, figures, tensors and options.

``python tests/fingerprint.py check`` compares this checkout with ``tests/fingerprint.json`` and ends with status 1 if
anything differs; ``record`` writes the file. ``--parts`` names what to run, ``--root`` another checkout. The values are
those of one kind of machine: another processor or another version of NumPy may move last bits.

Parts, and CPU time with compiled kernels:

* ``states`` (12 s), ``inject`` (3 s), ``dream`` (4 s): state hashes, observations and costs of fixed drives
* ``options`` (6 s): options of every command with their defaults
* ``audit_committed`` (0 s): figures of the audit that is part of the repository
* ``tests`` (15 s): number of tests
* ``compare_quick`` (2 min): ``compare policy=all suite=quick``
* ``evaluate_validation`` (3 min): ``evaluate policy=[rule_tuned,world_model] suite=v2 split=validation``
* ``audit_small`` (1 min): an audit of few moments
* ``train_small`` (1 min): experience, world models with and without privileged labels
* ``learners_small`` (1 min): the policies without a model
* ``tune_small`` (7 s): thresholds of the rules
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import resource
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.fingerprint_figures import RENAMED_COLUMNS, RENAMED_WORDS
from tests.fingerprint_parts import HERE, PARTS, Bench, Item

EXPECTED = HERE / "fingerprint.json"

PACKAGES = ("numpy", "numba", "torch", "scipy", "highway-env", "gymnasium", "stable-baselines3")


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
    """Items of a part and the CPU seconds that it took."""
    begun = cpu_seconds()
    with tempfile.TemporaryDirectory(prefix="fingerprint-") as folder:
        bench = Bench(root, Path(folder), workers)
        bench.confirm_root()
        items = PARTS[part](bench)
        bench.confirm_root()  # a checkout that was removed meanwhile is not noticed otherwise
    return items, round(cpu_seconds() - begun, 1)


def cpu_seconds() -> float:
    """CPU time of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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


def compare(part: str, expected: Mapping[str, Item], now: Mapping[str, Item]) -> bool:
    """Print one line for each item of a part; whether all are the same."""
    verdicts = {}
    for name in sorted({*expected, *now}):
        verdicts[name] = judge(name, expected.get(name), now.get(name))
        texts = (shorten(expected.get(name)), shorten(now.get(name)))
        say(f"{part}.{name}  {texts[0]}  {texts[1]}  {verdicts[name]}")
    return not any(verdict.startswith("DIFFERENT") for verdict in verdicts.values())


def load(path: Path = EXPECTED) -> dict[str, Any]:
    """The recorded values, empty before the first recording."""
    empty: dict[str, Any] = {"machine": {}, "parts": {}}
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else empty


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


def record_part(part: str, root: Path, workers: int, path: Path) -> None:
    """Run a part and write its items; other parts in the file stay."""
    items, seconds = measure(part, root, workers)
    stored = load(path)
    stored["machine"] = describe_machine()
    stored["parts"][part] = {"cpu_seconds": seconds, "items": items}
    path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    say(f"{part}: {seconds:.0f} CPU-s")


def check_part(part: str, root: Path, workers: int) -> bool:
    """Run a part and compare its items with the recorded ones; whether all are the same."""
    recorded = load()["parts"].get(part, {"items": {}, "cpu_seconds": 0})
    try:
        items, seconds = measure(part, root, workers)
    except RuntimeError as error:
        say(f"{part}: DIFFERENT: {error}")
        return False
    equal = compare(part, recorded["items"], items)
    say(f"{part}: {seconds:.0f} CPU-s, when recorded {recorded['cpu_seconds']:.0f}")
    return equal


def say(line: str) -> None:
    """Print a line at once: the next may come minutes later."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the command; 1 if something differs."""
    options = parse()
    root = options.root.resolve()
    if options.action == "record":
        for part in options.parts:
            record_part(part, root, options.workers, options.output)
        return 0
    if load()["machine"] != describe_machine():
        say("another machine or other versions than recorded: last bits may differ")
    equal = [check_part(part, root, options.workers) for part in options.parts]
    return 0 if all(equal) else 1


if __name__ == "__main__":
    sys.exit(main())
