"""What a number belongs to."""

import json
import re
import subprocess

from experiments.store import provenance


def test_machine_is_json_and_complete():
    found = json.loads(json.dumps(provenance.machine()))
    assert set(found) == {
        "processor", "vector_units", "cores", "load_average", "python", "versions", "commit",
    }  # fmt: skip
    assert found["processor"]
    assert re.fullmatch(r"\d+\.\d+.*", found["versions"]["numpy"])


def test_commit_is_a_commit_or_unknown():
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?|unknown", provenance.commit())


def test_without_git_the_commit_is_unknown(monkeypatch):
    def missing(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(subprocess, "run", missing)
    assert provenance.commit() == "unknown"


def test_processor_of_another_system(monkeypatch, tmp_path):
    monkeypatch.setattr(provenance, "_PROCESSORS", tmp_path / "absent")
    assert provenance.machine()["vector_units"] == []
    described = tmp_path / "cpuinfo"
    described.write_text("model name\t: Abacus\nFeatures\t: asimd sve\n\nmodel name\t: second\n")
    monkeypatch.setattr(provenance, "_PROCESSORS", described)
    found = provenance.machine()
    assert (found["processor"], found["vector_units"]) == ("Abacus", ["asimd", "sve"])
