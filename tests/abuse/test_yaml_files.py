"""Files that people write: whatever is in them, they are read or refused in one line that names the file."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import conf
from envs.cost.parameters import CostParameters
from envs.debris.catalogue import BUILT_IN_DIR
from envs.debris.safe_yaml import read_mapping
from envs.debris.schema import read_spec
from envs.scenario.suite import load_suite
from experiments.cli.loading import load_policy

CONF = Path(conf.__file__).parent

NASTY = (
    "&a [*a]", "*a", "!!python/object/apply:os.system ['true']", "!!binary aGk=", "[" * 500, "{a: " * 500, "9" * 5000,
    "0x" + "f" * 6000, "1:" * 300 + "0.5", "1:" * 3000 + "1", "2001-99-99", "2001-01-01", ".nan", "-.inf", "1e999",
    "~", "yes", "''", "'\\0'", '"\\0"', "<<: {a: 1}", "=", "? [a]", "---\n---", "\t", "\x00", "\ufeff", "\u2028",
    "${oc.env:HOME}", "os.system", "policies.checkpoint.os.system", "_policy_: rule", "a: 1\na: 1",
    "policies.floors.np.load", "policies.checkpoint._replace", "[]", "{}", "-1", "0", "1e300", "x" * 5000,
)  # fmt: skip


def read_suite(path):
    suite = load_suite(path)
    items = suite.items("test")
    return suite.instance(items[0]) if items else suite


def read_policy(path):
    return load_policy(str(path))


POLICIES = ("brake", "random", "rule", "rule_tuned", "ppo", "catalogue_planner")
"""Without those that need a world model: they are slow to read, and read the same way."""

KINDS = {
    "catalogue file": (read_spec, sorted(BUILT_IN_DIR.glob("*.yaml"))),
    "suite file": (read_suite, sorted((CONF / "suite").glob("quick.yaml"))),
    "cost file": (lambda p: CostParameters.from_mapping(read_mapping(p)), sorted((CONF / "cost").glob("*.yaml"))),
    "policy file": (read_policy, [CONF / "policy" / f"{name}.yaml" for name in POLICIES]),
}  # fmt: skip


@st.composite
def damaged(draw, files):
    """A good file with a few things done to it: values replaced, lines doubled, cut out, or bytes changed."""
    text = draw(st.sampled_from(files)).read_text(encoding="utf-8")
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        k = draw(st.integers(0, len(lines) - 1))
        what = draw(
            st.sampled_from(["value", "value", "value", "double", "cut", "indent", "text", "key"])
        )
        key = lines[k].partition(":")[0]
        if what == "value":
            lines[k] = f"{key}: {draw(st.sampled_from(NASTY))}"
        elif what == "double":
            lines.insert(k, lines[k])
        elif what == "cut" and len(lines) > 1:
            del lines[k]
        elif what == "indent":
            lines[k] = "  " + lines[k]
        elif what == "key":
            lines.insert(k, f"{draw(st.sampled_from(NASTY))}: 1")
        else:
            lines[k] = draw(st.text(max_size=40))
    raw = bytearray("\n".join(lines).encode("utf-8", "surrogatepass"))
    if draw(st.booleans()) and raw:
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_read_or_refused_in_one_line(kind, tmp_path, tally, times):
    reader, files = KINDS[kind]
    row, path = tally(f"YAML: {kind}, damaged"), tmp_path / "mine.yaml"

    @settings(
        max_examples=times(6, 1000),
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(content=damaged(files))
    def run(content):
        path.write_bytes(content)
        row.read(lambda: reader(path))

    run()


@pytest.mark.parametrize("nasty", NASTY)
def test_every_nasty_value_at_a_key_of_every_kind(nasty, tmp_path, tally):
    path = tmp_path / "mine.yaml"
    for kind, (reader, files) in KINDS.items():
        row = tally(f"YAML: {kind}, damaged")
        lines = files[0].read_text(encoding="utf-8").splitlines()
        first = next(k for k, line in enumerate(lines) if ":" in line and line[0] not in "# ")
        lines[first] = f"{lines[first].partition(':')[0]}: {nasty}"
        path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
        row.read(lambda reader=reader: reader(path))


HOLES = [
    (
        "policies.checkpoint.os.system",
        "command: 'true'",
        "which is defined in posix|expected a class",
    ),
    ("policies.floors.np.load", "file: x.npy", "which is defined in|expected a class"),
    ("policies.checkpoint._replace", "path: x", "expected a class"),
    ("policies.checkpoint.Path", "x: 1", "which is defined in pathlib"),
    ("experiments.store.atomic.write_text", "path: x", "allowed are names that begin with"),
    ("policies.", "x: 1", "_target_"),
    ("policies.floors.Constant.__init__.__globals__", "x: 1", "_target_"),
]


@pytest.mark.parametrize(("target", "line", "said"), HOLES)
def test_target_is_looked_for_where_it_is_defined(target, line, said, tmp_path, tally):
    (tmp_path / "mine.yaml").write_text(f"_target_: {target}\n{line}\n")
    row = tally("YAML: _target_ outside the allow-list")
    with pytest.raises(Exception, match=said):
        load_policy(str(tmp_path / "mine.yaml"))
    row.read(lambda: load_policy(str(tmp_path / "mine.yaml")), "mine.yaml")
    assert not (tmp_path / "x").exists()


def test_a_policy_within_itself_has_an_end(tmp_path, tally):
    path = tmp_path / "mine.yaml"
    path.write_text(f"_policy_: {path}\n")
    assert (
        tally("YAML: a policy within itself").read(
            lambda: load_policy(str(path)), "8 nested policies"
        )
        is None
    )


@pytest.mark.parametrize("prefix", ["", ".", "os system", "1a.", "a..b"])
def test_what_allows_everything_is_refused(prefix, tally):
    assert (
        tally("YAML: _target_ outside the allow-list").read(
            lambda: load_policy("keep", [prefix]), "allow: got"
        )
        is None
    )


def test_plain_values_survive_what_is_refused(tmp_path):
    path = tmp_path / "mine.yaml"
    values = {"a": 2**63 - 1, "b": -(2**63) + 1, "c": 1e300, "d": [1, [2.5, True]], "e": "x"}
    path.write_text(yaml.safe_dump(values))
    assert read_mapping(path) == values
    assert np.isfinite(values["c"])
