"""``python -m experiments.play``: every mistake is one line before anything is written."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.end_to_end


def run(folder, *overrides):
    done = subprocess.run(
        [sys.executable, "-m", "experiments.play", "show=false", "port=0", *overrides],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("num_instances=0", "num_instances: got 0, input should be greater than or equal to 1"),
        ("num_instances=80", "num_instances: got 80, expected at most 70, as suite quick has in split validation"),
        ("split=all", "split: got 'all', input should be 'train', 'validation' or 'test'"),
        ("driver=rule", "driver: got 'rule', which is the name of a policy"),
        ("driver=../x", "driver: got '../x', string should match pattern '^[A-Za-z][A-Za-z0-9_]{0,30}$'"),
        ("speed=2", "'speed': unknown key, allowed are"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line(tmp_path, override, message):
    pytest.importorskip("nicegui", reason="needs the extra `explore`")
    code, out, err = run(tmp_path, "policy=[rule]", "suite=quick", override)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert err.startswith("error: ")
    assert message in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["play", "explore"])
def test_missing_package_is_one_line(tmp_path, command):
    code = (
        "import sys; sys.modules['nicegui'] = None\n"
        f"from experiments.{command} import COMMAND\nCOMMAND.run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "policy=[rule]"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        f"error: {command}: needs nicegui, which is not installed: pip install --editable '.[explore]'"
    )
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
