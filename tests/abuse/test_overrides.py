"""What people type: every command ends with its answer, or with one line and code 2; never with a traceback."""

import importlib
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hydra.core.global_hydra import GlobalHydra
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from experiments.cli import application
from experiments.cli.configuration import (
    BenchmarkConfiguration,
    ReportConfiguration,
    SuiteConfiguration,
    TuneConfiguration,
    validate,
)
from experiments.evaluation.run import EvaluationConfiguration, prepare
from experiments.studies.play.configuration import PlayConfiguration
from experiments.training.collection.collect import CollectConfiguration
from experiments.training.configuration import TrainConfiguration
from experiments.video.configuration import RecordConfiguration

ROOT = Path(__file__).parents[2]

COMMANDS = {
    "evaluate": lambda values: prepare("evaluate", validate(EvaluationConfiguration, values)),
    "record": lambda values: validate(RecordConfiguration, values),
    "report": lambda values: validate(ReportConfiguration, values),
    "benchmark": lambda values: validate(BenchmarkConfiguration, values),
    "suite": lambda values: validate(SuiteConfiguration, values),
    "tune_rules": lambda values: validate(TuneConfiguration, values),
    "train": lambda values: validate(TrainConfiguration, values),
    "collect": lambda values: validate(CollectConfiguration, values),
    "play": lambda values: validate(PlayConfiguration, values),
}
"""Every command's own check, without the work that follows it."""

KEYS = (
    "policy", "policies", "suite", "cost", "split", "seeds", "strata", "max_instances",
    "num_worlds", "workers", "allow",
    "output", "metrics", "records", "level", "seed", "what", "hydra.run.dir", "+new", "++suite.x",
    "~suite", "~policy",
    "suite@x", "mix.rule", "families.spill", "model_free.steps", "+hydra.callbacks.x._target_",
    "hydra/launcher", "", "a b",
    "hydra.searchpath", "_target_", "defaults", "+a.b.c", "policy_seeds", "also_cost",
    "view", "format", "fps", "layout", "slow_motion", "driver", "num_instances", "port",
)  # fmt: skip
VALUES = (
    "", "null", "1", "-1", "1e400", "nan", "inf", "true", "[]", "{}", "[1,2]", "[[[1]]]", "{a:1}", "{a:{b:{c:1}}}",
    "[" * 40 + "]" * 40, "{a:" * 2000 + "1" + "}" * 2000, "9" * 5000, "9" * 200, "x" * 200_000,
    "'", '"', "[", "}", "a=b=c",
    "${oc.env:HOME}", "${a}${a}", "${", "\\${x}", "rule", "keep", "nobody", "v2", "/dev/null",
    "../../x.yaml", "a\tb", "\x00",
    "\n", "\u2028", "\udcff", "é", "os.system", "!!python/name:os.system", "&a", "*a", "[keep,keep]", "range(1,10)",
    "choice(1,2)", "glob(*)", "int(x)", "[experiments.metrics.min_ttc.min_ttc_s]", "[os.]", "test", "0.95",
)  # fmt: skip
OPTIONS = (
    "--bogus", "-m", "--cfg", "--config-dir", "--config-name", "--config-path",
    "--experimental-rerun", "--info", "-c",
    "--resolve", "--package", "--hydra-help", "--help", "--config", "-", "--", "--version", "--run", "-cd=x",
)  # fmt: skip

words = st.one_of(
    st.builds(lambda k, v: f"{k}={v}", st.sampled_from(KEYS), st.sampled_from(VALUES)),
    st.builds(lambda k, v: f"{k}={v}", st.sampled_from(KEYS), st.text(max_size=30)),
    st.sampled_from(OPTIONS),
    st.text(max_size=30),
)


def call(name, arguments, monkeypatch):
    """Run a command here, through the entry of ``python -m``: its code, and what it said."""
    module = importlib.import_module(f"experiments.{name}")
    theirs = module.COMMAND
    out, err = StringIO(), StringIO()
    monkeypatch.setattr(sys, "argv", [module.__file__, *arguments])
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    mine = application.Command(COMMANDS[name], theirs._config_name)
    try:
        mine.run()
    except SystemExit as stop:
        return stop.code, out.getvalue(), err.getvalue()
    finally:
        monkeypatch.undo()
        GlobalHydra.instance().clear()


def is_fine(code, err):
    """Success, or one line and code 2."""
    if code in {0, None}:
        return "Traceback" not in err
    return code == 2 and err.startswith("error: ") and len(err.splitlines()) == 1 and len(err) > 15


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", COMMANDS)
def test_overrides_end_in_one_line(name, tmp_path, tally, times):
    row = tally(f"command line: {name}")
    here = Path.cwd()
    monkeypatch = pytest.MonkeyPatch()

    @settings(
        max_examples=times(8, 300),
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(arguments=st.lists(words, min_size=1, max_size=3))
    @example(arguments=["--help", "policy="])  # once a page of help and an error
    def run(arguments):
        os.chdir(tmp_path)
        try:
            code, out, err = call(name, arguments, monkeypatch)
        finally:
            os.chdir(here)
        fine = is_fine(code, err)
        row.add(refused=code == 2, clear=fine)
        assert fine, (arguments, code, err)
        # `--info` has begun to answer before Hydra reads the overrides
        assert code in {0, None} or not out or any(one[:3] == "--i" for one in arguments)
        # Hydra notes a sweep (-m) before its first job begins
        assert [path for path in tmp_path.iterdir() if path.name != "multirun.yaml"] == []

    run()


def test_real_processes_say_the_same(tmp_path, tally, times):
    row, rng = tally("command line: real processes"), np.random.default_rng(6)
    known = sorted(COMMANDS)
    for _ in range(times(2, 40)):
        name = known[int(rng.integers(len(known)))]
        key, value = KEYS[int(rng.integers(len(KEYS)))], VALUES[int(rng.integers(len(VALUES)))]
        # no operating system passes these
        word = f"{key}={value}".replace("\x00", "").encode("utf-8", "surrogateescape")
        # a second mistake, so that nothing starts
        done = (
            subprocess.run(
                [sys.executable, "-m", f"experiments.{name}", word, "nonsense=1"],
                cwd=tmp_path,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
            if len(word) < 120_000
            else None
        )
        if done is None:
            continue
        fine = done.returncode == 2 and is_fine(2, done.stderr)
        row.add(refused=done.returncode == 2, clear=fine)
        assert fine, (name, word, done.stderr)
        assert list(tmp_path.iterdir()) == []
