"""Numbers that a policy file may hold."""

from __future__ import annotations

from envs.errors import UserError


def check_number(name: str, value: object, low: float, high: float) -> None:
    """Refuse what is no number of the range.

    Raises
    ------
    UserError
        Naming key, value and range.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= float(value) <= high:  # type: ignore[arg-type]
        raise UserError(f"{name}: got {value!r}, expected a number from {low:g} to {high:g}")
