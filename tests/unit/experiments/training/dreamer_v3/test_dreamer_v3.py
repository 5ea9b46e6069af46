"""One world for sheeprl: what ``CommandEnv`` gives, episode by episode; and what is said where sheeprl is not there."""

import re
import subprocess
import sys
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

from envs.errors import UserError
from experiments.store.progress import Progress
from experiments.training.dreamer_v3.extras import is_available
from experiments.training.dreamer_v3.segment import overrides
from experiments.training.dreamer_v3.train import _run_segment
from experiments.training.dreamer_v3.world import FEATURES, DreamerWorld
from policies.model_free.sight import NUM_INPUTS, Sight
from policies.reactive.command_env import CommandEnv
from policies.sb3_adapter import TwinVecEnv

FAMILIES = ["lone_object", "boxed_in"]


def test_world_gives_what_the_learners_without_a_model_get():
    world = DreamerWorld(FAMILIES, 5000.0, 20000.0, 30.0, first_seed=40, rank=2)
    twin = gym.make_vec(
        "envs:roadworld/Debris-v1", num_envs=1, vectorization_mode="vector_entry_point", scenario=FAMILIES
    )  # fmt: skip
    other = CommandEnv(TwinVecEnv(twin), lambda size: Sight(None, size), 5000.0, 20000.0, 30.0)
    other.seed(42)
    wanted = other.reset()
    observation, _ = world.reset(seed=7)
    np.testing.assert_array_equal(observation[FEATURES], wanted[0])
    assert world.observation_space[FEATURES].shape == (NUM_INPUTS,)
    rng, ends = np.random.default_rng(0), []
    for _ in range(350):
        command = rng.integers(world.action_space.nvec)
        observation, reward, terminated, truncated, _ = world.step(command)
        wanted, rewards, ended, infos = other.step(command[None])
        assert reward == rewards[0]
        assert (terminated or truncated) == ended[0]
        assert truncated == infos[0]["TimeLimit.truncated"]
        if ended[0]:
            ends.append(truncated)
            np.testing.assert_array_equal(observation[FEATURES], infos[0]["terminal_observation"])
            observation, _ = world.reset()
        np.testing.assert_array_equal(observation[FEATURES], wanted[0])
    assert len(ends) >= 3
    world.close()


def test_settings_are_the_published_ones():
    job = {
        "seed": 3, "total_steps": 18_000, "replay_ratio": 32.0, "resume_from": None, "buffer": 200_000, "worlds": 16,
        "folder": "a b", "name": "segment_00",
    }  # fmt: skip
    told = dict(one.split("=", 1) for one in overrides(job))
    assert told["exp"] == "dreamer_v3_5"
    assert told["algo"] == "dreamer_v3_5_1M"
    # one update of 16 sequences of 64 every 32 environment steps
    assert float(told["algo.replay_ratio"]) * 32 == pytest.approx(1.0)
    assert told["checkpoint.resume_from"] == "null"
    assert told["log_root"] == '"a b"'
    assert int(told["metric.log_every"]) % job["worlds"] == 0


def test_a_segment_that_fails_is_one_line(tmp_path):
    job = {"folder": str(tmp_path), "name": "segment_00", "total_steps": 8, "steps": 8}
    with pytest.raises(
        UserError, match=r"sheeprl: ended with code 1: .*Error: .*log\.txt$"
    ) as error:
        _run_segment(job, Progress("learning"))
    assert "\n" not in str(error.value)


def test_a_folder_with_its_name_is_no_library(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "some_library").mkdir()
    assert not is_available("some_library")
    assert not is_available("another_library")
    assert is_available("experiments")


def test_without_sheeprl_one_line_says_what_to_install(tmp_path):
    script = (
        "import runpy, sys; sys.modules['sheeprl'] = None; sys.argv[0] = 'train';"
        "runpy.run_module('experiments.train', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "policy=dreamer_v3", "output=made"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    # on a slow machine there is progress, too
    assert re.sub(r"(?m)^\d\d:\d\d:\d\d .*\n", "", done.stderr) == (
        "error: policy: dreamer_v3 needs sheeprl, which is not installed: "
        '.venv/bin/python -m pip install -e ".[dreamer]"\n'
    )
    assert not Path(tmp_path / "made").exists()
