"""The worker: every job once, the newest wish first, and failures do not stop it."""

import threading
import time

from envs.errors import UserError
from experiments.presentation.local_page.jobs import Worker


def wait_for(*jobs):
    end = time.monotonic() + 10.0
    while not all(job.is_done for job in jobs):
        assert time.monotonic() < end
        time.sleep(0.005)


def test_results_are_kept_and_newest_wishes_come_first():
    worker, gate, order = Worker(), threading.Event(), []

    def work(name):
        def run(report):
            report(0.5, name)
            gate.wait(10.0)
            order.append(name)
            return name.upper()

        return run

    running = worker.ask("a", work("a"))
    while running.what != "a":
        time.sleep(0.005)
    waiting = [worker.ask(name, work(name)) for name in ("b", "c", "d")]
    # asked for again: it comes next, and is not done twice
    assert worker.ask("b", work("b")) is waiting[0]
    gate.set()
    wait_for(running, *waiting)
    assert order == ["a", "b", "d", "c"]
    assert [job.result for job in waiting] == ["B", "C", "D"]
    assert worker.ask("a", work("a")).result == "A"
    assert order.count("a") == 1


def test_mistakes_and_crashes_are_one_line_and_work_goes_on(capsys):
    worker = Worker()

    def mistaken(_):
        raise UserError("seed: got 3")

    def broken(_):
        return 1 / 0

    jobs = [worker.ask("m", mistaken), worker.ask("b", broken)]
    wait_for(*jobs)
    assert [job.error for job in jobs] == ["seed: got 3", "ZeroDivisionError: division by zero"]
    assert "ZeroDivisionError" in capsys.readouterr().err
    after = worker.ask("x", lambda _: 5)
    wait_for(after)
    assert (after.result, after.error) == (5, None)
