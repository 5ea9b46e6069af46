"""Oracles: planners in the true simulator, which bound the score. Only these policies may read the simulated worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.lazy import lazy_exports

if TYPE_CHECKING:
    from policies.oracle.clairvoyant import Clairvoyant
    from policies.oracle.oracle_belief import OracleBelief
    from policies.oracle.true_dynamics import TrueDynamics

__all__ = ["Clairvoyant", "OracleBelief", "TrueDynamics"]
__getattr__ = lazy_exports(
    __name__,
    {
        "Clairvoyant": "policies.oracle.clairvoyant",
        "OracleBelief": "policies.oracle.oracle_belief",
        "TrueDynamics": "policies.oracle.true_dynamics",
    },
)
