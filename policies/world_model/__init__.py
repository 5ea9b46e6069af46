"""The learned world model: how objects move and what contacts cost, learned from logged driving only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.lazy import lazy_exports

if TYPE_CHECKING:
    from policies.world_model.planner.policy import WorldModel

__all__ = ["WorldModel"]
__getattr__ = lazy_exports(__name__, {"WorldModel": "policies.world_model.planner.policy"})
