"""What a number belongs to."""

import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import envs
from experiments.store import provenance
from experiments.store.run_folder import RESULTS, TENSORS, TEXTS, hash_sources, sources_hash

ROOT = Path(envs.__file__).parents[1]
PACKAGES = ("envs", "policies", "experiments")
SHOWN = {".md", ".png", ".mp4", ".css", ".js", ".j2", ".pyc", ""}
"""Endings of files in the packages that decide no result: documents, pictures, parts of pages, caches."""


def test_machine_is_json_and_complete():
    found = json.loads(json.dumps(provenance.machine()))
    assert set(found) == {
        "processor", "vector_units", "cores", "load_average", "python", "versions", "commit", "sources",
    }  # fmt: skip
    assert found["processor"]
    assert found["versions"]["roadworld"] == version("roadworld")
    assert found["sources"] == sources_hash()
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


def test_code_is_described_in_a_wheel_too():
    found = provenance.describe_code()
    assert set(found) == {"git_commit", "version", "sources"}
    assert (found["version"], found["sources"]) == (version("roadworld"), sources_hash())


def copy_sources(folder):
    """The packages as a wheel has them: without results, to be faster, and without caches."""
    ignore = shutil.ignore_patterns("__pycache__", "results", ".*")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=ignore)


def test_checkout_and_wheel_have_the_same_hash_of_sources(tmp_path):
    copy_sources(tmp_path)
    assert hash_sources(tmp_path) == sources_hash()
    # what a wheel leaves out, and results, decide nothing
    for name in (
        "envs/__pycache__/env.cpython-313.pyc",
        "policies/.mypy_cache/a.json",
        "experiments/results/a.json",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("new")
    assert hash_sources(tmp_path) == sources_hash()


def test_hash_of_sources_is_the_same_with_the_line_ends_of_windows(tmp_path):
    for folder, end in (("unix", b"\n"), ("windows", b"\r\n")):
        (tmp_path / folder / "envs").mkdir(parents=True)
        (tmp_path / folder / "envs" / "a.yaml").write_bytes(b"a: 1" + end)
        (tmp_path / folder / "envs" / "b.npz").write_bytes(b"\r\n")
    assert hash_sources(tmp_path / "unix") == hash_sources(tmp_path / "windows")


def test_every_change_of_what_decides_a_result_changes_the_hash(tmp_path):
    hashes = set()
    for ending in (".py", ".yaml", ".json", ".csv", ".safetensors", ".npz", ".zip"):
        path = tmp_path / "policies" / f"part{ending}"
        path.parent.mkdir(exist_ok=True)
        for content in (b"1", b"2", b"\n", b"12"):
            path.write_bytes(content)
            hashes.add(hash_sources(tmp_path))
        path.rename(path.with_stem("renamed"))
        hashes.add(hash_sources(tmp_path))
    assert len(hashes) == 7 * 5


def test_every_file_of_the_packages_decides_results_or_is_only_shown():
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*")]
    found = {path.suffix for path in paths if path.is_file() and "/." not in path.as_posix()}
    assert found <= {*TEXTS, *TENSORS, *SHOWN}
    assert not {*TEXTS, *TENSORS} & SHOWN
    assert (ROOT / RESULTS).is_dir()


def test_a_wheel_inside_the_checkout_of_another_project_has_no_commit(tmp_path):
    copy_sources(tmp_path / "venv")
    (tmp_path / ".gitignore").write_text("venv\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-C", str(tmp_path)]
    for words in (["init"], ["add", ".gitignore"], ["commit", "-m", "theirs"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    code = "from experiments.store.provenance import commit; print(commit())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "venv",
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "unknown\n"
