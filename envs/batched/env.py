"""The twin: ``B`` worlds of Debris-v1 stepped at once, as a Gymnasium vector environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from envs.action import check_actions, to_floats
from envs.batched.kernels import obstacle
from envs.batched.kernels.workspace import make_workspace
from envs.batched.step import Scratch, begin_worlds, roll_futures, step_worlds
from envs.errors import UserError
from envs.observation import PICTURE, copy_observation
from envs.scenario.instance import ScenarioInstance
from envs.specification import (
    DECISIONS_PER_EPISODE,
    MAX_DEBRIS,
    MAX_VEHICLES,
    component,
    episode,
)
from envs.specification.world import FIELDS, World, empty_batch
from envs.world.load import load_instance
from envs.world.report import describe_contacts, describe_cost, describe_events
from envs.world.settings import EnvSettings, check_options
from envs.world.vector_env import WorldsVectorEnv

if TYPE_CHECKING:
    from envs.camera import Camera

STATE_SCHEMA = 2


class Futures(NamedTuple):
    """Result of ``DebrisVectorEnv.branch`` for ``K`` worlds, ``C`` candidates and ``H`` decisions."""

    cost_usd: NDArray[np.float64]  # (K, C, H, NUM_COMPONENTS), 0 after the end
    length: NDArray[np.int64]  # (K, C) decisions until terminated, or H


class DebrisVectorEnv(WorldsVectorEnv):
    """``B`` worlds of debris on the road; the same numbers as ``B`` copies of the reference.

    Observation, action, reward, ends and info are those of ``envs.highway.env.DebrisEnv`` with a leading axis ``B``.

    * **Seeds**: ``reset(seed=s)`` gives world ``b`` the seed ``s + b``, as ``SyncVectorEnv`` does.
    * **Autoreset**: with ``autoreset_mode="SameStep"`` a world that ends returns the first observation of its next
      episode; ``info["final_obs"]`` and ``info["final_info"]`` hold the last one. ``"NextStep"`` begins the next
      episode in the next decision, whose action is ignored; ``"Disabled"`` waits for a reset with a ``reset_mask``. A
      world continues its own generator.
    * **State**: ``state_dict`` and ``load_state_dict`` save and restore everything, random generators included;
      ``branch`` rolls many futures from the present state.

    ``render_mode`` must be ``None``, because only the reference engine draws; ``autoreset_mode``,
    ``max_episode_steps`` and ``camera`` are those of ``envs.world.vector_env.WorldsVectorEnv``; ``settings`` are
    arguments of ``envs.world.settings.EnvSettings``.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.

    Examples
    --------
    >>> import gymnasium as gym
    >>> env = gym.make_vec("envs:roadworld/Debris-v1", num_envs=2, vectorization_mode="vector_entry_point",
    ...                    scenario="lone_object")
    >>> observation, info = env.reset(seed=7)
    >>> observation["debris"].shape
    (2, 4, 39)
    """

    REBUILT = ("_worlds", "_fields", "_scratch", "_future")

    def __init__(
        self,
        num_envs: int = 1,
        *,
        render_mode: str | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.SAME_STEP,
        max_episode_steps: int | None = None,
        camera: str | Mapping[str, Any] | Camera | None = None,
        **settings: Any,
    ) -> None:
        self.settings = EnvSettings(**settings)
        super().__init__(
            num_envs, render_mode, self.settings.action, autoreset_mode, max_episode_steps, camera
        )
        self.batch = empty_batch(num_envs)
        self.instances: list[ScenarioInstance | None] = [None] * num_envs
        self._params = self.settings.cost.to_array().view(np.ndarray)
        self._total = np.zeros(num_envs)
        self._terminated = np.zeros(num_envs, np.bool_)
        self._truncated = np.zeros(num_envs, np.bool_)
        self._hashes = np.zeros(num_envs, np.int64)
        self._no_contacts = np.empty(num_envs, dtype=object)
        self._no_contacts[:] = [()] * num_envs
        self._rebuild()

    def _rebuild(self) -> None:
        # plain views: attribute access on a record array costs microseconds, and so does passing one to a kernel
        self._worlds = self.batch.view(np.ndarray)
        self._fields = cast(
            "World", SimpleNamespace(**{name: self._worlds[name] for name in FIELDS})
        )
        self._scratch = Scratch(
            make_workspace(MAX_VEHICLES, MAX_DEBRIS),
            np.zeros((obstacle.NUM_FLOATS, MAX_DEBRIS)),
            np.zeros((obstacle.NUM_INTS, MAX_DEBRIS), np.int64),
        )
        self._future = empty_batch(1).view(np.ndarray)

    @property
    def longest_episode(self) -> int:
        """Number of decisions after which an episode is truncated."""
        return DECISIONS_PER_EPISODE

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Start new episodes; ``info["instance_hash"]`` is an array of strings.

        Parameters
        ----------
        seed
            World ``b`` gets ``seed + b``, or ``seed[b]``; ``None`` continues the world's generator.
        options
            ``{"instance": ...}``: one ``ScenarioInstance`` for all worlds, or a list of one per world;
            ``{"reset_mask": (B,) bool}``: only these worlds.

        Raises
        ------
        UserError
            If an option or a seed does not fit.
        """
        given = check_options(options, ("instance", "reset_mask"))
        has_begun = np.array([instance is not None for instance in self.instances])
        chosen = self._choose(given.get("reset_mask"), has_begun)
        instances = self._instances(given.get("instance"))
        self._seed(seed, chosen)
        self._begin(chosen, instances)
        return self._observation(), self._describe_reset(chosen, self._fields.cost)

    def _instances(self, given: object) -> list[ScenarioInstance | None]:
        """One instance per world, ``None`` where it is to be sampled."""
        if given is None:
            return [None] * self.num_envs
        if isinstance(given, ScenarioInstance):
            return [given] * self.num_envs
        items = list(given) if isinstance(given, Sequence) else []
        if len(items) != self.num_envs or not all(isinstance(i, ScenarioInstance) for i in items):
            raise UserError(
                f"instance: got {type(given).__name__}, expected one ScenarioInstance or a list of {self.num_envs}"
            )
        return items

    def _world(self, b: int) -> World:
        """One world: views, so changes reach the batch; without a record's slow attributes."""
        fields = {name: getattr(self._fields, name)[b] for name in FIELDS}
        return cast("World", SimpleNamespace(**fields))

    def _begin(
        self, chosen: NDArray[np.int64], given: Sequence[ScenarioInstance | None] | None = None
    ) -> None:
        """Load instances, given or else sampled, into some worlds and observe them."""
        for b in chosen:
            instance = (given and given[b]) or self.settings.sampler.sample(self._generators[b])
            self.instances[b] = instance
            load_instance(self._world(b), instance)
        begin_worlds(self._worlds, chosen)
        if self._sensor is not None:
            self._sensor.begin(self._worlds, chosen)

    def step(
        self, actions: object
    ) -> tuple[
        dict[str, Any], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]
    ]:
        """Advance every world by one decision: ``(B, 2)`` actions in [-1, 1], or ``(B,)`` indices of the discrete set.

        Raises
        ------
        UserError
            Before anything has changed, if the actions do not fit, no episode has begun, or one has ended and is not
            reset automatically.
        """
        self._instance(0)
        self._check_running()
        shape = None if self.settings.is_discrete else (self.num_envs, 2)
        if isinstance(actions, np.ndarray) and actions.dtype.kind == "f" and actions.shape == shape:
            # the usual case: the kernel checks the values
            values = np.ascontiguousarray(actions, dtype=np.float64)
        else:
            values = check_actions(actions, self.settings.action, self.num_envs)
        num_ended, num_contacts = step_worlds(
            self._worlds,
            values,
            self.settings.is_discrete,
            np.inf if self.settings.is_discrete else 1.0,
            self._params,
            self._scratch,
            self._total,
            self._terminated,
            self._truncated,
            self._hashes,
        )
        if num_ended < 0:
            check_actions(actions, self.settings.action, self.num_envs)
        if self._sensor is not None:
            self._sensor.advance(self._worlds)
        total, terminated, truncated = (
            self._total.copy(),
            self._terminated.copy(),
            self._truncated.copy(),
        )
        info = self._describe(total, num_contacts)
        info["state_hash"] = self._hashes.copy()
        reward = total / -self.settings.reward_scale_usd
        if num_ended or self._over.size:
            self._follow_mode(reward, terminated, truncated, info)
        return self._observation(), reward, terminated, truncated, info

    def _observation(self) -> dict[str, NDArray[Any]]:
        """Copies of the observation arrays of all worlds."""
        return copy_observation(self._fields) | self._pictures()

    def _observe_one(self, b: int) -> dict[str, NDArray[Any]]:
        return copy_observation(self._world(b)) | self._pictures(b)

    def _hash(self, b: int) -> str:
        return self._instance(b).hash

    def _describe(self, total: NDArray[np.float64], num_contacts: int = 0) -> dict[str, Any]:
        """``info`` of the present decision, in which the worlds together had ``num_contacts`` contacts."""
        fields = self._fields
        contacts = self._no_contacts
        if num_contacts:
            contacts = contacts.copy()
            for b in np.flatnonzero(fields.episode_i[:, episode.NUM_CONTACTS]).tolist():
                types = self._instance(b).debris_types
                contacts[b] = describe_contacts(self._world(b), types)
        return {
            "cost": describe_cost(fields.cost.copy(), total),
            "contacts": contacts,
            "events": describe_events(fields.episode_i),
            "ttc": fields.episode_f[:, episode.MIN_TTC].copy(),
            **self._masks(),
        }

    def _instance(self, b: int) -> ScenarioInstance:
        """The running instance of world ``b``."""
        instance = self.instances[b]
        if instance is None:
            raise UserError("no episode has begun, call reset first")
        return instance

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to continue from here: arrays, instances, random generators."""
        self._instance(0)
        state = {
            "schema": STATE_SCHEMA,
            "worlds": self.batch.copy(),
            "instances": list(self.instances),
            "generators": [generator.bit_generator.state for generator in self._generators],
        }
        return state if self._sensor is None else state | {PICTURE: self._sensor.state()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a saved state of an environment with the same number of worlds.

        A camera continues from the saved pictures, which dropped frames repeat; if the state has none of its size, its
        pictures begin anew.

        Raises
        ------
        UserError
            If the state is of another schema or size; nothing has changed then.
        """
        if not isinstance(state, Mapping):
            raise UserError(f"state: got {type(state).__name__}, expected what state_dict returns")
        if state.get("schema") != STATE_SCHEMA:
            raise UserError(f"state: schema: got {state.get('schema')!r}, expected {STATE_SCHEMA}")
        for key in ("worlds", "instances", "generators"):
            if key not in state:
                raise UserError(f"state: {key}: missing")
            if len(state[key]) != self.num_envs:
                raise UserError(f"state: {key}: got {len(state[key])}, expected {self.num_envs}")
        worlds = state["worlds"]
        if worlds.dtype != self.batch.dtype:
            raise UserError(
                "state: worlds: got the array layout of another version, expected this version's"
            )
        self.batch[:] = worlds
        self.instances = list(state["instances"])
        for generator, saved in zip(self._generators, state["generators"], strict=True):
            generator.bit_generator.state = saved
        ends = self._fields.episode_i[:, episode.COLLIDED : episode.TRUNCATED + 1]
        self._over = np.flatnonzero(ends.any(axis=1))
        if self._sensor is not None:
            self._sensor.restore(state.get(PICTURE), self._worlds)

    def branch(
        self, actions: object, *, worlds: Sequence[int] | None = None, noise_seed: int | None = None
    ) -> Futures:
        """Roll out candidate action sequences from the present state, which does not change.

        Parameters
        ----------
        actions
            ``(K, C, H, 2)`` in [-1, 1] (or ``(K, C, H)`` indices): ``C`` candidates of ``H`` decisions for each of
            ``K`` worlds.
        worlds
            Which worlds, ``(K,)``; all if not given.
        noise_seed
            Key of the futures' noise. Not given: the true one, so the futures are what would really happen. An oracle
            that must not know the wind gives another key.

        Raises
        ------
        UserError
            If the shapes or values do not fit.
        """
        self._instance(0)
        chosen = np.arange(self.num_envs) if worlds is None else np.asarray(worlds)
        fits = chosen.ndim == 1 and chosen.size > 0 and chosen.dtype.kind in "iu"
        if not fits or chosen.min() < 0 or chosen.max() >= self.num_envs:
            raise UserError(
                f"worlds: got {chosen.tolist()}, expected indices from 0 to {self.num_envs - 1}"
            )
        if noise_seed is not None and not (
            isinstance(noise_seed, int | np.integer) and 0 <= noise_seed < 2**63
        ):
            raise UserError(
                f"noise_seed: got {noise_seed!r}, expected an integer from 0 to 2**63 - 1"
            )
        raw = to_floats("actions", actions)
        tail = () if self.settings.is_discrete else (2,)
        if raw.ndim != 3 + len(tail) or raw.shape[0] != chosen.size or raw.shape[3:] != tail:
            shape = ", ".join([str(chosen.size), "C", "H", *map(str, tail)])
            raise UserError(f"actions: got shape {raw.shape}, expected ({shape})")
        k, c, h = raw.shape[:3]
        flat = check_actions(raw.reshape(k * c * h, *tail), self.settings.action, k * c * h)
        cost = np.zeros((k, c, h, component.NUM_COMPONENTS))
        length = np.zeros((k, c), np.int64)
        seeds = self._fields.episode_i[chosen, episode.NOISE_SEED]
        if noise_seed is not None:
            seeds[:] = noise_seed
        roll_futures(
            self._worlds,
            np.ascontiguousarray(chosen, dtype=np.int64),
            np.ascontiguousarray(flat.reshape(k, c, h, 2)),
            self.settings.is_discrete,
            seeds,
            self._params,
            self._scratch,
            self._future,
            cost,
            length,
        )
        return Futures(cost, length)
