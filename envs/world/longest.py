"""The longest possible episode of an environment, stated in Gymnasium's ``spec.max_episode_steps``."""

from __future__ import annotations

import copy

from gymnasium.envs.registration import EnvSpec


class LongestEpisode:
    """An environment that truncates its episodes itself and states their longest length in its ``spec``.

    Wrappers such as ``TimeAwareObservation`` read the length there. Ids are registered without it, because Gymnasium
    would add its wrapper ``TimeLimit``, which marks an episode that is terminated in its last decision as truncated
    too.
    """

    _spec: EnvSpec | None = None

    @property
    def longest_episode(self) -> int | None:
        """Number of steps after which an episode is truncated at the latest; ``None`` if there is no limit."""
        raise NotImplementedError

    @property
    def spec(self) -> EnvSpec | None:
        """Gymnasium's description of how this environment was made; ``None`` if it was made directly."""
        return self._spec

    @spec.setter
    def spec(self, spec: EnvSpec | None) -> None:
        self._spec = copy.copy(spec)
        if self._spec is not None:
            self._spec.max_episode_steps = self.longest_episode
