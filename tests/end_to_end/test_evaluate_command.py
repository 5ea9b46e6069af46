"""``python -m experiments.evaluate``: same records whatever happens, one line for every mistake."""

import json
import subprocess
import sys
import time

import pytest
from hydra import compose, initialize_config_module

from envs.errors import UserError
from experiments.cli.application import to_values
from experiments.cli.configuration import validate
from experiments.cli.loading import load_policy
from experiments.evaluation.run import EvaluationConfiguration, prepare
from experiments.records import table as records

pytestmark = pytest.mark.end_to_end

BASE = ("policies=[keep,brake_straddle,random]", "suite=quick", "max_instances=4")
NUM_EPISODES = 3 * 7 * 4  # policies, strata of the suite, instances of each


def start(folder, *overrides):
    arguments = [word.replace("policies=", "policy=") for word in (*BASE, *overrides)]
    return subprocess.Popen(
        [sys.executable, "-m", "experiments.evaluate", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder, *overrides):
    process = start(folder, *overrides)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def sha256_of(out):
    return next(line.split()[1] for line in out.splitlines() if line.startswith("records "))


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    code, out, err = run(folder, "workers=1")
    assert code == 0, err
    return out


def test_records_do_not_depend_on_batch_or_processes(tmp_path, reference):
    code, out, err = run(tmp_path, "workers=2", "num_worlds=3")
    assert code == 0, err
    assert sha256_of(out) == sha256_of(reference)
    folder = tmp_path / out.splitlines()[-1]
    table = records.read(folder)
    assert len(table) == NUM_EPISODES
    assert records.compute_sha256(table) == sha256_of(out)
    provenance = json.loads((folder / "provenance.json").read_text())
    assert provenance["suite"]["version"] == "quick"
    assert provenance["work"]["num_episodes"] == len(table)
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.yaml",
        "manifest.json",
        "provenance.json",
        "records.parquet",
        "run.json",
    ]


def noted(folder):
    """Shards whose hashes are written down."""
    journals = folder.glob("outputs/*/*/shards/manifest.jsonl")
    return sum(path.read_text().count("\n") for path in journals)


def test_killed_run_continues_with_the_same_command(tmp_path, reference):
    process = start(tmp_path, "workers=1")
    deadline = time.monotonic() + 120
    # a shard counts once it is in the journal: one that is not would be driven again
    while not noted(tmp_path):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.kill()
    process.communicate()
    done = noted(tmp_path)
    assert 1 <= done < NUM_EPISODES // 4, "killed too late to show anything"
    code, out, err = run(tmp_path, "workers=1")
    assert code == 0, err
    assert "evaluate continues outputs" in err
    assert sha256_of(out) == sha256_of(reference)
    work = json.loads((tmp_path / out.splitlines()[-1] / "provenance.json").read_text())["work"]
    assert work["num_episodes"] == NUM_EPISODES - 4 * done
    # complete now: the same command begins anew
    _, again, err = run(tmp_path, "workers=1")
    assert "evaluate writes to" in err
    assert again.splitlines()[-1] != out.splitlines()[-1]


MISTAKES = [
    ({"policies": ["keep", "nobody"]}, "policy: got 'nobody', allowed are"),
    ({"policies": []}, "policy: got an empty list"),
    ({"policies": ["keep", "keep"]}, "policy: got 'keep' twice"),
    ({"policies": "none.yaml"}, "policy: got 'none.yaml', there is no such file"),
    ({"policy_seeds": []}, "policy_seeds: got []"),
    ({"strata": ["unseen"]}, "strata: got 'unseen', allowed are seen"),
    ({"strata": []}, "no instance in quick/test"),
    ({"seeds": [1, 2]}, "seeds: got [1, 2], no instance"),
    ({"seeds": [13_000_000]}, "seeds: got [13000000]"),
    ({"max_instances": 0}, "max_instances: got 0"),
    ({"workers": 0, "num_worlds": "x"}, "num_worlds: got 'x'"),
    ({"split": "exam"}, "split: got 'exam'"),
    ({"suite": "v9"}, "suite: got 'v9', allowed are quick, scale, v2"),
    ({"cost": "loc_9"}, "cost: got 'loc_9', allowed are loc_5"),
    ({"metrics": ["os.system"]}, "metrics: got 'os.system'"),
]


@pytest.mark.parametrize(("changes", "message"), MISTAKES)
def test_mistakes_are_one_line_before_anything_is_written(changes, message):
    with initialize_config_module("conf", version_base="1.3"):
        composed = to_values(compose("evaluate"))
    values = {**composed, "suite": "quick", "cost": "loc_8", "policies": "keep", **changes}
    with pytest.raises(UserError) as caught:
        prepare("evaluate", validate(EvaluationConfiguration, values))
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_mistake_in_a_cost_file_is_found_before_anything_is_written(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("delay_usd_per_s: -1\n")
    with initialize_config_module("conf", version_base="1.3"):
        composed = to_values(compose("evaluate"))
    values = {**composed, "suite": "quick", "cost": str(mine), "policies": "keep"}
    with pytest.raises(UserError, match="delay_usd_per_s: got -1"):
        prepare("evaluate", validate(EvaluationConfiguration, values))


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["policy=[keep,nobody]"], "error: policy: got 'nobody', allowed are"),
        (["max_instance=2"], "did you mean 'max_instances'?"),
        (["output=/proc/nowhere"], "error: /proc/nowhere"),
    ],
)
def test_mistakes_end_with_code_2_and_nothing_is_written(tmp_path, overrides, message):
    code, out, err = run(tmp_path, *overrides)
    assert code == 2
    assert out == ""
    assert message in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("_target_: os.system\ncommand: ls\n", "allowed are names that begin with policies."),
        ("_target_: policies.floors.Constnt\n", "Constnt"),
        ("_target_: policies.floors.Constant\nplac: left\n", "did you mean 'place'?"),
        ("_target_: policies.floors.Constant\nplace: middle\n", "place: got 'middle'"),
        ("_target_: policies.adapters.StableBaselines3\n", "path: missing"),
        ("_target_: policies.adapters.StableBaselines3\npath: no.zip\n", "there is no such file"),
        ("_target_: policies.base.Option\n", "missing"),
        ("place: left\n", "has no reset"),
        ("{", "not YAML"),
    ],
)
def test_mistakes_in_a_policy_file_are_one_line(tmp_path, text, message):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        load_policy(str(path))
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_damaged_checkpoint_is_one_line(tmp_path):
    (tmp_path / "agent.zip").write_bytes(b"PK\x03\x04 torn")
    (tmp_path / "mine.yaml").write_text(
        "_target_: policies.adapters.StableBaselines3\npath: agent.zip\n"
    )
    code, _, err = run(tmp_path, "policy=mine.yaml")
    assert code == 2
    assert "mine.yaml: path: 'agent.zip' is not a Stable-Baselines3 zip" in err.splitlines()[-1]


def test_policy_of_ones_own_runs_when_allowed(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import numpy as np\n\ndef decide(observation):\n"
        "    return np.zeros((len(observation['ego']), 2))\n"
    )
    (tmp_path / "mine.yaml").write_text(
        "_target_: policies.adapters.FromFunction\n"
        "function: {_target_: mine.decide, _partial_: true}\n"
    )
    code, _, err = run(tmp_path, "policy=mine.yaml")
    assert code == 2
    assert "allow=[mine.] permits it" in err
    code, out, err = run(tmp_path, "policy=mine.yaml", "allow=[mine.]", "workers=1")
    assert code == 0, err
    assert set(records.read(tmp_path / out.splitlines()[-1])["policy"].to_pylist()) == {"mine"}


def test_a_policy_that_takes_its_workers_with_it_is_one_line(tmp_path):
    (tmp_path / "deadly.py").write_text(
        "import os, signal\n\ndef decide(observation):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    (tmp_path / "deadly.yaml").write_text(
        "_target_: policies.adapters.FromFunction\n"
        "function: {_target_: deadly.decide, _partial_: true}\n"
    )
    code, out, err = run(tmp_path, "policy=deadly.yaml", "allow=[deadly.]", "workers=2")
    assert (code, out) == (1, "")
    last = err.splitlines()[-1]
    assert last.startswith("error: ")
    assert last.endswith("its worker died 3 times (out of memory?)")
    assert "Traceback" not in err
