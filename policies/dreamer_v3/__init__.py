"""DreamerV3 as an external baseline: sheeprl trains it; the layers needed for decisions are compiled here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.lazy import lazy_exports

if TYPE_CHECKING:
    from policies.dreamer_v3.policy import DreamerV3

__all__ = ["DreamerV3"]
__getattr__ = lazy_exports(__name__, {"DreamerV3": "policies.dreamer_v3.policy"})
