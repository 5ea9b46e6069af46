"""Outcomes of comparisons on a suite, written into its file before any policy drives its test seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from envs.errors import UserError, not_allowed, shown

SECONDARY: Final = ("above_5000_usd", "cvar95_usd", "median_usd", "strata")
"""Secondary outcomes that a suite may name: the share of episodes above 5,000 US$, the mean of the costliest 5 %, the
median, and the mean of every stratum (p-values after Holm's correction)."""

EPISODE_CAP_USD: Final = 20_000.0
"""Most that an episode counts in a capped mean: it bounds what one fatal crash adds to a mean of thousands of episodes
[A: one in a hundred episodes of the tuned rules costs more]."""

_KEYS: Final = ("primary", "secondary")


@dataclass(frozen=True)
class Outcomes:
    """What a comparison on a suite reports, and what its verdict is about.

    Every primary outcome is a mean cost per episode over strata in equal parts; intervals come from a bootstrap that is
    stratified by stratum and family, both of which are fixed by design.

    Parameters
    ----------
    primary
        Name of every co-primary outcome to the largest cost of an episode that counts in it, US$; ``None`` = no cap.
    secondary
        Names in ``SECONDARY``.
    """

    primary: Mapping[str, float | None]
    secondary: tuple[str, ...]

    def to_values(self) -> dict[str, Any]:
        """The outcomes as a suite's file has them; ``read_outcomes`` reads them back."""
        return {"primary": dict(self.primary), "secondary": list(self.secondary)}


USUAL_OUTCOMES: Final = Outcomes({"mean_usd": None, "capped_mean_usd": EPISODE_CAP_USD}, SECONDARY)
"""Outcomes of a suite whose file names none."""


def read_outcomes(where: str, value: object) -> Outcomes:
    """The outcomes that a suite's file names, checked; ``None`` = the usual ones.

    Raises
    ------
    UserError
        One line naming file, key, value and what is allowed.
    not_allowed
        If a key is unknown.
    """
    if value is None:
        return USUAL_OUTCOMES
    values = _mapping(f"{where}: outcomes", value)
    for key in values:
        if key not in _KEYS:
            raise not_allowed(f"{where}: outcomes", key, _KEYS)
    for key in _KEYS:
        if key not in values:
            raise UserError(f"{where}: outcomes.{key}: missing")
    primary = _mapping(f"{where}: outcomes.primary", values["primary"])
    caps = {key: _read_cap(f"{where}: outcomes.primary.{key}", primary[key]) for key in primary}
    return Outcomes(caps, _read_secondary(f"{where}: outcomes.secondary", values["secondary"]))


def _mapping(where: str, value: object) -> dict[str, Any]:
    """A mapping that is not empty."""
    if not isinstance(value, dict) or not value:
        raise UserError(f"{where}: got {shown(value)}, expected a mapping with at least one entry")
    return value


def _read_secondary(where: str, value: object) -> tuple[str, ...]:
    """Names of secondary outcomes."""
    if not isinstance(value, list):
        raise UserError(f"{where}: got {shown(value)}, expected a list")
    for name in value:
        if name not in SECONDARY:
            raise not_allowed(where, name, SECONDARY)
    return tuple(value)


def _read_cap(where: str, value: object) -> float | None:
    """A cap in US$, or ``None``."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value < 1e12:
        raise UserError(f"{where}: got {shown(value)}, expected a number of US$ > 0, or null")
    return float(value)
