"""Lateral positions that the ego could take, what blocks each of them, and how sharply it must steer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import EGO_WIDTH_M
from policies.rule.objects import AVOID, HOLD, STRADDLE
from policies.rule.scene import Array, Mask, Scene
from policies.rule.thresholds import Thresholds

STEP_M: Final = 0.2
REACH_M: Final = 5.0
"""Positions are tried every 0.2 m up to 5 m to both sides: past the centre of the next lane."""

OFFSETS_M: Final = np.concatenate(
    [[0.0], *[[k * STEP_M, -k * STEP_M] for k in range(1, round(REACH_M / STEP_M) + 1)]]
)
"""Nearest first, so that the first position that serves is the nearest."""

STANDSTILL_GAP_M: Final = 3.0
"""Least gap to vehicles in the lane that is entered [A]."""

LAG_S: Final = 0.35
"""Delay of decision and steering law before the ego moves sideways [A: a decision and the heading loop]."""

SHARPEST_MPS2: Final = 6.0
"""Sharper than the steering law can do: out of reach."""


@dataclass(frozen=True)
class LateralPositions:
    """Candidate lateral positions ``(A, C)`` and what blocks them."""

    y: Array
    is_free: Mask  # no object in the way, with the comfortable margin
    is_tight: Mask  # no object in the way, with the tight margin
    depth: Array  # how far the ego overlaps the worst object there, m; negative = clear
    over: Mask  # some object would pass between the wheels
    needed_mps2: Array  # lateral acceleration to be there in time
    is_closed: Mask  # traffic
    shift: Array  # from the centre of the lane the ego belongs to


def find_positions(
    scene: Scene, verdict: NDArray[np.int64], home: Array, limits: Thresholds
) -> LateralPositions:
    """List every lateral position with what blocks it; positions off the road are moved to its edge.

    Parameters
    ----------
    scene
        Of ``A`` worlds.
    verdict
        ``(A, 4)`` of ``policies.rule.objects``.
    home
        ``(A,)`` centre of the lane the ego belongs to.
    limits
        Thresholds.
    """
    y = np.clip(home[:, None] + OFFSETS_M, scene.low[:, None], scene.high[:, None])
    offset = y[:, :, None] - scene.lateral[:, None, :]
    reach = scene.half_width + 0.5 * EGO_WIDTH_M + 0.7 * scene.blur
    apart = np.abs(offset) - reach[:, None, :]
    matters = ((verdict == AVOID) | (verdict == STRADDLE))[:, None, :]
    room = np.maximum(limits.straddle_half_width_m - scene.half_width, 0.05)
    can_straddle = (verdict == STRADDLE)[:, None, :] & (np.abs(offset) <= room[:, None, :])
    blocks = matters & ~can_straddle
    depth = np.where(blocks, -apart, -np.inf).max(axis=2)
    return LateralPositions(
        y=y,
        is_free=depth <= -limits.margin_m,
        is_tight=depth <= -limits.tight_margin_m,
        depth=depth,
        over=(matters & can_straddle).any(axis=2),
        needed_mps2=_needed(scene, verdict, y, offset, reach, matters, can_straddle, limits),
        is_closed=_is_closed(scene, y, limits),
        shift=y - home[:, None],
    )


def _needed(
    scene: Scene,
    verdict: NDArray[np.int64],
    y: Array,
    offset: Array,
    reach: Array,
    matters: Mask,
    can_straddle: Mask,
    limits: Thresholds,
) -> Array:
    """Lateral acceleration needed to pass clear of every object on the way to a position."""
    side = np.where(offset >= 0.0, 1.0, -1.0)
    brink = scene.lateral[:, None, :] + side * (reach + limits.tight_margin_m)[:, None, :]
    way = np.maximum(side * (brink - scene.y[:, None, None]), 0.0)
    way = np.where(can_straddle, np.abs(y - scene.y[:, None])[:, :, None], way)
    # on a patch there is no steering: what lies behind it must be decided before it
    patch_s = np.where((verdict == HOLD) & (scene.arrival_s > 0.0), scene.arrival_s, np.inf)
    arrival = np.minimum(scene.arrival_s, patch_s.min(axis=1, keepdims=True))
    time = np.maximum(arrival - LAG_S, 0.2)
    # it need not come to rest sideways by then: between 2 d / T^2 and the 4 d / T^2 of envs/physics/SOURCES.md 6.1
    needed = np.where(matters, 2.6 * way / np.square(time)[:, None, :], 0.0).max(axis=2)
    moves = np.abs(y - scene.y[:, None]) > 0.5 * STEP_M
    return np.minimum(np.where(moves, needed, 0.0), SHARPEST_MPS2)


def _is_closed(scene: Scene, y: Array, limits: Thresholds) -> Mask:
    """Whether a vehicle is, or will come, too close on the way to a position."""
    gap_s = np.where(scene.is_behind, limits.rear_gap_s, limits.front_gap_s)
    gap_s = gap_s + limits.lamp_gap_s * scene.brakes
    least = STANDSTILL_GAP_M + gap_s * scene.speed[:, None]
    least = least + np.maximum(scene.closing, 0.0) * limits.closing_s
    is_near = (scene.gap < least) & ~scene.is_same_path
    start = scene.y[:, None, None]
    swept = np.clip(
        scene.beside_y[:, None, :],
        np.minimum(start, y[:, :, None]),
        np.maximum(start, y[:, :, None]),
    )
    room = np.abs(scene.beside_y[:, None, :] - swept) - scene.beside_reach[:, None, :]
    moves = np.abs(y - scene.y[:, None]) > 0.5 * STEP_M
    is_closed: Mask = moves & (is_near[:, None, :] & (room < limits.side_gap_m)).any(axis=2)
    return is_closed
