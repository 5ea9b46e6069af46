"""The same traffic, written the slow and obvious way: list order, full expressions, all pairs.

Plain Python on the twin's arrays, sharing nothing with the kernels but the names of the rows. It is
what the fast kernels are compared with, bit for bit, in any process; the constants are module
attributes so that a test can falsify one and see the comparison fail.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from envs.batched.kernels import obstacle as o
from envs.specification import vehicle as v
from tests.parity.translate import Scene

TICK = 1 / 15
LANE = 4.0
ROAD = 10_000.0
COMFORT = 3.0
BRAKING = 5.0
CLIP = 6.0
DELAY = 1.0
SAFE = 2.0
GAIN = 0.2
KP_LATERAL = 1 / 0.6
KP_HEADING = 1 / 0.2
KP_SPEED = 1 / 0.6
SIDES = (-1, +1)


def fused(a: float, b: float, c: float) -> float:
    """The sum of c and the product of a and b, rounded once."""
    return float(Fraction(a) * Fraction(b) + Fraction(c))


def dot(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Dot product as NumPy's BLAS rounds it."""
    return fused(a[1], b[1], a[0] * b[0])


def not_zero(x: float) -> float:
    """Quirk 13."""
    if abs(x) > 0.01:
        return x
    return 0.01 if x >= 0 else -0.01


def wrap(x: float) -> float:
    """Into [-pi, pi)."""
    return (x + math.pi) % (2 * math.pi) - math.pi


def clip(x: float, low: float, high: float) -> float:
    """Between two bounds."""
    return min(max(x, low), high)


class Body:
    """One vehicle or obstacle as an object: what the formulas need, read from the arrays."""

    def __init__(self, scene: Scene, index: int) -> None:
        self.index = index
        self.is_vehicle = index < scene.n
        if self.is_vehicle:
            column = [float(x) for x in scene.vehicle_f[:, index]]
            self.x, self.y, self.heading = column[v.X], column[v.Y], column[v.HEADING]
            self.length, self.width = column[v.LENGTH], column[v.WIDTH]
            self.diagonal, self.speed = column[v.DIAGONAL], column[v.SPEED]
            self.direction = (math.cos(self.heading), math.sin(self.heading))
            self.velocity = (self.speed * self.direction[0], self.speed * self.direction[1])
        else:
            column = [float(x) for x in scene.obstacle_f[:, index - scene.n]]
            self.x, self.y, self.heading = column[o.X], column[o.Y], column[o.HEADING]
            self.length, self.width = column[o.LENGTH], column[o.WIDTH]
            self.diagonal = column[o.DIAGONAL]
            self.direction = (math.cos(self.heading), math.sin(self.heading))
            self.velocity = (column[o.VX], column[o.VY])


def bodies(scene: Scene) -> list[Body]:
    """Everything on the road, in highway-env's search order."""
    return [Body(scene, k) for k in range(scene.n + scene.num_obstacles)]


def neighbours(everything: list[Body], me: Body, lane: int) -> tuple[Body | None, Body | None]:
    """Who is ahead and who is behind on a lane (quirks 17 and 18)."""
    ahead = behind = None
    for body in everything:
        if body is me:
            continue
        if abs(body.y - LANE * lane) > 3.0 or not -5 <= body.x < ROAD + 5:
            continue
        if me.x <= body.x and (ahead is None or body.x <= ahead.x):
            ahead = body
        if body.x < me.x and (behind is None or body.x > behind.x):
            behind = body
    return ahead, behind


def wanted_gap(f: Any, decider: Body, me: Body, lead: Body) -> float:
    """Quirk 12, with the decider's jam distance and time gap."""
    difference = (me.velocity[0] - lead.velocity[0], me.velocity[1] - lead.velocity[1])
    closing = dot(difference, me.direction)
    gap = float(f[v.JAM_DISTANCE, decider.index]) + me.speed * float(f[v.TIME_GAP, decider.index])
    return gap + me.speed * closing / (2 * math.sqrt(COMFORT * BRAKING))


def acceleration(scene: Scene, decider: Body, me: Body | None, lead: Body | None) -> float:
    """IDM, unclipped (quirk 11)."""
    if me is None or not me.is_vehicle:
        return 0.0
    f = scene.vehicle_f
    target = clip(float(f[v.TARGET_SPEED, me.index]), 0.0, scene.speed_limit)
    ratio = max(me.speed, 0.0) / abs(not_zero(target))
    result = COMFORT * (1 - math.pow(ratio, float(f[v.EXPONENT, decider.index])))
    if lead is not None:
        share = wanted_gap(f, decider, me, lead) / not_zero(lead.x - me.x)
        result -= COMFORT * (share * share)
    return result


def recommends(scene: Scene, everything: list[Body], me: Body, own: int, side: int) -> bool:
    """MOBIL with politeness 0 (quirk 8)."""
    new_lead, new_follower = neighbours(everything, me, side)
    if acceleration(scene, me, new_follower, me) < -SAFE:
        return False
    old_lead, _ = neighbours(everything, me, own)
    gain = acceleration(scene, me, me, new_lead) - acceleration(scene, me, me, old_lead)
    return not gain < GAIN


def lane_policy(scene: Scene, everything: list[Body], me: Body) -> None:
    """Quirks 6, 7 and 9."""
    f, i = scene.vehicle_f, scene.vehicle_i
    own, target = int(i[v.LANE, me.index]), int(i[v.TARGET_LANE, me.index])
    if own != target:
        for other in everything[: scene.n]:
            k = other.index
            if other is me or i[v.LANE, k] == target or i[v.TARGET_LANE, k] != target:
                continue
            if 0 < other.x - me.x < wanted_gap(f, me, me, other):
                i[v.TARGET_LANE, me.index] = own
                break
        return
    if not f[v.TIMER, me.index] > DELAY:
        return
    f[v.TIMER, me.index] = 0.0
    for step in SIDES:
        side = own + step
        if not 0 <= side < scene.num_lanes - scene.has_shoulder:
            continue
        if abs(me.y - LANE * side) > 8 or not 0 <= me.x < ROAD + 5 or abs(me.speed) < 1:
            continue
        if recommends(scene, everything, me, own, side):
            i[v.TARGET_LANE, me.index] = side


def steering(me: Body, target: int) -> float:
    """Quirk 14."""
    lateral_speed = -KP_LATERAL * (me.y - LANE * target)
    wanted = math.asin(clip(lateral_speed / not_zero(me.speed), -1, 1))
    rate = KP_HEADING * wrap(clip(wanted, -math.pi / 4, math.pi / 4) - me.heading)
    slip = math.asin(clip(me.length / 2 / not_zero(me.speed) * rate, -1, 1))
    return clip(math.atan(2 * math.tan(slip)), -math.pi / 3, math.pi / 3)


def decide(scene: Scene, everything: list[Body], me: Body) -> None:
    """One vehicle's decision (quirks 10 and 11)."""
    f, i, k = scene.vehicle_f, scene.vehicle_i, me.index
    if i[v.KIND, k] == v.KIND_MDP:
        f[v.STEERING, k] = steering(me, int(i[v.TARGET_LANE, k]))
        f[v.ACCELERATION, k] = KP_SPEED * (float(f[v.TARGET_SPEED, k]) - me.speed)
    if i[v.KIND, k] != v.KIND_IDM or i[v.CRASHED, k]:
        return
    if i[v.MAY_CHANGE_LANE, k]:
        lane_policy(scene, everything, me)
    own, target = int(i[v.LANE, k]), int(i[v.TARGET_LANE, k])
    f[v.STEERING, k] = steering(me, target)
    result = acceleration(scene, me, me, neighbours(everything, me, own)[0])
    if own != target:
        other = acceleration(scene, me, me, neighbours(everything, me, target)[0])
        result = min(result, other)
    f[v.ACCELERATION, k] = clip(result, -CLIP, CLIP)


def nearest_lane(x: float, y: float, heading: float, num_lanes: int) -> int:
    """Quirk 16."""
    distances = [
        abs(y - LANE * lane) + max(x - ROAD, 0) + max(-x, 0) + abs(wrap(heading))
        for lane in range(num_lanes)
    ]
    return distances.index(min(distances))


def move(scene: Scene, me: Body) -> None:
    """Quirks 3, 4 and 5."""
    f, i, k = scene.vehicle_f, scene.vehicle_i, me.index
    if i[v.KIND, k] == v.KIND_IDM:
        f[v.TIMER, k] += TICK
    if i[v.CRASHED, k]:
        f[v.STEERING, k], f[v.ACCELERATION, k] = 0.0, -1.0 * me.speed
    if me.speed > 40:
        f[v.ACCELERATION, k] = min(float(f[v.ACCELERATION, k]), 1.0 * (40 - me.speed))
    elif me.speed < -40:
        f[v.ACCELERATION, k] = max(float(f[v.ACCELERATION, k]), 1.0 * (-40 - me.speed))
    slip = math.atan(1 / 2 * math.tan(float(f[v.STEERING, k])))
    x = me.x + me.speed * math.cos(me.heading + slip) * TICK
    y = me.y + me.speed * math.sin(me.heading + slip) * TICK
    if i[v.HAS_IMPACT, k]:
        x += float(f[v.IMPACT_X, k])
        y += float(f[v.IMPACT_Y, k])
        i[v.CRASHED, k], i[v.HAS_IMPACT, k] = 1, 0
    heading = me.heading + me.speed * math.sin(slip) / (me.length / 2) * TICK
    f[v.X, k], f[v.Y, k], f[v.HEADING, k] = x, y, heading
    f[v.SPEED, k] = me.speed + float(f[v.ACCELERATION, k]) * TICK
    f[v.COS, k], f[v.SIN, k] = math.cos(heading), math.sin(heading)
    i[v.LANE, k] = nearest_lane(x, y, heading, scene.num_lanes)


def corners(body: Body) -> list[tuple[float, float]]:
    """Quirk 21's four corners."""
    cos, sin = body.direction
    half_length, half_width = body.length / 2, body.width / 2
    local = [
        (-half_length, -half_width),
        (-half_length, half_width),
        (half_length, half_width),
        (half_length, -half_width),
    ]
    return [(dot((cos, -sin), p) + body.x, dot((sin, cos), p) + body.y) for p in local]


def mean(points: list[tuple[float, float]], axis: int) -> float:
    """Mean coordinate of four points."""
    return (points[0][axis] + points[1][axis] + points[2][axis] + points[3][axis]) / 4


def interval_gap(low_a: float, high_a: float, low_b: float, high_b: float) -> float:
    """Distance between intervals."""
    return low_b - high_a if low_a < low_b else low_a - high_b


def contact(a: Body, b: Body) -> tuple[bool, bool, tuple[float, float]]:
    """Overlap now, overlap soon, and the shift apart (quirks 20 and 21)."""
    between = (b.x - a.x, b.y - a.y)
    if math.sqrt(dot(between, between)) > (a.diagonal + b.diagonal) / 2 + a.speed * TICK:
        return False, False, (0.0, 0.0)
    first, second = corners(a), corners(b)
    travel = (
        a.velocity[0] * TICK - b.velocity[0] * TICK,
        a.velocity[1] * TICK - b.velocity[1] * TICK,
    )
    centre = (mean(first, 0) - mean(second, 0), mean(first, 1) - mean(second, 1))
    overlap, soon, least, shift = True, True, math.inf, (0.0, 0.0)
    for polygon in (first, second):
        for p, q in zip(polygon, polygon[1:] + polygon[:1], strict=True):
            normal = (-q[1] + p[1], q[0] - p[0])
            norm = math.sqrt(dot(normal, normal))
            normal = (normal[0] / norm, normal[1] / norm)
            mine = [dot(c, normal) for c in first]
            theirs = [dot(c, normal) for c in second]
            low, high = min(mine), max(mine)
            if interval_gap(low, high, min(theirs), max(theirs)) > 0:
                overlap = False
            sweep = dot(normal, travel)
            if sweep < 0:
                low += sweep
            else:
                high += sweep
            gap = interval_gap(low, high, min(theirs), max(theirs))
            if gap > 0:
                soon = False
            if not overlap and not soon:
                return False, False, (0.0, 0.0)
            if abs(gap) < least:
                least = abs(gap)
                sign = 1 if dot(centre, normal) > 0 else -1
                shift = (sign * normal[0], sign * normal[1])
    return overlap, soon, (least * shift[0], least * shift[1])


def collide(scene: Scene, a: Body, b: Body) -> None:
    """Quirk 22."""
    f, i = scene.vehicle_f, scene.vehicle_i
    overlap, soon, shift = contact(a, b)
    if soon:
        half = 0.5 if b.is_vehicle else 1.0
        i[v.HAS_IMPACT, a.index] = 1
        f[v.IMPACT_X, a.index], f[v.IMPACT_Y, a.index] = half * shift[0], half * shift[1]
        if b.is_vehicle:
            i[v.HAS_IMPACT, b.index] = 1
            f[v.IMPACT_X, b.index], f[v.IMPACT_Y, b.index] = -shift[0] / 2, -shift[1] / 2
    if overlap:
        i[v.CRASHED, a.index] = 1
        if b.is_vehicle:
            i[v.CRASHED, b.index] = 1
        else:
            scene.obstacle_i[o.CRASHED, b.index - scene.n] = 1


def plain_tick(scene: Scene) -> None:
    """One tick of traffic, in place: decide, move, collide; ORDER is not kept."""
    everything = bodies(scene)
    for me in everything[: scene.n]:
        decide(scene, everything, me)
    for me in everything[: scene.n]:
        move(scene, me)
    everything = bodies(scene)
    checks = scene.vehicle_i[v.CHECK_COLLISIONS]
    for k, a in enumerate(everything[: scene.n]):
        for b in everything[k + 1 : scene.n]:
            if checks[a.index] or checks[b.index]:
                collide(scene, a, b)
        for b in everything[scene.n :]:
            if scene.obstacle_i[o.COLLIDES, b.index - scene.n]:
                collide(scene, a, b)
