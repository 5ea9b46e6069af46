"""A whole game without a browser: scripted keys drive, results survive a restart, and the folder is complete."""

import json
import time

import numpy as np
import pyarrow.parquet as pq
import pytest
from hydra import compose, initialize_config_module

from experiments.cli.application import to_values
from experiments.cli.configuration import validate
from experiments.presentation.joining.gather import gather
from experiments.rollout.loop import Rollout
from experiments.studies.play import drive as drive_module
from experiments.studies.play import referee
from experiments.studies.play.configuration import PlayConfiguration
from experiments.studies.play.game import Game, Stage
from experiments.studies.play.pace import RealTime
from experiments.studies.play.person import DOWN, LEFT, Repeated
from experiments.studies.play.plan import open_folder, prepare
from experiments.studies.play.results import Results
from experiments.studies.play.table import to_rows

TWO = ("suite_name=quick", "num_instances=2", "policies=[rule_tuned,keep]", "driver=ada")


class Fast(RealTime):
    """A clock that never waits."""

    def wait(self):
        """Return at once."""
        return time.time()


@pytest.fixture(autouse=True)
def picture(monkeypatch):
    """A small picture and a small film instead of those that have to be compiled and drawn."""
    monkeypatch.setattr(drive_module, "draw", lambda *_: np.zeros((36, 64, 3), np.uint8))

    def make_video(order, item, instance, folder, report):
        report(1.0)
        (folder / "film.mp4").write_bytes(b"film")
        made.append((order, item, instance))
        return {"video": "film.mp4"}

    made = []
    monkeypatch.setattr(referee, "make_video", make_video)
    return made


def make_plan(folder, *overrides):
    with initialize_config_module("conf", version_base="1.3"):
        values = to_values(compose("play", overrides=[*TWO, f"output={folder}", *overrides]))
    return prepare(validate(PlayConfiguration, values))


def begin(plan, folder):
    game = Game(plan, folder, countdown_s=0.0)
    game.pace = Fast()
    keys = iter([frozenset({LEFT})] * 4 + [frozenset({DOWN})] * 6)
    game.keyboard.read = lambda: next(keys, frozenset())
    return game


def wait(ready):
    end = time.monotonic() + 120.0
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.01)


def play_one(game):
    wait(lambda: game.stage is Stage.WAITING)
    before = game.place
    game.start()
    game.start()  # a second press starts nothing
    wait(lambda: game.place == before + 1 and game.stage in {Stage.WAITING, Stage.OVER})
    assert game.problem is None


def test_game_survives_a_restart_and_completes_its_folder(tmp_path, picture):
    plan = make_plan(tmp_path)
    with open_folder(plan) as folder:
        game = begin(plan, folder)
        play_one(game)
        wait(lambda: game.work.is_done)
        rows = to_rows(plan.items, plan.drivers, game.results)
        assert [list(row) for row in rows] == [["instance", "ada", "rule_tuned", "keep"]] * 2
        first = game.results.find_drive(0)
        path = folder.path
    # the process has ended; the same command goes on with the second instance
    with open_folder(plan) as folder:
        assert folder.path == path
        game = begin(plan, folder)
        assert game.place == 1
        assert game.results.find_drive(0).actions.tolist() == first.actions.tolist()
        play_one(game)
        assert game.stage is Stage.OVER
        wait(lambda: game.work.is_done)
        assert game.work.error is None
        assert game.work.result == path / "film.mp4"
    check_folder(path, plan, game, picture)


def check_folder(path, plan, game, films):
    """Records, table, provenance and film of a finished game."""
    names = {file.name for file in path.iterdir()}
    drives = {f"drive-{item.family}-{item.seed}.json" for item in plan.items}
    assert names == drives | {
        "config.yaml", "film.mp4", "manifest.json", f"{referee.NAME}.md", "provenance.json",
        "records.parquet", "run.json",
    }  # fmt: skip
    rows = pq.read_table(path / "records.parquet").to_pylist()
    assert {(row["policy"], row["seed"]) for row in rows} == {
        (driver, item.seed) for driver in plan.drivers for item in plan.items
    }
    worst = game.results.find_worst()
    for place, item in enumerate(plan.items):
        drive = game.results.find_drive(place)
        own = next(r for r in rows if r["policy"] == "ada" and r["seed"] == item.seed)
        assert own["cost_usd"] == pytest.approx(drive.cost_usd.sum(), rel=1e-6)
        rollout = Rollout(Repeated(drive.actions), [plan.suite.instance(item)], cost=plan.cost)
        ((_, episode),) = rollout.episodes()
        assert own["cost_usd"] == episode.total_usd.sum()
        assert drive.cost_usd.max() <= worst.cost_usd
    ((order, item, _),) = films
    assert item == plan.items[worst.place]
    assert [name for name, _ in order.policies] == ["ada", "rule_tuned", "keep"]
    assert order.max_seconds == pytest.approx(0.2 * (worst.decision + 1) + 3.0)
    about = json.loads((path / "provenance.json").read_text())
    assert about["worst_moment"] == worst._asdict()
    # the result page can be made from it
    assert set(gather([path]).entrants) == set(plan.drivers)


def test_a_damaged_drive_is_driven_again(tmp_path):
    plan = make_plan(tmp_path)
    with open_folder(plan) as folder:
        game = begin(plan, folder)
        play_one(game)
        wait(lambda: game.work.is_done)
        (file,) = folder.path.glob("drive-*.json")
        file.write_text(file.read_text()[:-100])
        assert Results(folder.path, plan.items, "ada").num_driven == 0


def test_a_drive_that_fails_is_said_and_can_be_started_again(tmp_path, capsys):
    plan = make_plan(tmp_path)
    with open_folder(plan) as folder:
        game = begin(plan, folder)
        wait(lambda: game.stage is Stage.WAITING)
        broken = game.keyboard.read
        game.keyboard.read = lambda: 1 / 0
        game.start()
        wait(lambda: game.problem is not None)
        wait(lambda: game.stage is Stage.WAITING)
        assert game.problem == "ZeroDivisionError: division by zero"
        assert game.place == 0
        assert "Traceback" in capsys.readouterr().err
        game.keyboard.read = broken
        game.problem = None
        play_one(game)


def test_pages_hear_of_every_picture(tmp_path):
    plan = make_plan(tmp_path, "num_instances=1")
    with open_folder(plan) as folder:
        game, seen = begin(plan, folder), []
        game.listeners.add(
            lambda: seen.append((game.stage, game.snapshot and game.snapshot.elapsed_s))
        )
        play_one(game)
        wait(lambda: game.work.is_done)
    times = [at for stage, at in seen if stage is Stage.DRIVING]
    assert times == sorted(times)
    assert len(times) >= 3 * len(game.results.find_drive(0).actions)
    assert sum(stage is Stage.COUNTDOWN for stage, _ in seen) == 3
