"""Help shows every option under the name that is typed, its default and its meaning, from the YAML files alone."""

import importlib
import re
from pathlib import Path

import pytest
from hydra import compose, initialize_config_module
from omegaconf import OmegaConf

from experiments.cli import help as page_of_help
from experiments.cli.help import make_page, names_in, read_options
from experiments.cli.messages import RENAMED

ROOT = Path(__file__).parents[3]
COMMANDS = sorted(
    path.stem
    for path in (ROOT / "experiments").glob("*.py")
    if "Command(" in path.read_text(encoding="utf-8")
)


def get(name):
    """The name of a command's file in conf."""
    return importlib.import_module(f"experiments.{name}").COMMAND._config_name


def leaves(values, prefix=""):
    """Typed names of all values; lists and empty mappings are values."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{name}.")
        else:
            yield name


@pytest.mark.parametrize("name", COMMANDS)
def test_options_are_those_that_hydra_composes_and_each_has_a_meaning(name):
    config_name = get(name)
    with initialize_config_module("conf", version_base="1.3"):
        composed = OmegaConf.to_container(compose(config_name), resolve=False)
    typed = {value: key for key, value in RENAMED.items()}
    wanted = {typed.get(key, key): value for key, value in composed.items()}
    listed = list(read_options(config_name))
    options = {option.name: option for option in listed}
    assert len(options) == len(listed)
    shown = [option for option in options.values() if option.default is not None]
    flow = {option.name for option in shown if option.default.startswith("{")}
    names = {leaf for leaf in leaves(wanted) if not any(leaf.startswith(f"{x}.") for x in flow)}
    assert {option.name for option in shown} == names | flow
    for option in shown:
        above = options.get(option.name.rpartition(".")[0])
        assert option.meaning or (above and above.meaning), option.name
        assert "command line" not in option.meaning


@pytest.mark.parametrize("name", COMMANDS)
def test_page_is_aligned_and_names_no_option_that_is_refused(name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    config_name = get(name)
    page = make_page("What it does.", config_name)
    lines = page.splitlines()
    assert lines[0] == "What it does."
    assert f"usage: python -m experiments.{name} [option=value ...]" in lines
    assert any(line.startswith(f"  python -m experiments.{name}") for line in lines)
    assert not re.search(r"(?m)^  (policies|scenario)\b", page)
    begin = lines.index("options with their defaults:")
    for line in lines[begin + 1 :]:
        assert len(line) <= 100 or "=" in line[:60]
        if line.startswith(" " * 3):
            assert line[: page_of_help.COLUMN].strip() == "", line
    for group in ("suite", "cost"):
        if f"\n  {group}=" in page:
            assert f"  {group}" in page.partition("names of files in conf:")[2]


def test_lists_required_values_and_values_of_other_options_read_as_typed():
    options = {option.name: option for option in read_options("train")}
    assert options["output"].default == "outputs/<policy>"
    assert options["experience"].default == "[outputs/experience/round_0]"
    assert options["model_free.ppo.learning_rate"].default == "1.0e-3"
    page = make_page("", "report")
    assert re.search(r"(?m)^  records=\.\.\. \(required\) +Folder of a run", page)
    page = make_page("", "compare")
    assert "peak_braking_mps2,...]" in page
    assert re.search(r"(?m)^  experiment=null +a planned experiment", page)
    assert re.search(r"(?m)^  experiment +headline, headline_small$", page)


def test_names_of_subfolders_are_as_typed():
    assert {"rule", "ablation/one_stage"} <= set(names_in("policy"))
