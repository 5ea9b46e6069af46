"""``python -m experiments.record``: films that can be played, and one line for every mistake."""

import json
import subprocess
import sys

import av
import numpy as np
import pytest
import yaml
from PIL import Image

from envs.scenario.suite import load_suite
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.store.steps import Steps
from experiments.video.films.side_by_side import HOLD_S
from experiments.video.job import make_videos
from experiments.video.order import Order

pytestmark = pytest.mark.end_to_end

SECONDS = 0.6

FILMED = (("lone_object", 13000000), ("cut_out", 13000001))
"""The first two test instances of suite quick."""


def run(folder, *overrides):
    done = subprocess.run(
        [sys.executable, "-m", "experiments.record", *overrides],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("record")
    code, out, err = run(
        folder,
        "policy=[keep,lane_left]",
        "suite=quick",
        "num_videos=2",
        f"max_seconds={SECONDS}",
        "format=webp",
    )
    assert code == 0, err
    return folder, out.splitlines(), err


def test_last_lines_say_where_the_files_are(recorded):
    folder, lines, err = recorded
    assert len(lines) == 11
    for k, (family, seed) in enumerate(FILMED):
        told, mp4, png, sheet, clip = lines[5 * k : 5 * k + 5]
        assert told.startswith(f"{family} {seed}: keep ")
        assert ", lane_left " in told
        assert (folder / mp4).is_file()
        assert mp4.endswith(f"{family}-{seed}.mp4")
        assert [(folder / name).is_file() for name in (png, sheet, clip)] == [True] * 3
        assert [png[-4:], sheet[-10:], clip[-5:]] == [".png", "-sheet.png", ".webp"]
    assert f"record writes to {lines[-1]}" in err
    assert sorted(path.suffix for path in (folder / lines[-1]).iterdir()) == (
        [".json"] * 5 + [".mp4"] * 2 + [".png"] * 4 + [".webp"] * 2 + [".yaml"]
    )


def test_film_can_be_played(recorded):
    folder, lines, _ = recorded
    with av.open(str(folder / lines[1])) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        assert stream.average_rate == 30
        assert (stream.width, stream.height) == (1280, 720)
    # the first state, 0.6 s in real time, the end cards
    assert len(frames) == 1 + 18 + round(HOLD_S * 30)
    assert min(float(frame.std()) for frame in frames) > 10.0
    assert np.abs(frames[18].astype(int) - frames[0]).max() > 30
    assert frames[-1].mean() < 0.8 * frames[18].mean()


def test_files_say_where_they_come_from(recorded):
    folder, lines, _ = recorded
    run_folder = folder / lines[-1]
    provenance = json.loads((run_folder / "provenance.json").read_text())
    assert provenance["suite"]["version"] == "quick"
    assert provenance["machine"]["commit"]
    first = provenance["videos"][0]
    assert first == json.loads((run_folder / "lone_object-13000000.json").read_text())
    suite = load_suite(locate("suite", "quick"))
    assert first["instance_hash"] == suite.instance(suite.items("test")[0]).hash
    assert [p["policy"] for p in first["policies"]] == ["keep", "lane_left"]
    assert yaml.safe_load((run_folder / "config.yaml").read_text())["max_seconds"] == SECONDS


def test_interrupted_run_makes_only_what_is_missing(recorded, tmp_path):
    folder, lines, _ = recorded
    whole = json.loads((folder / lines[-1] / "cut_out-13000001.json").read_text())
    suite = load_suite(locate("suite", "quick"))
    order = Order(
        policies=tuple((name, load_policy(name)) for name in ("keep", "lane_left")),
        suite=suite,
        split="test",
        items=tuple(suite.items("test")[:2]),
        fps=30,
        max_seconds=SECONDS,
        format="webp",
    )
    there = {"family": "lone_object", "note": "made before"}
    files = [f"lone_object-13000000{ending}" for ending in (".json", ".mp4", ".png")]
    for name in files:
        (tmp_path / name).write_text(json.dumps(there))
    Steps(tmp_path).note(files[0], files)
    first, second = make_videos(order, tmp_path)
    assert first == there
    assert (tmp_path / "lone_object-13000000.mp4").read_text() == json.dumps(there)
    # the same pictures in another process, down to the last pixel
    assert second == whole
    assert (tmp_path / "cut_out-13000001.mp4").is_file()


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["policy=[keep,nobody]"], "nobody"),
        (["policy=keep", "seed=12"], "seed: got 12"),
        (["policy=keep", "output=taken"], "taken"),
        (["policy=keep", "fpt=5"], "did you mean 'fps'?"),
        (["policy=keep", "view=below"], "view: got 'below'"),
        (["policy=keep", "format=avi"], "format: got 'avi'"),
    ],
)
def test_mistakes_are_one_line(tmp_path, overrides, said):
    (tmp_path / "taken").write_text("a file, no folder")
    code, out, err = run(tmp_path, *overrides)
    assert code == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert err.startswith("error: ")
    assert said in err
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_four_panels_are_filmed_without_naming_anybody(tmp_path):
    code, out, err = run(
        tmp_path, "layout=four_panel", "suite=quick", f"max_seconds={SECONDS}", "fps=5"
    )
    assert code == 0, err
    assert "rule_tuned" in out
    assert "world_model" in out
    (mp4,) = tmp_path.rglob("*.mp4")
    with av.open(str(mp4)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(pictures) == 1 + round(5 * SECONDS) + round(5 * HOLD_S)
    assert pictures[0].shape == (720, 1280, 3)


def test_one_picture_instead_of_a_film(tmp_path):
    code, out, err = run(
        tmp_path, "policy=[keep,brake]", "suite=quick", "format=png", "seed=13000000"
    )
    assert code == 0, err
    (png,) = tmp_path.rglob("*.png")
    assert out.splitlines()[1] == str(png.relative_to(tmp_path))
    with Image.open(png) as picture:
        assert picture.size == (1280, 470)
    assert list(tmp_path.rglob("*.mp4")) == []


def test_one_picture_shows_no_dream(tmp_path):
    code, _, err = run(tmp_path, "source=dream", "suite=quick", "format=png")
    assert code == 2
    assert err.startswith("error: format: got 'png', which shows one panel per policy")
    assert list(tmp_path.iterdir()) == []


def test_four_panels_need_two_policies(tmp_path):
    code, _, err = run(tmp_path, "layout=four_panel", "policy=[rule]", "suite=quick")
    assert code == 2
    assert (
        err
        == "error: policy: got 1 names, layout=four_panel shows two: the rules and a policy that imagines\n"
    )


def test_four_panels_need_a_policy_that_imagines(tmp_path):
    code, _, err = run(tmp_path, "layout=four_panel", "policy=[rule,brake]", "suite=quick")
    assert code == 2
    assert err.startswith("error: policy: brake imagines nothing, layout=four_panel shows")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["start_s=4"], "start_s: got 4.0, which has an effect only with source=dream"),
        (["temperature=1"], "temperature: got 1.0, which has an effect only with source=dream"),
        (["dream_seed=2"], "dream_seed: got 2, which has an effect only with source=dream"),
        (["format=png", "fps=10"], "fps: got 10, which has an effect only with a format other than png"),
        (["format=png", "slow_motion=2"], "slow_motion: got 2, which has an effect only with"),
    ],
)  # fmt: skip
def test_options_without_an_effect_are_refused(tmp_path, words, text):
    code, _, err = run(tmp_path, "policy=[rule,brake]", "suite=quick", *words)
    assert code == 2
    assert err.startswith(f"error: {text}")
    assert list(tmp_path.iterdir()) == []


def test_a_dream_is_filmed_beside_the_truth(tmp_path):
    # its object is still ahead when the belief is burnt in
    code, out, err = run(
        tmp_path, "source=dream", "policy=keep", "suite=quick", "seed=13000009", f"max_seconds={SECONDS}"
    )  # fmt: skip
    assert code == 0, err
    (mp4,) = tmp_path.rglob("*-dream.mp4")
    assert str(mp4.relative_to(tmp_path)) in out
    told = json.loads(next(tmp_path.rglob("lone_object-*.json")).read_text())
    assert told["dream"]["dreamt_decisions"] == round(5 * SECONDS)
    with av.open(str(mp4)) as container:
        count = sum(1 for _ in container.decode(video=0))
    assert count == told["num_frames"] == 1 + round(30 * SECONDS) + round(30 * HOLD_S)


def test_a_dream_shows_one_policy(tmp_path):
    code, _, err = run(tmp_path, "source=dream", "policy=[keep,brake]", "suite=quick")
    assert code == 2
    assert err.startswith("error: policy: got 2 names, source=dream shows one")
