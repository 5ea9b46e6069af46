"""What people read first: README is short and its code runs, every folder has one, every link in Markdown opens."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
README_LIMIT_BYTES = 6_000

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"[a-z]+:")


def documents():
    """The Markdown files that git knows or would know."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "*.md"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in found.stdout.split("\0") if name and (ROOT / name).is_file()]


def anchors(text):
    """Names of the headings, as they are linked to."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in headings}


def broken_links(path, text):
    """Links within the repository whose file or heading does not exist."""
    found = []
    for link in LINK.findall(FENCE.sub("", text)):
        if ELSEWHERE.match(link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        is_there = target.exists() and target.resolve().is_relative_to(ROOT)
        if not is_there or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            found.append(link)
    return found


def table_rows(text):
    """Cells of every row of a table that begins with a name in code, by that name."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {cells[0].split("`")[1]: cells for cells in rows}


def test_readme_is_short():
    assert len(README.read_bytes()) < README_LIMIT_BYTES


@pytest.mark.parametrize("folder", ["envs", "policies", "experiments", "conf", "tests"])
def test_every_folder_has_a_readme(folder):
    assert (ROOT / folder / "README.md").is_file()
    assert f"]({folder}/README.md)" in README.read_text(encoding="utf-8")


def test_links_open():
    files = documents()
    assert README in files
    found = {path: broken_links(path, path.read_text(encoding="utf-8")) for path in files}
    assert {path: links for path, links in found.items() if links} == {}


@pytest.mark.parametrize(
    "link",
    ["nowhere.m" + "d", "#nothing", "envs/README.md#nothing", "../../../outside.m" + "d", "/etc"],
)
def test_broken_links_are_noticed(link):
    text = f"[good](#folders) ![good](envs/picture.png) [a web page](https://example.org) [bad]({link})"
    assert broken_links(README, text) == [link]


def test_readme_shows_the_results_of_the_records():
    text = README.read_text(encoding="utf-8")
    mine = table_rows(text[text.index("## Result") : text.index("## Add your own")])
    results = (ROOT / "experiments" / "results" / "README.md").read_text(encoding="utf-8")
    block = results[results.index("<!-- headline") : results.index("Mean cost of an episode")]
    rows = table_rows(block)
    assert len(mine) == 8
    for name, (_, cost, difference, _) in mine.items():
        assert cost in rows[name], name
        assert difference in rows[name], name


def test_readme_code_drives():
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    costs = [float(number) for number in done.stdout.strip("[]\n").split()]
    assert len(costs) == 8
    assert all(cost >= 0.0 for cost in costs)
