"""``python -m experiments.train policy=dreamer_v3``, where sheeprl is: killed runs end the same, the policy drives."""

import json
import signal
import subprocess
import sys
import time

import pytest

from experiments.cli.loading import load_policy
from experiments.training.dreamer_v3.extras import is_available
from experiments.training.model_free.segments import PROGRESS

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(not is_available(), reason="needs the extra `dreamer`"),
]


def command(output, *more):
    return [
        sys.executable, "-m", "experiments.train", "policy=dreamer_v3", "dreamer_v3.decisions=5000",
        "dreamer_v3.segments=2", "dreamer_v3.worlds=4", "dreamer_v3.replay_ratio=2", f"output={output}", *more,
    ]  # fmt: skip


def run(folder, *words):
    return subprocess.run(
        command(*words), cwd=folder, capture_output=True, text=True, timeout=900, check=False
    )


def test_a_killed_run_ends_as_one_that_was_not_and_the_policy_drives(tmp_path):
    done = run(tmp_path, "straight")
    assert done.returncode == 0, done.stderr
    assert "environment steps" in done.stdout
    running = subprocess.Popen(
        command("killed"), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 600.0
    second = tmp_path / "killed" / "sheeprl" / "segment_01" / "version_0"
    while not second.is_dir():
        assert running.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert json.loads((tmp_path / "killed" / PROGRESS).read_text())["segments"] == 1
    time.sleep(5.0)  # what learned ends with the next line that it would say
    again = run(tmp_path, "killed")
    assert again.returncode == 0, again.stderr
    one, two = (
        json.loads((tmp_path / name / "model.json").read_text()) for name in ("straight", "killed")
    )
    assert one["tensors_sha256"] == two["tensors_sha256"]
    assert one["validation"] == two["validation"]
    steps = one["budget"]["environment_steps"]
    assert steps == two["budget"]["environment_steps"]
    assert 4_000 < steps <= 5_200
    assert one["budget"]["cpu_seconds"] > 1.0
    # nothing pickled is left
    assert not list(tmp_path.rglob("*.ckpt"))
    assert not list(tmp_path.rglob("*.pt"))
    # other settings do not mix with these
    other = run(tmp_path, "straight", "dreamer_v3.replay_ratio=3")
    assert other.returncode == 2
    assert "another configuration" in other.stderr

    mine = tmp_path / "mine.yaml"
    mine.write_text(
        f"_target_: policies.dreamer_v3.DreamerV3\ncheckpoint: {tmp_path / 'straight'}\n"
    )
    policy = load_policy(str(mine))
    assert policy.budget.environment_steps == steps
