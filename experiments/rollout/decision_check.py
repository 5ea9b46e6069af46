"""Checks what ``act`` returns, and names the policy, the world and the decision where it is no action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.action import to_floats
from envs.errors import UserError, describe_cause
from policies.base import Policy


def policy_name(policy: Policy) -> str:
    """What a policy is called where its file is not known: the class or function of the user, or the class."""
    inner: Any = policy
    for attribute in ("policy", "_function", "_make", "func"):
        # listeners, adapters and partial functions hold what the user has written
        inner = getattr(inner, attribute, inner)
    named = inner if isinstance(inner, type) or not hasattr(inner, "act") else type(inner)
    return str(getattr(named, "__name__", type(inner).__name__))


def check_decision(
    name: str, returned: object, count: int, describe: Callable[[int], str]
) -> NDArray[np.float64]:
    """The actions ``(count, 2)`` that a policy has returned.

    Parameters
    ----------
    name
        Of the policy.
    returned
        By ``act``.
    count
        Number of worlds.
    describe
        Returns the decision and the instance of a world, for the message.

    Raises
    ------
    UserError
        If these are not numbers, of another shape, not finite, or outside [-1, 1].
    """
    subject = f"policy {name}: act"
    try:
        actions = to_floats(subject, returned)
    except (TypeError, RuntimeError) as error:
        # an array of another library that NumPy cannot read, such as a tensor with a gradient
        raise UserError(
            f"{subject}: got {type(returned).__name__}: {describe_cause(error)}"
        ) from None
    if actions.shape != (count, 2):
        raise UserError(
            f"{subject}: got shape {actions.shape}, expected {(count, 2)}: one row for each of the {count} worlds; "
            "policies.adapters.OnePerWorld takes a policy that is written for one"
        )
    is_good = np.abs(actions) <= 1.0  # NaN fails the comparison too
    if not is_good.all():
        b = int(np.argwhere(~is_good)[0, 0])
        raise UserError(
            f"{subject}: got {actions[b].tolist()} in {describe(b)}, every component must lie in [-1, 1]"
        )
    return actions


def in_instance(decision: int, family: str, instance_hash: str, world: int) -> str:
    """Where a decision was taken, in words.

    Examples
    --------
    >>> in_instance(17, "spill", "3f2a91c0d4e5", 2)
    'decision 17 of world 2 (spill, instance 3f2a91c0d4e5)'
    """
    return f"decision {decision} of world {world} ({family}, instance {instance_hash[:12]})"
