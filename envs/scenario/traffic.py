"""Traffic around the ego: follower, neighbours, lanes further away. Shared by the families."""

from __future__ import annotations

import math

import numpy as np

from envs.scenario.scene import (
    CAR_SIZE_M,
    EGO_X_M,
    HURRY,
    JAM_GAP_M,
    TRUCK_SIZE_M,
    SceneBuilder,
    equilibrium_time_gap,
)

TRUCK_SHARE = 0.15
"""Share of trucks among other vehicles [A]."""

MOBIL_SHARE = 0.3
"""Share of other vehicles that may change lane by themselves [A]."""

FOLLOWER_SHARE = 0.85
"""Probability that a vehicle follows the ego [A; envs/physics/SOURCES.md 2.8 has 0.6 for all traffic: ours is the busy
part]."""

HEADWAY_MEDIAN_S, HEADWAY_SIGMA = 1.2, 0.45
"""Headway of the follower, lognormal [A; envs/physics/SOURCES.md 2.8 has 1.6 s, 0.5 for all traffic: debris meets dense
traffic]."""


def sample_headway(rng: np.random.Generator) -> float:
    """Front-to-front time of a follower, s, 0.5 to 3.5; one draw consumed."""
    headway = HEADWAY_MEDIAN_S * math.exp(HEADWAY_SIGMA * rng.standard_normal())
    return min(max(headway, 0.5), 3.5)


def add_follower(
    scene: SceneBuilder,
    rng: np.random.Generator,
    lane: int,
    speed_mps: float,
    headway_s: float,
    *,
    is_truck: bool | None = None,
) -> int:
    """Place a vehicle behind the ego that keeps its gap at this headway; returns its index.

    ``rng`` is consumed: one draw. The time gap is the one at which IDM neither brakes nor accelerates here.
    """
    draw = rng.random()
    truck = draw < TRUCK_SHARE if is_truck is None else is_truck
    length = TRUCK_SIZE_M[0] if truck else CAR_SIZE_M[0]
    # at least a metre of air between the bumpers
    centre_gap = max(headway_s * speed_mps, 0.5 * (length + CAR_SIZE_M[0]) + 1.0)
    return scene.add_vehicle(
        EGO_X_M - centre_gap,
        lane,
        speed_mps,
        is_truck=truck,
        target_speed_mps=HURRY * speed_mps,
        time_gap_s=equilibrium_time_gap(centre_gap, speed_mps, length + JAM_GAP_M),
    )


def add_column(
    scene: SceneBuilder, rng: np.random.Generator, lane: int, speed_mps: float, xs_m: list[float]
) -> None:
    """Place vehicles along one lane, where there is room; each one keeps its gap to the one ahead.

    ``rng`` is consumed: three draws per vehicle. The foremost drives at its own speed throughout.
    """
    ahead: float | None = None
    for x in sorted(xs_m, reverse=True):
        is_truck = rng.random() < TRUCK_SHARE
        may_change = rng.random() < MOBIL_SHARE
        timer = 0.05 + 0.9 * rng.random()
        length = TRUCK_SIZE_M[0] if is_truck else CAR_SIZE_M[0]
        if not scene.is_free(lane, x, length):
            continue
        time_gap = 1.0
        if ahead is not None:
            time_gap = equilibrium_time_gap(ahead - x, speed_mps, length + JAM_GAP_M)
        scene.add_vehicle(
            x,
            lane,
            speed_mps,
            is_truck=is_truck,
            target_speed_mps=speed_mps * (1.0 if ahead is None else HURRY),
            time_gap_s=time_gap,
            may_change_lane=may_change,
            timer_s=timer,
        )
        ahead = x


NEIGHBOURS = {
    # what is beside the ego in an adjacent lane: lowest and highest place relative to the ego, m
    "beside": (-7.0, 9.0),
    "overtaking": (-32.0, -12.0),
    "ahead": (14.0, 40.0),
}


def add_neighbours(
    scene: SceneBuilder,
    rng: np.random.Generator,
    lane: int,
    speed_mps: float,
    kinds: tuple[str, ...],
) -> None:
    """Place traffic in a lane beside the ego's: one vehicle per entry of ``kinds``, then two further away.

    ``kinds`` are keys of ``NEIGHBOURS``; ``rng`` is consumed.
    """
    xs = [EGO_X_M + rng.uniform(*NEIGHBOURS[kind]) for kind in kinds]
    xs.append(EGO_X_M - rng.uniform(55.0, 110.0))
    xs.append(EGO_X_M + rng.uniform(60.0, 130.0))
    add_column(scene, rng, lane, speed_mps, xs)


def sample_neighbour_kinds(rng: np.random.Generator, busy: float) -> tuple[str, ...]:
    """Vehicles beside the ego in one lane: none, one, or two; ``busy`` 0..1. Two draws consumed."""
    first, second = rng.random(), rng.random()
    names = tuple(NEIGHBOURS)
    if first > busy:
        return ()
    kind = names[int(second * len(names)) % len(names)]
    return (kind,) if first > 0.5 * busy else tuple(sorted({kind, "overtaking"}))


def add_traffic(
    scene: SceneBuilder,
    rng: np.random.Generator,
    ego_lane: int,
    speed_mps: float,
    *,
    busy: float,
) -> None:
    """Place all vehicles around the ego except its lead: follower, adjacent lanes, lanes further away.

    Parameters
    ----------
    rng
        Consumed.
    ego_lane, speed_mps
        Of the ego, which is placed already. Lanes further left are faster.
    busy
        Probability of a vehicle beside the ego, per adjacent lane.
    """
    if rng.random() < FOLLOWER_SHARE:
        add_follower(scene, rng, ego_lane, speed_mps, sample_headway(rng))
    for lane in range(scene.num_lanes):
        lane_speed = speed_mps + (ego_lane - lane) * rng.uniform(0.5, 2.5)
        if abs(lane - ego_lane) == 1:
            add_neighbours(scene, rng, lane, lane_speed, sample_neighbour_kinds(rng, busy))
        elif lane != ego_lane:
            xs = [EGO_X_M + x + rng.uniform(-15.0, 15.0) for x in (-100.0, -40.0, 20.0, 80.0)]
            add_column(scene, rng, lane, lane_speed, xs)
