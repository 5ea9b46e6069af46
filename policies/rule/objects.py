"""Rules about one object, which give it one of four verdicts; the first rule that applies decides."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.specification import EGO_WIDTH_M
from policies.rule.scene import Array, Mask, Scene
from policies.rule.thresholds import Thresholds
from policies.sightings import SEEN_IF_GHOST, SEEN_IF_REAL

IGNORE, HOLD, STRADDLE, AVOID = range(4)
"""Drive as if it were not there; drive straight over it; over it, between the wheels; not over it."""

VERDICTS: Final = ("ignore", "hold straight", "straddle or avoid", "avoid")

SHEET_HALF_WIDTH_M: Final = 0.7
"""An object this wide and without height is like paint on the road [A: wider than the free way between the wheels]."""

ENTERED_S: Final = 0.4
"""A patch this near is as good as under the wheels: two decisions."""

SEEN_NATS: Final = math.log(SEEN_IF_REAL / SEEN_IF_GHOST)
MISSED_NATS: Final = math.log((1.0 - SEEN_IF_GHOST) / (1.0 - SEEN_IF_REAL))
"""Evidence of one sighting for an object, and of one miss in plain view against it, nats."""


def _evidence(scene: Scene) -> Array:
    """Evidence from sightings and misses that an object exists, nats."""
    return SEEN_NATS * scene.seen - MISSED_NATS * scene.missed


class ObjectRule(NamedTuple):
    """A condition and its verdict."""

    name: str
    verdict: int
    applies: Callable[[Scene, Thresholds], Mask]  # (A, J)
    condition: str  # with thresholds in braces
    reason: str


def _is_patch(scene: Scene, limits: Thresholds) -> Mask:
    is_sheet = (scene.height <= limits.sheet_height_m) & (scene.half_width >= SHEET_HALF_WIDTH_M)
    return (scene.patch >= 0.5) | is_sheet


def _is_low_and_narrow(scene: Scene, limits: Thresholds) -> Mask:
    is_low = scene.height <= limits.straddle_height_m
    return is_low & (scene.half_width <= limits.straddle_half_width_m)


RULES: Final = (
    ObjectRule(
        "no track",
        IGNORE,
        lambda scene, _: ~scene.tracked,
        "nothing is tracked in this slot",
        "nothing there",
    ),
    ObjectRule(
        "past",
        IGNORE,
        lambda scene, _: scene.past,
        "the ego's tail has passed it",
        "too late for anything",
    ),
    ObjectRule(
        "far",
        IGNORE,
        lambda scene, limits: scene.arrival_s > limits.horizon_s,
        "arrival in more than {horizon_s} s",
        "most far detections turn out to be marks; early manoeuvres cost the same as timely ones "
        "(envs/physics/SOURCES.md 5)",
    ),
    ObjectRule(
        "wreck",
        AVOID,
        lambda scene, _: scene.is_wreck,
        "a vehicle ahead slower than {wreck_speed_mps} m/s, or crashed; with {wreck_margin_m} m more room",
        "it stays where it is, and the traffic behind it does not: go round it in time, or stop before it",
    ),
    ObjectRule(
        "forgotten",
        IGNORE,
        lambda scene, limits: scene.hidden_s > limits.memory_s,
        "hidden for more than {memory_s} s",
        "object permanence, for a while: what vanished behind a truck is still there",
    ),
    ObjectRule(
        "mark",
        IGNORE,
        lambda scene, limits: scene.mark >= limits.mark_probability,
        "looks like a ground mark with probability >= {mark_probability}",
        "shadows, stains and cracks are ten times as common as objects (envs/physics/SOURCES.md 4)",
    ),
    ObjectRule(
        "ghost",
        IGNORE,
        lambda scene, limits: -_evidence(scene) > limits.ghost_nats,
        "misses in plain view outweigh sightings by {ghost_nats} nats",
        "detectors report things that are not there, now and then (envs/physics/SOURCES.md 4.1)",
    ),
    ObjectRule(
        "gone",
        IGNORE,
        lambda scene, limits: scene.gone >= limits.gone_probability,
        "it no longer exists with probability >= {gone_probability}",
        "what is missed where it was seen has been pushed away",
    ),
    ObjectRule(
        "alongside",
        HOLD,
        lambda scene, _: scene.arrival_s <= 0.0,
        "the bumper has reached it",
        "too late to steer or brake for it; not too late to steer into it",
    ),
    ObjectRule(
        "patch",
        HOLD,
        _is_patch,
        "looks like a patch with probability >= 0.5, or wide and not higher than {sheet_height_m} m",
        "neither brake nor steer on lost grip (envs/physics/SOURCES.md 2.5)",
    ),
    ObjectRule(
        "flat",
        IGNORE,
        lambda scene, limits: scene.height <= limits.flat_height_m,
        "height + sd <= {flat_height_m} m",
        "Autoware's obstacle segmentation drops points below a height threshold too",
    ),
    ObjectRule(
        "low and narrow",
        STRADDLE,
        _is_low_and_narrow,
        "height + sd <= {straddle_height_m} m and half width <= {straddle_half_width_m} m",
        "it fits under the ego and between the wheels (envs/physics/SOURCES.md 2.1)",
    ),
    ObjectRule(
        "anything else",
        AVOID,
        lambda scene, _: np.ones_like(scene.tracked),
        "always",
        "size is all that can be relied on",
    ),
)
"""Rules in order; the first one that applies decides."""


def is_on_patch(scene: Scene, limits: Thresholds) -> Mask:
    """Whether the wheels are on a patch, or will be before any manoeuvre takes effect; ``(A,)``."""
    is_there = scene.tracked & ~scene.past & (scene.arrival_s < ENTERED_S)
    in_path = np.abs(scene.lateral - scene.y[:, None]) < scene.half_width + 0.5 * EGO_WIDTH_M
    on_patch: Mask = np.any(is_there & in_path & _is_patch(scene, limits), axis=1)
    return on_patch


def judge(
    scene: Scene, limits: Thresholds, without: Collection[str] = ()
) -> tuple[NDArray[np.int64], Mask]:
    """Verdict on every object, and whether hitting it would be severe.

    Parameters
    ----------
    scene
        Of ``A`` worlds.
    limits
        Thresholds.
    without
        Names of rules that do not count.

    Returns
    -------
    verdict
        ``(A, J)`` one of ``IGNORE``, ``HOLD``, ``STRADDLE``, ``AVOID``.
    is_severe
        ``(A, J)``: high enough to meet the bumper, or wide, hardly a mark on the ground, and confirmed: several
        sightings come before hard braking.
    """
    verdict = np.full(scene.tracked.shape, AVOID)
    # backwards, so that an earlier rule overwrites a later one
    for rule in reversed([rule for rule in RULES if rule.name not in without]):
        verdict[rule.applies(scene, limits)] = rule.verdict
    is_high = scene.height >= limits.severe_height_m
    is_wide = 2.0 * scene.half_width >= limits.severe_width_m
    is_sure = (scene.mark < limits.severe_mark_probability) & (
        _evidence(scene) >= limits.confirm_nats
    )
    return verdict, (is_high | is_wide) & is_sure
