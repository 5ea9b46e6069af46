"""dream_ppo: a reactive policy that is trained by PPO only in the dream of the world model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.lazy import lazy_exports

if TYPE_CHECKING:
    from policies.dream_ppo.policy import DreamPPO

__all__ = ["DreamPPO"]
__getattr__ = lazy_exports(__name__, {"DreamPPO": "policies.dream_ppo.policy"})
