"""Model-free policies, trained by Stable-Baselines3 in the twin; they run without torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.lazy import lazy_exports

if TYPE_CHECKING:
    from policies.model_free.policy import ModelFree

__all__ = ["ModelFree"]
__getattr__ = lazy_exports(__name__, {"ModelFree": "policies.model_free.policy"})
