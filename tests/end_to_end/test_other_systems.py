"""Commands without what only POSIX systems have, and with a terminal that knows few letters.

``WITHOUT_POSIX=1 pytest tests/...`` runs any other test so.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.records import table as records

ROOT = Path(__file__).parents[2]
WITHOUT = str(ROOT / "tests" / "without_posix")
pytestmark = pytest.mark.end_to_end

EVALUATE = ("experiments.evaluate", "policy=[keep,brake]", "suite=quick", "max_instances=1")


def start(folder, *words, environment=None):
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join([WITHOUT, str(ROOT)])}
        | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(folder, *words, environment=None):
    process = start(folder, *words, environment=environment)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err.decode()
    return out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


def records_hash(folder, out):
    return records.compute_sha256(records.read(folder / out.splitlines()[-1]))


def test_the_names_are_gone():
    code = "import os, signal, select; assert not hasattr(os, 'O_DIRECTORY')\nimport fcntl"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": WITHOUT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ModuleNotFoundError: import of fcntl halted" in done.stderr


def test_a_killed_evaluation_goes_on_and_a_comparison_ends(tmp_path):
    whole, _ = run(tmp_path, *EVALUATE, "workers=1", "output=whole")
    process = start(tmp_path, *EVALUATE, "workers=2", "shard_instances=1", "output=killed")
    deadline = time.monotonic() + 300
    while not list(tmp_path.glob("killed/*/*/shards/[!.]*.parquet")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    again, err = run(tmp_path, *EVALUATE, "workers=1", "shard_instances=1", "output=killed")
    assert "evaluate continues " in err
    assert records_hash(tmp_path, again) == records_hash(tmp_path, whole)
    assert list(tmp_path.rglob(".lock*")) == []
    out, _ = run(tmp_path, "experiments.compare", *EVALUATE[1:], "workers=1")
    assert "records " in out


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_terminal_that_lacks_letters_gets_escapes(tmp_path, encoding):
    environment = {"PYTHONIOENCODING": encoding}
    show = f"show={ROOT / 'experiments' / 'results' / 'audit'}"
    for words in (("experiments.explain_rules",), ("experiments.audit", show)):
        out, err = run(tmp_path, *words, environment=environment)
        assert out
        assert "Traceback" not in err
