"""PPO on pictures trains in segments, ends with an agent that drives from its zip, and refuses what it cannot see."""

from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

import conf
from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError
from experiments.training.configuration import ModelFreeConfiguration, PixelPPOConfiguration
from experiments.training.model_free.pixels import see, train
from policies.adapters import StableBaselines3


def configurations(camera):
    told = read_mapping(Path(conf.__file__).parent / "train.yaml")
    small = {"worlds": 4, "steps": 64, "batch": 256, "epochs": 1, "hidden": 8}
    own = told["pixel_ppo"] | {"camera": camera, "decisions": 5_000, "segments": 2}
    own["ppo"] |= small
    shared = told["model_free"] | {"suite": "quick"}
    return PixelPPOConfiguration(**own), ModelFreeConfiguration(**shared)


@pytest.mark.parametrize("camera", ["64x96", None])
def test_trained_agent_and_its_learning_curve(camera, tmp_path):
    about = train(*configurations(camera), str(tmp_path / "run"), 0)
    assert len(about["validation"]["capped_usd_by_segment"]) == 2
    assert (tmp_path / "run" / "agent.zip").is_file()
    # a finished run has nothing left to learn
    assert train(*configurations(camera), str(tmp_path / "run"), 0) == about
    if camera is not None:
        agent = StableBaselines3(str(tmp_path / "run" / "agent.zip"), camera=camera)
        worlds = gym.make_vec(
            "envs:roadworld/Debris-v1", 2, vectorization_mode="vector_entry_point", camera=camera
        )
        agent.reset(np.ones(2, bool), np.zeros(2, np.int64))
        assert agent.act(worlds.reset(seed=1)[0]).shape == (2, 2)


def test_pictures_that_are_too_small_for_the_network(tmp_path):
    with pytest.raises(UserError, match=r"pixel_ppo.camera: got pictures of 32x96, .* 36 rows"):
        train(*configurations("tele"), str(tmp_path / "run"), 0)
    assert not (tmp_path / "run").exists()


def test_numbers_are_scaled():
    env = gym.make_vec("envs:roadworld/Debris-v1", 3, vectorization_mode="vector_entry_point")
    seen = see(env.reset(seed=1)[0])
    assert seen.shape == (3, 326)
    assert 0.5 < np.abs(seen).max() <= 1.0
