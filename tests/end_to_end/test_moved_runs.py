"""A run folder is complete in itself: moved to a place without its policies, reports and tables are as they were."""

import json
import re
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.end_to_end

POLICY = """
from policies.floors import Constant


class Mine(Constant):
    pass
"""
FEW = ("suite=quick", "strata=[seen]", "max_instances=1", "num_resamples=100", "workers=1")


def run(folder, command, *overrides):
    done = subprocess.run(
        [sys.executable, "-m", f"experiments.{command}", *overrides],
        cwd=folder, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    # on a slow machine there is progress, too
    said = re.sub(r"(?m)^\d\d:\d\d:\d\d .*\n", "", done.stderr)
    return done.returncode, done.stdout, said


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder with two policies of one's own, one of which needs a module."""
    folder = tmp_path_factory.mktemp("here")
    (folder / "my_package").mkdir()
    (folder / "my_package" / "code.py").write_text(POLICY)
    (folder / "policies_of_mine").mkdir()
    text = "_target_: my_package.code.Mine\nplace: centre\n"
    (folder / "policies_of_mine" / "mine.yaml").write_text(text)
    brakes = "_target_: policies.floors.Constant\nplace: centre\nbraking_mps2: 5.0\n"
    (folder / "other.yaml").write_text(brakes)
    return folder


OWN = "policy=[policies_of_mine/mine.yaml,other.yaml,rule]"
ALLOW = "allow=[my_package.]"


def move(made, elsewhere):
    """Copy a run into a folder that has other policies under the same names."""
    shutil.copytree(made, elsewhere / "given")
    (elsewhere / "other.yaml").write_text("not: [a policy")
    return elsewhere / "given"


def page_without_command(folder):
    """The page without the provenance at its end."""
    return (folder / "index.html").read_text(encoding="utf-8").partition('id="provenance"')[0]


def test_a_moved_comparison_is_reported_without_its_policies(here, tmp_path):
    code, out, err = run(here, "compare", *FEW, OWN, ALLOW, "num_videos=1", "num_replays=1")
    assert code == 0, err
    made = (here / out.splitlines()[-1]).parent
    given = move(made, tmp_path)
    code, out, err = run(tmp_path, "report", "records=given", "num_resamples=100")
    assert (code, err) == (0, ""), err
    for name in ("table.txt", "summary.json"):
        assert (given / name).read_text() == (made / name).read_text()
    assert page_without_command(given) == page_without_command(made)
    replays = [path.read_text(encoding="utf-8") for path in (given / "replays").glob("*.html")]
    assert re.search(r"policy=\[[^]]*policies_of_mine/mine\.yaml", replays[0])
    # nothing in the folder names the place where it was made
    texts = [path for path in given.rglob("*") if path.suffix in {".json", ".html", ".yaml"}]
    assert not [path for path in texts if str(here) in path.read_text(encoding="utf-8")]
    # the records' file instead of the folder; elsewhere, films are said to stay
    code, _, err = run(
        tmp_path, "report", "records=given/records.parquet", "output=page", "num_resamples=100"
    )
    assert code == 0, err
    assert err.splitlines() == [
        f"left out: given/{name}: a page shows what is in its own folder, page"
        for name in ("videos", "replays")
    ]
    assert not (given / "records.parquet" / "index.html").exists()
    # a film whose description was damaged is left out
    for path in (given / "videos").glob("*.json"):
        path.write_text("{")
    code, _, err = run(tmp_path, "report", "records=given", "num_resamples=100")
    assert code == 0, err
    assert err.startswith("left out: videos/")
    assert err.count("\n") == 1


def test_a_moved_sweep_is_shown_without_its_policies(here, tmp_path):
    words = (*FEW, "policy=[policies_of_mine/mine.yaml,other.yaml]", ALLOW)
    code, out, err = run(here, "sweep", *words, "output=swept")
    assert code == 0, err
    given = tmp_path / "given"
    shutil.copytree(here / "swept", given)
    page = page_without_command(given)
    code, again, err = run(tmp_path, "sweep", *words, "output=given")
    assert code == 0, err
    assert again == out.replace("swept/", "given/")
    assert [line.split("; ")[-1].rpartition("-")[0] for line in err.splitlines()] == [
        f"shown as it was driven: {name}-0-seen" for name in ("mine", "other")
    ]
    # other settings of the page: it is made anew, of the same records
    code, again, err = run(tmp_path, "sweep", *words, "output=given", "num_resamples=101")
    assert code == 0, err
    assert json.loads(again.splitlines()[-1])["pages"] == ["given/index.html"]
    assert page_without_command(given).partition("<nav")[0] == page.partition("<nav")[0]
    # its cells are runs that can be reported, too
    cells = sorted(path.relative_to(tmp_path).as_posix() for path in (given / "cells").iterdir())
    code, out, err = run(
        tmp_path, "report", f"records=[{','.join(cells)}]", "output=page", "num_resamples=100"
    )
    assert code == 0, err
    assert "mine" in out
    assert "other" in out
    # a file of the same name that is another one is not taken for the policy
    (tmp_path / "other.yaml").write_text("_target_: policies.floors.Constant\nplaces: 1\n")
    code, again, err = run(tmp_path, "sweep", *words, "output=given")
    assert code == 1
    assert next(iter(json.loads(again.splitlines()[-1])["failed"])).startswith("other-0-seen")
