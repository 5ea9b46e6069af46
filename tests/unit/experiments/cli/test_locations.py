"""Names, paths and aliases of policies, suites and cost settings; the folder of --config-dir."""

from pathlib import Path

import pytest

from envs.errors import UserError
from experiments.cli.configuration import Configuration, validate
from experiments.cli.locations import (
    CONF,
    CostName,
    Policies,
    SuiteName,
    check_different,
    list_names,
    locate,
    name_of,
    resolve,
    use_folder,
)


class Some(Configuration):
    """A configuration with a name of each kind."""

    policies: Policies = "rule"
    suite: SuiteName = "quick"
    cost: CostName = "loc_8"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of configurations that is in use."""
    monkeypatch.setenv("ROADWORLD_MODULES", "")
    for name in ("policy/mine", "suite/mine", "cost/mine", "policy/ablation/mine"):
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("version: x\n")
    use_folder(tmp_path)
    yield tmp_path
    use_folder(None)


@pytest.mark.parametrize("group", ["policy", "suite", "cost"])
def test_a_name_is_found_in_conf_and_in_the_folder(folder, group):
    first = sorted((CONF / group).glob("*.yaml"))[0].stem
    assert locate(group, first) == CONF / group / f"{first}.yaml"
    assert resolve(group, first) == first
    assert locate(group, "mine") == folder / group / "mine.yaml"
    assert resolve(group, "mine") == str(folder / group / "mine.yaml")
    assert "mine" in list_names(group)


def test_what_is_resolved_is_found_without_the_folder(folder):
    values = {"policies": ["old:mine", "rule", "ablation/mine"], "suite": "mine", "cost": "mine"}
    found = validate(Some, values)
    use_folder(None)
    assert [locate("policy", one).name for one in found.policies] == [
        "mine.yaml",
        "rule.yaml",
        "mine.yaml",
    ]
    assert [name_of(one) for one in found.policies] == ["old", "rule", "mine"]
    assert locate("suite", found.suite) == folder / "suite" / "mine.yaml"
    with pytest.raises(UserError, match="policy: got 'mine', allowed are"):
        locate("policy", "mine")


def test_a_name_of_two_files_is_refused(folder):
    (folder / "policy" / "rule.yaml").write_text("a: 1\n")
    with pytest.raises(
        UserError, match=r"policy: got 'rule', which .* have as their name: give the path"
    ):
        locate("policy", "rule")
    assert locate("policy", str(folder / "policy" / "rule.yaml")).parent == folder / "policy"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"suite": "mine"}, r"^suite: got 'mine', allowed are quick, scale, v2$"),
        ({"cost": "no/such.yaml"}, r"^cost: got 'no/such.yaml', there is no such file$"),
        (
            {"policies": ["rule", "rul"]},
            r"^policy: got 'rul', allowed are .*; did you mean 'rule'\?$",
        ),
        ({"policies": ["rule", "a/rule.yaml"]}, r"^policy: got 'rule' twice \(rule, a/rule.yaml\)"),
    ],
)
def test_a_wrong_name_is_one_line(values, message):
    with pytest.raises(UserError, match=message):
        validate(Some, values)


def test_an_alias_tells_two_files_of_one_name_apart():
    check_different(["rule", "other:some/where/rule.yaml"])
    assert name_of("b:/some/mine.yaml") == "mine"  # a drive
    assert name_of("b:mine.yaml") == "b"
    assert name_of("other:/some/mine.yaml") == "other"


def test_a_file_of_that_name_in_the_working_folder_is_proposed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("slow.yaml").write_text("a: 1\n")
    with pytest.raises(UserError, match=r"policy: got 'slow', which is no name; write slow\.yaml"):
        locate("policy", "slow")
