"""The learners of Stable-Baselines3 and sb3-contrib: built, trained in segments, saved without pickle, exported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from sb3_contrib import QRDQN, RecurrentPPO
from stable_baselines3 import PPO
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv

from experiments.store.atomic import make_folder
from experiments.store.progress import Progress
from experiments.store.tensors import read_tensors, write_tensors
from experiments.training.configuration import (
    ModelFreeConfiguration,
    PPOConfiguration,
    QRDQNConfiguration,
    RecurrentPPOConfiguration,
)
from policies.model_free.actor import Actor, Lstm, RecurrentActor
from policies.networks.compiled import Net
from policies.reactive.command import NUM_COMMANDS

SHARED: Final = (
    "decisions", "segments", "suite", "families", "reward_scale_usd", "cap_usd", "needless_usd", "world_model",
)  # fmt: skip
"""Keys of the configuration that every learner uses."""

FIRST_COMMAND: Final = (4.5, 0.0, 0.0, 0.0, 5.0, 0.0, 2.0, 2.0, 2.0, 0.0, 0.0)
"""First logits of paces, then of moves: mostly go on as before, now and then around or over an object."""

LEAST_RATE: Final = 0.1
"""The learning rate falls to this share of its first value."""

Chosen = PPOConfiguration | RecurrentPPOConfiguration | QRDQNConfiguration


def choose(kind: str, config: ModelFreeConfiguration) -> Chosen:
    """The settings of the algorithm that a policy uses."""
    if kind == "recurrent_ppo":
        return config.recurrent_ppo
    return config.qr_dqn if kind == "qr_dqn" else config.ppo


class Learner:
    """A learner and its environment.

    Parameters
    ----------
    config
        Configuration of the algorithm.
    env
        A ``CommandEnv``.
    log
        Folder for TensorBoard; ``None`` = none.
    first
        Logits that an actor begins with; ``None`` = whatever it is made with.
    network
        Name of Stable-Baselines3's network of plain PPO.
    """

    def __init__(
        self,
        config: Chosen,
        env: VecEnv,
        log: str | None,
        first: Sequence[float] | None = FIRST_COMMAND,
        network: str = "MlpPolicy",
    ) -> None:
        self._env, self._config, self._left = env, config, 1.0
        self._first, self._network = first, network
        self._model = self._make(config, env, log)

    def _make(self, config: Chosen, env: VecEnv, log: str | None) -> Any:  # noqa: ANN401 (three classes with little in common)
        """Make an untrained model."""
        shared: dict[str, Any] = {
            "env": env,
            "learning_rate": lambda _: config.learning_rate * max(self._left, LEAST_RATE),
            "gamma": config.discount,
            "batch_size": config.batch,
            "tensorboard_log": log,
            "device": "cpu",
        }
        layers = [config.hidden] * 2
        if isinstance(config, QRDQNConfiguration):
            net = {"net_arch": layers, "n_quantiles": config.quantiles}
            model = QRDQN(
                "MlpPolicy", policy_kwargs=net, buffer_size=config.buffer, learning_starts=config.learning_starts,
                train_freq=1, gradient_steps=config.gradient_steps, target_update_interval=config.target_steps,
                max_grad_norm=10.0, **shared,
            )  # fmt: skip
            model.exploration_schedule = self._exploration(config)
            return model
        net = {"net_arch": {"pi": layers, "vf": layers}, "activation_fn": torch.nn.ReLU}
        shared |= {
            "n_steps": config.steps, "n_epochs": config.epochs, "gae_lambda": config.gae,
            "ent_coef": config.entropy, "clip_range": config.clip,
        }  # fmt: skip
        if isinstance(config, RecurrentPPOConfiguration):
            net |= {"lstm_hidden_size": config.memory, "enable_critic_lstm": True}
            recurrent = RecurrentPPO("MlpLstmPolicy", policy_kwargs=net, **shared)
            prefer(recurrent.policy, self._first)
            return recurrent
        plain = PPO(self._network, policy_kwargs=net, **shared)
        prefer(plain.policy, self._first)
        return plain

    def _exploration(self, config: QRDQNConfiguration) -> Callable[[float], float]:
        """Schedule of the share of random commands over the whole run, not over a segment."""

        def share(_: float) -> float:
            done = (1.0 - self._left) / config.exploration_share
            return config.last_exploration + (1.0 - config.last_exploration) * max(1.0 - done, 0.0)

        return share

    @property
    def steps_at_once(self) -> int:
        """Environment steps of all worlds between two updates."""
        worlds = self._config.worlds
        return (
            worlds if isinstance(self._config, QRDQNConfiguration) else worlds * self._config.steps
        )

    def learn(self, steps: int, segment: int, segments: int, seed: int, progress: Progress) -> int:
        """Train for a segment.

        Parameters
        ----------
        steps
            Of the environment; a learner rounds them up to what it collects at once.
        segment, segments
            Its number, and how many there are.
        seed
            Of the first world; the others follow.
        progress
            Counts every step.

        Returns
        -------
        int
            Steps taken.
        """
        model = self._model
        self._left = 1.0 - segment / segments
        self._env.seed(seed)
        self._env.action_space.seed(seed)
        model.action_space.seed(seed)
        # the segment begins with new worlds
        model._last_obs = None
        if isinstance(model, RecurrentPPO) and model._last_lstm_states is not None:
            for states in model._last_lstm_states:
                for tensor in states:
                    tensor.zero_()
        if isinstance(model, QRDQN):
            # SB3 renews the rate after a step: the first step would use the last segment's
            model.exploration_rate = model.exploration_schedule(1.0)
        before = model.num_timesteps
        model.learn(
            steps,
            callback=_Count(progress),
            reset_num_timesteps=segment == 0,
            tb_log_name="learning",
        )
        return int(model.num_timesteps - (before if segment else 0))

    def act(self, observation: Any) -> Any:  # noqa: ANN401 (SB3's)
        """The best action for every world."""
        return self._model.predict(observation, deterministic=True)[0]

    def record(self, name: str, value: float) -> None:
        """Log a figure for TensorBoard."""
        self._model.logger.record(name, value)
        self._model.logger.dump(self._model.num_timesteps)

    def save(self, path: Path) -> None:
        """Save the agent as a zip of Stable-Baselines3, without what cannot be read back safely."""
        self._model.save(path, exclude=["lr_schedule", "learning_rate", "clip_range", "_last_obs"])

    def export(self) -> Actor | RecurrentActor:
        """The actor as plain arrays."""
        weights = {
            name: value.detach().numpy() for name, value in self._model.policy.state_dict().items()
        }
        if isinstance(self._config, QRDQNConfiguration):
            net = "quantile_net.quantile_net"
            head = to_net(weights, (f"{net}.0", f"{net}.2", f"{net}.4"))
            # values are means over quantiles, and a mean of linear outputs is one linear output
            shape = (-1, self._config.quantiles, NUM_COMMANDS)
            w3 = head.w3.reshape(*head.w3.shape[:2], *shape[1:]).mean(axis=2)
            return Actor(head._replace(w3=w3, b3=head.b3.reshape(shape).mean(axis=1)))
        first = "mlp_extractor.policy_net"
        head = to_net(weights, (f"{first}.0", f"{first}.2", "action_net"))
        if not isinstance(self._config, RecurrentPPOConfiguration):
            return Actor(head)
        lstm = [
            np.ascontiguousarray(weights[f"lstm_actor.{name}_l0"].T).copy()
            for name in ("weight_ih", "bias_ih", "weight_hh", "bias_hh")
        ]
        return RecurrentActor(Lstm(*lstm), head)

    def keep(self, folder: Path) -> None:
        """Save the state from which the next segment continues."""
        make_folder(folder)
        model = self._model
        tensors = {f"policy.{name}": value for name, value in model.policy.state_dict().items()}
        for k, state in model.policy.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{k}.{name}": value for name, value in state.items()}
        arrays = {name: value.detach().numpy().copy() for name, value in tensors.items()}
        arrays["counts"] = np.array(
            [model.num_timesteps, model._n_updates, getattr(model, "_n_calls", 0)]
        )
        buffer = getattr(model, "replay_buffer", None)
        if isinstance(buffer, ReplayBuffer):
            size = buffer.buffer_size if buffer.full else buffer.pos
            arrays |= {f"buffer.{name}": getattr(buffer, name)[:size] for name in BUFFER}
            arrays["buffer.pos"] = np.array([buffer.pos, buffer.full])
        write_tensors(folder / "state.safetensors", arrays)

    def restore(self, folder: Path) -> None:
        """Load the state that ``keep`` has saved."""
        arrays = read_tensors(folder / "state.safetensors")
        model = self._model
        policy = model.policy
        named = {
            name.removeprefix("policy."): torch.from_numpy(value)
            for name, value in arrays.items()
            if name.startswith("policy.")
        }
        policy.load_state_dict(named)
        state: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in arrays.items():
            if name.startswith("optimizer."):
                _, k, key = name.split(".")
                state.setdefault(int(k), {})[key] = torch.from_numpy(value)
        groups = policy.optimizer.state_dict()["param_groups"]
        policy.optimizer.load_state_dict({"state": state, "param_groups": groups})
        model.num_timesteps, model._n_updates, calls = map(int, arrays["counts"])
        buffer = getattr(model, "replay_buffer", None)
        if isinstance(buffer, ReplayBuffer):
            model._n_calls = calls
            for name in BUFFER:
                found = arrays[f"buffer.{name}"]
                getattr(buffer, name)[: len(found)] = found
            buffer.pos, buffer.full = int(arrays["buffer.pos"][0]), bool(arrays["buffer.pos"][1])


BUFFER: Final = ("observations", "next_observations", "actions", "rewards", "dones", "timeouts")
"""Names of the arrays of a replay buffer."""


def prefer(policy: torch.nn.Module, logits: Sequence[float] | None) -> None:
    """Change an actor in place so that its first logits are near the given ones for every observation."""
    if logits is None:
        return
    weights = policy.state_dict()
    weights["action_net.weight"] *= 0.1
    weights["action_net.bias"][:] = torch.tensor(logits)
    policy.load_state_dict(weights)


def to_net(weights: dict[str, Any], names: tuple[str, str, str]) -> Net:
    """Convert three layers to a network with one member."""
    arrays = []
    for name in names:
        arrays += [weights[f"{name}.weight"].T, weights[f"{name}.bias"]]
    return Net(*(np.ascontiguousarray(array)[None].copy() for array in arrays))


class _Count(BaseCallback):
    """Callback that counts environment steps."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def _on_step(self) -> bool:
        self._progress.update(self.training_env.num_envs)
        return True
