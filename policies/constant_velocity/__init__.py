"""The planner without learning: straight lines for others, the catalogue for contents, the known cost for outcomes."""

from __future__ import annotations

from policies.constant_velocity.policy import ConstantVelocity

__all__ = ["ConstantVelocity"]
