"""Optional packages that a command needs."""

from __future__ import annotations

from envs.errors import UserError, describe_cause


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


def require_sklearn() -> None:
    """Raise an error if the package that grows decision trees is not installed.

    Raises
    ------
    UserError
        One line with the command that installs it.
    """
    try:
        import sklearn  # noqa: F401 (is it there?)
    except ImportError as error:
        raise UserError(
            f"policy=trees: needs scikit-learn, which is not installed: pip install --editable '.[trees]' "
            f"({describe_cause(error)})"
        ) from None
