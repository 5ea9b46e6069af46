"""Every constant of the cost that is a judgement or a price, in one place (envs/physics/SOURCES.md 6 and 9).

Marks: [V] quoted from the source, [M] from memory of it, [A] our judgement, with the range for a
sensitivity run.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from envs.errors import UserError, shown

LOSS_OF_CONTROL = {"off": (0.0, 8.0, 1.2), "8": (1.0, 8.0, 1.2), "5": (1.0, 5.0, 0.9)}
"""Settings of the loss of control by yaw: weight, threshold and width of the ramp, m/s2 (envs/physics/SOURCES.md
6.1) [A]."""

LARGEST = 1e15
"""Largest value of any parameter, so that no sum overflows [A]."""

_POSITIVE, _NOT_NEGATIVE, _SHARE = "a number > 0", "a number >= 0", "a number from 0 to 1"


def _positive(default: float) -> Any:  # noqa: ANN401 - what dataclasses.field returns
    """Field that must be > 0."""
    return field(default=default, metadata={"allowed": _POSITIVE})


def _not_negative(default: float) -> Any:  # noqa: ANN401
    """Field that must be >= 0."""
    return field(default=default, metadata={"allowed": _NOT_NEGATIVE})


def _share(default: float) -> Any:  # noqa: ANN401
    """Field that must lie in [0, 1]."""
    return field(default=default, metadata={"allowed": _SHARE})


@dataclass(frozen=True, kw_only=True)
class CostParameters:
    """Prices, curves and thresholds of the cost; the defaults are those of the golden values.

    Raises
    ------
    UserError
        One line that names the key, its value and what is allowed.
    """

    loss_of_control: str = "8"
    """Which yaw is dangerous: "off", "8" or "5" (m/s2). Results are always reported for all three
    [A]."""

    # --- people ----------------------------------------------------------------------------------
    value_of_statistical_life_usd: float = _positive(13.2e6)
    """US DOT, base year 2023 [V]; 7.9 to 18.5 M."""

    occupants: float = _positive(1.5)
    """Persons per vehicle [A]; 1.2 to 2."""

    injury_onset_mps: float = _not_negative(1.4)
    """Delta-v below which there is no injury (McConnell et al. [M]); 0.8 to 3."""

    injury_full_mps: float = _positive(4.5)
    """Delta-v above which the injury curves hold as published [A]; 2.2 to 6."""

    jolt_threshold_g: float = _positive(6.0)
    """Vertical acceleration, in g, at which a jolt injures half [A]; 4 to 8."""

    jolt_width_g: float = _positive(1.2)
    """Scale of that ramp, g [A]."""

    jolt_dead_band_g: float = _not_negative(2.0)
    """Vertical acceleration that is free, g [A]."""

    jolt_harm_share: float = _share(0.003)
    """Price of an injury by a jolt as a share of a life: MAIS 1 (US DOT [M])."""

    # --- the car ---------------------------------------------------------------------------------
    front_damage_usd: float = _not_negative(11_700.0)
    """Minor front collision (AAA 2023 [V]); half to double."""

    front_energy_j: float = _positive(40e3)
    """Crush energy at which 63 % of it is due [A]."""

    structure_damage_usd: float = _not_negative(25_000.0)
    """Front structure beyond repair [A]; half to double."""

    structure_energy_j: float = _positive(250e3)
    """Crush energy at which half of it is due [A]."""

    structure_width_j: float = _positive(40e3)
    """Scale of that curve [A]."""

    underbody_damage_usd: float = _not_negative(4_000.0)
    """Underbody; 12,000 with a traction battery in the floor [A]; half to double."""

    underbody_force_n: float = _positive(40e3)
    """Force beyond the free one at which 63 % of it is due [A]."""

    underbody_free_n: float = _not_negative(2e3)
    """Force on the floor that does no damage [A]."""

    underbody_exponent: float = _positive(1.2)
    """Steepness of the underbody's curve [A]."""

    tyre_damage_usd: float = _not_negative(400.0)
    """A punctured tyre (AAA pothole repair 406 to 600 [V])."""

    wheel_damage_usd: float = _not_negative(1_200.0)
    """Rim, suspension, alignment [A]; half to double."""

    rim_force_n: float = _positive(12e3)
    """Rim force at which half of the wheels are damaged [A]."""

    rim_force_width_n: float = _positive(2.5e3)
    """Scale of that curve [A]."""

    puncture_energy_j: float = _positive(300.0)
    """Energy at which half of the tyres fail on a blunt step [A, after FMVSS 109's 294 J]; 200 to
    450."""

    # --- loss of control -------------------------------------------------------------------------
    yaw_dead_band_mps2: float = _not_negative(2.0)
    """Yaw rate times speed that is free [A]; 1 to 3."""

    puncture_loss_of_control: float = _share(0.004)
    """P(loss of control | puncture) at 25 m/s [A]; 0.001 to 0.02."""

    crash_speed_share: float = _share(0.35)
    """Delta-v of the crash that follows, as a share of the speed [A]; 0.25 to 0.45."""

    crash_property_usd: float = _not_negative(12_000.0)
    """Property damage of that crash [A]; 6,000 to 24,000."""

    swerve_threshold: float = _positive(0.75)
    """Share of the grip at which half of the swerves fail [A]; 0.65 to 0.85."""

    swerve_width: float = _positive(0.07)
    """Scale of that curve [A]; 0.04 to 0.10."""

    # --- the driver behind -----------------------------------------------------------------------
    reaction_median_s: float = _positive(1.25)
    """Brake reaction, median of a lognormal [A, after Green 2000]; 1.0 to 1.5."""

    reaction_sigma: float = _positive(0.30)
    """Standard deviation of its logarithm [A]; 0.25 to 0.45."""

    follower_braking_mps2: float = _positive(6.5)
    """Deceleration of a following car, mean [A]; 5.5 to 7.5."""

    follower_braking_sd_mps2: float = _not_negative(1.2)
    """Its standard deviation [A]; 0.8 to 1.6."""

    truck_braking_mps2: float = _positive(4.5)
    """Deceleration of a following truck, mean [A]."""

    truck_braking_sd_mps2: float = _not_negative(0.6)
    """Its standard deviation [A]."""

    least_braking_mps2: float = _positive(2.5)
    """No follower brakes more weakly than this [A]."""

    charged_drop_mps: float = _not_negative(1.0)
    """Smaller losses of speed are not charged for the follower (envs/physics/SOURCES.md 2.8) [A]."""

    charged_braking_mps2: float = _not_negative(1.5)
    """Weaker braking is not charged for the follower (envs/physics/SOURCES.md 2.8) [A]."""

    rear_end_property_usd: float = _not_negative(12_000.0)
    """Property damage of a rear-end collision [A]; half to double."""

    side_swipe_property_usd: float = _not_negative(8_000.0)
    """Property damage of a side-swipe [A]; half to double."""

    side_swipe_probability: float = _share(0.004)
    """P(side-swipe) of an unplanned lane change where traffic is not simulated [A]; 0.001 to
    0.01."""

    side_swipe_delta_v_mps: float = _not_negative(4.0)
    """Delta-v of such a side-swipe [A]."""

    # --- a thrown object -------------------------------------------------------------------------
    windscreen_usd: float = _not_negative(1_440.0)
    """A new windscreen (AAA 2023 [V])."""

    windscreen_range_m: float = _positive(30.0)
    """Range within which a thrown object can meet a follower's windscreen [A]."""

    windscreen_probability: float = _share(0.1)
    """P(a rising object meets the windscreen of a follower in range) [A]."""

    windscreen_energy_j: float = _positive(50.0)
    """Impact energy up to which glass holds, and beyond it the scale of breaking [A]."""

    penetration_probability: float = _share(0.3)
    """P(penetration | it meets the windscreen, heavy and fast enough) [A]; 0.1 to 0.6."""

    penetration_mass_kg: float = _positive(1.0)
    """Lighter objects do not penetrate [A]."""

    penetration_speed_mps: float = _positive(20.0)
    """Slower objects do not penetrate [A]."""

    penetration_harm_share: float = _share(0.047)
    """Price of a penetration as a share of a life: MAIS 2 (US DOT [M]) [A]."""

    # --- the manoeuvre ---------------------------------------------------------------------------
    lane_change_usd: float = _not_negative(250.0)
    """An unplanned lane change [A]; half to double."""

    shift_usd: float = _not_negative(40.0)
    """An unplanned shift within the lane [A]; half to double."""

    slowing_usd_per_mps: float = _not_negative(1.0)
    """Each m/s slowed down [A]; half to double."""

    delay_usd_per_s: float = _not_negative(0.005)
    """Delay, per second and vehicle held up: 0.5 per 100 s [A]; half to double."""

    nuisance_usd: float = _not_negative(5.0)
    """A brake event without a cause at the threshold; grows with the square [A]; half to double."""

    nuisance_braking_mps2: float = _positive(3.0)
    """Threshold of such an event [A]."""

    standing_probability: float = _share(2e-4)
    """P(a driver who arrives behind a standing vehicle fails to stop) [A]; 2e-5 to 1e-3."""

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        setting = self.loss_of_control
        if not isinstance(setting, str) or setting not in LOSS_OF_CONTROL:
            raise UserError(
                _message("loss_of_control", self.loss_of_control, 'one of "off", "8", "5"')
            )
        for item in fields(self):
            if item.name != "loss_of_control":
                _check(item.name, getattr(self, item.name), item.metadata["allowed"])
        if self.injury_full_mps <= self.injury_onset_mps:
            allowed = f"a number > injury_onset_mps ({self.injury_onset_mps!r})"
            raise UserError(_message("injury_full_mps", self.injury_full_mps, allowed))

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> CostParameters:
        """Parameters from the keys of a configuration file; absent keys keep their defaults.

        For ``loss_of_control`` YAML's ``off`` (false) and plain numbers are understood.

        Raises
        ------
        UserError
            An unknown key, with the nearest known one, or a value that is not allowed.
        """
        known = [item.name for item in fields(cls)]
        for key in values:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.0)
                raise UserError(
                    f"cost: unknown key {key!r}: did you mean {near[0]!r}? Allowed: {', '.join(known)}"
                )
        given: dict[str, Any] = dict(values)
        setting = given.get("loss_of_control")
        if setting is False:
            given["loss_of_control"] = "off"
        elif isinstance(setting, (int, float)) and setting is not True:
            given["loss_of_control"] = f"{setting:g}"
        return cls(**given)

    def to_array(self) -> np.recarray[Any, Any]:
        """Structured array of shape (1,); compiled code reads ``p = array[0]`` and ``p.<name>``.

        Its fields are float64: every number above by its name, then ``yaw_weight``, ``yaw_threshold_mps2`` and
        ``yaw_width_mps2``, which the setting of the loss of control selects.
        """
        numbers = {
            name: float(value) for name, value in asdict(self).items() if name != "loss_of_control"
        }
        weight, threshold, width = LOSS_OF_CONTROL[self.loss_of_control]
        numbers |= {"yaw_weight": weight, "yaw_threshold_mps2": threshold, "yaw_width_mps2": width}
        array = np.zeros(1, [(name, np.float64) for name in numbers])
        array[0] = tuple(numbers.values())
        return array.view(np.recarray)


def _check(name: str, value: object, allowed: str) -> None:
    """Check that a value is a finite number of the allowed range."""
    valid = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if valid:
        number = float(value)  # type: ignore[arg-type]
        valid = number > 0.0 if allowed == _POSITIVE else number >= 0.0
        valid = valid and number <= LARGEST and (allowed != _SHARE or number <= 1.0)
    if not valid:
        raise UserError(_message(name, value, allowed))


def _message(name: str, value: object, allowed: str) -> str:
    """Error message with the key, its value and what is allowed."""
    return f"cost: {name}: got {shown(value)}, expected {allowed}"
