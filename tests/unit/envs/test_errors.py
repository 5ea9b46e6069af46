"""One line about an exception says its type, its whole text, where it is, and what it came from."""

import importlib.util
import sys
from pathlib import Path

import pytest

from envs.errors import UserError, describe_cause


def run(path: Path, text: str) -> BaseException:
    """The exception that a file of a user's raises when it is imported."""
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(BaseException) as caught:  # noqa: PT011 (any)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return caught.value


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return tmp_path / "mine.py"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "x = 1\nimport foo_bar",
            "ModuleNotFoundError: No module named 'foo_bar' (mine.py, line 2)",
        ),
        ("\nx = (", "SyntaxError: '(' was never closed (mine.py, line 2)"),
        ("raise ValueError", "ValueError (mine.py, line 1)"),
        ("{}['a: b']", "KeyError: 'a: b' (mine.py, line 1)"),
        ("raise OSError('a: b.\\n\\n  c: d')", "OSError: a: b; c: d (mine.py, line 1)"),
        # the innermost line of the user's own file, not of the library that it calls
        ("import json\n\njson.loads('{')", "(mine.py, line 3)"),
        (
            "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise OSError('no') from e",
            "OSError: no (mine.py, line 4), caused by ZeroDivisionError: division by zero (mine.py, line 2)",
        ),
        (
            "try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise OSError('no') from None",
            "OSError: no (",
        ),
        (
            "try:\n    1 / 0\nexcept ArithmeticError as e:\n    raise OSError(f'x: {e}') from e",
            "ZeroDivisionError: division by zero (mine.py, line 2)",
        ),
        ("from envs.errors import UserError\nraise UserError('k: v')", "k: v (mine.py, line 2)"),
    ],
)
def test_a_cause_is_told_whole_with_its_place(file: Path, text: str, expected: str) -> None:
    found = describe_cause(run(file, text))
    assert expected in found
    assert "\n" not in found
    if not expected.startswith("("):
        assert found.startswith(expected)


def test_a_file_of_this_project_is_no_place_of_a_users() -> None:
    from envs.debris.safe_yaml import read_mapping

    with pytest.raises(UserError) as caught:
        read_mapping(Path("no_such_file.yaml"))
    error = caught.value.with_traceback(caught.tb.tb_next)  # without the line of this test
    assert describe_cause(error) == str(caught.value)
