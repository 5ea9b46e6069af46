"""Optional packages that a command needs."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from envs.errors import UserError, describe_cause

NEEDS_SKLEARN: Final = (
    "trees needs scikit-learn, which is not installed: pip install --editable '.[trees]'"
)
"""Why decision trees cannot be trained, and the command that changes it."""


def require_nicegui(command: str) -> None:
    """Raise an error if the package of the local pages is not installed.

    Raises
    ------
    UserError
        One line with the command that installs it.
    """
    try:
        import nicegui  # noqa: F401 (is it there?)
    except ImportError as error:
        raise UserError(
            f"{command}: needs nicegui, which is not installed: pip install --editable '.[explore]' "
            f"({describe_cause(error)})"
        ) from None


def has_sklearn() -> bool:
    """Whether the package that grows decision trees is installed."""
    return find_spec("sklearn") is not None


def require_sklearn() -> None:
    """Raise an error if the package that grows decision trees is not installed.

    Raises
    ------
    UserError
        One line with the command that installs it.
    """
    if not has_sklearn():
        raise UserError(f"policy: {NEEDS_SKLEARN}")
