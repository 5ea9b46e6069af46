"""Errors caused by a user: one line that names the key, the value and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

SHOWN_CHARACTERS = 60
"""Values are quoted up to this length."""


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
    return UserError(f"{key}: got {value!r}, allowed are {', '.join(names)}{hint(value, names)}")
