"""Checks that the numbers of a policy file are within their ranges."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.cost.parameters import LOSS_OF_CONTROL, CostParameters
from envs.errors import UserError, not_allowed


def check_number(name: str, value: object, low: float, high: float) -> float:
    """The number, refused if it is none of the range.

    Raises
    ------
    UserError
        Naming key, value and range.
    """
    is_number = isinstance(value, int | float | np.integer | np.floating)
    if not is_number or isinstance(value, bool) or not low <= float(value) <= high:  # type: ignore[arg-type]
        raise UserError(f"{name}: got {value!r}, expected a number from {low:g} to {high:g}")
    return float(value)  # type: ignore[arg-type]


def check_numbers(*ranges: tuple[str, object, float, float]) -> None:
    """Apply ``check_number`` to several keys."""
    for name, value, low, high in ranges:
        check_number(name, value, low, high)


def check_whole(name: str, value: object, low: float, high: float) -> int:
    """``check_number`` for a whole number.

    Raises
    ------
    UserError
        Naming key and value.
    """
    number = check_number(name, value, low, high)
    if number != int(number):
        raise UserError(f"{name}: got {value!r}, expected a whole number")
    return int(number)


def planning_cost(loss_of_control: object) -> NDArray[Any]:
    """``CostParameters.to_array()`` of the cost that a policy plans with.

    Raises
    ------
    not_allowed
        If there is no such setting.
    """
    if str(loss_of_control) not in LOSS_OF_CONTROL:
        raise not_allowed("loss_of_control", loss_of_control, LOSS_OF_CONTROL)
    return CostParameters(loss_of_control=str(loss_of_control)).to_array()
