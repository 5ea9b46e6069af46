"""Loads policies: a YAML file in ``conf/policy``, or another file, names a class and its arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

from envs.errors import UserError, describe_cause, not_allowed
from envs.user_code import import_object, read_allowed
from experiments.cli.policy_files import NESTED, PolicyFile, locate_nested, read_policy
from policies.base import Policy

ALLOWED: Final = ("policies.",)
"""Allowed prefixes of ``_target_`` unless the user allows more, because a file names code to be run.

``envs.`` and ``experiments.`` are not allowed: no policy is there, but functions that write files are.
"""

MOST_NESTED: Final = 8
"""Largest depth of policies within policies, so that one that names itself is an error."""

_WORDS: Final = ("_target_", "_partial_")
"""Keys of Hydra: the object to call, and whether it is returned with its arguments instead."""


def load_policy(name: str, allow: Sequence[str] = ()) -> Policy:
    """A new policy, ready for its first ``reset``.

    Parameters
    ----------
    name
        As for ``experiments.cli.locations.locate``.
    allow
        Further allowed prefixes of ``_target_``, such as ``"my_package."``.

    Raises
    ------
    UserError
        One line naming the file, the key, the value and what is allowed.
    """
    return _load(name, allowed(allow), 0)


def allowed(allow: Sequence[str]) -> tuple[str, ...]:
    """Beginnings that ``_target_`` may have: ours, and those that the user allows."""
    return (*ALLOWED, *read_allowed(allow))


def list_files(name: str, depth: int = 0) -> list[PolicyFile]:
    """The file of a policy and those of the policies that are parts of it.

    Raises
    ------
    UserError
        As for ``load_policy``.
    """
    file = read_policy(name)
    _check_depth(file.path, depth)
    found = [file]
    for nested in _nested_in(file.values):
        found += list_files(locate_nested(nested, file.path), depth + 1)
    return found


def list_targets(value: object) -> list[str]:
    """Every ``_target_`` in the values of a policy's file."""
    if isinstance(value, list):
        return [name for item in value for name in list_targets(item)]
    if not isinstance(value, dict):
        return []
    own = [str(value["_target_"])] if "_target_" in value else []
    return own + [name for item in value.values() for name in list_targets(item)]


def _nested_in(value: object) -> list[str]:
    """Every name of a nested policy in the values of a policy's file."""
    if isinstance(value, list):
        return [name for item in value for name in _nested_in(item)]
    if not isinstance(value, dict):
        return []
    if NESTED in value:
        return [str(value[NESTED])]
    return [name for item in value.values() for name in _nested_in(item)]


def _check_depth(path: Path, depth: int) -> None:
    """Raise an error for a policy that is too deep within others."""
    if depth > MOST_NESTED:
        raise UserError(f"{path}: {NESTED}: more than {MOST_NESTED} nested policies")


def _load(name: str, prefixes: tuple[str, ...], depth: int) -> Policy:
    """Build the policy of a file; a file may also be used as a part of another policy."""
    path, values, _ = read_policy(name)
    _check_depth(path, depth)
    built = _build(values, path, prefixes, depth)
    for wanted in ("reset", "act", "privileged"):
        if not hasattr(built, wanted):
            raise UserError(
                f"{path}: _target_: {type(built).__name__} has no {wanted}, expected reset, act and privileged "
                "(policies/base.py)"
            )
    return cast("Policy", built)


def _build(value: object, path: Path, prefixes: tuple[str, ...], depth: int) -> Any:  # noqa: ANN401 (anything)
    """Replace every nested ``_target_`` and ``_policy_`` in a value of the file by the object that it describes."""
    if isinstance(value, list):
        return [_build(item, path, prefixes, depth) for item in value]
    if not isinstance(value, dict):
        return value
    if NESTED in value:
        return _load(locate_nested(str(value[NESTED]), path), prefixes, depth + 1)
    arguments = {
        key: _build(item, path, prefixes, depth) for key, item in value.items() if key not in _WORDS
    }
    if "_target_" not in value:
        return arguments
    factory = _find(str(value["_target_"]), path, prefixes)
    is_partial = bool(value.get("_partial_"))
    if inspect.isfunction(factory) and factory.__module__.startswith(ALLOWED) and not is_partial:
        # functions below policies build no policies, and some write files
        raise UserError(f"{path}: _target_: got {value['_target_']!r}, expected a class")
    _check_arguments(factory, arguments, path, is_partial=is_partial)
    if is_partial:
        return partial(factory, **arguments)
    try:
        return factory(**arguments)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    except Exception as error:
        # a constructor may fail on a wrong value in any way; the error names the file that holds it
        raise UserError(f"{path}: {value['_target_']}: {describe_cause(error)}") from error


def _find(target: str, path: Path, prefixes: tuple[str, ...]) -> Callable[..., Any]:
    """The class or function that ``_target_`` names, if it is defined, not only imported, in an allowed package."""
    factory = import_object(f"{path}: _target_", target, prefixes, path.parent)
    if not inspect.isclass(factory) and not inspect.isfunction(factory):
        raise UserError(f"{path}: _target_: got {target!r}, expected a class or a function")
    # a name may pass through another module's imports, such as os.system, and still begin with policies.
    if not f"{factory.__module__}.".startswith(prefixes):
        raise UserError(
            f"{path}: _target_: got {target!r}, which is defined in {factory.__module__}; allow=[...] adds to what is "
            "allowed"
        )
    return cast("Callable[..., Any]", factory)


def _check_arguments(
    factory: Callable[..., Any], arguments: Mapping[str, object], path: Path, *, is_partial: bool
) -> None:
    """Raise an error for an unknown or a missing argument."""
    try:
        known = inspect.signature(factory).parameters
    except ValueError as error:
        raise UserError(f"{path}: _target_: {error}") from None
    is_open = any(p.kind is p.VAR_KEYWORD for p in known.values())
    for key in arguments:
        if key not in known and not is_open:
            raise not_allowed(f"{path}: key", key, known)
    for name, parameter in known.items():
        is_needed = parameter.default is parameter.empty and parameter.kind not in {
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        }
        if is_needed and not is_partial and name not in arguments:
            raise UserError(f"{path}: {name}: missing")
