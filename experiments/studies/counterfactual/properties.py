"""Numeric properties of an instance that a study can change one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from envs.errors import UserError, not_allowed
from envs.physics.aerodynamics import motion_threshold
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import UNMOVED_MPS, equilibrium_time_gap
from envs.specification import debris, episode, vehicle
from envs.specification.world import Array

MOST_VALUES: Final = 25
"""Largest number of values of a grid; all of them are driven at once."""

Arrays = dict[str, Array]
"""Writable copies of an instance's arrays by name."""


@dataclass(frozen=True)
class Property:
    """A numeric property of an instance.

    Parameters
    ----------
    name
        Name on the command line, which ends with the unit.
    title, unit
        Words for people.
    low, high
        Allowed range; the value that the instance has is always allowed.
    is_log
        Whether neighbours on a grid have equal ratios instead of equal differences.
    find
        Index of the object or vehicle that has it; raises ``UserError`` if none does.
    read
        The value, from an instance's arrays and that index.
    write
        Changes the arrays to another value.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    is_log: bool
    find: Callable[[Arrays, str], int]
    read: Callable[[Arrays, int], float]
    write: Callable[[Arrays, int, float], None]

    def value(self, instance: ScenarioInstance) -> float:
        """The property's value in an instance, in ``unit``."""
        arrays = instance.copy_arrays()
        return self.read(arrays, self.find(arrays, self.name))

    def change(self, instance: ScenarioInstance, value: float) -> ScenarioInstance:
        """The same instance with another value; its noise seed stays, so the simulator draws the same numbers.

        It is the very same object if it has this value. The type of a changed object names the change.

        Raises
        ------
        UserError
            If the value is out of range, the instance has no such property, or is impossible with the value.
        """
        original = self.value(instance)
        if value == original:
            return instance
        if not self.low <= value <= self.high:
            raise UserError(
                f"{self.name}: got {value:g}, expected {self.low:g} to {self.high:g} {self.unit}"
            )
        arrays = instance.copy_arrays()
        index = self.find(arrays, self.name)
        self.write(arrays, index, value)
        types = list(instance.debris_types)
        if self.find is _first_body:
            types[index] = f"{types[index]} ({self.title} {value:.3g} {self.unit})"
        return replace(instance, debris_types=tuple(types), **arrays)

    def grid(
        self, instance: ScenarioInstance, count: int, low: float | None, high: float | None
    ) -> Array:
        """``count`` increasing values from low to high, 3 to ``MOST_VALUES``, the instance's own among them.

        Ends that are ``None`` are those of the property. The instance's own value may lie outside them.

        Raises
        ------
        UserError
            If an end is out of range, or they are not in order.
        """
        first, last = (self.low if low is None else low), (self.high if high is None else high)
        if not self.low <= first < last <= self.high:
            raise UserError(
                f"low, high: got {first:g}, {last:g}, expected {self.low:g} <= low < high <= {self.high:g} "
                f"{self.unit}"
            )
        if not 3 <= count <= MOST_VALUES:
            raise UserError(f"num_values: got {count}, expected 3 to {MOST_VALUES}")
        own = self.value(instance)
        space = np.geomspace if self.is_log else np.linspace
        if not first <= own <= last:
            return np.sort(np.append(space(first, last, count - 1), own))
        values = space(first, last, count)
        if own not in {first, last}:
            # the instance's own value replaces the nearest inner one; the ends stay
            place = (
                np.abs(np.log(values[1:-1] / own)) if self.is_log else np.abs(values[1:-1] - own)
            )
            values[1 + int(place.argmin())] = own
        values[0], values[-1] = first, last
        return np.asarray(values, dtype=np.float64)

    def between(self, first: float, second: float) -> float:
        """The middle of two values: geometric where the grid is geometric, else arithmetic."""
        return float(np.sqrt(first * second)) if self.is_log else 0.5 * (first + second)


def _first_body(arrays: Arrays, name: str) -> int:
    """Index of the first object that is a body."""
    flags = arrays["debris_i"]
    bodies = np.flatnonzero((flags[debris.IS_REAL] == 1) & (flags[debris.IS_PATCH] == 0))
    if not bodies.size:
        raise UserError(f"property: got {name!r}, but this instance has no solid object")
    return int(bodies[0])


def _ego(_: Arrays, __: str) -> int:
    """Index of the ego."""
    return 0


def _follower(arrays: Arrays, name: str) -> int:
    """Index of the nearest vehicle behind the ego in its lane."""
    behind = _column_behind(arrays)
    if not behind.size:
        raise UserError(f"property: got {name!r}, but no vehicle follows the ego in this instance")
    return int(behind[0])


def _column_behind(arrays: Arrays) -> Array:
    """Vehicles behind the ego in its lane, nearest first."""
    x, lane = arrays["vehicle_f"][vehicle.X], arrays["vehicle_i"][vehicle.LANE]
    behind = np.flatnonzero((lane == lane[0]) & (x < x[0]))
    return behind[np.argsort(-x[behind], kind="stable")]


def _read_mass(arrays: Arrays, j: int) -> float:
    return float(arrays["debris_f"][debris.MASS, j])


def _write_mass(arrays: Arrays, j: int, value: float) -> None:
    """Change the mass, and with it the air speed that moves the object; all visible properties stay."""
    f = arrays["debris_f"][:, j]
    f[debris.MASS] = value
    threshold = motion_threshold(
        value, f[debris.FRICTION], f[debris.DRAG_AREA], f[debris.LIFT_AREA]
    )
    f[debris.AIR_THRESHOLD] = min(threshold, UNMOVED_MPS)


def _read_height(arrays: Arrays, j: int) -> float:
    return float(arrays["debris_f"][debris.HEIGHT, j])


def _write_height(arrays: Arrays, j: int, value: float) -> None:
    """Change only the height: mass, footprint and areas of drag and lift stay."""
    arrays["debris_f"][debris.HEIGHT, j] = value


def _read_gap(arrays: Arrays, k: int) -> float:
    """Distance between the bumpers of the ego and its follower."""
    f = arrays["vehicle_f"]
    half = 0.5 * (f[vehicle.LENGTH, 0] + f[vehicle.LENGTH, k])
    return float(f[vehicle.X, 0] - f[vehicle.X, k] - half)


def _write_gap(arrays: Arrays, k: int, value: float) -> None:
    """Move all vehicles behind the ego; the follower keeps the new gap as steadily as the old one."""
    f = arrays["vehicle_f"]
    f[vehicle.X, _column_behind(arrays)] -= value - _read_gap(arrays, k)
    _settle(f, k)


def _read_speed(arrays: Arrays, _: int) -> float:
    return float(arrays["episode_f"][episode.SET_SPEED])


def _write_speed(arrays: Arrays, _: int, value: float) -> None:
    """Change the ego's speed and set speed; its followers adapt and keep their gaps, other traffic is unchanged."""
    f = arrays["vehicle_f"]
    column = np.append(_column_behind(arrays), 0)
    share = value / arrays["episode_f"][episode.SET_SPEED]
    f[vehicle.SPEED, column] *= share
    f[vehicle.TARGET_SPEED, column] *= share
    arrays["episode_f"][episode.SET_SPEED] = value
    if len(column) > 1:
        _settle(f, int(column[0]))


def _settle(f: Array, k: int) -> None:
    """Set the time gap at which vehicle ``k`` neither brakes nor accelerates behind the ego."""
    gap = f[vehicle.X, 0] - f[vehicle.X, k]
    f[vehicle.TIME_GAP, k] = equilibrium_time_gap(
        gap, f[vehicle.SPEED, k], f[vehicle.JAM_DISTANCE, k]
    )


PROPERTIES: Final = {
    item.name: item
    for item in (
        Property(
            "mass_kg", "mass", "kg", 0.1, 80.0, True, _first_body, _read_mass, _write_mass
        ),
        Property(
            "height_m", "height", "m", 0.01, 1.5, True, _first_body, _read_height, _write_height
        ),
        Property(
            "follower_gap_m", "gap to the follower", "m", 2.0, 80.0, True, _follower, _read_gap, _write_gap
        ),
        Property(
            "ego_speed_mps", "speed", "m/s", 10.0, 40.0, False, _ego, _read_speed, _write_speed
        ),
    )
}  # fmt: skip
"""Properties by name. Ranges: mass from an empty carton to a heavy load [A]; the others as seen on motorways [A]."""


def find_property(name: str) -> Property:
    """The property with a name.

    Raises
    ------
    not_allowed
        If there is none in ``PROPERTIES``.
    """
    if name not in PROPERTIES:
        raise not_allowed("property", name, PROPERTIES)
    return PROPERTIES[name]
