"""The simplest planner: everything goes straight on, and whatever has height is to be avoided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.lazy import lazy_exports

if TYPE_CHECKING:
    from policies.constant_velocity.policy import ConstantVelocity

__all__ = ["ConstantVelocity"]
__getattr__ = lazy_exports(__name__, {"ConstantVelocity": "policies.constant_velocity.policy"})
