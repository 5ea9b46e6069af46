"""Messages of Hydra and failures of workers keep the cause, on one line."""

import pytest

from experiments.cli.messages import shorten
from experiments.execution.retry import attempt, run_tasks
from experiments.store.errors import WorkerError

TRACEBACK = """Traceback (most recent call last):
  File "x.py", line 3, in f
    g()
{}
"""


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("ValueError: path: C: no such place", "ValueError: path: C: no such place"),
        ("hydra.errors.ConfigError: a: b", "a: b"),
        ("ValueError: two lines:\nthe second: here\n", "ValueError: two lines: the second: here"),
        ("KeyError", "KeyError"),
    ],
)
def test_the_last_error_of_a_traceback_is_whole(error, expected):
    assert shorten(TRACEBACK.format(error), "compare") == expected


def fail(task):
    raise OSError(f"{task}: first line\nsecond line")


class _Here:
    """Workers that work at once, in this process."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def submit(self, task):
        return task

    def wait(self, jobs):
        return jobs

    def collect(self, job):
        return attempt(fail, job, ())


def test_the_cause_of_a_failed_task_is_whole():
    with pytest.raises(WorkerError) as caught:
        list(run_tasks(_Here(), ["a"], 1))
    assert caught.value.cause.startswith("OSError: a: first line; second line (")
    assert "Traceback" in str(caught.value)
