"""``python -m experiments.gallery``: sheets that can be opened, and one line for every mistake."""

import subprocess
import sys

import pytest
from PIL import Image

pytestmark = pytest.mark.end_to_end


def run(folder, *overrides):
    done = subprocess.run(
        [sys.executable, "-m", "experiments.gallery", *overrides],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_sheet_is_drawn_where_the_command_says(tmp_path):
    code, out, err = run(tmp_path, "object=[rock,sofa]", "distances_m=[8]")
    assert code == 0, err
    for line, name in zip(out.splitlines(), ("rock.png", "sofa.png"), strict=True):
        assert line.endswith(name)
        with Image.open(tmp_path / line) as picture:
            assert picture.size == (532, 1274)


def test_mistakes_are_one_line(tmp_path):
    code, out, err = run(tmp_path, "object=sofas")
    assert (code, out) == (2, "")
    assert err.startswith("error: object: got 'sofas'")
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
