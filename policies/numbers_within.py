"""Checks that the numbers of a policy file are within their ranges."""

from __future__ import annotations

from envs.errors import UserError


def check_number(name: str, value: object, low: float, high: float) -> None:
    """Raise an error unless a value is a number within the range.

    Raises
    ------
    UserError
        Naming key, value and range.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= float(value) <= high:  # type: ignore[arg-type]
        raise UserError(f"{name}: got {value!r}, expected a number from {low:g} to {high:g}")


def check_numbers(*ranges: tuple[str, object, float, float]) -> None:
    """Apply ``check_number`` to several keys."""
    for name, value, low, high in ranges:
        check_number(name, value, low, high)
