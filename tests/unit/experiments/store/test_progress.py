"""Progress without a terminal: a line at least every 20 s that says what, how much of how much, and what is left."""

import io
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


def lines_of(clock, work, pauses=3):
    """What a heartbeat writes in some pauses; ``work`` is called before each."""
    stream, waited = io.StringIO(), []

    def pause(seconds):
        work(len(waited))
        clock.now += seconds
        waited.append(seconds)
        return len(waited) > pauses

    Heartbeat("evaluate", stream, clock).watch(pause)
    assert max(waited) <= 20.0
    # without the time of day
    return [line.partition(" ")[2] for line in stream.getvalue().splitlines()]


def test_a_line_after_every_pause_says_what_is_left():
    clock = Clock()
    with Progress("driving", 400, "episodes", 100, clock=clock) as bar:
        found = lines_of(clock, lambda k: bar.update(100 if k else 0, f"policy {k}"))
    assert found == [
        "evaluate: driving: 100 of 400 episodes (25 %), 15 s so far; policy 0",
        # 100 in 30 s, then 200 in 45 s
        "evaluate: driving: 200 of 400 episodes (50 %), about 1 min 0 s left; policy 1",
        "evaluate: driving: 300 of 400 episodes (75 %), about 22 s left; policy 2",
    ]


def test_what_cannot_be_counted_has_a_line_too(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progress, "_finished", [])
    assert lines_of(clock, lambda _: None, 1) == [f"evaluate: working, {EVERY_S:.0f} s so far"]
    with Progress("statistics", clock=clock):
        assert lines_of(clock, lambda _: None, 1) == [
            f"evaluate: statistics, {EVERY_S:.0f} s so far"
        ]
    # done with the statistics, and busy with something that has no name
    (line,) = lines_of(clock, lambda _: None, 1)
    assert line.endswith("; last step: statistics")


def test_work_within_work_is_told_from_outside_in():
    clock = Clock()
    with Progress("probing", 10, "parts", clock=clock), Progress("rows", unit="rows", clock=clock):
        (line,) = lines_of(clock, lambda _: None, 1)
    assert line.startswith("evaluate: probing: 0 of 10 parts (0 %)")
    assert "; rows: 0 rows, " in line
    (line,) = lines_of(clock, lambda _: None, 1)
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
        "shards: 1 of 2 shards (50 %), about 0 s left"
    ]
    reach(2, 2)
    assert progress._running == []


def test_a_terminal_gets_no_lines_and_a_reader_who_is_gone_ends_them(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(progress, "EVERY_S", 0.001)
    terminal, gone = Terminal(), io.StringIO()
    with heartbeat("evaluate", terminal):
        time.sleep(0.05)
    assert terminal.getvalue() == ""
    gone.close()
    Heartbeat("evaluate", gone).watch(lambda _: False)  # returns


def test_lines_come_while_the_command_is_busy_and_end_with_it(monkeypatch):
    monkeypatch.setattr(progress, "EVERY_S", 0.01)
    stream = io.StringIO()
    with heartbeat("evaluate", stream):
        deadline = time.monotonic() + 20.0
        while stream.getvalue().count("\n") < 3:
            assert time.monotonic() < deadline
    said = stream.getvalue()
    time.sleep(0.05)
    assert stream.getvalue() == said
    assert all(" evaluate: working, " in line for line in said.splitlines())
