"""Every file that decides a result is listed: each kind is changed once, and the list changes."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from envs.errors import UserError
from experiments.cli import ingredients
from experiments.cli.ingredients import digest, list_ingredients
from experiments.cli.policy_files import read_policy

EXAMPLE = Path(__file__).parents[3] / "example"
ALLOW = ["my_policy", "my_scenario", "my_metric"]


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A copy of the example folder whose modules are forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "mine"), *sys.path])
    monkeypatch.setenv("ROADWORLD_MODULES", "")
    shutil.copytree(EXAMPLE, tmp_path / "mine")
    yield tmp_path / "mine"
    for name in set(sys.modules) - before:
        del sys.modules[name]


def listed(mine, policy="slow_down"):
    return list_ingredients(
        policies=["rule", str(mine / "policy" / f"{policy}.yaml")],
        suites=[str(mine / "suite/boxes.yaml")],
        costs=[str(mine / "cost/slow_lane.yaml")],
        metrics=["my_metric.last_speed_mps", "experiments.metrics.answer.answer"],
        allow=ALLOW,
    )


def test_the_list_names_each_file_by_its_part(mine):
    assert {part: sorted(files) for part, files in listed(mine).items()} == {
        "policy rule": ["conf/policy/rule.yaml"],
        "policy slow_down": ["module my_policy", "settings.json", "slow_down.yaml"],
        "suite boxes": ["../objects/moving_box.yaml", "boxes.yaml", "module my_scenario"],
        "cost slow_lane": ["slow_lane.yaml"],
        "metrics": ["module my_metric"],
    }


def test_other_sources_of_roadworld_have_another_hash(monkeypatch):
    before = digest({})
    monkeypatch.setattr(ingredients, "sources_hash", lambda: "others")
    assert digest({}) != before


def test_the_list_is_the_same_at_another_place(mine, tmp_path):
    before = listed(mine)
    for name in ALLOW:
        sys.modules.pop(name, None)
    sys.path[0] = str(tmp_path / "moved")
    mine.rename(tmp_path / "moved")
    assert listed(tmp_path / "moved") == before


@pytest.mark.parametrize(
    "file",
    [
        "policy/slow_down.yaml", "policy/settings.json", "my_policy.py", "suite/boxes.yaml",
        "objects/moving_box.yaml", "my_scenario.py", "cost/slow_lane.yaml", "my_metric.py",
    ],
)  # fmt: skip
def test_a_change_in_any_file_changes_the_list(mine, file):
    before = listed(mine)
    path = mine / file
    path.write_bytes(path.read_bytes() + b"\n")
    after = listed(mine)
    assert digest(after) != digest(before)
    assert sum(after[part] != before[part] for part in before) == 1


def test_parts_of_a_policy_and_folders_that_it_names_are_listed(mine):
    (mine / "policy/nets").mkdir()
    (mine / "policy/nets/a.bin").write_bytes(b"1")
    (mine / "helper.py").write_text("x = 1\n")
    (mine / "my_policy.py").write_text((mine / "my_policy.py").read_text() + "import helper\n")
    (mine / "policy/outer.yaml").write_text(
        "_target_: policies.shield.Shielded\npolicy: {_policy_: slow_down}\n"
    )
    inner = mine / "policy/slow_down.yaml"
    inner.write_text("_target_: my_policy.SlowDown\nsettings: ./nets\n")
    before = listed(mine, "outer")["policy outer"]
    assert sorted(before) == [
        "module helper", "module my_policy", "nets/a.bin", "outer.yaml", "slow_down.yaml",
    ]  # fmt: skip
    for change in ("policy/nets/a.bin", "helper.py"):
        (mine / change).write_bytes(b"# 2")
        after = listed(mine, "outer")["policy outer"]
        assert after != before
        before = after


def test_paths_are_relative_to_the_file_that_names_them(mine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.json").write_text(json.dumps({"braking_mps2": 8.0}))
    found = read_policy("mine/policy/slow_down.yaml").values["settings"]
    assert Path(found).resolve() == mine / "policy/settings.json"
    only_here = mine / "policy/other.yaml"
    only_here.write_text(
        "_target_: policies.model_free.ModelFree\nkind: ppo\ncheckpoint: outputs/ppo\n"
    )
    (tmp_path / "outputs/ppo").mkdir(parents=True)
    with pytest.raises(
        UserError, match=r"checkpoint: got 'outputs/ppo', which is not in mine/policy"
    ):
        read_policy("mine/policy/other.yaml")


def test_a_part_named_like_one_of_ours_is_refused_unless_it_is_a_file_name(mine):
    (mine / "policy/rule.yaml").write_text("_target_: policies.floors.Constant\n")
    outer = mine / "policy/outer.yaml"
    outer.write_text("_target_: policies.shield.Shielded\npolicy: {_policy_: rule}\n")
    with pytest.raises(
        UserError, match=r"_policy_: got 'rule', which .*write rule\.yaml for the first"
    ):
        listed(mine, "outer")
    outer.write_text("_target_: policies.shield.Shielded\npolicy: {_policy_: rule.yaml}\n")
    assert "rule.yaml" in listed(mine, "outer")["policy outer"]
