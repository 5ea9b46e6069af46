"""Loads policies by name: a YAML file in ``conf/policy``, or another file, names a class and its arguments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

from hydra.utils import get_object

import conf
from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError, not_allowed
from policies.base import Policy

ALLOWED: Final = ("policies.",)
"""Allowed prefixes of ``_target_`` unless the user allows more, because a file names code to be run.

``envs.`` and ``experiments.`` are not allowed: no policy is there, but functions that write files are.
"""

MOST_NESTED: Final = 8
"""Largest depth of policies within policies, so that one that names itself is an error."""

_WORDS: Final = ("_target_", "_partial_")
"""Keys of Hydra: the object to call, and whether it is returned with its arguments instead."""


def policy_names() -> list[str]:
    """Names of the policies in ``conf/policy``, sorted, without those in its subfolders."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def ablation_names() -> list[str]:
    """Names of the policies in subfolders of ``conf/policy``, such as ``ablation/one_member``, sorted."""
    return sorted(f"{path.parent.name}/{path.stem}" for path in _folder().glob("*/*.yaml"))


def policy_path(name: str) -> Path:
    """The file of a policy: a name in ``conf/policy``, or the path of a file that ends in ``.yaml``.

    Raises
    ------
    UserError
        If there is no such file.
    not_allowed
        If there is no such policy.
    """
    if name.endswith(".yaml"):
        if not Path(name).is_file():
            raise UserError(f"policy: got {name!r}, there is no such file")
        return Path(name)
    allowed = [*policy_names(), *ablation_names()]
    if name not in allowed:
        raise not_allowed("policy", name, allowed)
    return _folder() / f"{name}.yaml"


def load_policy(name: str, allow: Sequence[str] = ()) -> Policy:
    """A new policy, ready for its first ``reset``.

    Parameters
    ----------
    name
        In ``conf/policy``, or the path of a file that ends in ``.yaml``.
    allow
        Further allowed prefixes of ``_target_``, such as ``"my_package."``.

    Raises
    ------
    UserError
        One line naming the file, the key, the value and what is allowed.
    """
    for prefix in allow:
        if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*\.?", prefix):
            raise UserError(
                f"allow: got {prefix!r}, expected the name of a package, such as my_package."
            )
    # my_package without a dot must not allow my_package_of_somebody_else
    return _load(name, (*ALLOWED, *(f"{prefix.rstrip('.')}." for prefix in allow)), 0)


def _load(name: str, allowed: tuple[str, ...], depth: int) -> Policy:
    """Build the policy of a file; a file may also be used as a part of another policy."""
    path = policy_path(name)
    if depth > MOST_NESTED:
        raise UserError(f"{path}: _policy_: more than {MOST_NESTED} nested policies")
    built = _build(read_mapping(path), path, allowed, depth)
    for wanted in ("reset", "act", "privileged"):
        if not hasattr(built, wanted):
            raise UserError(
                f"{path}: _target_: {type(built).__name__} has no {wanted}, expected reset, act and privileged "
                "(policies/base.py)"
            )
    return cast("Policy", built)


def policy_target(name: str) -> str:
    """The ``_target_`` of a policy's file."""
    return str(read_mapping(policy_path(name)).get("_target_"))


def _folder() -> Path:
    return Path(conf.__file__).parent / "policy"


def _build(value: object, path: Path, allowed: tuple[str, ...], depth: int) -> Any:  # noqa: ANN401 (anything)
    """Replace every nested ``_target_`` and ``_policy_`` in a value of the file by the object that it describes."""
    if isinstance(value, list):
        return [_build(item, path, allowed, depth) for item in value]
    if not isinstance(value, dict):
        return value
    if "_policy_" in value:
        return _load(str(value["_policy_"]), allowed, depth + 1)
    arguments = {
        key: _build(item, path, allowed, depth) for key, item in value.items() if key not in _WORDS
    }
    if "_target_" not in value:
        return arguments
    factory = _find(str(value["_target_"]), path, allowed)
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
        reason = (str(error).splitlines() or [""])[0]
        raise UserError(f"{path}: {value['_target_']}: {type(error).__name__}: {reason}") from error


def _find(target: str, path: Path, allowed: tuple[str, ...]) -> Callable[..., Any]:
    """The class or function that ``_target_`` names, if it is defined, not only imported, in an allowed package."""
    if not target.startswith(allowed):
        raise UserError(
            f"{path}: _target_: got {target!r}, allowed are names that begin with {', '.join(allowed)}; "
            "allow=[...] adds to them"
        )
    try:
        factory = get_object(target)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(f"{path}: _target_: got {target!r}: {str(error).splitlines()[0]}") from None
    if not inspect.isclass(factory) and not inspect.isfunction(factory):
        raise UserError(f"{path}: _target_: got {target!r}, expected a class or a function")
    # a name may pass through another module's imports, such as os.system, and still begin with policies.
    if not f"{factory.__module__}.".startswith(allowed):
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
