"""Trajectory: a scripted or recorded course of another vehicle, as part of an instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from envs.copies import Immutable
from envs.errors import UserError, shown
from envs.specification.world import Array

COURSE: Final = ("time_s", "x_m", "y_m", "heading_rad", "speed_mps")
"""Fields of a trajectory that hold one number per moment."""

LIMITS: Final = {
    "time_s": (0.0, 1_000.0),
    "x_m": (0.0, 10_000.0),
    "y_m": (-10.0, 30.0),
    "heading_rad": (-np.pi, np.pi),
    "speed_mps": (0.0, 60.0),
}
"""Least and greatest values."""


@dataclass(frozen=True, eq=False)
class Trajectory(Immutable):
    """Where one vehicle is at which time; between two moments every value is interpolated linearly.

    Parameters
    ----------
    vehicle
        Its index in the instance, not 0, which is the ego.
    time_s
        Increasing moments since the start, the first 0; after the last one the vehicle drives by itself.
    x_m, y_m, heading_rad, speed_mps
        State of its centre at these moments.

    Raises
    ------
    UserError
        If a value is impossible.
    """

    vehicle: int
    time_s: Array
    x_m: Array
    y_m: Array
    heading_rad: Array
    speed_mps: Array

    def __post_init__(self) -> None:
        """Check, then freeze the arrays."""
        size = np.shape(self.time_s)
        for name in COURSE:
            array = getattr(self, name)
            where = f"trajectory of vehicle {self.vehicle}: {name}"
            if np.shape(array) != size or len(size) != 1 or size[0] < 2:
                raise UserError(
                    f"{where}: got shape {np.shape(array)}, expected at least 2 numbers, as many as moments"
                )
            low, high = LIMITS[name]
            bad = array[~((array >= low) & (array <= high))]
            if bad.size:
                raise UserError(f"{where}: got {bad[0]:g}, expected {low:g} to {high:g}")
        if self.time_s[0] != 0.0 or (np.diff(self.time_s) <= 0.0).any():
            raise UserError(
                f"trajectory of vehicle {self.vehicle}: time_s: expected increasing moments, the first 0"
            )
        self._freeze()

    def _freeze(self) -> None:
        """Forbid writing to the arrays."""
        for name in COURSE:
            getattr(self, name).setflags(write=False)

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._freeze()  # pickle returns arrays that may be written to

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready mapping; floats keep every bit."""
        return {"vehicle": self.vehicle, **{name: getattr(self, name).tolist() for name in COURSE}}

    @classmethod
    def from_dict(cls, values: object) -> Trajectory:
        """The trajectory that ``to_dict`` described, equal in every bit.

        Raises
        ------
        UserError
            If a key is missing or a value is impossible.
        """
        names = [f.name for f in fields(cls)]
        if not isinstance(values, Mapping) or set(values) != set(names):
            raise UserError(
                f"trajectory: got {shown(values)}, expected a mapping of {', '.join(names)}"
            )
        index = values["vehicle"]
        if isinstance(index, bool) or not isinstance(index, int):
            raise UserError(f"trajectory: vehicle: got {shown(index)}, expected an integer >= 1")
        try:
            course = {name: np.array(values[name], dtype=np.float64) for name in COURSE}
        except (TypeError, ValueError) as error:
            raise UserError(f"trajectory: expected numbers only ({error})") from error
        return cls(index, **course)


def check_trajectories(trajectories: tuple[Trajectory, ...], num_vehicles: int) -> None:
    """Refuse trajectories of vehicles that do not exist, of the ego, or two of one vehicle.

    Raises
    ------
    UserError
        Naming the vehicle.
    """
    seen: set[int] = set()
    for trajectory in trajectories:
        k = trajectory.vehicle
        if not 1 <= k < num_vehicles:
            raise UserError(
                f"trajectory: vehicle: got {k}, expected 1 to {num_vehicles - 1}, the ego has none"
            )
        if k in seen:
            raise UserError(f"trajectory: vehicle: got {k} twice, expected one per vehicle")
        seen.add(k)
