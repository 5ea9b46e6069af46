"""The reference engine: Debris-v1 as a highway-env environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from highway_env.envs.common.abstract import AbstractEnv

from envs.action import action_space, check_action
from envs.copies import Copyable
from envs.errors import UserError, not_allowed
from envs.highway.history import History
from envs.highway.picture_settings import (
    ALL_RENDER_MODES,
    RULES,
    check_mapping,
    check_picture,
    check_render_mode,
)
from envs.highway.scene import build_debris, build_road, pull_vehicles, push_commands, push_effects
from envs.observation import copy_observation, observation_space, observe
from envs.scenario.instance import ScenarioInstance
from envs.specification import (
    DECISION_HZ,
    DECISIONS_PER_EPISODE,
    TICK_HZ,
    TICK_S,
    TICKS_PER_DECISION,
    episode,
)
from envs.specification.world import empty_batch, world_at
from envs.world.load import load_instance, state_hash
from envs.world.longest import LongestEpisode
from envs.world.report import describe_contacts, describe_cost, describe_events
from envs.world.settings import EnvSettings, check_options, check_seed, make_sensor
from envs.world.tick import (
    after_traffic,
    before_traffic,
    begin_decision,
    decision_cost,
    end_decision,
    is_over,
)

if TYPE_CHECKING:
    from envs.camera import Camera
    from envs.highway.rendering import DebrisViewer


class DebrisEnv(Copyable, LongestEpisode, AbstractEnv):
    """Debris on a straight motorway; one world, on highway-env's classes.

    * **Observation**: ``Dict`` of float32 Boxes ``ego (18,)``, ``vehicles (8, 19)``, ``debris (4, 39)``; every column
      in ``envs.observation.TABLE``.
    * **Action**: ``Box(-1, 1, (2,))``, longitudinal acceleration -8..+3 m/s2 and lateral target from the left to the
      right edge of the drivable width; or ``Discrete`` (``envs.action.DISCRETE_NAMES``). Five decisions a second.
    * **Reward**: minus the expected cost of the decision in US$, divided by ``reward_scale_usd``.
    * **Terminated** on a collision with a vehicle, loss of control, or leaving the road; **truncated** after 100
      decisions (20 s).
    * **Info**: ``cost`` (total and by component, US$), ``contacts``, ``events``, ``ttc``, ``state_hash``; after a reset
      also ``instance_hash``.

    Parameters
    ----------
    render_mode
        ``None``, ``"human"`` or ``"rgb_array"``, which show the road from above, or ``"camera"``: the driver's view.
    config
        highway-env's settings of the picture (``envs.highway.picture_settings.RULES``); others are refused, and so are
        those of a picture that is not drawn.
    camera
        ``None``, or what ``envs.camera.camera_from`` takes: the observation then has a picture ``camera``.
    **settings
        Arguments of ``envs.world.settings.EnvSettings``: ``scenario``, ``split``, ``groups``, ``variant``,
        ``catalogue_dirs``, ``cost``, ``action``, ``reward_scale_usd``.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.

    Examples
    --------
    >>> import gymnasium as gym
    >>> env = gym.make("envs:roadworld/Debris-v1", scenario="lone_object", split="train")
    >>> observation, info = env.reset(seed=7)
    >>> observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
    >>> sorted(info)
    ['contacts', 'cost', 'events', 'state_hash', 'ttc']
    """

    REBUILT = ("world", "viewer", "_record_video_wrapper")

    metadata: dict[str, Any] = {"render_modes": list(ALL_RENDER_MODES)}  # noqa: RUF012 (Gymnasium's)

    viewer: DebrisViewer | None

    __deepcopy__ = None  # instead of highway-env's, which copies every attribute but the viewer

    def __init__(
        self,
        *,
        render_mode: str | None = None,
        config: dict[str, Any] | None = None,
        camera: str | Mapping[str, Any] | Camera | None = None,
        **settings: Any,
    ) -> None:
        check_render_mode(render_mode, ALL_RENDER_MODES)
        for key in check_mapping(config):
            if key not in RULES:
                raise not_allowed("config", key, RULES)
        check_picture(check_mapping(config), render_mode)
        self.settings = EnvSettings(**settings)
        self._sensor = make_sensor(camera, 1)
        self._worlds = empty_batch(1)
        self._history: History | None = None
        self.instance: ScenarioInstance | None = None
        self._rebuild()
        super().__init__(config=config, render_mode=render_mode)
        # highway-env resets once in its constructor; nothing of that draw may be left for the user's first episode
        self._np_random = None

    def _rebuild(self) -> None:
        self.world = world_at(self._worlds, 0)
        # a copy draws on surfaces of its own, and no recorder waits for its pictures
        self.viewer = self._record_video_wrapper = None

    @classmethod
    def default_config(cls) -> dict[str, Any]:
        """highway-env's defaults with roadworld's clock and picture."""
        return {
            **super().default_config(),
            "simulation_frequency": TICK_HZ,
            "policy_frequency": DECISION_HZ,
            "screen_width": 1280,
            "screen_height": 320,
            "scaling": 9.0,
            "centering_position": [0.22, 0.5],
        }

    @property
    def longest_episode(self) -> int:
        """Number of decisions after which an episode is truncated."""
        return DECISIONS_PER_EPISODE

    def define_spaces(self) -> None:
        """Spaces that do not depend on the scene."""
        self.observation_space = observation_space(
            None if self._sensor is None else self._sensor.space
        )
        self.action_space = action_space(self.settings.action)

    def update_metadata(self, video_real_time_ratio: int = 1) -> None:
        """Frames per second of videos: one frame per tick under a recorder, one per decision otherwise."""
        del video_real_time_ratio
        fps = TICK_HZ if self._record_video_wrapper else DECISION_HZ
        self.metadata = {"render_modes": list(ALL_RENDER_MODES), "render_fps": fps}

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Start a new episode; ``info["instance_hash"]`` is a string.

        Parameters
        ----------
        seed
            Seeds the generator that draws the instance; ``None`` continues it.
        options
            ``{"instance": ScenarioInstance}`` to play a given one.

        Raises
        ------
        UserError
            If an option or the seed does not fit.
        """
        given = check_options(options, ("instance",)).get("instance")
        if given is not None and not isinstance(given, ScenarioInstance):
            raise UserError(f"instance: got {type(given).__name__}, expected a ScenarioInstance")
        super(AbstractEnv, self).reset(seed=check_seed(seed))
        self.time, self.steps = 0.0, 0
        self.done = False
        self.update_metadata()
        self.instance = given or self.settings.sampler.sample(self.np_random)
        self._begin(self.instance)
        if self.render_mode == "human":
            self.render()
        info = {"instance_hash": self.instance.hash, **self._describe()}
        del info["state_hash"]
        return self._observation(), info

    def _begin(self, instance: ScenarioInstance) -> None:
        """Build the scene of an instance and observe it."""
        load_instance(self.world, instance)
        self.road = build_road(self.world)
        self.controlled_vehicles = [self.road.vehicles[0]]
        self._debris = build_debris(self.road, self.world)
        push_effects(self.road, self.world, self._debris)
        pull_vehicles(self.road, self.world)
        observe(self.world)
        if self._sensor is not None:
            self._sensor.begin(self._worlds)
        if self._history is not None:
            self._history.clear()

    def step(self, action: object) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Advance by one decision of three ticks; an invalid action raises an error before anything changes."""
        first, second = check_action(action, self.settings.action)
        p = self.settings.cost_record
        begin_decision(self.world, first, second, self.settings.is_discrete)
        for tick in range(TICKS_PER_DECISION):
            self._tick()
            if tick < TICKS_PER_DECISION - 1:
                self._automatic_rendering()
        end_decision(self.world, p)
        observe(self.world)
        if self._sensor is not None:
            self._sensor.advance(self._worlds)
        total = decision_cost(self.world)
        if self.render_mode == "human":
            self.render()
        return (
            self._observation(),
            total / -self.settings.reward_scale_usd,
            bool(is_over(self.world)),
            bool(self.world.episode_i[episode.TRUNCATED]),
            self._describe(),
        )

    def _observation(self) -> dict[str, Any]:
        """Copies of the observation arrays."""
        observation = copy_observation(self.world)
        return observation if self._sensor is None else observation | self._sensor.observation(0)

    def _tick(self) -> None:
        """One tick in the order of ``envs.world.tick``."""
        before_traffic(self.world)
        push_commands(self.road, self.world)
        self.road.act()
        self.road.step(TICK_S)
        pull_vehicles(self.road, self.world)
        after_traffic(self.world, self.settings.cost_record)
        push_effects(self.road, self.world, self._debris)
        self.steps += 1
        self.time = self.steps * TICK_S
        if self._history is not None:
            self._history.record_tick(self.world)

    def _describe(self) -> dict[str, Any]:
        """``info`` of the present decision."""
        types = self.instance.debris_types if self.instance is not None else ()
        return {
            "cost": describe_cost(self.world.cost, float(decision_cost(self.world))),
            "contacts": describe_contacts(self.world, types),
            "events": describe_events(self.world.episode_i),
            "ttc": float(self.world.episode_f[episode.MIN_TTC]),
            "state_hash": int(state_hash(self.world)),
            **({} if self._sensor is None else self._sensor.describe(0)),
        }

    def _automatic_rendering(self) -> None:
        """Pass the pictures between two decisions to a recorder, as highway-env does for those from above."""
        if self.render_mode != "camera":
            super()._automatic_rendering()
        elif self.enable_auto_render and self._record_video_wrapper:
            self._record_video_wrapper._capture_frame()

    def render(self) -> np.ndarray | None:
        """The present picture ``(height, width, 3)`` for ``rgb_array`` and ``camera``, a window for ``human``."""
        if self.render_mode == "camera":
            # here, because most episodes are not drawn
            from envs.camera import PRESETS, draw

            self.enable_auto_render = True
            return draw(self._worlds.view(np.ndarray)[0], PRESETS["film"])
        if self.render_mode is not None and self.viewer is None:
            # here, because the drawing library is slow to import and most episodes are not drawn
            from envs.highway.rendering import DebrisViewer

            self._history = self._history or History()
            self.viewer = DebrisViewer(self, self._history)
        frame: np.ndarray | None = super().render()
        return frame
