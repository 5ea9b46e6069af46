"""Contact between boxes: highway-env's swept separating axes, its impacts and its pair order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from envs.batched.kernels import obstacle
from envs.batched.kernels import workspace as ws
from envs.batched.kernels.fma import fma
from envs.batched.kernels.workspace import Workspace
from envs.physics.compilation import compiled, merged
from envs.specification import TICK_S, vehicle

Array = np.ndarray[Any, np.dtype[Any]]

_MARGIN_M = 1e-6
"""Room for rounding when a pair is dismissed early; a real contact is never dismissed."""


@merged
def _write_corners(
    corners: Array,
    row: int,
    x: float,
    y: float,
    cos: float,
    sin: float,
    length: float,
    width: float,
) -> None:
    """Corners of a box into two rows, in highway-env's order: rear, rear, front, front."""
    for corner in range(4):
        along = -length / 2.0 if corner < 2 else length / 2.0
        across = -width / 2.0 if corner % 3 == 0 else width / 2.0
        corners[row, corner] = fma(-sin, across, cos * along) + x
        corners[row + 1, corner] = fma(cos, across, sin * along) + y


@merged
def _centre(corners: Array, row: int) -> float:
    """Mean of four corner coordinates, summed in order."""
    return float((corners[row, 0] + corners[row, 1] + corners[row, 2] + corners[row, 3]) / 4.0)


@merged
def _project(corners: Array, row: int, nx: float, ny: float) -> tuple[float, float]:
    """Least and greatest coordinate of a box along an axis."""
    low, high = math.inf, -math.inf
    for corner in range(4):
        value = fma(corners[row + 1, corner], ny, corners[row, corner] * nx)
        low = min(low, value)
        high = max(high, value)
    return low, high


@merged
def _gap(low_a: float, high_a: float, low_b: float, high_b: float) -> float:
    """Distance between two intervals, negative where they overlap."""
    return low_b - high_a if low_a < low_b else low_a - high_b


@merged
def _test_boxes(corners: Array, move_x: float, move_y: float) -> tuple[bool, bool, float, float]:
    """Overlap now, overlap soon, and the shift of the earlier box that prevents it (quirk 21)."""
    overlap, will_overlap = True, True
    least, axis_x, axis_y = math.inf, 0.0, 0.0
    between_x = _centre(corners, ws.EARLIER) - _centre(corners, ws.LATER)
    between_y = _centre(corners, ws.EARLIER + 1) - _centre(corners, ws.LATER + 1)
    for edge in range(8):
        row = ws.EARLIER if edge < 4 else ws.LATER
        start, end = edge % 4, (edge + 1) % 4
        nx = corners[row + 1, start] - corners[row + 1, end]
        ny = corners[row, end] - corners[row, start]
        norm = math.sqrt(fma(ny, ny, nx * nx))
        nx /= norm
        ny /= norm
        low_a, high_a = _project(corners, ws.EARLIER, nx, ny)
        low_b, high_b = _project(corners, ws.LATER, nx, ny)
        if _gap(low_a, high_a, low_b, high_b) > 0.0:
            overlap = False
        travel = fma(ny, move_y, nx * move_x)
        if travel < 0.0:
            low_a += travel
        else:
            high_a += travel
        gap = _gap(low_a, high_a, low_b, high_b)
        if gap > 0.0:
            will_overlap = False
        if not (overlap or will_overlap):
            break
        if abs(gap) < least:
            least = abs(gap)
            sign = 1.0 if fma(between_y, ny, between_x * nx) > 0.0 else -1.0
            axis_x, axis_y = sign * nx, sign * ny
    return overlap, will_overlap, least * axis_x, least * axis_y


@merged
def _set_impact(vehicle_f: Array, vehicle_i: Array, i: int, x: float, y: float) -> None:
    """Displacement to be applied in the vehicle's next move; overwrites an earlier one."""
    vehicle_f[vehicle.IMPACT_X, i] = x
    vehicle_f[vehicle.IMPACT_Y, i] = y
    vehicle_i[vehicle.HAS_IMPACT, i] = 1


@compiled
def collide_pair(
    vehicle_f: Array,
    vehicle_i: Array,
    n: int,
    obstacle_f: Array,
    obstacle_i: Array,
    corners: Array,
    i: int,
    other: int,
) -> None:
    """Contact of vehicle ``i`` with a later vehicle or an obstacle (``other >= n``), in place.

    Twin of ``RoadObject.handle_collisions`` in highway-env; pinned by ``tests/parity``.
    """
    j = other - n
    if other < n:
        x, y = vehicle_f[vehicle.X, other], vehicle_f[vehicle.Y, other]
        diagonal = vehicle_f[vehicle.DIAGONAL, other]
    else:
        x, y = obstacle_f[obstacle.X, j], obstacle_f[obstacle.Y, j]
        diagonal = obstacle_f[obstacle.DIAGONAL, j]
    own_x, own_y = vehicle_f[vehicle.X, i], vehicle_f[vehicle.Y, i]
    speed = vehicle_f[vehicle.SPEED, i]
    dx, dy = x - own_x, y - own_y
    reach = (vehicle_f[vehicle.DIAGONAL, i] + diagonal) / 2.0 + speed * TICK_S
    if math.sqrt(fma(dy, dy, dx * dx)) > reach:  # signed speed of the earlier only (quirk 20)
        return
    if other < n:
        cos, sin = vehicle_f[vehicle.COS, other], vehicle_f[vehicle.SIN, other]
        vx, vy = vehicle_f[vehicle.SPEED, other] * cos, vehicle_f[vehicle.SPEED, other] * sin
        length, width = vehicle_f[vehicle.LENGTH, other], vehicle_f[vehicle.WIDTH, other]
    else:
        heading = obstacle_f[obstacle.HEADING, j]
        cos, sin = math.cos(heading), math.sin(heading)
        vx, vy = obstacle_f[obstacle.VX, j], obstacle_f[obstacle.VY, j]
        length, width = obstacle_f[obstacle.LENGTH, j], obstacle_f[obstacle.WIDTH, j]
    _write_corners(corners, ws.LATER, x, y, cos, sin, length, width)
    cos, sin = vehicle_f[vehicle.COS, i], vehicle_f[vehicle.SIN, i]
    length, width = vehicle_f[vehicle.LENGTH, i], vehicle_f[vehicle.WIDTH, i]
    _write_corners(corners, ws.EARLIER, own_x, own_y, cos, sin, length, width)
    move_x = speed * cos * TICK_S - vx * TICK_S
    move_y = speed * sin * TICK_S - vy * TICK_S
    overlap, will_overlap, shift_x, shift_y = _test_boxes(corners, move_x, move_y)
    if will_overlap and other < n:
        _set_impact(vehicle_f, vehicle_i, i, shift_x / 2.0, shift_y / 2.0)
        _set_impact(vehicle_f, vehicle_i, other, -shift_x / 2.0, -shift_y / 2.0)
    elif will_overlap:
        _set_impact(vehicle_f, vehicle_i, i, shift_x, shift_y)
    if overlap:
        vehicle_i[vehicle.CRASHED, i] = 1
        if other < n:
            vehicle_i[vehicle.CRASHED, other] = 1
        else:
            obstacle_i[obstacle.CRASHED, j] = 1


@merged
def _is_apart(vehicle_f: Array, i: int, j: int, dx: float, dy: float) -> bool:
    """Whether an axis of vehicle ``i`` separates the boxes for certain, now and while moving."""
    # Both axes belong to the full test, so a clear gap on one of them, wider than the relative
    # displacement, proves that there is no contact.
    cos_i, sin_i = vehicle_f[vehicle.COS, i], vehicle_f[vehicle.SIN, i]
    cos_j, sin_j = vehicle_f[vehicle.COS, j], vehicle_f[vehicle.SIN, j]
    cos = abs(cos_i * cos_j + sin_i * sin_j)
    sin = abs(cos_i * sin_j - sin_i * cos_j)
    length, width = vehicle_f[vehicle.LENGTH, j], vehicle_f[vehicle.WIDTH, j]
    speed, other_speed = vehicle_f[vehicle.SPEED, i], vehicle_f[vehicle.SPEED, j]
    across = abs(cos_i * dy - sin_i * dx)
    half = 0.5 * (vehicle_f[vehicle.WIDTH, i] + sin * length + cos * width)
    if across - half - abs(other_speed) * sin * TICK_S > _MARGIN_M:
        return True
    along = abs(cos_i * dx + sin_i * dy)
    half = 0.5 * (vehicle_f[vehicle.LENGTH, i] + cos * length + sin * width)
    closing = speed - other_speed * (cos_i * cos_j + sin_i * sin_j)
    return bool(along - half - abs(closing) * TICK_S > _MARGIN_M)


@merged
def _vehicle_candidates(
    vehicle_f: Array, vehicle_i: Array, n: int, stride: int, reach: float, pairs: Array
) -> int:
    """Keys ``i * stride + j`` of the vehicle pairs that may touch, in the order of x."""
    count = 0
    for k in range(n - 1):
        a = vehicle_i[vehicle.ORDER, k]
        x, y = vehicle_f[vehicle.X, a], vehicle_f[vehicle.Y, a]
        limit = vehicle_f[vehicle.DIAGONAL, a] / 2.0 + reach
        for m in range(k + 1, n):
            b = vehicle_i[vehicle.ORDER, m]
            dx = vehicle_f[vehicle.X, b] - x
            if dx > limit:
                break
            dy = vehicle_f[vehicle.Y, b] - y
            if abs(dy) > limit or _is_apart(vehicle_f, a, b, dx, dy):
                continue
            if vehicle_i[vehicle.CHECK_COLLISIONS, a] + vehicle_i[vehicle.CHECK_COLLISIONS, b] > 0:
                pairs[count] = min(a, b) * stride + max(a, b)
                count += 1
    return count


@merged
def collide_all(
    vehicle_f: Array,
    vehicle_i: Array,
    n: int,
    obstacle_f: Array,
    obstacle_i: Array,
    num_obstacles: int,
    work: Workspace,
) -> None:
    """All contacts of a tick, in place: candidates by x, processed in highway-env's pair order.

    The order matters because a later pair overwrites an earlier impact (quirks 19 and 22). Needs
    ``ORDER`` sorted.
    """
    fastest, largest = 0.0, 0.0
    for i in range(n):
        fastest = max(fastest, vehicle_f[vehicle.SPEED, i])
        largest = max(largest, vehicle_f[vehicle.DIAGONAL, i])
    stride = n + num_obstacles
    pairs = work.pairs
    reach = largest / 2.0 + fastest * TICK_S + _MARGIN_M
    count = _vehicle_candidates(vehicle_f, vehicle_i, n, stride, reach, pairs)
    for j in range(num_obstacles):
        if obstacle_i[obstacle.COLLIDES, j] == 0:
            continue
        limit = reach + obstacle_f[obstacle.DIAGONAL, j] / 2.0
        x, y = obstacle_f[obstacle.X, j], obstacle_f[obstacle.Y, j]
        for i in range(n):
            if (
                abs(x - vehicle_f[vehicle.X, i]) <= limit
                and abs(y - vehicle_f[vehicle.Y, i]) <= limit
            ):
                pairs[count] = i * stride + n + j
                count += 1
    for k in range(1, count):
        key, slot = pairs[k], k
        while slot > 0 and pairs[slot - 1] > key:
            pairs[slot] = pairs[slot - 1]
            slot -= 1
        pairs[slot] = key
    for k in range(count):
        i, other = pairs[k] // stride, pairs[k] % stride
        collide_pair(vehicle_f, vehicle_i, n, obstacle_f, obstacle_i, work.floats, i, other)
