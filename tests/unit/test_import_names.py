"""The four import names are ours, and the lock files pin versions without naming addresses."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9.-]*)==[\w.!]+( ; [^\\]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
COMMENT = re.compile(r"#(?!.*:/{2}).*")


def faults_of_lock(text):
    """Lines that do not belong in a hashed lock, and pins that no hash follows."""
    faults, expects_hash = [], False
    for line in text.splitlines():
        is_pin, is_hash = PIN.fullmatch(line), HASH.fullmatch(line)
        in_place = bool(is_hash) if expects_hash else bool(is_pin or COMMENT.fullmatch(line))
        if not in_place:
            faults.append(line)
        expects_hash = bool(is_pin) or bool(is_hash and line.endswith("\\"))
    return [*faults, "ends before a hash"] if expects_hash else faults


@pytest.mark.parametrize("name", ["envs", "policies", "experiments", "conf"])
def test_import_name_is_ours(name):
    found = Path(importlib.import_module(name).__file__).parent
    assert found == ROOT / name, f"{name!r} comes from {found}; another distribution shadows ours"


def test_lock_holds_versions_and_hashes_only():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert faults_of_lock(text) == []
    assert len(PIN.findall(text)) > 50


def test_lock_leaves_torch_and_its_cuda_half_out():
    # torch has another hash per build and so stands in a lock of its own.
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = [match["name"] for match in PIN.finditer(text)]
    assert [x for x in names if re.match("torch|triton|cuda|nvidia", x)] == []
    torch = (ROOT / "requirements-torch.lock").read_text(encoding="utf-8")
    assert re.fullmatch(r"torch==\d+\.\d+\.\d+\n", torch)


@pytest.mark.parametrize(
    "text",
    [
        "name==1.0\n",  # no hash announced
        "name==1.0 \\\n",  # no hash follows
        "name==1.0 \\\nother==2.0 \\\n",
        "name>=1.0 \\\n    --hash=sha256:" + "0" * 64,
        "name==1.0 \\\n    --hash=md5:" + "0" * 32,
        "    --hash=sha256:" + "0" * 64,  # a hash of nothing
        "# made from https:" + "//example.org",
        "--index-url somewhere",
        "name @ file:" + "//somewhere",
    ],
)
def test_lock_check_notices(text):
    assert faults_of_lock(text) != []
