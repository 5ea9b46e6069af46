"""An agent trained in VecNormalize sees what it saw then, or is refused."""

import gymnasium as gym
import numpy as np
import pytest
import stable_baselines3
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

from envs.errors import UserError
from policies.adapters import StableBaselines3, save_statistics
from policies.sb3_adapter import TwinVecEnv
from policies.sb3_zip.normalization import load_statistics
from policies.sb3_zip.spaces import Route
from tests.unit.policies.sb3_zip.zips import Bomb, observe, start

ID = "envs:roadworld/Debris-v1"
KEYS = ("debris", "ego", "vehicles")
SIZES = {
    "PPO": {"n_steps": 4, "batch_size": 4, "n_epochs": 1},
    "A2C": {"n_steps": 4},
    "SAC": {"buffer_size": 50, "learning_starts": 4},
    "DQN": {"buffer_size": 50, "learning_starts": 4},
}


def trained(algorithm, wrap, steps=12):
    """An agent after a few steps in the twin, and the outermost environment."""
    action = "discrete" if algorithm == "DQN" else "continuous"
    worlds = gym.make_vec(ID, num_envs=2, vectorization_mode="vector_entry_point", action=action)
    env = wrap(TwinVecEnv(worlds))
    kind = getattr(stable_baselines3, algorithm)
    model = kind("MultiInputPolicy", env, **SIZES[algorithm], seed=0, device="cpu")
    return model.learn(steps), env


def refused(call, *arguments, **named):
    """The one line of the error."""
    with pytest.raises(UserError) as caught:
        call(*arguments, **named)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize("algorithm", SIZES)
def test_a_zip_of_vec_normalize_is_recognised_and_others_are_not(algorithm, tmp_path):
    path = tmp_path / "agent.zip"
    trained(algorithm, VecNormalize)[0].save(path)
    line = refused(StableBaselines3, str(path))
    assert "was trained on normalised observations (VecNormalize): write a policy file" in line
    StableBaselines3(str(path), normalize="none")
    for wrap in (lambda env: env, lambda env: VecNormalize(env, norm_obs=False)):
        trained(algorithm, wrap)[0].save(path)
        StableBaselines3(str(path))
        line = refused(StableBaselines3, str(path), normalize="statistics.npz")
        assert "was trained on raw observations: leave it out" in line


@pytest.mark.parametrize("key", ["ego", "vehicles", "debris"])
def test_one_normalised_part_is_enough(key, tmp_path):
    model, _ = trained("PPO", lambda env: VecNormalize(env, norm_obs_keys=[key]), 200)
    model.save(tmp_path / "agent.zip")
    assert "VecNormalize" in refused(StableBaselines3, str(tmp_path / "agent.zip"))


@pytest.mark.parametrize(
    "options", [{}, {"clip_obs": 0.5, "epsilon": 1e-3}, {"norm_obs_keys": ["ego", "debris"]}]
)
def test_statistics_are_applied_to_the_last_bit_as_vec_normalize_applies_them(options, tmp_path):
    model, env = trained("PPO", lambda twin: VecNormalize(twin, **options), 64)
    save_statistics(env, tmp_path / "statistics.npz")
    model.save(tmp_path / "agent.zip")
    seen = observe(5)
    wanted = env.normalize_obs(seen)
    found = load_statistics(str(tmp_path / "statistics.npz"), Route(KEYS, is_flat=False))
    for key, values in found.apply(seen).items():
        np.testing.assert_array_equal(values, wanted[key], strict=True)
    policy = StableBaselines3(
        str(tmp_path / "agent.zip"), normalize=str(tmp_path / "statistics.npz")
    )
    np.testing.assert_allclose(
        start(policy, 5).act(seen), model.predict(wanted, deterministic=True)[0], atol=1e-5
    )


def test_statistics_of_flattened_observations(tmp_path):
    def make():
        return gym.wrappers.FlattenObservation(gym.make(ID))

    env = VecNormalize(DummyVecEnv([make]))
    model = stable_baselines3.PPO("MlpPolicy", env, **SIZES["PPO"], device="cpu").learn(16)
    model.save(tmp_path / "agent.zip")
    save_statistics(env, tmp_path / "statistics.npz")
    assert "VecNormalize" in refused(StableBaselines3, str(tmp_path / "agent.zip"))
    policy = StableBaselines3(
        str(tmp_path / "agent.zip"), normalize=str(tmp_path / "statistics.npz")
    )
    seen = observe(3)
    flat = np.concatenate(
        [seen[key].reshape(3, -1) for key in env.venv.envs[0].env.observation_space], 1
    )
    wanted, _ = model.predict(env.normalize_obs(flat), deterministic=True)
    np.testing.assert_allclose(start(policy, 3).act(seen), wanted, atol=1e-5)


def test_other_files_are_refused_in_one_line(tmp_path):
    model, env = trained("PPO", VecNormalize)
    model.save(tmp_path / "agent.zip")

    def line(name):
        return refused(
            StableBaselines3, str(tmp_path / "agent.zip"), normalize=str(tmp_path / name)
        )

    assert "there is no such file" in line("missing.npz")
    env.save(tmp_path / "statistics.pkl")
    assert "a pickle of VecNormalize.save is not read, because that runs code" in line(
        "statistics.pkl"
    )
    np.savez(tmp_path / "object.npz", epsilon=np.array([Bomb(tmp_path / "ran")], dtype=object))
    assert "is not a file of policies.adapters.save_statistics" in line("object.npz")
    assert not (tmp_path / "ran").exists()
    good = {"epsilon": 1e-8, "clip_obs": 10.0, "ego.mean": np.zeros(18), "ego.var": np.ones(18)}
    for changed, message in (
        (
            {"lidar.mean": np.zeros(3)},
            "holds lidar.mean, expected statistics of debris, ego, vehicles",
        ),
        ({"ego.mean": np.zeros(17)}, "ego: got shape (17,), expected shape (18,)"),
        ({"ego.var": np.full(18, np.nan)}, "ego: got values that are not finite"),
        ({"ego.var": np.full(18, -1.0)}, "ego: got a negative variance"),
        ({"epsilon": 0.0}, "lacks statistics, epsilon > 0 or clip_obs > 0"),
        ({"epsilon": np.zeros(2)}, "is not a file of policies.adapters.save_statistics"),
    ):
        np.savez(tmp_path / "bad.npz", **{**good, **changed})
        assert message in line("bad.npz")


def test_what_cannot_be_saved_is_refused(tmp_path):
    _, env = trained("PPO", lambda twin: VecNormalize(twin, norm_obs=False))
    assert "norm_obs=True" in refused(save_statistics, env, tmp_path / "a.npz")
    assert "norm_obs=True" in refused(save_statistics, env.venv, tmp_path / "a.npz")
    _, env = trained("PPO", VecNormalize)
    assert "ends in .npz" in refused(save_statistics, env, tmp_path / "a.pkl")
    assert list(tmp_path.iterdir()) == []
