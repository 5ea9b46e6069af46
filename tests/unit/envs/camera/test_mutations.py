"""A wrong sign anywhere in the geometry makes a check fail: bodies inside out look right to every plain number."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]

MUTATIONS = {
    "unchanged": ("body", "NEAR_M", "NEAR_M"),
    "left is right": ("shadows", "place = (dy * eye.cos - dx * eye.sin,", "place = (dx * eye.sin - dy * eye.cos,"),
    "left is right for objects": (
        "lying",
        "        dy * eye.cos - dx * eye.sin - foot",
        "        dx * eye.sin - dy * eye.cos - foot",
    ),
    "yaw the other way": ("shadows", "x * cos - y * sin, x * sin + y * cos", "x * cos + y * sin, y * cos - x * sin"),
    "heading the other way": ("optics", "    return Eye(\n", "    sin = -sin\n    return Eye(\n"),
    "inside out": ("solids", "* c[2, a] >= 0.0:", "* c[2, a] <= 0.0:"),
    "near before far": (
        "scene",
        "if ax - ah >= bx + bh - 0.3:\n        return True",
        "if ax - ah >= bx + bh - 0.3:\n        return False",
    ),
    "roll the other way": ("lying", "roll = d[debris.ROLL, j]", "roll = -d[debris.ROLL, j]"),
    "pitch the other way": ("lying", "math.sin(d[debris.PITCH, j])", "-math.sin(d[debris.PITCH, j])"),
    "too narrow": ("solids", "points[1, k] = c[3, q], c[4, q]", "points[1, k] = 0.97 * c[3, q] + 1.4, c[4, q]"),
    "up is down": ("solids", "eye.horizon - scale * up\n", "eye.horizon + scale * up\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_wrong_sign_is_caught(name):
    command = [sys.executable, str(Path(__file__).with_name("mutate.py")), *MUTATIONS[name]]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    assert (done.stdout == "missed") == (name == "unchanged"), done.stdout
