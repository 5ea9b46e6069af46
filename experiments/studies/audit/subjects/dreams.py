"""The subject that consists of the dreams of a learned world model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from gymnasium.utils import seeding

from envs.specification import (
    DECISIONS_PER_EPISODE,
    EGO_HEIGHT_M,
    EGO_LENGTH_M,
    EGO_WIDTH_M,
    episode,
)
from experiments.studies.audit.scenes.bodies import Array, Indices, Mask, as_body
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import Driver, Futures, simulate
from policies.base import Observation
from policies.world_model.dream.simulation.core import DreamCore
from policies.world_model.dream.simulation.settings import DreamSettings, Imagination
from policies.world_model.dream.simulation.starts import LENGTH, Starts
from policies.world_model.model import state as s
from policies.world_model.model.parameters import Learned

_VEHICLE: Final = (s.C_X, s.C_Y, s.C_VX, s.C_VY, s.C_HEADING, s.C_LENGTH, s.C_WIDTH)
_OBJECT: Final = (s.D_X, s.D_Y, s.D_VX, s.D_VY, s.D_YAW, s.D_LENGTH, s.D_WIDTH, s.D_HEIGHT)

Theta = Sequence[Sequence[int | None]]
"""Forced contents: up to four classes per moment, ``None`` where the belief decides."""


class Dreams:
    """Futures that a world model imagines, with contents drawn from its belief.

    Parameters
    ----------
    learned, classes
        The model, and the names of its classes of contents.
    name
        In tables.
    temperature
        Factor of the noise of motion; 0 = the most likely motion.
    seed
        Of contents, member and noise; the same for all actions at one moment.
    theta
        Forced contents.
    remembers
        Whether what was seen before the moment counts for the belief.
    """

    def __init__(
        self,
        learned: Learned,
        classes: tuple[str, ...],
        name: str,
        temperature: float = 1.0,
        seed: int = 0,
        theta: Theta | None = None,
        *,
        remembers: bool = True,
    ) -> None:
        self.name = name
        self._learned, self._classes = learned, classes
        self._temperature, self._seed, self._theta = temperature, seed, theta
        self._remembers = remembers

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Futures:
        """Roll out futures; see ``Subject.roll``."""
        settings = DreamSettings(
            checkpoint=self.imagine(moments),
            horizon=min(steps + 1, DECISIONS_PER_EPISODE),
            temperature=self._temperature,
            remembers=self._remembers,
        )
        core = DreamCore(len(which), settings)
        generators = [seeding.np_random(self.seed_of(int(k)))[0] for k in which]
        options: dict[str, Any] = {"segment": [int(k) for k in which]}
        if self._theta is not None:
            options["theta"] = [self._theta[k] for k in which]
        core.begin(np.arange(len(which)), generators, options)
        return simulate(_Running(core), moments, which, steps, drive)

    def imagine(self, moments: Moments) -> Imagination:
        """The model, and dreams' starts at the moments."""
        # a dream goes on however doubtful it is: the probes measure what it then does
        limit = np.full(LENGTH, np.inf)
        observed = moments.observed
        starts = Starts(
            observed["ego"], observed["vehicles"], observed["debris"], limit, tuple(moments.families)
        )  # fmt: skip
        return Imagination(self._learned, self._classes, starts)

    def seed_of(self, moment: int) -> int:
        """Seed of the dream that begins at a moment."""
        return self._seed * 1_000_003 + moment


class _Running:
    """Running dreams as a ``Simulation``."""

    def __init__(self, core: DreamCore) -> None:
        self._core = core

    def observe(self) -> Observation:
        return self._core.observation()

    def step(self, actions: Array) -> tuple[Mask, dict[str, Any]]:
        _, terminated, truncated, info = self._core.step(actions)
        return terminated | truncated, info

    def bodies(self) -> tuple[Array, Array, Array]:
        dreams = self._core.dreams
        x, y, speed, heading = (dreams.ego[:, k] for k in (s.X, s.Y, s.SPEED, s.HEADING))
        # the model keeps no height of vehicles
        cars = np.pad(dreams.cars[..., _VEHICLE], [(0, 0), (0, 0), (0, 1)], constant_values=np.nan)
        is_there = (dreams.things[..., s.D_LIVE] > 0.0) & (dreams.theta > 0)
        return (
            as_body(x, y, speed, heading, (EGO_LENGTH_M, EGO_WIDTH_M, EGO_HEIGHT_M)),
            np.where(dreams.cars[..., [s.C_LIVE]] > 0.0, cars, np.nan),
            np.where(is_there[..., None], dreams.things[..., _OBJECT], np.nan),
        )

    def events(self, info: dict[str, Any], alive: Mask) -> tuple[Mask, Mask]:
        del info, alive
        has_hit = self._core.dreams.records["episode_i"][:, episode.COLLIDED] > 0
        return self._core.dreams.touched > 0, has_hit
