"""The person at the keyboard as a policy: held arrow keys become accelerations and lateral targets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISION_S, column
from policies.base import Observation
from policies.command import lateral_range, to_action

UP, DOWN, LEFT, RIGHT = "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"
"""Names of the keys in browsers."""

DRIVING_KEYS: Final = (UP, DOWN, LEFT, RIGHT)

Held = frozenset[str]
"""The driving keys that were held at any time since the decision before."""

THROTTLE_MPS2: Final = (1.0, 2.0, 3.0)
BRAKE_MPS2: Final = (-2.0, -5.0, -8.0)
"""Acceleration in the first, the second and all further decisions in which the key is held [A]: a short press is
gentle, a long one reaches the limits of ``envs.action``."""

STEERING_MPS: Final = (1.0, 2.0, 3.0, 4.0)
"""Likewise the speed of the lateral target [A]: a short press moves it by 0.2 m, a lane takes 1.4 s."""

LEAD_M: Final = 2.0
"""The lateral target is at most this far beside the car, so that it stops soon after the key is released [A]."""


class Keyboard:
    """The keys that are held; the page writes it, the drive reads it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: set[str] = set()
        self._pressed: set[str] = set()

    def press(self, key: str) -> None:
        """Note that a key goes down."""
        if key in DRIVING_KEYS:
            with self._lock:
                self._held.add(key)
                self._pressed.add(key)

    def release(self, key: str) -> None:
        """Note that a key comes up."""
        with self._lock:
            self._held.discard(key)

    def clear(self) -> None:
        """Forget all keys: the page has lost the keyboard."""
        with self._lock:
            self._held.clear()
            self._pressed.clear()

    def read(self) -> Held:
        """The keys held now, and those pressed since the last call: a press shorter than a decision counts."""
        with self._lock:
            held = frozenset(self._held | self._pressed)
            self._pressed.clear()
        return held


class Person:
    """A policy of one world whose decisions are the held keys.

    Parameters
    ----------
    read
        Returns the held keys; called once per decision.
    """

    privileged = False

    def __init__(self, read: Callable[[], Held]) -> None:
        self._read = read
        self._target_m: float | None = None
        self._counts = dict.fromkeys(DRIVING_KEYS, 0)

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Begin an episode with the lateral target where the car is."""
        del mask, seeds
        self._target_m = None
        self._counts = dict.fromkeys(DRIVING_KEYS, 0)

    def act(self, observation: Observation) -> NDArray[np.floating[Any]]:
        """The action ``(1, 2)`` of the held keys; without a key speed and lateral target stay."""
        held = self._read()
        for key in DRIVING_KEYS:
            self._counts[key] = self._counts[key] + 1 if key in held else 0
        acceleration = 0.0
        if held & {UP, DOWN}:
            # both pedals: the brake wins
            acceleration = self._value(DOWN, BRAKE_MPS2) or self._value(UP, THROTTLE_MPS2)
        return to_action(observation, acceleration, self._steer(observation))

    def _steer(self, observation: Observation) -> float:
        """The lateral target after this decision, m."""
        y = float(observation["ego"][0, column.E_Y])
        low, high = (float(edge[0]) for edge in lateral_range(observation))
        target = y if self._target_m is None else self._target_m
        speed = self._value(RIGHT, STEERING_MPS) - self._value(LEFT, STEERING_MPS)
        if speed:
            target += speed * DECISION_S
            target = min(max(target, y - LEAD_M), y + LEAD_M)
        self._target_m = min(max(target, low), high)
        return self._target_m

    def _value(self, key: str, values: tuple[float, ...]) -> float:
        """The value of a key that has been held for some decisions; 0 if it is not held."""
        count = self._counts[key]
        return values[min(count, len(values)) - 1] if count else 0.0


class Repeated:
    """A policy of one world that repeats given actions ``(T, 2)``, and the last one for ever."""

    privileged = False

    def __init__(self, actions: NDArray[np.float64]) -> None:
        self._actions = actions
        self._decision = 0

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Begin from the first action."""
        del mask, seeds
        self._decision = 0

    def act(self, observation: Observation) -> NDArray[np.floating[Any]]:
        """The next action, ``(1, 2)``."""
        del observation
        k = min(self._decision, len(self._actions) - 1)
        self._decision += 1
        return self._actions[k : k + 1]
