"""Ranges of the numbers that a policy file may hold."""

from __future__ import annotations

from envs.errors import UserError


def check_number(name: str, value: object, low: float, high: float) -> None:
    """Refuse what is not a number of the range.

    Raises
    ------
    UserError
        Naming key, value and range.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= float(value) <= high:  # type: ignore[arg-type]
        raise UserError(f"{name}: got {value!r}, expected a number from {low:g} to {high:g}")


def check_numbers(*ranges: tuple[str, object, float, float]) -> None:
    """``check_number`` for several keys."""
    for name, value, low, high in ranges:
        check_number(name, value, low, high)
