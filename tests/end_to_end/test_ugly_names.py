"""Folders with names that Hydra's grammar misreads: the message shows a form that gives exactly that name."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hydra import compose, initialize_config_module
from omegaconf import OmegaConf

from envs.errors import UserError
from experiments.cli.command_line import RefusedError, check_command_line
from experiments.cli.configuration import validate
from experiments.cli.quoting import add_form, describe_misread
from experiments.training.configuration import PPOCheckConfiguration

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.end_to_end

NAMES = (
    "a=b", "seed=3,lr=1e-3", "x[1]", "[draft", "100%", "a@b", "two words", "Übung", "straße/日本", "a,b", "it's",
    'a "quoted" one', "(copy)", "{y", "#1", "a:b=c", "back\\slash=", "ends in=\\", "'", "=", "a;b", "a&b!", "$x",
    "$(rm)", "`ls`", "file (1), final [v2] = Größe #3 'x' \"y\".d", "~tilde",
)  # fmt: skip


def typed_instead(message):
    """The word of a shell that a message proposes."""
    (word,) = shlex.split(message.rpartition("write ")[2].rpartition("as one text, ")[2])
    return word


def value_of(word, key):
    with initialize_config_module("conf", version_base="1.3"):
        return compose("compare", overrides=[word])[key]


@pytest.mark.parametrize("name", NAMES)
def test_the_proposed_form_gives_exactly_that_folder(name):
    word = f"output={name}"
    message = describe_misread(word, is_multirun=False)
    if message:
        assert len(message.splitlines()) == 1
        with pytest.raises(RefusedError, match=re.escape(f"{word}: {message}")):
            check_command_line([word])
        word = typed_instead(message)
    check_command_line([word])
    assert value_of(word, "output") == name


LISTS = {
    "[a=b.yaml]": ["a=b.yaml"],
    "[keep,a=b.yaml]": ["keep", "a=b.yaml"],
    "[keep, Übung/x.yaml,'a b.yaml']": ["keep", "Übung/x.yaml", "a b.yaml"],
    "[it's.yaml]": ["it's.yaml"],
    "[x[1].yaml,rule]": ["x[1].yaml", "rule"],
}


@pytest.mark.parametrize("value", LISTS)
def test_elements_of_a_list_are_quoted_one_by_one(value):
    with pytest.raises(RefusedError, match=r"^policy=\[") as caught:
        check_command_line([f"policy={value}"])
    word = typed_instead(str(caught.value))
    assert value_of(word.replace("policy=", "policies="), "policies") == LISTS[value]


def test_the_users_folder_is_written_out():
    with pytest.raises(RefusedError) as caught:
        check_command_line(["output=~/runs"])
    assert value_of(typed_instead(str(caught.value)), "output") == str(Path.home() / "runs")


def test_values_for_several_runs_are_no_mistake():
    check_command_line(["seed=1,2", "--multirun"])
    with pytest.raises(RefusedError, match=r"seed=1,2: several values need --multirun: as a list"):
        check_command_line(["seed=1,2"])


@pytest.mark.parametrize("value", ["[x]", "{a:1}", "12", "1e3", "true"])
def test_a_text_that_is_read_as_something_else_has_its_form_in_the_message(value):
    with initialize_config_module("conf", version_base="1.3"):
        values = OmegaConf.to_container(compose("ppo_check", overrides=[f"output={value}"]))
    with pytest.raises(UserError) as caught:
        validate(PPOCheckConfiguration, values)
    message = add_form(str(caught.value), ["seed=1", f"output={value}"])
    (word,) = shlex.split(message.rpartition("is written ")[2])
    assert value_of(word, "output") == value


@pytest.mark.parametrize("name", ["a=b", "x[1], (2)", "100% @home", "Übung 'x'"])
def test_a_config_folder_may_have_any_name(tmp_path, name):
    (tmp_path / name / "suite").mkdir(parents=True)
    (tmp_path / name / "mine.yaml").write_text("defaults: [explain_rules, _self_]\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "experiments.explain_rules", "--config-dir", name, "-cn", "mine"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "the first rule that applies decides" in done.stdout


def test_the_whole_command_ends_in_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "experiments.compare", "output=a=b"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: output=a=b: ")
    assert done.stderr.endswith("""write 'output="a=b"'\n""")
    assert list(tmp_path.iterdir()) == []
