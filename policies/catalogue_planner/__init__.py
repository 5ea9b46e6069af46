"""The planner without learning: straight-line predictions, contents from the catalogue, and the known cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.lazy import lazy_exports

if TYPE_CHECKING:
    from policies.catalogue_planner.policy import CataloguePlanner

__all__ = ["CataloguePlanner"]
__getattr__ = lazy_exports(__name__, {"CataloguePlanner": "policies.catalogue_planner.policy"})
