"""Every command says on stderr how far it has come when that is no terminal, and nothing of it on stdout."""

import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.end_to_end

# the interval is no option: this process has a shorter one
SCRIPT = (
    "import runpy, sys; from experiments.store import progress; progress.EVERY_S = 0.05; sys.argv[0] = {name!r};"
    "runpy.run_module('experiments.' + {name!r}, run_name='__main__')"
)

LINE = re.compile(r"\d\d:\d\d:\d\d (\w+): (.+)")

COMMANDS = {
    "evaluate": (
        ("policy=[keep,rule]", "suite=quick", "max_instances=6", "workers=1", "shard_instances=2"),
        r"driving: \d+ of \d+ episodes \(\d+ %\), .* (so far|left)",
    ),
    "collect": (
        ("num_decisions=9_000", "output=gathered", "workers=1"),
        r"collecting: [\d,]+ of 9,000 decisions",
    ),
    "warm_up": ((), r"compiling: \d of \d stages .*; \w+"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_log_says_how_far_a_command_has_come(tmp_path, name):
    words, said = COMMANDS[name]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(name=name), *words],
        cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [found for found in map(LINE.fullmatch, done.stderr.splitlines()) if found]
    assert {found[1] for found in lines} == {name}
    assert any(re.match(said, found[2]) for found in lines), done.stderr
    assert not any(LINE.match(line) for line in done.stdout.splitlines())
