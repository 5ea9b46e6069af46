"""Kinds of policies, which have one colour each in all figures and pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from experiments.evaluation.entrants import Entrant

RULES, MODEL, ORACLE, CONSTANT = "rules", "world model", "oracle", "constant action"
PLANNER, LEARNED, OTHER = "planner", "learned without a model", "other"

KINDS: Final = (RULES, MODEL, ORACLE, CONSTANT, PLANNER, LEARNED, OTHER)
"""All kinds, in the order of legends."""

PACKAGES: Final = {
    "policies.rule": RULES,
    "policies.trees": RULES,
    "policies.world_model": MODEL,
    "policies.oracle": ORACLE,
    "policies.floors": CONSTANT,
    "policies.catalogue_planner": PLANNER,
    "policies.constant_velocity": PLANNER,
    "policies.model_free": LEARNED,
    "policies.dreamer_v3": LEARNED,
}
"""Kind of the policies of every package; those of another one are ``OTHER``."""

_TARGET: Final = re.compile(r"^\s*_target_:\s*['\"]?(policies\.\w+)", re.MULTILINE)
_INNER: Final = re.compile(r"_policy_:\s*['\"]?([\w./@-]+)")


def kind_of(entrant: Entrant, text: str | None, files: Mapping[str, str | None]) -> str:
    """The kind of a policy: one of ``KINDS``.

    Parameters
    ----------
    entrant
        What the provenance says about it; a privileged policy is an oracle whatever its file says.
    text
        Its file; ``None`` if that is not known.
    files
        Texts of other files by policy, in which the policy within a shield is looked up.
    """
    if entrant.is_privileged:
        return ORACLE
    if entrant.is_floor:
        return CONSTANT
    target = _TARGET.search(text or "")
    inner = _INNER.search(text or "")
    if inner and files.get(inner[1]):
        return kind_of(entrant, files[inner[1]], {})
    return PACKAGES.get(target[1], OTHER) if target else OTHER


def find_kinds(entrants: Mapping[str, Entrant], files: Mapping[str, str | None]) -> dict[str, str]:
    """The kind of every policy, by name, from the texts of the policies' files."""
    return {name: kind_of(one, files.get(name), files) for name, one in entrants.items()}
