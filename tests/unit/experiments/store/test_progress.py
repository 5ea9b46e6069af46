"""Progress without a terminal: a line at least every 20 s that says what, how much of how much, and what is left."""

import io
import sys
import time

from experiments.store import progress
from experiments.store.progress import EVERY_S, Heartbeat, Progress, count, heartbeat, watch


class Clock:
    """Moves only when somebody waits."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        """Now, seconds."""
        return self.now


def lines_of(clock, work=lambda _: None, seconds=50):
    """What a heartbeat writes in some seconds; ``work`` is called before each look."""
    stream, waited = io.StringIO(), []

    def pause(length):
        work(len(waited))
        clock.now += length
        waited.append(length)
        return len(waited) > seconds

    Heartbeat("evaluate", stream, clock).watch(pause)
    # without the time of day
    return [line.partition(" ")[2] for line in stream.getvalue().splitlines()]


def test_a_line_as_work_begins_and_after_every_pause_says_what_is_left():
    clock = Clock()

    def work(second):
        if second in {10, 20, 40}:
            bar.update(50, f"policy {second}")

    with Progress("driving", 400, "episodes", 100, clock=clock) as bar:
        found = lines_of(clock, work)
    assert found == [
        "evaluate: driving: 100 of 400 episodes (25 %), 2 s so far",
        # 10 s until the first were done: they say nothing about the others
        "evaluate: driving: 150 of 400 episodes (38 %), 17 s so far; policy 10",
        # 50 in the 22 s since
        "evaluate: driving: 200 of 400 episodes (50 %), about 1 min 28 s left; policy 20",
        "evaluate: driving: 250 of 400 episodes (62 %), about 56 s left; policy 40",
    ]


def test_time_of_compiling_is_no_part_of_the_speed(monkeypatch):
    clock, spent = Clock(), [0.0]
    monkeypatch.setattr(progress.compilation, "spent_s", lambda: spent[0])
    with Progress("driving", 10, "episodes", clock=clock) as bar:
        bar.update()
        clock.now += 62.0  # of which a minute was spent on a function that the second episode needs
        spent[0] = 60.0
        bar.update()
        assert bar.describe() == "driving: 2 of 10 episodes (20 %), about 16 s left"


def test_what_cannot_be_counted_has_a_line_too(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progress, "_finished", [])
    assert lines_of(clock, seconds=16) == [f"evaluate: working, {EVERY_S:.0f} s so far"]
    with Progress("statistics", clock=clock):
        assert lines_of(clock, seconds=16) == ["evaluate: statistics, 2 s so far"]
    # done with the statistics, and busy with something that has no name
    (line,) = lines_of(clock, seconds=16)
    assert line.endswith("; last step: statistics")


def test_what_is_over_soon_and_what_comes_again_have_no_line_of_their_own():
    clock = Clock()
    bars = []

    def work(second):
        for bar in bars:
            bar.close()
        name = "long" if second >= 4 else f"short {second}"
        bars[:] = [] if second in {8, 9} else [Progress(name, clock=clock)]

    assert [line.split(",")[0] for line in lines_of(clock, work, 18)] == ["evaluate: long"]
    bars[0].close()


def test_work_within_work_is_told_from_outside_in():
    clock = Clock()
    with Progress("probing", 10, "parts", clock=clock), Progress("rows", unit="rows", clock=clock):
        (line,) = lines_of(clock, seconds=16)
    assert line.startswith("evaluate: probing: 0 of 10 parts (0 %)")
    assert "; rows: 0 rows, " in line
    (line,) = lines_of(clock, seconds=16)
    assert "working" in line


def test_the_next_part_of_the_same_work_has_its_own_speed():
    clock = Clock()
    bar = Progress("filter", 10, "updates", clock=clock)
    clock.now += 1000.0
    bar.reach(10)
    bar.reach(1)
    clock.now += 4.0
    bar.reach(3, 11)
    assert bar.describe() == "filter: 3 of 11 updates (27 %), about 16 s left"
    bar.close()
    bar.close()


def test_items_and_calls_are_counted_and_nothing_stays_open():
    assert list(watch("abc", "letters", 3, "letters")) == ["a", "b", "c"]
    reach = count("shards")
    reach(1, 2)
    assert [one.describe() for one in progress._running] == [
        "shards: 1 of 2 shards (50 %), 0 s so far"
    ]
    reach(2, 2)
    assert progress._running == []


def test_a_bar_of_a_terminal_needs_no_lines_but_work_without_one_does(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    clock, terminal = Clock(), Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress("driving", 4, "episodes", clock=clock):
        assert lines_of(clock) == []
    with Progress("figures", clock=clock):
        assert lines_of(clock, seconds=3) == ["evaluate: figures, 2 s so far"]


def test_a_reader_who_is_gone_ends_the_lines(monkeypatch):
    monkeypatch.setattr(progress, "EVERY_S", 0.0)
    gone = io.StringIO()
    gone.close()
    Heartbeat("evaluate", gone).watch(lambda _: False)  # returns


def test_lines_come_while_the_command_is_busy_and_end_with_it(monkeypatch):
    monkeypatch.setattr(progress, "EVERY_S", 0.01)
    monkeypatch.setattr(progress, "LOOK_EVERY_S", 0.01)
    stream = io.StringIO()
    with heartbeat("evaluate", stream):
        deadline = time.monotonic() + 20.0
        while stream.getvalue().count("\n") < 3:
            assert time.monotonic() < deadline
    said = stream.getvalue()
    time.sleep(0.05)
    assert stream.getvalue() == said
    assert all(" evaluate: working, " in line for line in said.splitlines())
