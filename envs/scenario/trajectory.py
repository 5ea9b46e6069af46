"""Trajectory: a scripted or recorded course of another vehicle, as part of an instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from envs.copies import Immutable
from envs.errors import UserError, shown
from envs.specification import course, vehicle
from envs.specification.world import Array

COURSE: Final = ("time_s", "x_m", "y_m", "heading_rad", "speed_mps")
"""Fields of a trajectory that hold one number per moment, in the order of the rows of ``envs.specification.course``."""

LIMITS: Final = {
    "time_s": (0.0, 1_000.0),
    "x_m": (0.0, 10_000.0),
    "y_m": (-10.0, 30.0),
    "heading_rad": (-np.pi, np.pi),
    "speed_mps": (0.0, 60.0),
}
"""Least and greatest values."""

SLACK_MPS: Final = 0.5
"""The speeds and the positions of a trajectory may differ by this much [A]: the noise of good recordings."""

HARDEST_MPS2: Final = 12.0
"""No vehicle accelerates or brakes harder between two moments [A: tyres reach about 10]."""

SAME: Final = 0.01
"""A vehicle starts where its trajectory starts, to within this many m, rad or m/s."""

START: Final = {
    "x_m": vehicle.X,
    "y_m": vehicle.Y,
    "heading_rad": vehicle.HEADING,
    "speed_mps": vehicle.SPEED,
}
"""Row of the vehicle array with the same meaning."""


@dataclass(frozen=True, eq=False)
class Trajectory(Immutable):
    """The recorded, or scripted, course of one vehicle: where it is at which time.

    * **While the recording lasts**, the vehicle is at every tick where the recording has it. Between two moments the
      position follows the cubic curve that has the recorded velocity at both, and speed and heading are those of this
      curve; its acceleration, and so its brake lamp, is the change of speed over the tick. It reacts to nothing: car
      following, lane choice and scripted lane changes are off. All others, the ego's sensors and the contact physics
      treat it like any vehicle.
    * **Afterwards** it goes on from its present state as an ordinary vehicle: car following (IDM) towards its own
      target speed in the nearest lane, and lane choice (MOBIL) if the instance allows it. It leaves its course in the
      same way, for good, when it collides with a vehicle, or when an object that it meets changes its speed by more
      than 0.1 m/s; a smaller knock is made up for in the next tick.

    ``envs.world.course`` computes this, once for both engines. ``ScenarioInstance.with_trajectories`` puts vehicles on
    their courses; all trajectories of an instance together have at most ``envs.specification.course.MAX_MOMENTS``
    moments; one or two per second are enough for a smooth drive.

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
        If a value is impossible, or if speed and heading are not those of the motion.
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
        self._check_motion()
        self._freeze()

    def _check_motion(self) -> None:
        """Refuse positions that the stated speeds and headings do not lead to."""
        time = self.time_s
        velocity = self.speed_mps * np.array([np.cos(self.heading_rad), np.sin(self.heading_rad)])
        step = np.diff(time)
        found = np.diff([self.x_m, self.y_m]) / step
        # whatever happens between two moments, the mean velocity cannot differ more from the mean of the two
        allowed = SLACK_MPS + 0.25 * HARDEST_MPS2 * step
        error = np.hypot(*(found - 0.5 * (velocity[:, 1:] + velocity[:, :-1])))
        bad = np.flatnonzero(error > allowed)
        if bad.size:
            k = bad[0]
            raise UserError(
                f"trajectory of vehicle {self.vehicle}: speed_mps, heading_rad: got {self.speed_mps[k]:g} m/s at "
                f"{self.heading_rad[k]:g} rad, but from {time[k]:g} to {time[k + 1]:g} s the positions move at "
                f"{np.hypot(*found[:, k]):.3g} m/s at {np.arctan2(*found[::-1, k]):.3g} rad, expected about the same"
            )

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


def check_vehicles(trajectories: tuple[Trajectory, ...], num_vehicles: int) -> None:
    """Refuse trajectories of vehicles that do not exist, of the ego, or two of one vehicle, and too many moments.

    Raises
    ------
    UserError
        Naming the vehicle, or the number of moments.
    """
    moments = sum(len(trajectory.time_s) for trajectory in trajectories)
    if moments > course.MAX_MOMENTS:
        raise UserError(
            f"instance: trajectories: got {moments} moments, expected at most {course.MAX_MOMENTS}: one or two per "
            "second are enough"
        )
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


def check_trajectories(trajectories: tuple[Trajectory, ...], vehicle_f: Array) -> None:
    """Refuse what ``check_vehicles`` refuses, and trajectories that begin where their vehicle is not.

    Raises
    ------
    UserError
        Naming vehicle and value.
    """
    check_vehicles(trajectories, vehicle_f.shape[1])
    for trajectory in trajectories:
        for name, row in START.items():
            recorded, own = getattr(trajectory, name)[0], vehicle_f[row, trajectory.vehicle]
            if abs(recorded - own) > SAME:
                raise UserError(
                    f"trajectory of vehicle {trajectory.vehicle}: {name}: begins with {recorded:g}, expected {own:g} "
                    "as in vehicle_f (with_trajectories puts the vehicle there)"
                )
