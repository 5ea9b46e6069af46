"""The policies of a comparison, with their kind and their training budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from experiments.cli.loading import load_policy
from experiments.cli.locations import name_of
from experiments.cli.policy_files import read_policy
from policies.base import Budget, Budgeted, Validated

_FLOOR: Final = "policies.floors.Constant"
"""Class of the policies that are floors."""


class Entrant(NamedTuple):
    """One policy of a comparison."""

    is_floor: bool = False  # always does the same; the best floor is the zero of the score
    is_privileged: bool = False  # sees the true state: a bound, not a contestant
    budget: Budget | None = None  # ``None`` if nothing was learned or tuned
    file: str | None = None  # what commands call it; ``None`` if that is its name
    validation_usd: tuple[tuple[float, ...], ...] = ()  # by training seed, as it learned


def read_entrants(policies: Sequence[str], allow: Sequence[str]) -> dict[str, Entrant]:
    """Load policies, given as for ``load_policy``, and describe them by their names in records, in the same order."""
    found = {}
    for path in policies:
        policy = load_policy(path, allow)
        budget = policy.budget if isinstance(policy, Budgeted) else None
        name = name_of(path)
        file = None if name == path else path
        curve = policy.validation_usd if isinstance(policy, Validated) else ()
        found[name] = Entrant(
            read_policy(path).values.get("_target_") == _FLOOR,
            policy.privileged,
            budget,
            file,
            (curve,) if curve else (),
        )
    return found


def to_values(entrants: Mapping[str, Entrant]) -> dict[str, Any]:
    """Convert entrants to the values of ``provenance.json``; ``from_values`` is the inverse."""
    return {
        name: one._asdict() | {"budget": None if one.budget is None else one.budget._asdict()}
        for name, one in entrants.items()
    }


def from_values(values: Mapping[str, Mapping[str, Any]]) -> dict[str, Entrant]:
    """Convert values of ``provenance.json`` to entrants."""
    return {
        name: Entrant(
            bool(one["is_floor"]),
            bool(one["is_privileged"]),
            None if one["budget"] is None else Budget(**one["budget"]),
            one.get("file"),
            tuple(tuple(curve) for curve in one.get("validation_usd", ())),
        )
        for name, one in values.items()
    }
