"""Dreams of a learned world model as a subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.utils import seeding
from numpy.typing import NDArray

from envs.specification import DECISIONS_PER_EPISODE, EGO_LENGTH_M, EGO_WIDTH_M, episode
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.rollout import (
    Course,
    Driver,
    Indices,
    empty_course,
    note_contacts,
)
from policies.world_model.dream.core import DreamCore
from policies.world_model.dream.settings import DreamSettings, Imagination
from policies.world_model.dream.starts import LENGTH, Starts
from policies.world_model.model import state as s
from policies.world_model.model.parameters import Learned

_CAR = (s.C_X, s.C_Y, s.C_VX, s.C_VY, s.C_HEADING, s.C_LENGTH, s.C_WIDTH)
_THING = (s.D_X, s.D_Y, s.D_VX, s.D_VY, s.D_YAW, s.D_LENGTH, s.D_WIDTH)


class Dreams:
    """What a world model dreams, with contents drawn from its belief.

    Parameters
    ----------
    learned, classes
        The model, and the names of its classes of contents.
    name
        In tables.
    temperature
        Factor of the noise of motion; 0 = everybody moves as is most likely.
    theta
        Forced contents: per moment up to four classes, ``None`` where the belief decides.
    remembers
        Whether what was seen before the moment counts for the belief.
    seed
        Of contents, member and noise; the same for all actions at one moment.
    """

    def __init__(
        self,
        learned: Learned,
        classes: tuple[str, ...],
        name: str,
        temperature: float = 1.0,
        seed: int = 0,
        theta: Sequence[Sequence[int | None]] | None = None,
        *,
        remembers: bool = True,
    ) -> None:
        self.name = name
        self._learned, self._classes = learned, classes
        self._temperature, self._seed, self._theta = temperature, seed, theta
        self._remembers = remembers

    def roll(self, moments: Moments, which: Indices, steps: int, drive: Driver) -> Course:
        """See ``Subject``."""
        count = len(which)
        core = self._begin(moments, which, steps)
        found = empty_course(count, steps)
        found.crashed[:] = moments.crashed[which]
        alive = np.ones(count, np.bool_)
        self._write(core, found, 0, alive)
        for t in range(steps):
            _, terminated, truncated, info = core.step(drive(t, core.observation()))
            found.usd[alive, t] = info["cost"]["total"][alive]
            note_contacts(found, t, alive, info["contacts"])
            found.touched[:, t + 1] = found.touched[:, t] | (core.dreams.touched > 0)
            has_hit = core.dreams.records["episode_i"][:, episode.COLLIDED] > 0
            found.collided[:, t + 1] = found.collided[:, t] | (alive & has_hit)
            ended = alive & (terminated | truncated)
            found.length[ended] = t + 1
            alive &= ~ended
            self._write(core, found, t + 1, alive)
        return found

    def imagine(self, moments: Moments) -> Imagination:
        """What its dreams are made of; they can begin at the moments."""
        # a doubtful dream goes on: what it then does is what is asked for
        limit = np.full(LENGTH, np.inf)
        families = tuple(one.family for one in moments.instances)
        observed = moments.observed
        starts = Starts(observed["ego"], observed["vehicles"], observed["debris"], limit, families)
        return Imagination(self._learned, self._classes, starts)

    def seed_of(self, moment: int) -> int:
        """Seed of the dream that begins at a moment."""
        return self._seed * 1_000_003 + moment

    def _begin(self, moments: Moments, which: Indices, steps: int) -> DreamCore:
        """Dreams that begin where the moments are."""
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
        return core

    @staticmethod
    def _write(core: DreamCore, found: Course, t: int, alive: NDArray[np.bool_]) -> None:
        """Bodies after so many decisions, in place."""
        dreams = core.dreams
        ego = dreams.ego
        speed, heading = ego[:, s.SPEED], ego[:, s.HEADING]
        size = np.full(len(ego), EGO_LENGTH_M), np.full(len(ego), EGO_WIDTH_M)
        bodies = (
            ego[:, s.X], ego[:, s.Y], speed * np.cos(heading), speed * np.sin(heading), heading, *size,
        )  # fmt: skip
        found.ego[alive, t] = np.stack(bodies, axis=1)[alive]
        cars = np.where(dreams.cars[..., [s.C_LIVE]] > 0.0, dreams.cars[..., _CAR], np.nan)
        found.vehicles[alive, t] = cars[alive]
        is_there = (dreams.things[..., s.D_LIVE] > 0.0) & (dreams.theta > 0)
        things = np.where(is_there[..., None], dreams.things[..., _THING], np.nan)
        found.objects[alive, t] = things[alive]
