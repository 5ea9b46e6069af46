"""Traffic around the ego: follower, neighbours, lanes further away. Shared by the families."""

from __future__ import annotations

from typing import Final

import numpy as np

from envs.debris.distribution import Uniform
from envs.scenario.parameters.distribution import Distribution, Flag, Pieces, TruncatedLogNormal
from envs.scenario.parameters.table import Parameter, ParameterTable, Point
from envs.scenario.room import JAM_GAP_M, equilibrium, jam_distance, least_gap
from envs.scenario.scene import CAR_SIZE_M, EGO_X_M, TRUCK_SIZE_M, SceneBuilder

TRUCK_SHARE = 0.15
"""Share of trucks among other vehicles [A]."""

MOBIL_SHARE = 0.3
"""Share of other vehicles that may change lane by themselves [A]."""

FOLLOWER_SHARE = 0.85
"""Probability that a vehicle follows the ego [A; envs/physics/SOURCES.md 2.8 has 0.6 for all traffic: ours is the busy
part]."""

HEADWAY = TruncatedLogNormal(1.2, 0.45, 0.5, 3.5)
"""Headway of the follower, s [A; envs/physics/SOURCES.md 2.8 has 1.6 s, 0.5 for all traffic: debris meets dense
traffic]."""

NEAR_M = Pieces(((-32.0, -12.0, 1 / 3), (-7.0, 9.0, 1 / 3), (14.0, 40.0, 1 / 3)))
"""Place of a neighbour relative to the ego: overtaking, beside, or ahead [A]."""

BESIDE_M = Uniform(-7.0, 9.0)
"""Place of a neighbour beside the ego [A]."""

OVERTAKING_M = Uniform(-32.0, -12.0)
"""Place of a neighbour that overtakes the ego [A]."""

SLOTS: Final = ("near", "second", "behind", "ahead")
"""Vehicles of a lane beside the ego's: two near it, two further away."""

FAR_M: Final = (-100.0, -40.0, 20.0, 80.0)
"""Places of vehicles more than one lane away, give or take 15 m [A]."""

LANE_CHANGE_JAM_M = 0.5 * (CAR_SIZE_M[0] + TRUCK_SIZE_M[0]) + JAM_GAP_M
"""IDM's jam distance of a car that may change lane by itself: highway-env's MOBIL measures between centres and knows no
lengths, so it must leave room for half a truck."""

LANE_CHANGE_TIME_GAP_S = 1.0
"""Least time gap of a car that may change lane by itself [A]: IDM's desired gap shrinks by v dv / 7.7 m/s2 where the
other vehicle is faster by dv, and MOBIL would change into a vehicle beside; this much covers dv = 7 m/s."""


def _flag(name: str, probability: float, text: str) -> Parameter:
    """A parameter that is true or false."""
    return Parameter(name, "", 0, 1, Flag(probability), text, kind="flag")


def follower(
    headway: Distribution = HEADWAY,
    share: float = FOLLOWER_SHARE,
    truck_share: float = TRUCK_SHARE,
) -> tuple[Parameter, ...]:
    """Parameters of the vehicle behind the ego."""
    return (
        _flag("follower.present", share, "Whether a vehicle follows the ego."),
        Parameter("follower.headway", "s", 0.2, 5.0, headway,
                  "Time between the centres of ego and follower; raised to the least that IDM holds without braking."),
        _flag("follower.truck", truck_share, "Whether it is a truck."),
    )  # fmt: skip


def neighbours(
    side: str,
    *,
    near: float,
    second: float = 0.5,
    near_m: Distribution = NEAR_M,
    faster_mps: tuple[float, float] = (0.5, 2.5),
) -> tuple[Parameter, ...]:
    """Parameters of the vehicles in the lane to the ``"left"`` or to the ``"right"`` of the ego's.

    Parameters
    ----------
    near, second
        Probability of a vehicle near the ego, and of a second one that overtakes if there is the first.
    near_m
        Place of the first relative to the ego.
    faster_mps
        Speed of the lane above that of the lane on its right.
    """
    low, high = faster_mps
    speed = Uniform(low, high) if side == "left" else Uniform(-high, -low)
    shares = {"near": near, "second": second, "behind": 1.0, "ahead": 1.0}
    places = {
        "near": near_m,
        "second": OVERTAKING_M,
        "behind": Uniform(-110.0, -55.0),
        "ahead": Uniform(60.0, 130.0),
    }
    found = [
        Parameter(f"{side}.relative_speed", "m/s", -10.0, 10.0, speed,
                  f"Speed of the lane on the {side} above the ego's.")
    ]  # fmt: skip
    for slot in SLOTS:
        name = f"{side}.{slot}"
        found += (
            _flag(f"{name}_present", shares[slot], f"Whether there is this vehicle on the {side}."),
            Parameter(f"{name}_place", "m", -200.0, 200.0, places[slot],
                      "Its place ahead of the ego; without room there it is left out."),
            _flag(f"{name}_truck", TRUCK_SHARE, "Whether it is a truck."),
            _flag(f"{name}_changes_lane", MOBIL_SHARE,
                  "Whether it may change lane by itself where that is safe."),
        )  # fmt: skip
    return tuple(found)


FAR: Final = Parameter(
    "far.relative_speed", "m/s", -5.0, 5.0, Uniform(0.5, 2.5),
    "Speed of a lane more than one lane away above the lane on its right, per lane.",
)  # fmt: skip


def traffic(busy: float) -> tuple[Parameter, ...]:
    """Parameters of all vehicles around the ego except its lead.

    ``busy`` is the probability of a vehicle near the ego, per adjacent lane.
    """
    sides = (*neighbours("left", near=busy), *neighbours("right", near=busy))
    return (*follower(), *sides, FAR)


def place_traffic(
    scene: SceneBuilder, point: Point, ego_lane: int, rng: np.random.Generator
) -> None:
    """Place follower, neighbours and, where the point has ``far.relative_speed``, vehicles further away.

    Everything that needs room is placed before. ``rng`` is consumed for what does not matter: clocks of lane changes,
    and the vehicles more than one lane away.
    """
    speed, placed = point.number("ego.speed"), scene.num_vehicles
    if point.flag("follower.present"):
        place_follower(scene, point, ego_lane, speed)
    for side, lane in (("left", ego_lane - 1), ("right", ego_lane + 1)):
        if 0 <= lane < scene.num_lanes:
            _place_neighbours(scene, point, side, lane, rng)
    if "far.relative_speed" in point:
        for lane in range(scene.num_lanes):
            if abs(lane - ego_lane) > 1:
                faster = (ego_lane - lane) * point.number("far.relative_speed")
                _place_far(scene, lane, speed + faster, rng)
    # vehicles that a family placed beside the ego before: now it is known who drives ahead of them
    for index in range(1, placed):
        if scene.lane_of(index) != ego_lane:
            scene.settle(index)


def place_follower(scene: SceneBuilder, point: Point, lane: int, speed_mps: float) -> None:
    """Place a vehicle behind the ego that keeps its gap: IDM neither brakes nor accelerates there."""
    is_truck = point.flag("follower.truck")
    length = TRUCK_SIZE_M[0] if is_truck else CAR_SIZE_M[0]
    # the ego may leave the lane: the longest vehicle ahead of it decides how near is safe
    jam = jam_distance(length, scene.longest_in(lane))
    gap = max(point.number("follower.headway") * speed_mps, least_gap(speed_mps, jam))
    time_gap, free_speed = equilibrium(gap, speed_mps, jam)
    scene.add_vehicle(
        EGO_X_M - gap,
        lane,
        speed_mps,
        is_truck=is_truck,
        target_speed_mps=free_speed,
        time_gap_s=time_gap,
        jam_distance_m=jam,
    )


def _place_neighbours(
    scene: SceneBuilder, point: Point, side: str, lane: int, rng: np.random.Generator
) -> None:
    """Place the vehicles of one adjacent lane, front to back."""
    speed = point.number("ego.speed") + point.number(f"{side}.relative_speed")
    clocks = dict(zip(SLOTS, rng.random(len(SLOTS)).tolist(), strict=True))
    present = [slot for slot in SLOTS if point.flag(f"{side}.{slot}_present")]
    if "near" not in present and "second" in present:
        present.remove("second")
    for slot in sorted(present, key=lambda slot: -point.number(f"{side}.{slot}_place")):
        name = f"{side}.{slot}"
        _place_behind(
            scene,
            lane,
            EGO_X_M + point.number(f"{name}_place"),
            speed,
            is_truck=point.flag(f"{name}_truck"),
            may_change_lane=point.flag(f"{name}_changes_lane"),
            clock=clocks[slot],
        )


def _place_far(scene: SceneBuilder, lane: int, speed_mps: float, rng: np.random.Generator) -> None:
    """Place the vehicles of a lane more than one lane away, front to back; ``rng`` is consumed."""
    for x, place, truck, change, clock in zip(
        FAR_M[::-1], *rng.random((4, len(FAR_M))).tolist(), strict=True
    ):
        _place_behind(
            scene,
            lane,
            EGO_X_M + x + 30.0 * (place - 0.5),
            speed_mps,
            is_truck=truck < TRUCK_SHARE,
            may_change_lane=change < MOBIL_SHARE,
            clock=clock,
        )


def _place_behind(
    scene: SceneBuilder,
    lane: int,
    x_m: float,
    speed_mps: float,
    *,
    is_truck: bool,
    may_change_lane: bool,
    clock: float,
) -> None:
    """Place a vehicle that keeps its gap to the one ahead in its lane, if there is room for it."""
    length = TRUCK_SIZE_M[0] if is_truck else CAR_SIZE_M[0]
    if not scene.is_free(lane, x_m, length, speed_mps):
        return
    gap, speed_ahead = scene.ahead(lane, x_m)
    jam = length + JAM_GAP_M
    if may_change_lane := (
        may_change_lane
        and not is_truck
        and scene.allows_changes(lane)
        and equilibrium(gap, speed_mps, LANE_CHANGE_JAM_M)[0] >= LANE_CHANGE_TIME_GAP_S
    ):
        jam = LANE_CHANGE_JAM_M
    time_gap, free_speed = equilibrium(
        gap,
        speed_mps,
        jam,
        closing_mps=speed_mps - speed_ahead,
        longest_s=scene.longest_time_gap(lane),
    )
    scene.add_vehicle(
        x_m,
        lane,
        speed_mps,
        is_truck=is_truck,
        target_speed_mps=free_speed,
        time_gap_s=time_gap,
        jam_distance_m=jam,
        may_change_lane=may_change_lane,
        timer_s=0.05 + 0.9 * clock,
    )


def add_traffic(
    scene: SceneBuilder,
    rng: np.random.Generator,
    ego_lane: int,
    speed_mps: float,
    *,
    busy: float,
) -> None:
    """Place all vehicles around the ego except its lead, drawn from ``traffic(busy)``, for scenarios without a table.

    Parameters
    ----------
    rng
        Consumed.
    ego_lane, speed_mps
        Of the ego, which is placed already. Lanes further left are faster.
    busy
        Probability of a vehicle beside the ego, per adjacent lane.
    """
    point = ParameterTable(*traffic(busy)).draw(rng)
    place_traffic(scene, point.but({"ego.speed": speed_mps}), ego_lane, rng)
