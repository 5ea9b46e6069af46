"""Inject-v1: catalogue objects on the roads of another highway-env environment."""

from __future__ import annotations

import copyreg
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
from highway_env.envs.common.graphics import EnvViewer

from envs.copies import Copyable
from envs.errors import not_allowed
from envs.highway.objects import DebrisObject
from envs.highway.picture_settings import RENDER_MODES, check_driver
from envs.inject.base import BASES, check_config, count_steps, describe_base, make_base
from envs.inject.camera import BaseCamera
from envs.inject.settings import InjectSettings
from envs.physics.motion import advance_object
from envs.scenario.instance import ARRAYS
from envs.scenario.rows import debris_rows
from envs.specification import MAX_VEHICLES, debris, episode, vehicle
from envs.specification.world import empty_batch, world_at
from envs.world.encounter import meet_objects
from envs.world.longest import LongestEpisode
from envs.world.report import describe_contacts, describe_cost
from envs.world.settings import check_options, check_seed
from envs.world.tick import decision_cost

if TYPE_CHECKING:
    from envs.camera import Camera

NEAREST_M, FURTHEST_M = 20.0, 90.0
"""Objects lie this far ahead of the ego along its lane [A]."""

SIDEWAYS_M = 1.1
"""Largest distance from the lane's centre (envs/physics/SOURCES.md 4)."""

TRUCK_LENGTH_M = 8.0
"""Longer vehicles of the base environment count as trucks."""

_OF_NO_ACTION = ("action", "rewards", "agents_rewards")
"""What highway-env reports after a reset about a random action that no seed decides and nothing has executed."""

_MOTION_ROWS = [debris.VX, debris.VY, debris.Z, debris.VZ]
_AIR_ROWS = [
    debris.MASS, debris.FRICTION, debris.DRAG_AREA, debris.LIFT_AREA, debris.RESTITUTION,
]  # fmt: skip
"""Rows of ``debris_f`` in the order of ``advance_object``'s arguments."""


def _forget(viewer: EnvViewer) -> tuple[type[None], tuple[()]]:
    """Pickle highway-env's viewer as ``None``: the base then makes a new one for its next picture."""
    del viewer
    return type(None), ()


copyreg.pickle(EnvViewer, _forget)


class InjectEnv(Copyable, LongestEpisode, gym.Env[Any, Any]):
    """Another highway-env environment with debris on its roads.

    Observation, action, ends and traffic are the base environment's; its reward loses the cost of contacts. Vehicles
    see the objects as leaders. Contacts, the fate of objects and their cost are the functions of Debris-v1, called
    after every tick. Left out, because they need a straight motorway: wind and wakes, tracks and hidden objects,
    rear-end risk, manoeuvre and time costs.

    Parameters
    ----------
    base
        One of ``envs.inject.base.BASES``.
    config
        Settings of the base environment; those that it does not have are refused.
    render_mode
        ``None``, ``"human"`` or ``"rgb_array"``; objects are drawn by highway-env as rectangles.
    camera
        ``None``, or what ``envs.camera.camera_from`` takes, for a base with a straight road (``envs.inject.camera``):
        the observation is then a ``Dict`` of the base's under ``base`` and a picture ``camera``.
    **settings
        Arguments of ``envs.inject.settings.InjectSettings``: ``objects``, ``num_objects``, ``split``,
        ``catalogue_dirs``, ``cost``, ``reward_scale_usd``.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.

    Examples
    --------
    >>> env = gym.make("envs:roadworld/Inject-v1", base="merge-v1", objects=["mattress"])
    >>> observation, info = env.reset(seed=1)
    >>> info["debris"]
    ('mattress',)
    """

    REBUILT = ("world",)

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES)}  # noqa: RUF012 (Gymnasium's)

    def __init__(
        self,
        base: str = "merge-v1",
        *,
        config: dict[str, Any] | None = None,
        render_mode: str | None = None,
        camera: str | Mapping[str, Any] | Camera | None = None,
        **settings: Any,
    ) -> None:
        if base not in BASES:
            raise not_allowed("base", base, BASES)
        self.settings = InjectSettings(**settings)
        self._camera = None if camera is None else BaseCamera(camera, base)
        self.base: Any = make_base(base, config, render_mode)
        self.base_name, self.render_mode = base, render_mode
        # the base writes the pictures per second into it
        self.metadata = self.base.metadata
        self._read_base()
        self._worlds = empty_batch(1)
        self._types: tuple[str, ...] = ()
        self._items: list[DebrisObject] = []
        self._steps = 0
        self._rebuild()

    def _rebuild(self) -> None:
        self.world = world_at(self._worlds, 0)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the base has)
        """The base environment's public attributes: ``road``, ``vehicle``, ``config`` and others."""
        if name.startswith("_") or "base" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self.base, name)

    def _read_base(self) -> None:
        """Take over what depends on the base's settings."""
        space = self.base.observation_space
        self.observation_space = space if self._camera is None else self._camera.extend_space(space)
        self.action_space = self.base.action_space
        self._longest = count_steps(self.base_name, self.base.config)

    @property
    def longest_episode(self) -> int | None:
        """Number of steps after which the base truncates an episode; ``None`` if it never does."""
        return self._longest

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Reset the base environment and place new objects.

        Parameters
        ----------
        seed
            Seeds both the base and the objects.
        options
            ``{"config": ...}``: settings of the base environment, from now on.

        Returns
        -------
        observation, info
            Of the base; ``info["debris"]`` names the objects.

        Raises
        ------
        UserError
            If an option or the seed does not fit.
        """
        given = check_options(options, ("config",))
        check_config(self.base_name, given.get("config"), self.render_mode)
        seed = check_seed(seed)
        super().reset(seed=seed)
        self._steps = 0
        observation, info = self.base.reset(seed=seed, options=given)
        if given:
            self._read_base()
        for name in (*ARRAYS, "cost"):
            getattr(self.world, name)[...] = 0
        self.world.episode_i[[episode.BRAKE_TICK, episode.BRAKE_FOLLOWER]] = -1
        self.world.episode_i[episode.NOISE_SEED] = int(self.np_random.integers(2**62))
        self._place()
        # the base makes a new road at every reset
        self.base.road.step = self._step_road
        # the base has observed its roads without the objects
        observation = self.base.observation_type.observe()
        described = describe_base(info, self.action_space)
        for key in _OF_NO_ACTION:
            described.pop(key, None)
        if self._camera is not None:
            self._camera.take(self.world, self.base, self._pull(), is_first=True)
            observation = self._camera.extend(observation)
        return observation, {**described, "debris": self._types, **self._describe()}

    def _place(self) -> None:
        """Draw the objects and lay them on the lanes ahead of the ego."""
        specs = self.settings.choose(self.np_random)
        self._types = tuple(spec.name for spec in specs)
        self._items = []
        self.world.episode_i[episode.NUM_DEBRIS] = len(specs)
        for j, spec in enumerate(specs):
            draw = spec.sample(self.np_random)
            position, heading = self._point_ahead(self.np_random.uniform(NEAREST_M, FURTHEST_M))
            f, i = debris_rows(spec, draw, position[0], position[1])
            f[debris.YAW] += heading
            self.world.debris_f[:, j], self.world.debris_i[:, j] = f, i
            item = DebrisObject(
                self.base.road, position, float(f[debris.YAW]), draw.length_m, draw.width_m
            )
            self._items.append(item)
            self.base.road.objects.append(item)

    def _point_ahead(self, distance: float) -> tuple[np.ndarray, float]:
        """A place this far ahead of the ego along its lane and the lanes that follow, and the road's heading there."""
        network, ego = self.base.road.network, self.base.vehicle
        index = ego.lane_index
        lane = network.get_lane(index)
        along = lane.local_coordinates(ego.position)[0] + distance
        for _ in range(10):
            if along <= lane.length:
                break
            following = network.next_lane(
                index,
                route=getattr(ego, "route", None),
                position=lane.position(lane.length, 0.0),
                np_random=self.base.road.np_random,
            )
            if following == index:
                break
            along -= lane.length
            index, lane = following, network.get_lane(following)
        along = min(along, lane.length - 1.0)
        side = self.np_random.uniform(-SIDEWAYS_M, SIDEWAYS_M)
        return np.asarray(lane.position(along, side)), float(lane.heading_at(along))

    def _step_road(self, dt: float) -> None:
        """One tick of the base's road, then ours; a method, because a copy of a function would call the original."""
        road = self.base.road
        type(road).step(road, dt)
        self._tick(dt)

    def _tick(self, dt: float) -> None:
        """Contacts of all vehicles with all objects, and the motion of the objects, after one tick of the base."""
        world = self.world
        items = self._pull()
        for j, item in enumerate(self._items):
            self._slide(j, dt)
            item.follow(world, j)
        meet_objects(world, self.settings.cost_record)
        for k, item in enumerate(items):
            item.speed = float(world.vehicle_f[vehicle.SPEED, k])
        world.episode_i[episode.TICK] += 1

    def _pull(self) -> list[Any]:
        """Copy the base's vehicles to the world, the ego first; returns them in this order."""
        world, f, i = self.world, self.world.vehicle_f, self.world.vehicle_i
        ego = self.base.vehicle
        items = [ego, *(item for item in self.base.road.vehicles if item is not ego)][:MAX_VEHICLES]
        world.episode_i[episode.NUM_VEHICLES] = len(items)
        for k, item in enumerate(items):
            f[[vehicle.X, vehicle.Y], k] = item.position
            f[vehicle.HEADING, k], f[vehicle.SPEED, k] = item.heading, item.speed
            f[vehicle.COS, k], f[vehicle.SIN, k] = math.cos(item.heading), math.sin(item.heading)
            f[vehicle.LENGTH, k], f[vehicle.WIDTH, k] = item.LENGTH, item.WIDTH
            i[vehicle.IS_TRUCK, k] = int(item.LENGTH > TRUCK_LENGTH_M)
        return items

    def _slide(self, j: int, dt: float) -> None:
        """Let a moving object fall, slide and come to rest in still air."""
        d = self.world.debris_f
        state = [float(d[row, j]) for row in _MOTION_ROWS]
        if not any(state):
            return
        still_air = [0.0, 0.0]
        properties = [float(d[row, j]) for row in _AIR_ROWS]
        motion = advance_object(*[*state, *still_air, *properties, dt])
        d[_MOTION_ROWS, j] = motion.vx, motion.vy, motion.z, motion.vz
        d[debris.X, j] += motion.dx
        d[debris.Y, j] += motion.dy

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:  # noqa: ANN401
        """One step of the base environment, with contacts.

        Parameters
        ----------
        action
            Of the base environment.

        Returns
        -------
        observation, reward, terminated, truncated, info
            Of the base; the reward is less the cost, and ``info`` has ``cost`` and ``contacts`` as in Debris-v1.
        """
        self.world.cost[:] = 0.0
        self.world.episode_i[episode.NUM_CONTACTS] = 0
        observation, reward, terminated, truncated, info = self.base.step(action)
        if self._camera is not None:
            self._camera.take(self.world, self.base, self._pull(), is_first=False)
            observation = self._camera.extend(observation)
        described = self._describe()
        self._steps += 1
        lost = bool(self.world.episode_i[episode.LOST_CONTROL])
        is_late = self._longest is not None and self._steps >= self._longest
        total = described["cost"]["total"]
        return (
            observation,
            float(reward) - total / self.settings.reward_scale_usd,
            bool(terminated) or lost,
            bool(truncated) or is_late,
            {**describe_base(info, self.action_space), **described},
        )

    def _describe(self) -> dict[str, Any]:
        """Cost and contacts of the last step."""
        return {
            "cost": describe_cost(self.world.cost, float(decision_cost(self.world))),
            "contacts": describe_contacts(self.world, self._types),
            **({} if self._camera is None else self._camera.sensor.describe(0)),
        }

    def render(self) -> Any:  # noqa: ANN401
        """The base environment's picture; a ``UserError`` where it would be black."""
        if self.render_mode is not None:
            check_driver()
        return self.base.render()

    def close(self) -> None:
        """Close the base environment."""
        self.base.close()
