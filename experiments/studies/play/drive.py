"""Drives one instance in the reference engine at a given pace, with a picture of the driver's view at every tick."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from envs.camera import PRESETS, draw
from envs.cost.parameters import CostParameters
from envs.highway.env import DebrisEnv
from envs.scenario.instance import ScenarioInstance
from envs.specification import TICK_S, TICKS_PER_DECISION, episode, vehicle
from experiments.studies.play.pace import Pace
from policies.base import Policy

CAMERA: Final = replace(PRESETS["film"], height=540, width=960, supersample=1)
"""The view of films, as large as the page shows it; supersampling would take three times as long."""

JPEG_QUALITY: Final = 88
"""Quality of the pictures for the browser, 1 to 95 [A]: 60 kB each, without visible blocks."""


class Snapshot(NamedTuple):
    """What the driver sees after a tick."""

    jpeg: bytes
    due_s: float  # when the tick was due, seconds since 1970
    elapsed_s: float  # since the beginning of the episode
    speed_mps: float
    cost_usd: float  # of all complete decisions


class Drive(NamedTuple):
    """A finished drive of ``T`` decisions."""

    actions: NDArray[np.float64]  # (T, 2)
    cost_usd: NDArray[np.float64]  # (T,) as the reference engine counts it
    events: tuple[str, ...]  # that ended it


Show = Callable[[Snapshot], object]
"""Receives every picture, on the thread that drives."""


class Car(DebrisEnv):
    """The reference engine that waits before every tick and shows a picture after it.

    Parameters
    ----------
    pace
        Decides when ticks are simulated.
    show
        Receives the pictures.
    cost
        Cost parameters; the default setting if not given.
    """

    def __init__(self, pace: Pace, show: Show, cost: CostParameters | None = None) -> None:
        self._pace, self._show = pace, show
        self._due_s = 0.0
        self._seen: dict[str, Any] = {}
        super().__init__(cost=cost)

    def begin(self, instance: ScenarioInstance) -> Snapshot:
        """Load an instance; returns the picture before the first tick."""
        self._seen, _ = self.reset(options={"instance": instance})
        return self.look()

    def drive(self, policy: Policy) -> Drive:
        """Drive the loaded instance to its end; a decision is made when its first tick is due."""
        policy.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
        actions: list[NDArray[np.float64]] = []
        costs: list[float] = []
        is_over = False
        info: dict[str, Any] = {}
        while not is_over:
            self._due_s = self._pace.wait()
            batch = {name: values[None] for name, values in self._seen.items()}
            action = np.asarray(policy.act(batch), np.float64)[0]
            self._seen, _, terminated, truncated, info = self.step(action)
            actions.append(action)
            costs.append(float(info["cost"]["total"]))
            is_over = terminated or truncated
        events = tuple(name for name, happened in info["events"].items() if happened)
        return Drive(np.array(actions), np.array(costs), events)

    def look(self) -> Snapshot:
        """The present picture."""
        world = self.world
        return Snapshot(
            jpeg=_encode(draw(world, CAMERA)),
            due_s=self._due_s,
            elapsed_s=float(world.episode_i[episode.TICK]) * TICK_S,
            speed_mps=float(world.vehicle_f[vehicle.SPEED, 0]),
            cost_usd=float(world.episode_f[episode.TOTAL_COST]),
        )

    def _tick(self) -> None:
        if int(self.world.episode_i[episode.TICK]) % TICKS_PER_DECISION:
            self._due_s = self._pace.wait()
        super()._tick()
        self._show(self.look())


def _encode(frame: NDArray[np.uint8]) -> bytes:
    """A picture as JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
