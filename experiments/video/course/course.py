"""Course: the states of an episode tick by tick, from which every picture of a film is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from envs.highway.env import DebrisEnv
from envs.specification import TICKS_PER_DECISION, vehicle
from envs.specification.world import LAYOUT, Batch, World, world_at
from experiments.video.course.between import interpolate
from experiments.video.course.script import Script

AGREEMENT: Final = 1e-6
"""Relative difference of costs up to which twin and reference count as equal: NumPy's wide-vector functions differ from
libm in the last bit, and more only where stopped traffic amplifies that."""


class Course(NamedTuple):
    """``T + 1`` states, the start first."""

    worlds: Batch  # (T + 1,)
    scenes: Sequence[Any]  # T + 1 descriptions with debris_types, family, variant
    certainties: Sequence[tuple[float, ...]] = ()  # T + 1 opacities of the objects; empty = certain

    @property
    def num_ticks(self) -> int:
        """Number of ticks."""
        return len(self.worlds) - 1

    def at(self, tick: float) -> World:
        """A copy of the state at a time; the last one after the end."""
        low = min(int(tick), self.num_ticks)
        high = min(low + 1, self.num_ticks)
        if self.scenes[low].debris_types != self.scenes[high].debris_types:
            high = low
        share = 0.0 if high == low else tick - low
        return interpolate(world_at(self.worlds, low), world_at(self.worlds, high), share)

    def origin(self, decision: int) -> float:
        """Position of the ego along the road when it made a decision, m."""
        tick = min(decision * TICKS_PER_DECISION, self.num_ticks)
        return float(self.worlds[tick].vehicle_f[vehicle.X, 0])


class _Recorder(DebrisEnv):
    """The reference engine with a list of its states."""

    def __init__(self, **settings: Any) -> None:
        self.taken: list[Any] = []
        super().__init__(**settings)

    def _tick(self) -> None:
        super()._tick()
        self.taken.append(self._worlds[0].copy())


class Replay:
    """Repeats a script in the reference engine.

    Parameters
    ----------
    script
        What to repeat.
    num_decisions
        Stop early; ``None`` = repeat everything.

    Attributes
    ----------
    cost_usd
        Expected cost, US$, as the reference counts it.
    """

    def __init__(self, script: Script, num_decisions: int | None = None) -> None:
        self._script = script
        self._actions = script.episode.actions[:num_decisions]
        self.cost_usd = 0.0

    def run(self) -> Course:
        """The states of all ticks."""
        instance = self._script.episode.instance
        env = _Recorder(cost=self._script.cost)
        self.cost_usd = 0.0
        try:
            env.reset(options={"instance": instance})
            env.taken = [env._worlds[0].copy()]
            for action in self._actions:
                _, _, terminated, truncated, info = env.step(action)
                # costs and observations of a decision are complete after its last tick
                env.taken[-1] = env._worlds[0].copy()
                self.cost_usd += float(info["cost"]["total"])
                if terminated or truncated:
                    break
        finally:
            env.close()
        worlds = np.array(env.taken, LAYOUT).view(np.recarray)
        return Course(worlds, [instance] * len(worlds))

    def describe_disagreement(self) -> str:
        """One line if reference and twin differ in cost, else empty; call it after ``run``."""
        twin_usd = float(self._script.episode.total_usd[: len(self._actions)].sum())
        if abs(self.cost_usd - twin_usd) <= AGREEMENT * max(abs(twin_usd), 1.0):
            return ""
        return (
            f"{self._script.name}: the reference counts {self.cost_usd:.6f} US$, the twin {twin_usd:.6f} US$: "
            "the pictures show the reference, the records hold the twin"
        )
