"""Every choice of every command's configuration composes under Hydra and passes the strict model."""

from pathlib import Path

import pytest
from hydra import compose, initialize_config_module
from omegaconf import OmegaConf

import conf
from experiments.collection.collect import CollectConfiguration
from experiments.configuration import (
    BenchmarkConfiguration,
    ExplainConfiguration,
    ReportConfiguration,
    SuiteConfiguration,
    TuneConfiguration,
    config_path,
    validate,
)
from experiments.evaluation import CompareConfiguration, EvaluationConfiguration
from experiments.training.configuration import TrainConfiguration
from experiments.video.configuration import RecordConfiguration
from experiments.what_if.configuration import CounterfactualConfiguration, ExploreConfiguration

FOLDER = Path(conf.__file__).parent
COMMANDS = {
    "benchmark": BenchmarkConfiguration,
    "suite_command": SuiteConfiguration,
    "evaluate": EvaluationConfiguration,
    "compare": CompareConfiguration,
    "record": RecordConfiguration,
    "tune_rules": TuneConfiguration,
    "counterfactual": CounterfactualConfiguration,
    "explore": ExploreConfiguration,
}
SUITES = sorted(path.stem for path in (FOLDER / "suite").glob("*.yaml"))


def test_every_command_file_is_known_here():
    included = {"evaluation", "explain_rules", "collect", "train", "report"}
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(COMMANDS) | included


def test_collect_composes():
    with initialize_config_module("conf", version_base="1.3"):
        values = OmegaConf.to_container(compose("collect"), resolve=True)
    assert validate(CollectConfiguration, values).num_decisions == 1_000_000


def test_train_composes():
    with initialize_config_module("conf", version_base="1.3"):
        values = OmegaConf.to_container(compose("train"), resolve=True)
    assert validate(TrainConfiguration, values).members == 5


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("name", COMMANDS)
def test_command_composes_with_every_suite(name, suite):
    with initialize_config_module("conf", version_base="1.3"):
        composed = compose(name, overrides=[f"suite={suite}"])
    values = OmegaConf.to_container(composed, resolve=True)
    # the suite's own text is there to be read with --cfg; commands get the name
    assert values["suite"]["version"] == suite
    chosen = {"suite": suite} | ({"cost": "loc_8"} if "cost" in values else {})
    checked = validate(COMMANDS[name], values | chosen)
    assert config_path("suite", checked.suite) == FOLDER / "suite" / f"{suite}.yaml"


def test_explain_rules_composes():
    with initialize_config_module("conf", version_base="1.3"):
        values = OmegaConf.to_container(compose("explain_rules"), resolve=True)
    assert validate(ExplainConfiguration, values).policies == "rule"


@pytest.mark.parametrize("given", ["one", ["one", "two"]])
def test_report_composes(given):
    with initialize_config_module("conf", version_base="1.3"):
        values = OmegaConf.to_container(
            compose("report", overrides=[f"records={given}"]), resolve=True
        )
    assert validate(ReportConfiguration, values).records[0] == "one"
