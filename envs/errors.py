"""Errors a person can cause: one line that names the key, the value and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(ValueError):
    """A mistake in a configuration, a file or an argument; its message is meant for the user."""


def not_allowed(key: str, value: object, allowed: Iterable[str]) -> UserError:
    """An error for a value outside a finite list, with the nearest allowed one as a hint.

    Parameters
    ----------
    key
        What was set.
    value
        What it was set to.
    allowed
        Everything that may be there.

    Returns
    -------
    UserError
        To be raised by the caller.

    Examples
    --------
    >>> str(not_allowed("scenario", "lone_objekt", ["lone_object", "spill"]))
    "scenario: got 'lone_objekt', allowed are lone_object, spill; did you mean 'lone_object'?"
    """
    names = list(allowed)
    near = difflib.get_close_matches(str(value), names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return UserError(f"{key}: got {value!r}, allowed are {', '.join(names)}{hint}")
