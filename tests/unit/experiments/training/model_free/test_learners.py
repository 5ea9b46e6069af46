"""What is exported decides as Stable-Baselines3 does, and a run that was interrupted ends with the same bits."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from stable_baselines3.common.utils import set_random_seed

import conf
from envs.debris.safe_yaml import read_mapping
from experiments.store.progress import Progress
from experiments.training.configuration import ModelFreeConfiguration
from experiments.training.model_free import learners, segments
from policies.model_free.actor import RunningActor
from policies.model_free.sight import NUM_INPUTS, Sight
from policies.reactive.command import NUM_MOVES, NUM_PACES, split
from policies.reactive.command_env import CommandEnv
from policies.sb3_adapter import TwinVecEnv

KINDS = ("ppo", "recurrent_ppo", "qr_dqn")
WORLDS = 4


def configuration():
    told = read_mapping(Path(conf.__file__).parent / "train.yaml")["model_free"]
    for kind in KINDS:
        told[kind] |= {"worlds": WORLDS, "batch": 20, "hidden": 8}
    for kind in ("ppo", "recurrent_ppo"):
        told[kind] |= {"steps": 10, "epochs": 2}
    told["recurrent_ppo"]["memory"] = 6
    told["qr_dqn"] |= {"learning_starts": 40, "buffer": 1000, "quantiles": 5, "gradient_steps": 1}
    return ModelFreeConfiguration(**(told | {"decisions": 5000, "segments": 2}))


def make_learner(kind, tmp_path):
    twin = gym.make_vec(
        "envs:roadworld/Debris-v1", num_envs=WORLDS, vectorization_mode="vector_entry_point", scenario="lone_object"
    )  # fmt: skip
    env = CommandEnv(
        TwinVecEnv(twin), lambda size: Sight(None, size), 5000.0, 20000.0, is_flat=kind == "qr_dqn"
    )
    set_random_seed(0)
    return learners.Learner(learners.choose(kind, configuration()), env, str(tmp_path / "log"))


@pytest.mark.parametrize("kind", KINDS)
def test_export_decides_as_the_learner_does(kind, tmp_path):
    learner = make_learner(kind, tmp_path)
    learner.learn(120, 0, 2, 5, Progress("learning"))
    model = learner._model
    mind = RunningActor(learner.export(), 6)
    state, new = None, np.ones(6, np.bool_)
    for x in np.random.default_rng(0).normal(size=(5, 6, NUM_INPUTS)).astype(np.float32):
        said = mind.think(x, new)
        if kind == "qr_dqn":
            with torch.no_grad():
                values = model.policy.quantile_net(torch.from_numpy(x)).mean(dim=1).numpy()
            np.testing.assert_allclose(said, values, atol=1e-5)
            assert split(said.argmax(axis=1))[1].max() < NUM_MOVES
        else:
            wanted, state = model.predict(x, state=state, episode_start=new, deterministic=True)
            mine = [said[:, :NUM_PACES].argmax(axis=1), said[:, NUM_PACES:].argmax(axis=1)]
            np.testing.assert_array_equal(np.stack(mine, axis=1), wanted)
        new = np.zeros(6, np.bool_)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kept_learner_goes_on_with_the_same_bits(kind, tmp_path):
    bar = Progress("learning")
    straight = make_learner(kind, tmp_path)
    set_random_seed(10)
    straight.learn(120, 0, 2, 5, bar)
    straight.keep(tmp_path / "state")
    resumed = make_learner(kind, tmp_path)
    resumed.restore(tmp_path / "state")
    for learner in (straight, resumed):
        set_random_seed(11)
        assert learner.learn(120, 1, 2, 6, bar) == 120
        learner.keep(tmp_path / ("straight" if learner is straight else "resumed"))
    one, two = (
        load_file(tmp_path / name / "state.safetensors") for name in ("straight", "resumed")
    )
    assert one.keys() == two.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], two[name], err_msg=name)


@pytest.mark.parametrize("budget", [6_000, 20_000, 50_000, 200_000, 1_000_000])
@pytest.mark.parametrize("at_once", [50, 2_000])
def test_no_budget_is_overspent(budget, at_once):
    config = configuration().model_copy(update={"decisions": budget, "segments": 10})
    steps, parts = segments.plan_segments(config, at_once)
    assert steps % at_once == 0
    assert 1 <= parts <= 10
    assert 0.5 * budget < steps * parts <= 0.9 * budget


def test_exploration_falls_over_the_run_and_not_over_a_segment(tmp_path):
    learner = make_learner("qr_dqn", tmp_path)
    shares = []
    for left in (1.0, 0.85, 0.5):
        learner._left = left
        shares.append(learner._model.exploration_schedule(0.0))
    # half of the first 30 % is over at 15 %
    assert shares == pytest.approx([1.0, 0.51, 0.02])


@pytest.mark.slow  # that of the world model is in `make test`
@pytest.mark.end_to_end
def test_a_killed_run_ends_as_one_that_was_not(tmp_path):
    def command(name):
        return [
            sys.executable, "-m", "experiments.train", "policy=ppo", "model_free.decisions=12000",
            "model_free.segments=3", "model_free.ppo.worlds=10", f"output={tmp_path / name}",
        ]  # fmt: skip

    subprocess.run(command("straight"), check=True, capture_output=True, timeout=300)
    running = subprocess.Popen(
        command("killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 200.0
    while not (tmp_path / "killed" / segments.PROGRESS).is_file():
        assert time.monotonic() < until
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    done = json.loads((tmp_path / "killed" / segments.PROGRESS).read_text())["segments"]
    subprocess.run(command("killed"), check=True, capture_output=True, timeout=300)
    one, two = (
        json.loads((tmp_path / n / "model.json").read_text()) for n in ("straight", "killed")
    )
    assert 1 <= done <= 3
    assert one["tensors_sha256"] == two["tensors_sha256"]
    assert one["validation"] == two["validation"]
    assert one["budget"]["environment_steps"] == two["budget"]["environment_steps"]
