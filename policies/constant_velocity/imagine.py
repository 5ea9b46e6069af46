"""Prices of plans if every vehicle and object goes straight on at its measured velocity."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from envs.action import BRAKE_LIMIT_MPS2, TAU_LATERAL_S, decode_acceleration, decode_target
from envs.physics.compilation import compiled
from envs.specification import DECISION_S, EGO_LENGTH_M, EGO_WIDTH_M
from envs.specification.world import Array
from policies.following import IN_PATH_M, driver_acceleration

X, Y, VX, VY, HALF_ALONG, HALF_ACROSS, MARGIN, PRICE_USD = range(8)
"""Columns of an obstacle: position ahead and across the road, m; velocity, m/s; half extents, m; free space around
it that a plan should leave, m; price of touching it, US$, 0 if there is none."""

REAR_SHARE: Final = 0.05
"""Share of the price if a vehicle comes from behind in the ego's lane: its driver can brake [A]."""

SIDEWAYS_USD: Final = 90.0
"""Price of a lateral acceleration of 1 m/s2; it grows with the square [A: about that of a quick shift in the lane]."""

LEAVING_USD: Final = 200.0
"""Price of leaving the lane [A: between a shift in the lane and a hard swerve]."""

BRAKING_USD: Final = 10.0
"""Price of a deceleration of 1 m/s2; it grows with the square [A]."""

DELAY_USD_PER_M: Final = 0.5
"""Price of every metre that the ego falls behind its set speed [A]."""

_KEEPS: Final = math.exp(-DECISION_S / TAU_LATERAL_S)


class Prices(NamedTuple):
    """Prices of plans, and what happens in them, as in ``policies.planning.search.Rolled``."""

    cost: Array  # (K, C)
    first: Array  # (K, C, 2)
    path: Array  # (K, C, T, 2)
    met: Array  # (K, C)


@compiled
def imagine(
    ego: Array,
    obstacles: Array,
    num_vehicles: int,
    actions: Array,
    wanted: Array,
    steps: Array,
    out: Prices,
) -> None:
    """Price plans.

    Parameters
    ----------
    ego
        ``(K, 5)``: speed and set speed, m/s; lateral position, least and greatest lateral target, m.
    obstacles
        ``(K, N, 8)``: vehicles, then objects.
    num_vehicles
        How many of them are vehicles.
    actions, wanted, steps
        ``(K, C, T, 2)``, ``(K, C)`` and ``(K,)``: plans, which of them to price, and how many decisions count.
    out
        Overwritten.
    """
    paid = np.zeros(obstacles.shape[1])
    for k in range(actions.shape[0]):
        for c in range(actions.shape[1]):
            if wanted[k, c]:
                paid[:] = 0.0
                out.cost[k, c] = _roll(
                    ego[k], obstacles[k], num_vehicles, actions[k, c, : steps[k]], paid, out.first[k, c], out.path[k, c]
                )  # fmt: skip
                out.met[k, c] = 1.0 if paid[num_vehicles:].max() > 0.0 else 0.0


@compiled
def _roll(
    ego: Array,
    obstacles: Array,
    num_vehicles: int,
    actions: Array,
    paid: Array,
    first: Array,
    path: Array,
) -> float:
    """Price of one plan, US$; ``paid`` is that of every obstacle."""
    x, v, y, sideways = 0.0, ego[0], ego[2], 0.0
    hardest, swerve, behind, aside = 0.0, 0.0, 0.0, 0.0
    for t in range(actions.shape[0]):
        limit = _cruise_limit(x, y, v, ego[1], obstacles[:num_vehicles], t * DECISION_S)
        command = max(min(decode_acceleration(actions[t, 0]), limit), BRAKE_LIMIT_MPS2)
        target = decode_target(actions[t, 1], ego[3], ego[4])
        if t == 0:
            first[0], first[1] = command, target
        after = max(v + command * DECISION_S, 0.0)
        next_x = x + 0.5 * (v + after) * DECISION_S
        next_y = target + (y - target) * _KEEPS
        if t > 0:
            swerve = max(swerve, abs((next_y - y) / DECISION_S - sideways) / DECISION_S)
        sideways = (next_y - y) / DECISION_S
        hardest = max(hardest, -command)
        behind += max(ego[1] - after, 0.0) * DECISION_S
        aside = max(aside, abs(next_y - ego[2]))
        for n in range(obstacles.shape[0]):
            share = _touch(obstacles[n], x, y, next_x, next_y, t)
            if (
                n < num_vehicles
                and obstacles[n, X] < 0.0
                and abs(obstacles[n, Y] - ego[2]) < IN_PATH_M
            ):
                share *= REAR_SHARE
            paid[n] = max(paid[n], share * obstacles[n, PRICE_USD])
        x, y, v = next_x, next_y, after
        path[t, 0], path[t, 1] = x, y
    comfort = SIDEWAYS_USD * swerve * swerve + BRAKING_USD * hardest * hardest
    if aside > IN_PATH_M:
        comfort += LEAVING_USD
    total: float = comfort + DELAY_USD_PER_M * behind + paid.sum()
    return total


@compiled
def _cruise_limit(
    x: float, y: float, speed: float, set_speed: float, vehicles: Array, time_s: float
) -> float:
    """Acceleration of the driver model behind the nearest vehicle in the ego's path, m/s2."""
    gap, lead = math.inf, 0.0
    for n in range(vehicles.shape[0]):
        row = vehicles[n]
        away = row[X] + row[VX] * time_s - x
        is_in_path = abs(row[Y] + row[VY] * time_s - y) < IN_PATH_M
        if row[PRICE_USD] > 0.0 and away > 0.0 and is_in_path:
            free = away - row[HALF_ALONG] - 0.5 * EGO_LENGTH_M
            if free < gap:
                gap, lead = free, row[VX]
    return driver_acceleration(speed, set_speed, gap, lead)


@compiled
def _touch(row: Array, x: float, y: float, next_x: float, next_y: float, step: int) -> float:
    """How much of an obstacle's price a decision costs: 1 in its box, less beside it, 0 beyond its margin."""
    if row[PRICE_USD] == 0.0:
        return 0.0
    time_s = step * DECISION_S
    before = row[X] + row[VX] * time_s - x
    after = row[X] + row[VX] * (time_s + DECISION_S) - next_x
    reach = row[HALF_ALONG] + 0.5 * EGO_LENGTH_M + row[MARGIN]
    if min(before, after) > reach or max(before, after) < -reach:
        return 0.0
    one = abs(row[Y] + row[VY] * time_s - y)
    other = abs(row[Y] + row[VY] * (time_s + DECISION_S) - next_y)
    free = min(one, other) - row[HALF_ACROSS] - 0.5 * EGO_WIDTH_M
    share: float = min(max(1.0 - free / row[MARGIN], 0.0), 1.0)
    return share
