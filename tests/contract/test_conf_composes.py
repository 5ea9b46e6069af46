"""Every YAML of conf/ says something that can be built."""

from pathlib import Path

import pytest
import yaml

import conf
from envs.cost.parameters import CostParameters
from envs.scenario.generator import FAMILIES
from envs.world.settings import EnvSettings

FOLDER = Path(conf.__file__).parent


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted((FOLDER / "scenario").glob("*.yaml")), ids=lambda p: p.stem)
def test_scenario_makes_an_environment(path):
    EnvSettings(**read(path))


def test_every_family_has_a_scenario():
    assert {read(path)["scenario"] for path in (FOLDER / "scenario").glob("*.yaml")} == set(
        FAMILIES
    )


@pytest.mark.parametrize("path", sorted((FOLDER / "cost").glob("*.yaml")), ids=lambda p: p.stem)
def test_cost_is_accepted(path):
    expected = path.stem.removeprefix("loc_")
    assert CostParameters.from_mapping(read(path)).loss_of_control == expected
