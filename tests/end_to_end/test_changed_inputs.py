"""A result is never a mixture: what changed after an interruption is driven anew, or refused with its name."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from envs.errors import UserError
from experiments.store.run_folder import STATE_FILE
from experiments.studies.headline.arms import Job
from experiments.studies.headline.work import INPUTS, run_job

EXAMPLE = Path(__file__).parents[1] / "example"
ROOT = Path(__file__).parents[2]
SHARED = (
    "--config-dir=mine", "suite=boxes", "policy=slow_down", "allow=[my_policy,my_scenario]", "workers=1",
    "max_instances=1",
)  # fmt: skip


@pytest.fixture
def here(tmp_path):
    """A folder with a copy of the example folder in it."""
    shutil.copytree(EXAMPLE, tmp_path / "mine")
    return tmp_path


def run(here, command, *options, kill=False):
    """Run a command; ``kill`` ends the process as it would write the provenance, like a power cut."""
    start = f"import sys; sys.argv = ['x', *{options!r}]\n"
    if kill:
        start += (
            "import os, experiments.evaluation.run as run\n"
            "run.finish_records = lambda *_: os._exit(9)\n"
        )
    start += f"import experiments.{command} as it; it.COMMAND.run()"
    done = subprocess.run(
        [sys.executable, "-c", start], cwd=here, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(Path.home()), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == (9 if kill else 0), done.stderr
    return done


def edit(here, file):
    """Change a file of the user's in a way that changes what the policy does."""
    path = here / "mine" / file
    text = path.read_text()
    changed = text.replace("2.5", "7.5").replace("np.inf)", "-6.0)")
    assert changed != text
    path.write_text(changed)


def folders(here):
    return sorted(path.parent for path in here.glob(f"outputs/*/*/{STATE_FILE}"))


@pytest.mark.end_to_end
@pytest.mark.parametrize("file", ["my_policy.py", "policy/settings.json"])
def test_a_changed_policy_is_driven_anew_and_said(here, file):
    run(here, "evaluate", *SHARED, kill=True)
    edit(here, file)
    done = run(here, "evaluate", *SHARED)
    old, new = folders(here)
    label = "module my_policy" if file.endswith(".py") else "settings.json"
    assert (
        f"leaves {old.relative_to(here)} unfinished: changed since: policy slow_down ({label})"
        in done.stderr
    )
    alone = run(here, "evaluate", *SHARED, "output=alone")
    assert alone.stdout.split()[1] == done.stdout.split()[1]
    about = json.loads((new / "provenance.json").read_text())
    assert label in about["sha256"]["policy slow_down"]


@pytest.mark.end_to_end
def test_an_unchanged_run_is_continued(here):
    run(here, "evaluate", *SHARED, kill=True)
    done = run(here, "evaluate", *SHARED)
    assert len(folders(here)) == 1
    assert "evaluate continues outputs" in done.stderr
    assert "changed since" not in done.stderr


@pytest.mark.end_to_end
def test_a_sweep_has_a_new_cell_for_a_changed_policy(here):
    options = (*SHARED, "output=cells")
    first = json.loads(run(here, "sweep", *options).stdout.splitlines()[-1])
    edit(here, "my_policy.py")
    run(here, "sweep", *options)
    cells = sorted(path.name for path in (here / "cells/cells").iterdir())
    assert len(cells) == 2 * first["cells"]


@pytest.mark.end_to_end
def test_a_collection_is_not_continued_with_another_policy(here):
    options = (
        "--config-dir=mine", "num_decisions=1000", "policy=slow_down", "mix.policy=1", "mix.explorer=0", "mix.rule=0",
        "mix.rule_tuned=0", "allow=[my_policy]", "workers=1", "output=data",
    )  # fmt: skip
    run(here, "collect", *options)
    run(here, "collect", *options)
    edit(here, "policy/settings.json")
    with pytest.raises(
        AssertionError,
        match=r"contains another collection; other made_of\.policy slow_down\.settings",
    ):
        run(here, "collect", *options)


def test_a_worker_refuses_files_that_changed_after_the_run_began(tmp_path):
    from experiments.cli.ingredients import digest, list_ingredients
    from experiments.evaluation.shards import _load

    path = tmp_path / "mine.yaml"
    path.write_text("_target_: policies.floors.Constant\nplace: edge\n")
    made_of = digest(list_ingredients(policies=[str(path)], suites=["quick"]))
    assert _load(str(path), "quick", (), (), made_of)
    _load.cache_clear()
    path.write_text("_target_: policies.floors.Constant\nplace: left\n")
    with pytest.raises(
        UserError, match=r"policy mine: its files, those of suite quick or .* changed after"
    ):
        _load(str(path), "quick", (), (), made_of)


def test_a_finished_job_of_the_headline_is_not_kept_for_another_policy(
    tmp_path, monkeypatch, capsys
):
    policy = tmp_path / "mine.yaml"
    policy.write_text("_target_: policies.rule.RulePolicy\n")
    folder = tmp_path / "usefulness"
    made = []

    def measure(place, values):
        made.append(values["policy"])
        place.mkdir()
        (place / "usefulness.json").write_text("{}")

    monkeypatch.setitem(
        sys.modules["experiments.studies.headline.work"].WORK, "usefulness", measure
    )
    job = Job("usefulness", str(folder), {"policy": str(policy), "suite": "quick", "instances": 1})
    for _ in range(2):
        assert run_job(job) == str(folder)
    assert len(made) == 1
    policy.write_text("_target_: policies.rule.RulePolicy\nwithout: []\n")
    with pytest.raises(
        UserError, match=r"made with other inputs: policy mine \(mine.yaml\); remove it"
    ):
        run_job(job)
    with pytest.raises(UserError, match=r"made with other inputs: .*values \(instances\)"):
        run_job(job._replace(values=job.values | {"instances": 2}))
    (folder / INPUTS).unlink()
    assert run_job(job) == str(folder)
    assert "kept; what it was made from is not on record" in capsys.readouterr().err
