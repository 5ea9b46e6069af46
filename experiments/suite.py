"""Print the instances of a suite: counts per stratum and the hash of every split; `write=true` records the hashes."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from envs.scenario.suite import SEED_SPLITS, load_suite
    from experiments.cli.configuration import SuiteConfiguration, validate
    from experiments.cli.locations import locate
    from experiments.store.progress import watch

    checked = validate(SuiteConfiguration, values)
    path = locate("suite", checked.suite)
    suite = load_suite(path, checked.allow)
    hashes, lines = {}, []
    suite.check_own_scenarios("train")
    for split in watch(SEED_SPLITS, "sampling", len(SEED_SPLITS), "splits"):
        counts = Counter(item.stratum for item in suite.items(split))
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        hashes[split] = suite.compute_sha256(split)
        recorded = suite.sha256.get(split, hashes[split])
        state = "as recorded" if hashes[split] == recorded else "NOT as recorded"
        state = state if split in suite.sha256 else "not recorded yet: write=true records it"
        lines.append(f"{split:10s} {sum(counts.values()):5d} instances: {listed}\n")
        lines.append(f"{'':10s} sha256 {hashes[split]} ({state})\n")
    sys.stdout.write("".join(lines))
    if checked.write:
        write_hashes(path, hashes)
        sys.stdout.write(f"recorded in {path}\n")


def write_hashes(path: Path, hashes: dict[str, str]) -> None:
    """Replace the ``sha256`` line of a suite file, or add it; written to a temporary name, then renamed.

    Raises
    ------
    UserError
        If the file has several such lines, or one that goes on in the next; it is left alone then.
    """
    # not at the top: `envs` brings Gymnasium, which `--help` does not need
    import yaml

    from envs.errors import UserError

    line = "sha256: {" + ", ".join(f"{split}: {value}" for split, value in hashes.items()) + "}"
    text, count = re.subn(r"(?m)^sha256:.*$", line, path.read_text(encoding="utf-8"))
    if count == 0:
        text = f"{text.rstrip()}\n\n{line}\n"
    try:
        written = yaml.safe_load(text)["sha256"]
    except yaml.YAMLError:
        written = None
    if count > 1 or written != hashes:
        raise UserError(f"{path}: sha256: expected one line `sha256: {{...}}` to replace, or none")
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


COMMAND = Command(_run, config_name="suite_command")


if __name__ == "__main__":
    COMMAND.run()
