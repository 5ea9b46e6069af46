"""The rule policy: named, ordered if-else rules with their reasons; thresholds come from the policy's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.lazy import lazy_exports

if TYPE_CHECKING:
    from policies.rule.policy import RulePolicy

__all__ = ["RulePolicy"]
__getattr__ = lazy_exports(__name__, {"RulePolicy": "policies.rule.policy"})
