"""ConstantVelocity: chooses from the library with straight lines for all others and a price by an object's height."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_S, column
from policies.base import Explanation, Observation
from policies.command import lateral_range
from policies.constant_velocity.imagine import Prices, imagine
from policies.following import follow, half_extent
from policies.numbers_within import check_numbers
from policies.perception.objects import TrackedObjects, find_objects
from policies.planning.course import NAMES, Course
from policies.planning.search import Library, Rolled, SearchWeights, search

Array = NDArray[np.float64]

STEP_HEIGHT_M, STEP_WIDTH_M = 0.15, 0.025
"""Where the price of an object steps up with its height, and how steeply. Mean cost of typical contacts with 1,319
objects of train instances: 48 US$ below 0.03 m of height, 800 to 1,000 from there to 0.15 m, 7,100 above; the width
has no influence."""

VEHICLE_USD: Final = 200_000.0
"""Price of touching a vehicle [A: between a side swipe and a fatal collision; the size hardly matters]."""

VEHICLE_MARGIN_M: Final = 0.6
"""Free space beside a vehicle that a plan should leave [A]."""

OBJECT_MARGIN_M: Final = 0.1
"""Free space beside an object that a plan should leave, beyond twice the error of its measured position [A]."""


class ConstantVelocity:
    """The baseline planner: constant velocities, contents unknown, nothing of the simulator's formulas.

    Parameters
    ----------
    horizon_s
        Length of the plans, 2 to 8 s.
    object_usd
        Price of touching a tall object, >= 0; low ones cost less.
    rest_sd
        An object whose measured speed is within this many standard deviations of zero lies still, 0 to 6.
    loyalty_usd
        Credit for the plan under way, >= 0: plans do not flicker.

    Raises
    ------
    UserError
        If a value is not allowed.
    """

    privileged = False

    def __init__(
        self,
        horizon_s: float = 5.0,
        object_usd: float = 7_000.0,
        rest_sd: float = 2.5,
        loyalty_usd: float = 10.0,
    ) -> None:
        check_numbers(
            ("horizon_s", horizon_s, 2.0, 8.0),
            ("object_usd", object_usd, 0.0, 1e6),
            ("rest_sd", rest_sd, 0.0, 6.0),
            ("loyalty_usd", loyalty_usd, 0.0, 1e6),
        )
        self._num_steps = round(horizon_s / DECISION_S)
        self._object_usd, self._rest_sd = float(object_usd), float(rest_sd)
        self._weights = SearchWeights(loyalty_usd=float(loyalty_usd))
        self._course, self._is_new = Course(0), np.ones(0, np.bool_)
        self._explanation = Explanation(np.zeros(0, np.int64), np.zeros(0, np.int64), NAMES)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the memory of some worlds; no random numbers are used."""
        del seeds
        if len(self._is_new) != len(mask):
            self._course, self._is_new = Course(len(mask)), np.ones(len(mask), np.bool_)
        self._is_new |= mask

    def act(self, observation: Observation) -> Array:
        """Plan where an object or the traffic matters; elsewhere keep lane, speed and distance."""
        self._course.begin(observation, self._is_new)
        self._is_new[:] = False
        objects = find_objects(observation, self._rest_sd, self._num_steps * DECISION_S)
        busy = np.flatnonzero(objects.matters.any(axis=1) | objects.traffic)
        ego = observation["ego"].astype(np.float64)
        best, plans, imagined_s = np.zeros(0, np.int64), None, np.zeros(len(ego))
        if len(busy):
            library = self._course.make_library(
                ego[busy], busy, objects.nearest(busy), self._num_steps
            )
            roots = _roots(observation, objects, busy, self._object_usd)
            best, plans, _, imagined_s[busy] = search(_roll, roots, library, self._weights)
        cruise = follow(observation, ego[:, column.E_SET_SPEED])
        action = self._course.steer(observation, cruise, busy, best, plans)
        labels, reasons, options = self._course.explain(busy, plans)
        self._explanation = Explanation(labels, reasons, NAMES, options, imagined_s=imagined_s)
        return action

    def explain(self) -> Explanation:
        """The chosen manoeuvre and the best of the others."""
        return self._explanation


def price(height_m: Array, object_usd: float) -> Array:
    """Price of touching objects of some heights, US$.

    Examples
    --------
    >>> price(np.array([0.01, 0.15, 0.5]), 7000.0).round().tolist()
    [26.0, 3500.0, 7000.0]
    """
    found: Array = object_usd / (1.0 + np.exp((STEP_HEIGHT_M - height_m) / STEP_WIDTH_M))
    return found


def _roots(
    observation: Observation, objects: TrackedObjects, busy: NDArray[np.int64], object_usd: float
) -> tuple[Array, Array, int]:
    """Arguments of ``imagine``: the ego, the obstacles, and how many of them are vehicles."""
    ego = observation["ego"][busy].astype(np.float64)
    seen = observation["vehicles"][busy].astype(np.float64)
    low, high = lateral_range(observation)
    y, speed = ego[:, column.E_Y], seen[..., column.V_VX]
    drivers = np.stack(
        [
            seen[..., column.V_DX] + seen[..., column.V_AGE_SINCE_SEEN] * speed,
            seen[..., column.V_DY] + y[:, None],
            speed,
            # the measured speed across the road is mere error, the heading is not
            speed * np.tan(seen[..., column.V_HEADING]),
            0.5 * seen[..., column.V_LENGTH],
            half_extent(seen),
            np.full(speed.shape, VEHICLE_MARGIN_M),
            np.where(seen[..., column.V_TRACKED] > 0.5, VEHICLE_USD, 0.0),
        ],
        axis=-1,
    )
    rows = objects.rows[busy]
    usd = price(rows[..., column.D_HEIGHT], object_usd)
    motion = [objects.x, objects.y, objects.vx, objects.vy, objects.half_x, objects.half_y]
    debris = np.stack(
        [
            *(value[busy] for value in motion),
            OBJECT_MARGIN_M + 2.0 * rows[..., column.D_SD_Y],
            np.where(objects.matters[busy], usd, 0.0),
        ],
        axis=-1,
    )
    state = [ego[:, column.E_SPEED], ego[:, column.E_SET_SPEED], y, low[busy], high[busy]]
    return np.stack(state, axis=1), np.concatenate([drivers, debris], axis=1), drivers.shape[1]


def _roll(
    roots: tuple[Array, Array, int],
    library: Library,
    wanted: NDArray[np.bool_],
    *,
    is_final: bool,
) -> Rolled:
    """Prices of plans; always final, because there is one case."""
    del is_final
    shape = library.actions.shape[:2]
    out = Prices(
        np.zeros(shape), np.zeros((*shape, 2)), np.zeros(library.actions.shape), np.zeros(shape)
    )
    imagine(*roots, library.actions, wanted, library.steps, out)
    one = np.ones((shape[0], 1))
    return Rolled(out.cost[..., None], one, np.zeros(shape), out.first, out.path, out.met, 1)
