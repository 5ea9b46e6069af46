"""``python -m experiments.suite``: a careless script is found, skipped when it is recorded, and an error afterwards."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.end_to_end

SCENARIO = '''
from envs.scenario.scene import EGO_X_M, SceneBuilder


def careless(rng, source, setting):
    """Every third instance has a vehicle that steers into its neighbour."""
    scene = SceneBuilder(3, has_shoulder=False, setting=setting, sight_range_m=100.0)
    scene.add_ego(1, 28.0)
    lead = scene.add_vehicle(EGO_X_M + 60.0, 1, 28.0, time_gap_s=1.0)
    scene.add_vehicle(EGO_X_M + 62.0, 2, 28.0, time_gap_s=1.0)
    if rng.random() < 0.34:
        scene.script(lead, 15, lane=2)
    scene.add_phantom("shadow", "flat", (1.0, 1.0, 0.0), EGO_X_M + 120.0, 4.0, flickers=False)
    return scene.build("careless", int(rng.integers(2**60)))
'''
SUITE = """\
version: mine
first_seed: {train: 1, validation: 20001, test: 40001}
instances: {train: 4, validation: 4, test: 12}
strata:
  only: {objects: train, groups: [], families: {careless: 1}}
scenarios: {careless: my_traffic.careless}
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "my_traffic.py").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(SUITE, encoding="utf-8")

    def command(*overrides):
        return subprocess.run(
            [
                sys.executable, "-m", "experiments.suite", "suite=mine.yaml", "allow=[my_traffic.]", "policy=[brake]",
                "workers=1", *overrides,
            ],
            cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    return command


def test_careless_instances_are_counted_skipped_and_refused(run, tmp_path):
    done = run("check=true", "split=test")
    assert done.returncode == 0, done.stderr
    unsafe = [line for line in done.stdout.splitlines() if line.startswith("unsafe: ")]
    assert 1 <= len(unsafe) < 12
    assert all("vehicles 1 and 2 touch at" in line for line in unsafe)
    row = next(line for line in done.stdout.splitlines() if line.startswith("only/careless"))
    assert row.split()[1:3] == ["12", str(12 - len(unsafe))]
    # the suite records what it skips: nothing unsafe is left
    done = run("write=true")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    assert text.count(" touch at ") >= len(unsafe)
    assert "seeds of only/careless skipped: other vehicles touch" in done.stdout
    done = run("check=true")
    assert done.returncode == 0, done.stderr
    assert "unsafe: " not in done.stdout
    # one that is recorded and unsafe is an error
    hashes = next(line for line in text.splitlines() if line.startswith("sha256:"))
    (tmp_path / "mine.yaml").write_text(SUITE + hashes + "\n", encoding="utf-8")
    done = run("check=true", "split=test")
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith(
        f"error: suite mine: {len(unsafe)} recorded instances are not safe without the ego"
    )


def test_a_part_cannot_be_recorded(run, tmp_path):
    done = run("write=true", "max_instances=2")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: max_instances: got 2, expected null with write=true, which records all instances\n"
    )
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == SUITE
