"""Family: a table of parameters and a builder. An instance is a point of the table plus a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from envs.copies import Immutable
from envs.debris.catalogue import load_catalogue
from envs.errors import UserError
from envs.scenario.encounter import new_noise_seed
from envs.scenario.instance import ScenarioInstance
from envs.scenario.parameters.objects import Catalogue
from envs.scenario.parameters.table import ParameterTable, Point, Value
from envs.scenario.scene import SceneBuilder, Setting
from envs.scenario.source import ObjectSource
from envs.specification import episode

Build = Callable[[Point, Catalogue, np.random.Generator], SceneBuilder]
"""Makes the scene of a point. The generator belongs to the seed and decides only what does not matter."""


@dataclass(frozen=True)
class Family(Immutable):
    """A kind of corner case. Called with a generator, it draws an instance.

    Everything that matters is in the table. The seed is left the key of the episode's noise (sensing, gusts, fates of
    struck objects), the clocks of lane changes, and the vehicles more than one lane away.

    Parameters
    ----------
    name
        Name of the family.
    parameters
        What varies, with ``road.light`` and ``road.weather`` among it.
    build
        Function that makes the scene of a point.
    """

    name: str
    parameters: ParameterTable
    build: Build

    def __call__(
        self, rng: np.random.Generator, source: ObjectSource, setting: Setting
    ) -> ScenarioInstance:
        """Draw an instance in this light and weather; ``rng`` is consumed."""
        point = self.draw(rng, source, setting)
        return self._make(point, new_noise_seed(rng), source.catalogue)

    def draw(self, rng: np.random.Generator, source: ObjectSource, setting: Setting) -> Point:
        """Draw a point in this light and weather; ``rng`` is consumed."""
        return self.parameters.draw(rng, source, _fixed(setting))

    def point(self, uniforms: Sequence[float], source: ObjectSource, setting: Setting) -> Point:
        """The point at one uniform number per parameter, in this light and weather."""
        return self.parameters.point(uniforms, source, _fixed(setting))

    def build_from(
        self, point: Mapping[str, object], seed: int, catalogue: Catalogue | None = None
    ) -> ScenarioInstance:
        """The instance of a point and a seed.

        Parameters
        ----------
        point
            A value for every parameter of the table.
        seed
            0 to 2**62 - 1.
        catalogue
            Object types; the built-in ones if not given.

        Raises
        ------
        UserError
            Naming the parameter, its value and what is allowed, or if the scene is impossible.
        """
        if (
            isinstance(seed, bool)
            or not isinstance(seed, int | np.integer)
            or not 0 <= seed < 2**62
        ):
            raise UserError(f"seed: got {seed!r}, expected an integer from 0 to 2**62 - 1")
        known = load_catalogue() if catalogue is None else catalogue
        return self._make(self.parameters.check(point), int(seed), known)

    def rebuild(
        self,
        instance: ScenarioInstance,
        changes: Mapping[str, Value],
        catalogue: Catalogue | None = None,
    ) -> ScenarioInstance:
        """An instance of this family with some parameters changed; everything else is the same in every bit.

        Vehicles with a trajectory keep it, and begin where it begins, whatever the parameters say.

        Raises
        ------
        UserError
            If the instance is of another family or has no point, or a change is not allowed.
        """
        if instance.family != self.name or not instance.parameters:
            raise UserError(
                f"instance: family: got {instance.family!r} with {len(instance.parameters)} parameters, expected "
                f"{self.name!r} with {len(self.parameters)}"
            )
        for name in changes:
            self.parameters[name].check(changes[name])
        seed = int(instance.episode_i[episode.NOISE_SEED])
        built = self.build_from({**instance.parameters, **changes}, seed, catalogue)
        return built.with_trajectories(*instance.trajectories) if instance.trajectories else built

    def _make(self, point: Point, seed: int, catalogue: Catalogue) -> ScenarioInstance:
        """The instance of a point that has been checked."""
        scene = self.build(point, catalogue, np.random.default_rng(seed))
        return scene.build(self.name, seed, point)


def _fixed(setting: Setting) -> dict[str, Value]:
    """Values of the parameters that a setting decides."""
    return {"road.light": setting.light, "road.weather": setting.weather}
