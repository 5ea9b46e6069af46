"""All thresholds of the rules, with unit in the name, reason in a comment, and the range for tuning."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from envs.errors import UserError, not_allowed


def _number(low: float, high: float) -> Any:  # noqa: ANN401 (a dataclass field of type float)
    """A required threshold within two bounds."""
    return field(metadata={"low": low, "high": high})


ORDERED: Final = (
    ("sharp_mild_share", "sharp_severe_share"),
    ("brake_mild_mps2", "brake_severe_mps2"),
)
"""Pairs of which the second is not smaller: tuning may not answer worse objects with less."""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Numbers with which the rules compare.

    Parameters
    ----------
    horizon_s
        Objects further away in time are left alone.
    memory_s
        A hidden object is believed in for so long after it was last seen.
    mark_probability
        An object with this probability of being a ground mark (shadow, stain, crack) is ignored.
    ghost_nats
        An object is a ghost if the times it was missed in plain view say so by this much: 2.6 nats each, against 1.15
        for every sighting (envs/physics/SOURCES.md 4.1).
    confirm_nats
        Nothing is severe before sightings say by this much that it is there: three in a row are 3.5 nats.
    gone_probability
        An object is gone if it does not exist any more with this probability; without perception nothing is gone.
    wreck_speed_mps
        A vehicle ahead that is slower than this is a wreck: an obstacle, not traffic that goes on. With perception so
        is one that has struck something.
    wreck_margin_m
        Room kept from a wreck, more than from an object: doors, people and parts beside it.
    wreck_brake_mps2
        Braking for a wreck in the way begins when a stop before it needs this deceleration.
    flat_height_m
        A lower object can be run over; its height is the measured one plus a standard deviation.
    sheet_height_m
        A wide object this low (height plus a standard deviation) is a patch, crossed straight.
    straddle_height_m
        A lower object passes under the ego: 0.15 m clearance (envs/physics/SOURCES.md 2.1) less a margin.
    straddle_half_width_m
        Half the free width between the wheels, less a margin.
    straddle_shift_m
        Furthest shift out of the lane centre to take an object between the wheels.
    severe_height_m
        Higher objects meet the bumper: 0.20 m in envs/physics/SOURCES.md 2.1, less a margin.
    severe_width_m
        Wider objects count as severe even if they are low: a plank, a grate, a tread across the lane.
    severe_mark_probability
        Nothing is severe while it is a ground mark with more than this probability: no hard braking for shadows.
    margin_m
        Room between the ego's side and an object when there is time.
    tight_margin_m
        Room when there is none.
    edge_shift_m
        Furthest shift inside the lane.
    calm_share
        Share of the grip (friction coefficient times gravity) used sideways when nothing is urgent.
    gentle_share
        Share accepted to go round when there is time: hardly a swerve by the cost of envs/physics/SOURCES.md 6.1, whose
        ramp begins near 0.4 and is half way at 0.75.
    sharp_mild_share, sharp_severe_share
        Share accepted to avoid a mild and a severe object; for a severe one not less than for a mild one.
    side_gap_m
        Room kept from vehicles beside.
    front_gap_s, rear_gap_s
        Time gaps to the vehicle ahead and behind in the lane that is entered.
    closing_s
        Further time of closing speed that must be left to them, as RSS leaves response and braking.
    lamp_gap_s
        Further time gap to a braking vehicle in the lane that is entered: what it brakes for may lie in that lane.
    lamp_drop_mps
        A vehicle ahead whose brake lamp is lit counts as slower by this: it will be, before the ego has reacted.
    brake_begin_s
        Braking for an object that cannot be avoided begins so long before it.
    brake_mild_mps2, brake_severe_mps2
        Braking for a mild and for a severe object; for a mild one never what counts as hard (3 m/s2), for a severe one
        not less than for a mild one.
    follower_reaction_s
        A follower is taken to react after so long; the median is 1.25 s (envs/physics/SOURCES.md 2.9).
    follower_braking_mps2
        And to brake this hard; the mean is 6.5 m/s2 (envs/physics/SOURCES.md 2.9).
    pass_speed_mps
        Speed below which braking for an object ends: slower contact harms little more or less, standing does.
    time_gap_s
        Time gap to the vehicle ahead, which hides what lies before it.
    """

    horizon_s: float = _number(3.0, 10.0)
    memory_s: float = _number(0.2, 8.0)
    mark_probability: float = _number(0.3, 0.99)
    ghost_nats: float = _number(0.5, 8.0)
    confirm_nats: float = _number(0.0, 4.0)
    gone_probability: float = _number(0.2, 0.99)
    wreck_speed_mps: float = _number(0.5, 12.0)
    wreck_margin_m: float = _number(0.1, 1.5)
    wreck_brake_mps2: float = _number(0.5, 5.0)
    flat_height_m: float = _number(0.0, 0.06)
    sheet_height_m: float = _number(0.0, 0.15)
    straddle_height_m: float = _number(0.04, 0.15)
    straddle_half_width_m: float = _number(0.25, 0.65)
    straddle_shift_m: float = _number(0.0, 1.1)
    severe_height_m: float = _number(0.05, 0.4)
    severe_width_m: float = _number(0.3, 3.0)
    severe_mark_probability: float = _number(0.02, 0.75)
    margin_m: float = _number(0.05, 0.8)
    tight_margin_m: float = _number(0.0, 0.4)
    edge_shift_m: float = _number(0.3, 1.9)
    calm_share: float = _number(0.03, 0.2)
    gentle_share: float = _number(0.05, 0.3)
    sharp_mild_share: float = _number(0.05, 0.45)
    sharp_severe_share: float = _number(0.1, 0.6)
    side_gap_m: float = _number(0.1, 1.2)
    front_gap_s: float = _number(0.1, 1.5)
    rear_gap_s: float = _number(0.1, 1.5)
    closing_s: float = _number(0.5, 5.0)
    lamp_gap_s: float = _number(0.0, 2.0)
    lamp_drop_mps: float = _number(0.0, 5.0)
    brake_begin_s: float = _number(1.0, 6.0)
    brake_mild_mps2: float = _number(0.0, 2.9)
    brake_severe_mps2: float = _number(1.0, 8.0)
    follower_reaction_s: float = _number(0.8, 3.0)
    follower_braking_mps2: float = _number(3.0, 8.0)
    pass_speed_mps: float = _number(0.0, 20.0)
    time_gap_s: float = _number(0.5, 2.5)

    def __post_init__(self) -> None:
        """Raise an error for a value that is not a number within its range.

        Raises
        ------
        UserError
            One line naming the threshold, the value and the range.
        """
        for one in fields(self):
            value, low, high = getattr(self, one.name), one.metadata["low"], one.metadata["high"]
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not is_number or not math.isfinite(value) or not low <= value <= high:
                raise UserError(
                    f"thresholds.{one.name}: got {value!r}, expected a number from {low} to {high}"
                )
        for mild, severe in ORDERED:
            if getattr(self, severe) < getattr(self, mild):
                raise UserError(
                    f"thresholds.{severe}: got {getattr(self, severe)!r}, expected at least {mild}, "
                    f"{getattr(self, mild)!r}"
                )

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Thresholds:
        """Checked thresholds from a YAML mapping that contains every one by name.

        Raises
        ------
        UserError
            If one is missing.
        not_allowed
            If a name is unknown.
        """
        known = [one.name for one in fields(cls)]
        for name in values:
            if name not in known:
                raise not_allowed("thresholds", name, known)
        for name in known:
            if name not in values:
                raise UserError(f"thresholds.{name}: missing")
        return cls(**values)
