"""Parts of an audit are kept, and are the same whether it was interrupted or not."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from envs.errors import UserError
from experiments.stats.interval import Interval
from experiments.studies.audit import resume
from experiments.studies.audit.findings import Finding, Line, Probed
from experiments.studies.audit.parts import PARTS, Part


def finding(value, low=np.nan, line=None):
    return Finding("probe", "measure", "twin", Interval(value, low, low), line)


class Counting:
    """A part that remembers how often it was computed."""

    def __init__(self, value):
        self.value, self.calls = value, 0

    def __call__(self, scene):
        """Count, and find something."""
        self.calls += 1
        return Probed([finding(np.float64(self.value), line=Line("<=", 0.1))], {"seen": scene})


@pytest.fixture
def audit(monkeypatch, tmp_path):
    """``run`` with three parts on nothing; the second one can be told to fail."""
    probes = {name: Counting(0.1 + k / 3) for k, name in enumerate(("one", "two", "three"))}
    moments = Part("moments", lambda _: Probed([], {"moments": 7}))
    parts = (moments, *(Part(name, lambda _, p=probe: p("x")) for name, probe in probes.items()))
    monkeypatch.setattr(resume, "PARTS", parts)
    scene = SimpleNamespace(models=[SimpleNamespace(name="shipped")])
    monkeypatch.setattr(resume, "Scene", lambda _: scene)
    monkeypatch.setattr(resume, "make_key", lambda config, _: config.key)

    def run(key="a", folder="audit", decisions=25):
        return resume.run(
            SimpleNamespace(
                output=str(tmp_path / folder),
                key=key,
                decisions=decisions,
                films=0,
                workers=1,
                executor="local",
                cluster=None,
            )
        )

    return SimpleNamespace(run=run, probes=probes, folder=tmp_path / "audit" / "parts")


def test_futures_that_end_too_early_are_refused_before_anything_is_written(audit):
    with pytest.raises(UserError, match="decisions: got 24, expected 25 to 50"):
        audit.run(decisions=24)
    assert not audit.folder.exists()


def calls(audit):
    return [probe.calls for probe in audit.probes.values()]


def test_a_second_run_computes_nothing_and_finds_the_same(audit):
    first = audit.run()
    assert calls(audit) == [1, 1, 1]
    second = audit.run()
    assert calls(audit) == [1, 1, 1]
    assert repr(first) == repr(second)
    assert first.num_moments == 7
    assert first.findings[1].value.value == 0.1 + 1 / 3
    assert first.findings[0].line == Line("<=", 0.1)


def test_killed_in_the_middle_and_continued_is_the_same(audit, monkeypatch):
    whole = audit.run(folder="whole")
    probe = audit.probes["two"]
    with monkeypatch.context() as patch:
        patch.setattr(Counting, "__call__", _interrupt_at(probe, Counting.__call__))
        with pytest.raises(KeyboardInterrupt):
            audit.run()
    assert sorted(path.stem for path in audit.folder.glob("*.json")) == ["moments", "one"]
    assert repr(audit.run()) == repr(whole)
    assert calls(audit) == [2, 2, 2]


def _interrupt_at(which, original):
    def call(self, scene):
        if self is which:
            raise KeyboardInterrupt
        return original(self, scene)

    return call


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"key": "a", "findings": [{}], "data": {}}']
)
def test_a_broken_file_is_computed_anew(audit, text):
    first = audit.run()
    (audit.folder / "two.json").write_text(text)
    assert repr(audit.run()) == repr(first)
    assert calls(audit) == [1, 2, 1]


def test_other_settings_are_computed_anew(audit):
    audit.run()
    audit.run(key="b")
    assert calls(audit) == [2, 2, 2]
    # and overwrite what was there
    assert json.loads((audit.folder / "one.json").read_text())["key"] == "b"


def test_a_finding_comes_back_bit_by_bit(tmp_path):
    values = (0.1 + 0.2, np.float64(1 / 3), float("nan"), -0.0, 5e-324)
    found = [finding(value, low) for value, low in zip(values, values[::-1], strict=True)]
    found.append(finding(1.0, line=Line(">=", 0.98)))
    resume.write_part(tmp_path / "some.json", Probed(found), "key")
    written = resume.read_part(tmp_path / "some.json")
    resume.write_part(tmp_path / "some.json", written, "key")
    assert repr(written) == repr(resume.read_part(tmp_path / "some.json"))
    for one, other in zip(found, written.findings, strict=True):
        assert np.array(one.value).tobytes() == np.array(other.value).tobytes()
        assert one.line == other.line


def test_names_of_parts_are_files_and_unlike():
    names = [part.name for part in PARTS]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
