"""The rule policy: computes the scene, applies the rules, and executes the decision smoothly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.errors import UserError, not_allowed
from envs.specification import GRAVITY_MPS2, VEHICLE_SLOTS, column
from policies.base import KEEP, Budget, Explanation, Observation
from policies.command import to_action
from policies.following import follow
from policies.perception.tracks import Perception, Tracks
from policies.perception.velocity_filter import NUM_SPEEDS
from policies.rule.lateral_positions import find_positions
from policies.rule.objects import AVOID, HOLD, STRADDLE, is_on_patch, judge
from policies.rule.objects import RULES as OBJECT_RULES
from policies.rule.rules import RULES, Situation, decide, label_of
from policies.rule.scene import Array, Mask, Percept, Scene, read_scene
from policies.rule.steering import Steering
from policies.rule.thresholds import Thresholds
from policies.rule.wrecks import find_wrecks, stopping, without_wrecks
from policies.sightings import Sightings

NAMES: Final = (*(rule.name for rule in RULES), "cruise")
"""Names of the rules in order, and of driving without an object."""

CRUISE: Final = len(RULES)

DISPENSABLE: Final = (
    *(rule.name for rule in OBJECT_RULES[1:-1]),
    *(rule.name for rule in RULES[:-1]),
)
"""Rules that can be left out: all but the rule about free slots, and the last resort of both lists."""


class RulePolicy:
    """Hand-written rules for objects on the road.

    Every object gets a verdict by ``policies.rule.objects.RULES``; then ``policies.rule.rules.RULES`` choose where to
    drive and whether to brake. ``python -m experiments.explain_rules`` prints both.

    Parameters
    ----------
    thresholds
        Every field of ``policies.rule.thresholds.Thresholds``.
    environment_steps
        Decisions in the simulator that tuning them took, >= 0; ``None`` for thresholds set by hand.
    cpu_seconds
        CPU time that tuning took, >= 0; ``None`` if it was not recorded.
    perception
        Whether the rules read the filtered tracks of ``policies.perception``, or the measurements.
    without
        Rules that are left out, of ``DISPENSABLE``, to measure what a rule is worth.

    Raises
    ------
    UserError
        If a value is not allowed.
    """

    privileged = False

    def __init__(
        self,
        thresholds: Mapping[str, Any],
        environment_steps: object = None,
        cpu_seconds: object = None,
        perception: object = False,
        without: Sequence[str] = (),
    ) -> None:
        for name in without:
            if name not in DISPENSABLE:
                raise not_allowed("without", str(name), DISPENSABLE)
        if not isinstance(perception, bool):
            raise UserError(f"perception: got {perception!r}, expected true or false")
        self.perception = perception
        """Whether the rules read filtered tracks."""
        self._without = frozenset(without)
        self.thresholds = Thresholds.from_mapping(thresholds)
        self.budget = _read_budget(environment_steps, cpu_seconds)
        self._steering = Steering(0)
        self._fired = np.zeros(0, np.int64)
        self._labels = np.zeros(0, np.int64)
        self._is_new = np.zeros(0, np.bool_)
        self._sightings, self._tracking = Sightings(0), Perception(0)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the lane and the manoeuvre of some worlds."""
        del seeds
        if len(self._is_new) != len(mask):
            self._steering = Steering(len(mask))
            self._is_new = np.ones(len(mask), np.bool_)
            self._sightings, self._tracking = Sightings(len(mask)), Perception(len(mask))
        self._is_new = self._is_new | mask

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """Decide, then steer towards the chosen position and keep the distance to the vehicle ahead."""
        ego = observation["ego"].astype(np.float64)
        limits = self.thresholds
        self._sightings.note(observation, self._is_new)
        percept = self._perceive(observation)
        self._steering.begin(ego, self._is_new)
        size = len(ego)
        self._is_new = np.zeros(size, np.bool_)
        self._fired, self._labels = np.full(size, CRUISE), np.full(size, KEEP)
        urgency = limits.calm_share * GRAVITY_MPS2 * ego[:, column.E_GRIP]
        braking = np.zeros(size)
        tracked = observation["debris"][:, :, column.D_TRACKED] > 0.0
        chosen = np.flatnonzero(tracked.any(axis=1) | percept.wrecks.exists)
        is_busy = np.zeros(size, np.bool_)
        if chosen.size:
            is_busy[chosen], urgency[chosen], braking[chosen] = self._decide(percept, chosen)
        self._steering.settle(ego, ~is_busy)
        target = self._steering.steer(urgency)
        braking = np.maximum(braking, stopping(percept.wrecks, ego, self._steering.goal, limits))
        traffic = without_wrecks(observation, percept.wrecks, limits.lamp_drop_mps)
        wanted = follow(traffic, ego[:, column.E_SET_SPEED], limits.time_gap_s)
        slowed = np.minimum(wanted, np.where(braking > 0.0, -braking, wanted))
        # no speeding up towards an object
        return to_action(observation, np.where(is_busy, np.minimum(slowed, 0.0), slowed), target)

    def _perceive(self, observation: Observation) -> Percept:
        """What the rules read: filtered tracks, or the measurements."""
        size, slots = observation["debris"].shape[:2]
        tracks = Tracks(
            observation,
            np.zeros((size, VEHICLE_SLOTS, NUM_SPEEDS)),
            np.zeros((size, slots)),
        )
        if self.perception:
            tracks = self._tracking.update(observation, self._is_new)
        wrecks = find_wrecks(observation, tracks.speeds, self.thresholds)
        return Percept(
            tracks.observation, self._sightings.counts, tracks.gone, wrecks, self.perception
        )

    def explain(self) -> Explanation:
        """The rule that applied in every world."""
        return Explanation(self._labels, self._fired, NAMES)

    def _decide(self, percept: Percept, chosen: NDArray[np.intp]) -> tuple[Mask, Array, Array]:
        """In worlds with an object or a wreck: whether it matters, how urgently to steer, how hard to brake."""
        limits = self.thresholds
        scene = read_scene(percept.take(chosen), limits)
        verdict, is_severe = judge(scene, limits, self._without)
        matters = (verdict == AVOID) | (verdict == STRADDLE)
        held = (verdict == HOLD).any(axis=1)
        is_busy = matters.any(axis=1) | held
        urgency = limits.calm_share * scene.grip_mps2
        braking = np.zeros(len(chosen))
        if is_busy.any():
            rows = np.flatnonzero(is_busy)
            at, scene, matters = chosen[rows], scene.take(rows), matters[rows]
            situation = Situation(
                scene,
                find_positions(scene, verdict[rows], self._steering.home[at], limits),
                self._steering.goal[at],
                (is_severe[rows] & matters).any(axis=1),
                held[rows] & ~matters.any(axis=1),
                is_on_patch(scene, limits),
                (matters & ~scene.is_wreck).any(axis=1),
                np.where(matters, scene.arrival_s, np.inf).min(axis=1),
            )
            urgency[rows], braking[rows] = self._carry_out(situation, at)
        return is_busy, urgency, braking

    def _carry_out(self, s: Situation, at: NDArray[np.intp]) -> tuple[Array, Array]:
        """Apply the rules in the worlds ``at``: how urgently to steer, how hard to brake."""
        fired, position = decide(s, self.thresholds, self._without)
        rows = np.arange(len(at))
        target, needed = s.positions.y[rows, position], s.positions.needed_mps2[rows, position]
        self._fired[at] = fired
        self._labels[at] = label_of(fired, target - s.scene.y)
        calm = s.accepted(self.thresholds.calm_share)
        sharp = s.accepted(self.thresholds.sharp_severe_share)
        self._steering.aim(at, target, needed, s.earliest_s, calm)
        urgency = np.clip(1.2 * needed, calm, np.maximum(sharp, calm))
        return urgency, self._brake(s, fired, position)

    def _brake(self, s: Situation, fired: NDArray[np.int64], position: NDArray[np.int64]) -> Array:
        """Deceleration of the braking rule, m/s2; 0 where it does not apply."""
        limits, rows = self.thresholds, np.arange(len(position))
        wanted = np.where(s.is_severe, limits.brake_severe_mps2, limits.brake_mild_mps2)
        wanted = np.minimum(wanted, answerable_braking(s.scene, limits))
        brakes = np.array([rule.brakes for rule in RULES])[fired] & s.has_object
        is_hit = s.positions.depth[rows, position] > 0.0
        return np.where(brakes & is_hit & (s.scene.speed > limits.pass_speed_mps), wanted, 0.0)


def answerable_braking(scene: Scene, limits: Thresholds) -> Array:
    r"""Hardest braking to a stop at which a follower can still stop behind the ego, ``(A,)`` m/s2.

    .. math:: a = \frac{v^2}{2 \, (v \tau + v^2 / 2 b - g)}

    ``inf`` without a follower, or with one that is far enough for any braking. Speed :math:`v` and gap :math:`g` are of
    the scene, reaction time :math:`\tau` and braking :math:`b` of the thresholds.
    """
    v = scene.speed
    short = v * limits.follower_reaction_s + v * v / (2.0 * limits.follower_braking_mps2)
    short = short - scene.follower_gap
    answer: Array = np.where(short > 0.0, v * v / (2.0 * np.maximum(short, 1e-9)), np.inf)
    return answer


def _read_budget(steps: object, cpu_s: object) -> Budget | None:
    """The training budget in a policy file."""
    if steps is None:
        return None
    if not isinstance(steps, int) or steps < 0:
        raise UserError(f"environment_steps: got {steps!r}, expected a whole number >= 0")
    if cpu_s is None:
        return Budget(steps, None)
    if isinstance(cpu_s, bool) or not isinstance(cpu_s, int | float) or not 0.0 <= cpu_s < np.inf:
        raise UserError(f"cpu_seconds: got {cpu_s!r}, expected a number >= 0")
    return Budget(steps, float(cpu_s))
