"""Every tracked file: no registry address, no machine path, no module above 400 lines, no YAML aliases."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MODULE_LINE_LIMIT = 400

# Written in pieces, so that this file does not find itself.
FORBIDDEN = re.compile(
    "|".join(
        [
            "pypi" + r"\.org",
            "python" + "hosted",
            "deb" + r"\.debian",
            "download" + r"\.pytorch",
            "registry" + r"\.npmjs",
            r"(?<![\w./-])/" + r"(work|farm|root|home)/",
            "/t" + "mp/",
        ]
    )
)
ADDRESS = re.compile(r"\bhttps?:" + "//")


def tracked_files():
    """Files git knows or would know: tracked, or untracked and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if found.returncode != 0:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in found.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def text_files():
    """The tracked files that decode as text, with their text."""
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" not in content:
            yield path, content.decode("utf-8")


def lines_matching(pattern, text):
    return [line for line in text.splitlines() if pattern.search(line)]


def uses_yaml_reference(text):
    """Whether a YAML text holds an anchor or alias: a small file may then expand to gigabytes."""
    tokens = yaml.scan(text, Loader=yaml.SafeLoader)
    return any(isinstance(token, yaml.AnchorToken | yaml.AliasToken) for token in tokens)


def test_files_name_no_registry_and_no_workplace():
    found = {p.relative_to(ROOT).as_posix(): lines_matching(FORBIDDEN, t) for p, t in text_files()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_lock_files_hold_no_address():
    locks = [path for path in tracked_files() if path.suffix == ".lock"]
    assert {path.name for path in locks} == {"requirements.lock", "requirements-torch.lock"}
    for path in locks:
        assert lines_matching(ADDRESS, path.read_text(encoding="utf-8")) == []


def test_modules_are_short():
    modules = [path for path in tracked_files() if path.suffix == ".py"]
    assert len(modules) > 5
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert {path: size for path, size in sizes.items() if size > MODULE_LINE_LIMIT} == {}


def test_yaml_files_use_no_anchors_or_aliases():
    files = [path for path in tracked_files() if path.suffix in {".yaml", ".yml"}]
    assert files != []
    assert [p for p in files if uses_yaml_reference(p.read_text(encoding="utf-8"))] == []


def test_tests_folders_are_not_packages():
    # importmode=importlib: a package here would ship, or shadow a source module.
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize(
    "line",
    [
        "see files.python" + "hosted.org",
        "from deb" + ".debian.org",
        "index = py" + "pi.org",
        "open('/" + "work/main/x')",
        "cd /" + "root/x",
        "into /t" + "mp/x",
    ],
)
def test_scan_notices(line):
    assert lines_matching(FORBIDDEN, line) == [line]


@pytest.mark.parametrize("line", ["frame/work/rate", "a network/work item", "tests/unit"])
def test_scan_lets_pass(line):
    assert lines_matching(FORBIDDEN, line) == []


@pytest.mark.parametrize("text", ["a: &x 1", "a: &x [1]\nb: *x"])
def test_yaml_check_notices(text):
    assert uses_yaml_reference(text)
