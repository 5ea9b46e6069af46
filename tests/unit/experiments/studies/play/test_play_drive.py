"""A scripted person drives: costs are those of the environment for the same actions, with a picture at every tick."""

import io
import threading
import time

import numpy as np
import pytest
from PIL import Image

from envs.batched.env import DebrisVectorEnv
from envs.highway.env import DebrisEnv
from envs.scenario.suite import load_suite
from envs.specification import TICK_S, TICKS_PER_DECISION
from experiments.cli.locations import locate
from experiments.studies.play import drive as module
from experiments.studies.play.drive import Car
from experiments.studies.play.pace import RealTime, Unpaced
from experiments.studies.play.person import DOWN, RIGHT, UP, Person


@pytest.fixture(scope="module")
def instance():
    suite = load_suite(locate("suite", "quick"))
    items = [item for item in suite.items("validation") if item.family == "lone_object"]
    return suite.instance(items[0])


@pytest.fixture
def picture(monkeypatch):
    """A small picture instead of a compiled one; it shows the tick."""

    def draw(world, _):
        return np.full((36, 64, 3), world.episode_i[7], np.uint8)

    monkeypatch.setattr(module, "draw", draw)


def scripted():
    held = iter([{RIGHT}] * 5 + [{DOWN}] * 4 + [{UP, RIGHT}] * 6)
    return Person(lambda: frozenset(next(held, frozenset())))


def drive(instance, pace=None):
    shown = []
    car = Car(pace or Unpaced(), shown.append)
    first = car.begin(instance)
    driven = car.drive(scripted())
    car.close()
    return first, shown, driven


@pytest.mark.usefixtures("picture")
def test_costs_are_those_of_both_engines_for_the_same_actions(instance):
    _, _, driven = drive(instance)
    env, twin = DebrisEnv(), DebrisVectorEnv(1, autoreset_mode="Disabled")
    env.reset(options={"instance": instance})
    twin.reset(options={"instance": instance})
    costs, theirs = [], []
    for action in driven.actions:
        *_, terminated, truncated, info = env.step(action)
        costs.append(info["cost"]["total"])
        theirs.append(float(twin.step(action[None])[4]["cost"]["total"][0]))
    assert driven.cost_usd.tolist() == costs
    assert driven.cost_usd == pytest.approx(np.array(theirs), rel=1e-6, abs=1e-6)
    assert terminated or truncated
    assert driven.events == tuple(name for name, was in info["events"].items() if was)
    assert driven.cost_usd.sum() > 0.0
    # the script has been used: the car steers, brakes and accelerates
    assert len(np.unique(driven.actions[:20], axis=0)) > 8


@pytest.mark.usefixtures("picture")
def test_every_tick_is_shown(instance):
    first, shown, driven = drive(instance)
    assert first.elapsed_s == 0.0
    assert len(shown) == TICKS_PER_DECISION * len(driven.actions)
    assert [one.elapsed_s for one in shown] == pytest.approx(TICK_S * np.arange(1, len(shown) + 1))
    values = [np.asarray(Image.open(io.BytesIO(one.jpeg)))[0, 0, 0] for one in (first, shown[99])]
    assert values == [0, 100]
    assert shown[-1].cost_usd <= driven.cost_usd.sum()


def test_a_tick_with_its_picture_takes_less_than_50_ms_of_a_core(instance):
    ends = []
    car = Car(Unpaced(), lambda _: ends.append(time.thread_time()))
    car.begin(instance)
    car.step(np.zeros(2))
    ends.clear()
    car.drive(scripted())
    car.close()
    assert np.percentile(1e3 * np.diff(ends), 95) < 50.0


def test_real_time_takes_a_tick_for_a_tick():
    pace = RealTime()
    pace.begin()
    start = time.monotonic()
    dues = [pace.wait() for _ in range(10)]
    assert time.monotonic() - start >= 9 * TICK_S - 1e-3
    assert pace.lost_s == 0.0 or np.diff(dues).max() > TICK_S
    if pace.lost_s == 0.0:
        assert np.diff(dues) == pytest.approx(TICK_S, abs=2e-3)


def test_a_late_tick_moves_the_later_ones():
    pace = RealTime()
    pace.begin()
    pace.wait()
    time.sleep(4 * TICK_S)
    late = pace.wait()
    assert pace.lost_s > 2 * TICK_S
    assert pace.wait() - late == pytest.approx(TICK_S, abs=0.5 * TICK_S)


def test_time_stands_still_during_a_pause():
    pace = RealTime()
    pace.begin()
    pace.wait()
    pace.pause(True)
    threading.Timer(0.4, pace.pause, [False]).start()
    start = time.monotonic()
    pace.wait()
    assert time.monotonic() - start > 0.35
    assert pace.lost_s == 0.0
    assert not pace.is_paused
