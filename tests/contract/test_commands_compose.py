"""Every choice of every command's configuration composes under Hydra and passes the strict model."""

from pathlib import Path

import pytest
from hydra import compose, initialize_config_module

import conf
from experiments.cli.application import to_values
from experiments.cli.configuration import (
    BenchmarkConfiguration,
    ExplainConfiguration,
    ReportConfiguration,
    SuiteConfiguration,
    TuneConfiguration,
    validate,
)
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.cli.messages import RENAMED
from experiments.evaluation.run import EvaluationConfiguration
from experiments.studies.audit.configuration import AuditConfiguration
from experiments.studies.counterfactual.configuration import (
    CounterfactualConfiguration,
    ExploreConfiguration,
)
from experiments.studies.headline.configuration import CompareConfiguration
from experiments.studies.observer.configuration import ObserverConfiguration
from experiments.studies.play.configuration import PlayConfiguration
from experiments.studies.sensitivity.configuration import SensitivityConfiguration
from experiments.studies.sweeps.configuration import SweepConfiguration
from experiments.training.collection.collect import CollectConfiguration
from experiments.training.configuration import PPOCheckConfiguration, TrainConfiguration
from experiments.video.configuration import RecordConfiguration
from experiments.video.gallery.configuration import GalleryConfiguration

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
    "play": PlayConfiguration,
    "sensitivity": SensitivityConfiguration,
    "audit": AuditConfiguration,
    "sweep": SweepConfiguration,
}
EXPERIMENTS = sorted(path.stem for path in (FOLDER / "experiment").glob("*.yaml"))
ABLATIONS = sorted(f"ablation/{path.stem}" for path in (FOLDER / "policy/ablation").glob("*.yaml"))
SUITES = sorted(path.stem for path in (FOLDER / "suite").glob("*.yaml"))


def test_every_command_file_is_known_here():
    included = {
        "evaluation",
        "explain_rules",
        "collect",
        "train",
        "report",
        "ppo_check",
        "observer",
        "executor",
        "gallery",
    }
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(COMMANDS) | included


def test_collect_composes():
    with initialize_config_module("conf", version_base="1.3"):
        values = to_values(compose("collect"))
    assert validate(CollectConfiguration, values).num_decisions == 1_000_000


def test_train_composes():
    with initialize_config_module("conf", version_base="1.3"):
        values = to_values(compose("train"))
    assert validate(TrainConfiguration, values).members == 5


def test_gallery_composes():
    with initialize_config_module("conf", version_base="1.3"):
        values = to_values(compose("gallery", overrides=["object=sofa"]))
    assert validate(GalleryConfiguration, values).object == ["sofa"]


def test_ppo_check_composes():
    with initialize_config_module("conf", version_base="1.3"):
        values = to_values(compose("ppo_check"))
    assert validate(PPOCheckConfiguration, values).episodes == 50


def test_observer_composes():
    with initialize_config_module("conf", version_base="1.3"):
        values = to_values(compose("observer"))
    assert validate(ObserverConfiguration, values).list_groups()["struck_first"] == ["P11"]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_composes(name):
    with initialize_config_module("conf", version_base="1.3"):
        values = to_values(compose("compare", overrides=[f"experiment={name}"]))
    assert values["suite"] == "v2"
    assert validate(CompareConfiguration, values).experiment.seeds


@pytest.mark.parametrize("name", ABLATIONS)
def test_every_ablation_loads(name):
    assert load_policy(name).privileged == name.endswith("_dynamics")


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("name", COMMANDS)
def test_command_composes_with_every_suite(name, suite):
    with initialize_config_module("conf", version_base="1.3"):
        values = to_values(compose(name, overrides=[f"{RENAMED['suite']}={suite}"]))
    checked = validate(COMMANDS[name], values)
    assert locate("suite", checked.suite) == FOLDER / "suite" / f"{suite}.yaml"


def test_explain_rules_composes():
    with initialize_config_module("conf", version_base="1.3"):
        values = to_values(compose("explain_rules"))
    assert validate(ExplainConfiguration, values).policies == "rule"


@pytest.mark.parametrize("given", ["one", ["one", "two"]])
def test_report_composes(given):
    with initialize_config_module("conf", version_base="1.3"):
        values = to_values(compose("report", overrides=[f"records={given}"]))
    assert validate(ReportConfiguration, values).records[0] == "one"
