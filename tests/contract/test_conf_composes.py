"""Every YAML of conf/ can be built."""

from pathlib import Path

import pytest
import yaml

import conf
from envs.cost.parameters import CostParameters

FOLDER = Path(conf.__file__).parent


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted((FOLDER / "cost").glob("*.yaml")), ids=lambda p: p.stem)
def test_cost_is_accepted(path):
    expected = path.stem.removeprefix("loc_")
    assert CostParameters.from_mapping(read(path)).loss_of_control == expected
