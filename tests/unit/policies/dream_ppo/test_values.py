"""T7: PPO in our shells learns known returns; a truncated episode goes on, a terminated one does not."""

from functools import partial

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from envs.action import action_space
from envs.observation import observation_space
from experiments.training.configuration import DreamPPOConfiguration
from experiments.training.dream_ppo.train import export, learn
from policies.networks.compiled import forward_rows
from policies.reactive.command_env import CommandEnv
from policies.reactive.senses import BeliefSenses
from policies.sb3_adapter import TwinVecEnv
from policies.world_model.model.actor_features import NUM_FEATURES
from policies.world_model.model.checkpoint import SHIPPED, load

WORLDS, DISCOUNT = 8, 0.8

CONFIG = DreamPPOConfiguration(
    world_model="shipped",
    critics=1,
    decisions=WORLDS * 16 * 25,
    starts=1,
    worlds=WORLDS,
    steps=16,
    batch=64,
    epochs=8,
    horizon=5,
    temperature=1.0,
    learning_rate=1e-2,
    entropy=0.0,
    discount=DISCOUNT,
    hidden=8,
    reward_scale_usd=1_000.0,
    cap_usd=1e9,
    needless_usd=0.0,
)


class Loop(VectorEnv):
    """An empty road on which every decision costs US$ 1000; it ends after ``length`` decisions."""

    def __init__(self, length, is_truncated):
        self.num_envs, self._length, self._is_truncated = WORLDS, length, is_truncated
        self.metadata = {"autoreset_mode": AutoresetMode.SAME_STEP}
        self.single_observation_space = observation_space()
        self.single_action_space = action_space("continuous")
        self.observation_space = batch_space(self.single_observation_space, WORLDS)
        self.action_space = batch_space(self.single_action_space, WORLDS)
        self._empty = {
            key: np.zeros(space.shape, space.dtype)
            for key, space in self.single_observation_space.spaces.items()
        }
        # lengths differ, or all would end at once
        self._clock = np.arange(WORLDS) % length

    def _observe(self):
        return {key: np.stack([value] * WORLDS) for key, value in self._empty.items()}

    def reset(self, *, seed=None, options=None):
        """Begin anywhere."""
        del seed, options
        return self._observe(), {}

    def step(self, actions):
        """Pay."""
        del actions
        self._clock += 1
        ended = self._clock >= self._length
        self._clock[ended] = 0
        none = np.zeros(WORLDS, np.bool_)
        info = {"cost": {"total": np.full(WORLDS, 1_000.0)}, "events": {}}
        info["final_info"] = dict(info)
        info["final_obs"] = np.array([self._empty] * WORLDS, dtype=object)
        terminated, truncated = (none, ended) if self._is_truncated else (ended, none)
        return self._observe(), np.full(WORLDS, -1.0), terminated, truncated, info


class Forgetful(TwinVecEnv):
    """A broken shell: it does not say that an episode was cut short."""

    def step_wait(self):
        """Forget."""
        observation, reward, ended, infos = super().step_wait()
        for info in infos:
            info["TimeLimit.truncated"] = False
        return observation, reward, ended, infos


@pytest.fixture(scope="module")
def nets():
    return load(SHIPPED).learned.filter


def value_of(nets, shell, length, is_truncated):
    env = CommandEnv(
        shell(Loop(length, is_truncated)),
        partial(BeliefSenses, nets),
        CONFIG.reward_scale_usd,
        CONFIG.cap_usd,
    )
    features = env.reset()
    assert features.shape == (WORLDS, NUM_FEATURES)
    out = np.zeros((WORLDS, 1), np.float32)
    forward_rows(export(learn(env, CONFIG, seed=0)).critics, 0, features, out)
    return float(out[0, 0])


def test_a_truncated_loop_goes_on(nets):
    # forever: one over 0.2
    assert value_of(nets, TwinVecEnv, 5, is_truncated=True) == pytest.approx(-5.0, rel=0.02)


def test_a_terminated_episode_does_not(nets):
    assert value_of(nets, TwinVecEnv, 1, is_truncated=False) == pytest.approx(-1.0, rel=0.02)


def test_a_shell_that_calls_truncation_an_end_fails(nets):
    assert value_of(nets, Forgetful, 5, is_truncated=True) > -4.5
