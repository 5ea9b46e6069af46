"""Errors caused by a user: one line that names the key, the value and what is allowed."""

from __future__ import annotations

import difflib
import sysconfig
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path

SHOWN_CHARACTERS = 60
"""Values are quoted up to this length."""

OWN_PACKAGES = ("envs", "policies", "experiments", "conf")
"""Top-level packages of this project; every other file of Python code below the same folder is a user's."""


class UserError(ValueError):
    """A mistake in a configuration, a file or an argument; its message is meant for the user."""


def shown(value: object) -> str:
    """A value as a message quotes it: on one line, cut to ``SHOWN_CHARACTERS``."""
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."


def hint(value: object, allowed: Iterable[str]) -> str:
    """The end of a message that suggests the allowed name nearest to a misspelt one; empty if none is near."""
    near = difflib.get_close_matches(str(value), list(allowed), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def not_allowed(key: str, value: object, allowed: Iterable[str]) -> UserError:
    """An error, for the caller to raise, about a value outside a finite list; it suggests the nearest allowed one.

    Examples
    --------
    >>> str(not_allowed("scenario", "lone_objekt", ["lone_object", "spill"]))
    "scenario: got 'lone_objekt', allowed are lone_object, spill; did you mean 'lone_object'?"
    """
    names = list(allowed)
    if not names:
        return UserError(f"{key}: got {value!r}, none is allowed")
    return UserError(f"{key}: got {value!r}, allowed are {', '.join(names)}{hint(value, names)}")


def on_one_line(text: str) -> str:
    r"""The lines of a text as one line.

    Examples
    --------
    >>> on_one_line("Error loading 'a':\n  no module b.\n\nIs it installed?")
    "Error loading 'a': no module b; Is it installed?"
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    joined = "; ".join([*(line.rstrip(".") for line in lines[:-1]), *lines[-1:]])
    return joined.replace(":; ", ": ").replace(",; ", ", ")


def describe_cause(error: BaseException) -> str:
    """An exception on one line: type, whole text, the innermost place in a user's own file, and what it came from.

    An exception whose text repeats that of its own cause is left out. A ``UserError`` is shown without its type.

    Examples
    --------
    >>> describe_cause(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero'
    """
    chain = list(_chain(error))
    told = [
        one
        for one, cause in zip(chain, [*chain[1:], None], strict=True)
        if not _repeats(one, cause)
    ]
    return ", caused by ".join(_describe(one) for one in told)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception, then what it was raised from, and so on; each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, UserError):
            return  # it is whole
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _repeats(error: BaseException, cause: BaseException | None) -> bool:
    """Whether the text of an exception contains that of its cause."""
    return cause is not None and bool(str(cause)) and str(cause) in str(error)


def _describe(error: BaseException) -> str:
    """Type, text and place of one exception, without its cause."""
    if isinstance(error, SyntaxError) and error.filename is not None:
        return (
            f"{type(error).__name__}: {error.msg} ({_shorten(error.filename)}, line {error.lineno})"
        )
    text = on_one_line(str(error))
    if not isinstance(error, UserError):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if is_users_file(frame.filename)
    ]
    return f"{text} ({_shorten(own[-1].filename)}, line {own[-1].lineno})" if own else text


def is_users_file(file: str) -> bool:
    """Whether a file of Python code is neither this project's, nor Python's, nor an installed package's."""
    path = Path(file)
    if not path.is_file() or {"site-packages", "dist-packages"} & set(path.parts):
        return False
    root = Path(__file__).parents[1]
    known = [root / package for package in OWN_PACKAGES]
    known += [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")]
    return not any(path.is_relative_to(folder) for folder in known)


def _shorten(file: str) -> str:
    """A path as a message shows it: relative to the working folder if it is below that."""
    path, here = Path(file).resolve(), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
