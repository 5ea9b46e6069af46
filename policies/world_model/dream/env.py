"""DreamEnv: one dream as a Gymnasium environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np

from envs.action import action_space, check_action
from envs.copies import Copyable
from envs.errors import not_allowed
from envs.observation import observation_space
from envs.specification import DECISION_HZ, TICKS_PER_DECISION, episode
from envs.world.longest import LongestEpisode
from envs.world.settings import check_options, check_seed, make_sensor
from policies.world_model.dream.drawn_worlds import drawn_worlds
from policies.world_model.dream.simulation.core import DreamCore
from policies.world_model.dream.simulation.settings import OPTIONS, DreamSettings

if TYPE_CHECKING:
    from envs.camera import Camera
    from policies.world_model.dream.rendering import Drawn, DreamPicture

RENDER_MODES = ("rgb_array",)


class DreamEnv(Copyable, LongestEpisode, gym.Env[dict[str, Any], Any]):
    """One dream of the learned world model; ``vector_env.DreamVectorEnv`` explains it.

    Parameters
    ----------
    render_mode
        ``None`` or ``"rgb_array"``: the ordinary picture at the dreamt places.
    camera
        As in Debris-v1; ``policies.world_model.dream.drawn_worlds`` describes what a dream lacks.
    **settings
        Arguments of ``policies.world_model.dream.simulation.settings.DreamSettings``.

    Attributes
    ----------
    begins_at
        Decision number of the dream's start, as shown; ``None`` = after as many decisions as the
        belief was burnt in on. Set it before the first picture.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.

    Examples
    --------
    >>> import gymnasium as gym
    >>> env = gym.make("policies.world_model.dream:roadworld/Dream-v1")
    >>> observation, info = env.reset(seed=7, options={"theta": ["nothing"]})
    >>> observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
    >>> int(info["theta"][0])
    0
    """

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES), "render_fps": DECISION_HZ}  # noqa: RUF012 (Gymnasium's)

    def __init__(
        self,
        *,
        render_mode: str | None = None,
        camera: str | Mapping[str, Any] | Camera | None = None,
        **settings: Any,
    ) -> None:
        if render_mode is not None and render_mode not in RENDER_MODES:
            raise not_allowed("render_mode", render_mode, RENDER_MODES)
        self.render_mode = render_mode
        self.settings = DreamSettings(**settings)
        self._sensor = make_sensor(camera, 1)
        self.observation_space = observation_space(
            None if self._sensor is None else self._sensor.space
        )
        self.action_space = action_space("continuous")
        self.core = DreamCore(1, self.settings)
        self.begins_at: int | None = None
        self._picture: DreamPicture | None = None

    @property
    def longest_episode(self) -> int:
        """Number of decisions after which a dream is truncated."""
        return self.settings.horizon

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin a new dream.

        Parameters
        ----------
        seed
            Seeds the generator that draws piece and random numbers; ``None`` continues it.
        options
            ``segment``, ``member``, ``theta``; see ``DreamVectorEnv.reset``.

        Raises
        ------
        UserError
            If an option or the seed does not fit.
        """
        given = check_options(options, OPTIONS[:-1])
        super().reset(seed=check_seed(seed))
        self.core.begin(np.zeros(1, np.int64), [self.np_random], given)
        if self._picture is not None:
            self._picture.begin()
        if self._sensor is not None:
            self._sensor.begin(drawn_worlds(self.core))
        described = _first(self.core.describe(np.zeros(1)))
        return self._observation(), {
            "instance_hash": self.core.fingerprint(0),
            **described,
            **self._masks(),
        }

    def step(self, action: Any) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:  # noqa: ANN401
        """Advance by one decision; ``action`` is ``(2,)`` in [-1, 1]."""
        reward, terminated, truncated, info = self.core.step(
            check_action(action, "continuous")[None]
        )
        if self._picture is not None:
            self._picture.record()
        if self._sensor is not None:
            self._sensor.advance(drawn_worlds(self.core))
        return (
            self._observation(),
            float(reward[0]),
            bool(terminated[0]),
            bool(truncated[0]),
            _first(info) | self._masks(),
        )

    def _observation(self) -> dict[str, Any]:
        """Copies of the observation arrays."""
        observation = _first(self.core.observation())
        return observation if self._sensor is None else observation | self._sensor.observation(0)

    def _masks(self) -> dict[str, Any]:
        """The camera's part of ``info``; empty without masks."""
        return {} if self._sensor is None else self._sensor.describe(0)

    def render(self) -> Any:  # noqa: ANN401 (Gymnasium's own type is wider)
        """The present picture ``(height, width, 3)`` uint8; ``None`` without a render mode."""
        if self.render_mode is None or self.core.pieces[0] < 0:
            return None
        return self._prepare().draw()

    def _prepare(self) -> DreamPicture:
        """What draws the dream, made when it is first needed."""
        if self._picture is None:
            # here, because the drawing library is slow to import and most dreams are not drawn
            from policies.world_model.dream.rendering import DreamPicture

            later = 0
            if self.begins_at is not None:
                now = int(self.core.record(0).episode_i[episode.TICK])
                later = self.begins_at * TICKS_PER_DECISION - now
            self._picture = DreamPicture(self.core, later)
        return self._picture

    def pictures(self, count: int = TICKS_PER_DECISION) -> list[Any]:
        """The last decision in ``count`` evenly spaced, linearly interpolated pictures; the last is the present."""
        last = self.render()
        if last is None or self._picture is None:
            return [last]
        return [*(self._picture.draw((k + 1) / count) for k in range(count - 1)), last]

    def states(self, count: int = TICKS_PER_DECISION) -> list[Drawn]:
        """The last decision in ``count`` evenly spaced states as they are drawn; the last is the present."""
        picture = self._prepare()
        return [picture.state((k + 1) / count) for k in range(count)]

    def close(self) -> None:
        """Release the resources of the picture."""
        if self._picture is not None:
            self._picture.close()
            self._picture = None


def _first(values: dict[str, Any]) -> dict[str, Any]:
    """Values of the only world, without the leading axis; single numbers are Python's own."""
    return {
        key: _first(value) if isinstance(value, dict) else _plain(value[0])
        for key, value in values.items()
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 (an array, a number or a text)
    """A number of NumPy as Python's own; anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value
