"""A foreign agent does in Debris-v1 what it did where it was trained, or is refused in one line."""

import gymnasium as gym
import numpy as np
import pytest
import stable_baselines3
import torch
from gymnasium.wrappers import FilterObservation, FlattenObservation
from sb3_contrib import MaskablePPO

from envs.errors import UserError
from envs.observation import observation_space
from policies.adapters import StableBaselines3, detect_algorithm, from_discrete
from policies.sb3_zip.record import ALGORITHMS
from tests.unit.policies.sb3_zip.zips import (
    ALL,
    DISCRETE,
    ROLLOUT,
    Bomb,
    Spaces,
    make,
    observe,
    start,
)

pytestmark = pytest.mark.filterwarnings("ignore:You provided a 2D", "ignore:CUDA")


def refused(path, **arguments):
    """The one line of the error."""
    with pytest.raises(UserError) as caught:
        StableBaselines3(str(path), **arguments)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_every_algorithm_is_here():
    assert ALL.keys() == ALGORITHMS.keys()


@pytest.mark.parametrize("algorithm", ALL)
def test_a_zip_acts_as_its_model_predicts_in_any_batch(algorithm, tmp_path):
    path = tmp_path / "agent.zip"
    model = make(algorithm)
    model.save(path)
    assert detect_algorithm(path) == algorithm
    policy = StableBaselines3(str(path))
    many = observe(71)
    together = start(policy, 71).act(many)
    seen = many
    if ALL[algorithm][0] == "MlpPolicy":
        space = observation_space()
        each = [{key: many[key][b] for key in space.spaces} for b in range(71)]
        seen = np.stack([gym.spaces.flatten(space, one) for one in each])
    wanted, _ = model.predict(seen, deterministic=True)
    if ALL[algorithm][1] == DISCRETE:
        wanted = from_discrete(many, wanted)
    np.testing.assert_allclose(together, wanted, atol=1e-5)
    mirrored = start(policy, 71).act({key: values[::-1] for key, values in many.items()})
    np.testing.assert_array_equal(mirrored[::-1], together)
    for b in (0, 31, 70):
        alone = start(policy, 1).act({key: values[b : b + 1] for key, values in many.items()})
        np.testing.assert_array_equal(alone[0], together[b])


@pytest.mark.parametrize("algorithm", ["PPO", "SAC", "TD3"])
def test_full_braking_of_a_rescaled_agent_is_full_braking(algorithm, tmp_path):
    space = gym.spaces.Box(np.float32([0.0, -3.0]), np.float32([1.0, 5.0]))
    model = make(algorithm, Spaces(space))
    layer = {"PPO": "action_net", "SAC": "actor.mu", "TD3": "actor.mu.4"}[algorithm]
    with torch.no_grad():
        bias = model.policy.get_submodule(layer).bias
        bias[:] = torch.tensor([-1e4, 1e4])
    model.save(tmp_path / "agent.zip")
    policy = start(StableBaselines3(str(tmp_path / "agent.zip")), 2)
    np.testing.assert_allclose(policy.act(observe(2)), [[-1.0, 1.0]] * 2, atol=1e-6)


def test_the_map_of_bounds_is_the_inverse_of_rescale_action(tmp_path):
    env = gym.wrappers.RescaleAction(Spaces(), np.float32(0.0), np.float32(1.0))
    model = make("PPO", Spaces(env.action_space))
    model.save(tmp_path / "agent.zip")
    seen = observe(8)
    own, _ = model.predict(seen, deterministic=True)
    assert ((own > 0.0) & (own < 1.0)).any()
    driven = start(StableBaselines3(str(tmp_path / "agent.zip")), 8).act(seen)
    np.testing.assert_allclose(driven, [env.action(one) for one in own], atol=1e-6)


@pytest.mark.parametrize(
    ("algorithm", "space", "message"),
    [
        ("PPO", gym.spaces.Box(-1, 1, (3,), np.float32), "action: got Box (3,) float32"),
        ("PPO", gym.spaces.Discrete(7), "action: got Discrete(7), expected two real numbers"),
        ("PPO", gym.spaces.MultiDiscrete([5, 5]), "action: got a space of another kind"),
        ("PPO", gym.spaces.MultiBinary(25), "action: got a space of another kind"),
        ("DQN", gym.spaces.Discrete(25, start=3), "action: got Discrete(25, start=3)"),
    ],
)
def test_other_actions_are_refused(algorithm, space, message, tmp_path):
    if algorithm == "DQN":
        model = make("DQN")
        model.action_space = space
    else:
        model = make("PPO", Spaces(space))
    model.save(tmp_path / "agent.zip")
    assert message in refused(tmp_path / "agent.zip")


def test_infinite_bounds_are_refused(tmp_path):
    model = make("PPO")
    model.action_space = gym.spaces.Box(-np.inf, np.inf, (2,), np.float32)
    model.save(tmp_path / "agent.zip")
    assert "action: got bounds [-inf, -inf] to [inf, inf], expected finite ones" in refused(
        tmp_path / "agent.zip"
    )


def ours(**changed):
    """Debris-v1's space with some parts changed; ``None`` takes one away."""
    parts = {**observation_space().spaces, **changed}
    return gym.spaces.Dict({key: part for key, part in parts.items() if part is not None})


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (
            ours(ego=gym.spaces.Box(-1, 1, (18,), np.float32)),
            "observation ego: y: got bounds -1.0 to 1.0, expected -10.0 to 30.0",
        ),
        (
            ours(ego=gym.spaces.Box(-1, 1, (17,), np.float32)),
            "observation ego: got Box (17,) float32, expected Box (18,) float32",
        ),
        (
            ours(ego=gym.spaces.Box(-1, 1, (18,), np.float64)),
            "observation ego: got Box (18,) float64, expected Box (18,) float32",
        ),
        (
            ours(lidar=gym.spaces.Box(-1, 1, (18,), np.float32)),
            "observation lidar: allowed are ego, vehicles, debris",
        ),
        (
            gym.spaces.Box(-1, 1, (326,), np.float32),
            "observation: got Box (326,) float32, expected debris Box (4, 39) float32",
        ),
    ],
)
def test_other_observations_are_refused_with_both_bounds(space, message, tmp_path):
    network = "MultiInputPolicy" if isinstance(space, gym.spaces.Dict) else "MlpPolicy"
    stable_baselines3.PPO(network, Spaces(seen=space), **ROLLOUT, device="cpu").save(
        tmp_path / "agent.zip"
    )
    assert message in refused(tmp_path / "agent.zip")


@pytest.mark.parametrize("keys", [("ego", "debris"), ("vehicles",)])
@pytest.mark.parametrize("is_flat", [False, True])
def test_filtered_and_flattened_observations_are_what_gymnasium_makes(keys, is_flat, tmp_path):
    env = FilterObservation(Spaces(), keys)
    env = FlattenObservation(env) if is_flat else env
    network = "MlpPolicy" if is_flat else "MultiInputPolicy"
    model = stable_baselines3.PPO(network, env, **ROLLOUT, device="cpu")
    model.save(tmp_path / "agent.zip")
    seen = observe(3)
    driven = start(StableBaselines3(str(tmp_path / "agent.zip")), 3).act(seen)
    for b in range(3):
        one = {key: values[b] for key, values in seen.items()}
        wrapped = env
        layers = []
        while isinstance(wrapped, gym.ObservationWrapper):
            layers.append(wrapped)
            wrapped = wrapped.env
        for layer in reversed(layers):
            one = layer.observation(one)
        np.testing.assert_allclose(driven[b], model.predict(one, deterministic=True)[0], atol=1e-5)


def test_the_memory_of_a_recurrent_agent_is_cleared_where_an_episode_begins(tmp_path):
    make("RecurrentPPO").save(tmp_path / "agent.zip")
    policy = StableBaselines3(str(tmp_path / "agent.zip"))
    first, second = observe(3, seed=1), observe(3, seed=2)
    fresh = start(policy, 3).act(second)
    start(policy, 3).act(first)
    remembers = policy.act(second)
    assert (np.abs(remembers - fresh).max(axis=1) > 0.0).all()
    start(policy, 3).act(first)
    # two calls before one decision, as two worlds that end at different moments
    policy.reset(np.array([True, False, False]), np.zeros(3, np.int64))
    policy.reset(np.array([False, False, True]), np.zeros(3, np.int64))
    np.testing.assert_array_equal(
        policy.act(second), np.where([[True], [False], [True]], fresh, remembers)
    )


def test_another_algorithm_than_the_zip_records_is_refused(tmp_path):
    path = tmp_path / "agent.zip"
    make("A2C").save(path)
    assert f"algorithm: got 'PPO', but {str(path)!r} was saved by A2C" in refused(
        path, algorithm="PPO"
    )
    StableBaselines3(str(path), "A2C")


class Masked(Spaces):
    """A discrete environment with masks."""

    def action_masks(self):
        """All allowed."""
        return np.ones(25, np.bool_)


def test_maskable_ppo_is_refused(tmp_path):
    MaskablePPO("MultiInputPolicy", Masked(DISCRETE), **ROLLOUT, device="cpu").save(
        tmp_path / "agent.zip"
    )
    line = refused(tmp_path / "agent.zip")
    assert "was saved by MaskablePPO, whose action masks are not in the zip; allowed are" in line


def test_mistakes_are_one_line(tmp_path):
    assert "there is no such file" in refused(tmp_path / "none.zip")
    (tmp_path / "torn.zip").write_bytes(b"PK torn")
    assert "is not a Stable-Baselines3 zip: BadZipFile: File is not a zip file" in refused(
        tmp_path / "torn.zip"
    )
    assert "allowed are PPO" in refused(tmp_path / "torn.zip", algorithm="ppo")


class OwnNet(stable_baselines3.ppo.MultiInputPolicy):
    """A network class that only this file defines."""


def test_an_algorithm_that_cannot_be_told_is_asked_for_with_the_lines_to_write(tmp_path):
    path = tmp_path / "agent.zip"
    model = make("RecurrentPPO")
    model.policy_class = OwnNet
    model.save(path)
    with pytest.raises(
        UserError, match="does not record its algorithm; write a policy file"
    ) as caught:
        detect_algorithm(path)
    assert "'_target_: policies.adapters.StableBaselines3'" in str(caught.value)
    assert f"'path: {path}'" in str(caught.value)


def test_loading_runs_nothing_that_the_zip_contains(tmp_path):
    path, trace = tmp_path / "agent.zip", tmp_path / "ran"
    model = make("PPO", policy_kwargs={"activation_fn": torch.nn.ELU})
    model.ep_info_buffer, model.learning_rate = Bomb(trace), lambda left: 1e-3 * left
    model.save(path)
    policy = StableBaselines3(str(path))
    assert start(policy, 2).act(observe(2)).shape == (2, 2)
    assert isinstance(policy._model.policy.mlp_extractor.policy_net[1], torch.nn.ELU)
    assert not trace.exists()
    with pytest.warns(UserWarning, match="runs code that it contains"):
        StableBaselines3(str(path), trusted=True)
    assert trace.exists()


@pytest.mark.parametrize("key", ["policy_kwargs", "policy_class", "observation_space", "_last_obs"])
def test_code_where_it_is_needed_is_refused_and_not_run(key, tmp_path):
    path, trace = tmp_path / "agent.zip", tmp_path / "ran"
    model = make("PPO")
    setattr(model, key, {"net_arch": Bomb(trace)} if key == "policy_kwargs" else Bomb(trace))
    model.save(path)
    wanted = "observation: got a space of another kind" if "space" in key else f"data: {key}: "
    assert wanted in refused(path)
    assert not trace.exists()


def test_a_trusted_zip_may_bring_its_own_network(tmp_path):
    path = tmp_path / "agent.zip"
    stable_baselines3.PPO(OwnNet, Spaces(), **ROLLOUT, device="cpu").save(path)
    line = refused(path)
    assert "OwnNet, which is code of its own; 'trusted: true' runs it" in line
    with pytest.warns(UserWarning, match="runs code that it contains"):
        policy = StableBaselines3(str(path), trusted=True)
    assert start(policy, 2).act(observe(2)).shape == (2, 2)


def test_loading_neither_allocates_a_replay_buffer_nor_seeds_global_generators(tmp_path):
    model = make("SAC", buffer_size=50)
    model.buffer_size = 10**15
    model.save(tmp_path / "agent.zip")
    torch.manual_seed(5)
    StableBaselines3(str(tmp_path / "agent.zip"))
    assert torch.initial_seed() == 5
