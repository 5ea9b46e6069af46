"""TwinVecEnv: the twin under Stable-Baselines3."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, VectorEnv
from stable_baselines3 import PPO
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import (
    VecCheckNan,
    VecFrameStack,
    VecMonitor,
    VecNormalize,
)

from envs.errors import UserError
from envs.specification import column, episode
from policies.sb3_adapter import TwinVecEnv

ID = "envs:roadworld/Debris-v1"
HOLD = (0.46, 0.0)
"""About no acceleration: -8 + 11 x (0.46 + 1)/2 = 0.03 m/s2."""


def make(num_envs, **settings):
    return gym.make_vec(ID, num_envs=num_envs, vectorization_mode="vector_entry_point", **settings)


def make_sync(num_envs, env_id=ID, **settings):
    mode = {"autoreset_mode": AutoresetMode.SAME_STEP}
    return gym.make_vec(
        env_id, num_envs=num_envs, vectorization_mode="sync", vector_kwargs=mode, **settings
    )


class ScriptedVectorEnv(VectorEnv):
    """Three worlds whose only step ends them in every possible way: time limit, termination, both at once."""

    num_envs = 3
    single_observation_space = gym.spaces.Box(-1.0, 1.0, (1,), np.float32)
    single_action_space = gym.spaces.Box(-1.0, 1.0, (2,), np.float32)

    def __init__(self, mode=AutoresetMode.SAME_STEP):
        self.metadata = {"autoreset_mode": mode}
        self.seen = None

    def reset(self, *, seed=None, options=None):
        """Remember what came."""
        self.seen = (seed, options)
        return np.zeros((3, 1), np.float32), {}

    def step(self, actions):
        """The one scripted end."""
        del actions
        last = np.empty(3, dtype=object)
        last[:] = [np.full(1, 0.1 * b, np.float32) for b in range(3)]
        told = {"cost": {"total": np.array([1.0, 2.0, 3.0])}, "events": {"off_road": np.eye(3)[1]}}
        # after the restart the outer info may describe the new episodes
        after = {"cost": {"total": np.zeros(3)}, "events": {"off_road": np.zeros(3)}}
        return (
            np.ones((3, 1), np.float32),
            np.array([-1.0, -2.0, -3.0]),
            np.array([False, True, True]),
            np.array([True, False, True]),
            {"final_obs": last, "final_info": told, **after},
        )


def test_time_limit_termination_and_both():
    env = TwinVecEnv(ScriptedVectorEnv())
    env.reset()
    observation, reward, done, infos = env.step(np.zeros((3, 2)))
    assert done.tolist() == [True, True, True]
    # SB3 bootstraps the value of the last observation only where the time limit alone ended the episode
    assert [info["TimeLimit.truncated"] for info in infos] == [True, False, False]
    np.testing.assert_allclose(
        [info["terminal_observation"][0] for info in infos], [0.0, 0.1, 0.2], rtol=1e-6
    )
    assert observation.tolist() == [[1.0], [1.0], [1.0]]
    assert reward.dtype == np.float32
    assert [info["cost_usd"] for info in infos] == [1.0, 2.0, 3.0]
    assert [info["events"]["off_road"] for info in infos] == [False, True, False]
    assert [(info["episode"]["r"], info["episode"]["l"]) for info in infos] == [
        (-1.0, 1),
        (-2.0, 1),
        (-3.0, 1),
    ]


def test_seeds_and_options_reach_the_next_reset_only():
    inner = ScriptedVectorEnv()
    env = TwinVecEnv(inner)
    assert env.seed(40) == [40, 41, 42]
    env.set_options([{"instance": b} for b in "abc"])
    env.reset()
    assert inner.seen == ([40, 41, 42], {"instance": ["a", "b", "c"]})
    env.reset()
    assert inner.seen == ([None, None, None], None)
    assert env.seed(None) == [None, None, None]
    env.set_options([{"instance": 1}, {}, {}])
    with pytest.raises(UserError, match="options: expected the same keys for every world"):
        env.reset()


def drawn(seed):
    """An instance, and the first observation of the ego in it."""
    env = gym.make(ID, scenario="lone_object")
    observation, _ = env.reset(seed=seed)
    return env.unwrapped.instance, observation["ego"]


@pytest.mark.parametrize("begin_before", [False, True])
@pytest.mark.parametrize("maker", [make, make_sync])
def test_every_world_gets_its_own_options(maker, begin_before):
    env = TwinVecEnv(maker(3))
    if begin_before:
        env.reset()
    instances, egos = zip(*(drawn(seed) for seed in range(3)), strict=True)
    env.set_options([{"instance": one} for one in instances])
    observation = env.reset()
    np.testing.assert_allclose(observation["ego"], egos, rtol=1e-6)
    hashes = [one.hash for one in instances]
    assert [info["instance_hash"] for info in env.reset_infos] == hashes
    env.set_options({"instance": instances[1]})
    np.testing.assert_allclose(env.reset()["ego"], [egos[1]] * 3, rtol=1e-6)
    env.seed(8)
    env.reset()
    first = env.reset_infos
    assert not set(hashes) & {info["instance_hash"] for info in first}
    if maker is make_sync:
        # some worlds with options, others with seeds
        env.seed(8)
        env.set_options([{}, {"instance": instances[0]}, {}])
        env.reset()
        assert env.reset_infos == [first[0], {"instance_hash": hashes[0]}, first[2]]


def test_inject_works_without_events():
    env = TwinVecEnv(
        make_sync(2, "envs:roadworld/Inject-v1", base="merge-v1", objects=["mattress"])
    )
    env.seed(1)
    env.reset()
    ends = 0
    for _ in range(20):
        _, _, done, infos = env.step(np.array([3, 1]))
        assert all(info["cost_usd"] >= 0.0 and "events" not in info for info in infos)
        ends += sum("terminal_observation" in info for info in infos)
        assert ends or not done.any()
    assert ends > 0
    PPO("MlpPolicy", env, n_steps=8, batch_size=16, n_epochs=1, device="cpu").learn(16)


@pytest.mark.filterwarnings("ignore:The environment is already wrapped with a `Monitor`")
@pytest.mark.parametrize(
    "wrap", [VecMonitor, VecNormalize, VecCheckNan, lambda env: VecFrameStack(env, 3)]
)
def test_wrappers_of_stable_baselines_over_separate_worlds(wrap):
    env = wrap(TwinVecEnv(make_sync(2, scenario="boxed_in")))
    model = PPO("MultiInputPolicy", env, n_steps=8, batch_size=16, n_epochs=1, device="cpu")
    model.learn(16)
    mean, _ = evaluate_policy(model, env, n_eval_episodes=2, warn=False)
    assert mean < 0.0


def test_separate_worlds_have_their_own_attributes_and_pictures():
    env = TwinVecEnv(make_sync(3, render_mode="rgb_array"))
    env.reset()
    hashes = [info["instance_hash"] for info in env.reset_infos]
    assert [one.hash for one in env.get_attr("instance")] == hashes
    assert [one.hash for one in env.get_attr("instance", indices=[2, 0])] == hashes[::-2]
    assert env.get_attr("num_envs") == [3, 3, 3]
    env.set_attr("note", "x", indices=1)
    assert [env.has_attr("note"), env.get_attr("note", indices=1)] == [False, ["x"]]
    assert env.env_method("get_wrapper_attr", "instance", indices=0)[0].hash == hashes[0]
    assert env.env_is_wrapped(gym.wrappers.OrderEnforcing, indices=[1]) == [True]
    assert env.env_is_wrapped(gym.wrappers.TimeLimit) == [False] * 3
    pictures = env.get_images()
    assert [picture.shape for picture in pictures] == [pictures[0].shape] * 3
    assert env.render().dtype == np.uint8
    env.close()
    with pytest.raises(UserError, match="render_mode: got None, expected 'rgb_array'"):
        TwinVecEnv(make(2)).get_images()


def test_another_autoreset_mode_is_refused():
    with pytest.raises(UserError, match=r"autoreset_mode: got .*NEXT_STEP.*, expected .*SAME_STEP"):
        TwinVecEnv(ScriptedVectorEnv(AutoresetMode.NEXT_STEP))


def test_time_limit_of_the_twin():
    # nothing but marks on the road, and the ego holds its lane: every episode lasts 100 decisions
    env = TwinVecEnv(make(4, scenario="phantom"))
    env.seed(2)
    env.reset()
    y = (
        env.get_attr("batch")[0].episode_f[:, episode.TARGET_Y].copy()
    )  # the ego's lane centre: its first target
    edges = env.get_attr("batch")[0].episode_f[:, [episode.LEFT_EDGE, episode.RIGHT_EDGE]]
    low, high = edges[:, 0] + 0.9, edges[:, 1] - 0.9
    actions = np.stack([np.full(4, HOLD[0]), 2.0 * (y - low) / (high - low) - 1.0], axis=1)
    ends = {}
    for decision in range(100):
        observation, _, done, infos = env.step(actions)
        for b in np.flatnonzero(done):
            ends.setdefault(b, (decision, infos[b]))
    assert sorted(ends) == [0, 1, 2, 3]
    late = [info for decision, info in ends.values() if decision == 99]
    assert late
    for info in late:
        assert info["TimeLimit.truncated"]
        assert info["episode"]["l"] == 100
        assert not any(info["events"].values())
        # time left is the last column of the ego's row: used up in the last observation
        assert info["terminal_observation"]["ego"][column.E_TIME_LEFT] == 0.0
    # and full again in the first one of the next episode
    assert (
        observation["ego"][[b for b in ends if ends[b][0] == 99], column.E_TIME_LEFT] == 20.0
    ).all()


def test_collision_of_the_twin_is_no_time_limit():
    env = TwinVecEnv(make(6, scenario="boxed_in"))
    env.seed(0)
    env.reset()
    ends = []
    for _ in range(60):
        # full throttle, across all lanes: into a neighbour
        _, _, done, infos = env.step(np.tile([1.0, 1.0], (6, 1)))
        ends += [infos[b] for b in np.flatnonzero(done)]
    crashed = [info for info in ends if info["events"]["collision"]]
    assert crashed
    for info in crashed:
        assert not info["TimeLimit.truncated"]
        assert info["episode"]["l"] < 100
        assert info["cost_usd"] > 1000.0


def test_episode_statistics_add_up():
    env = TwinVecEnv(make(3, scenario="cut_out"))
    env.seed(5)
    env.reset()
    rewards = np.zeros((3, 0))
    rng = np.random.default_rng(1)
    start = np.zeros(3, int)
    checked = 0
    for decision in range(210):
        _, reward, done, infos = env.step(rng.uniform(-1.0, 1.0, (3, 2)))
        rewards = np.column_stack([rewards, reward])
        for b in range(3):
            assert ("episode" in infos[b]) == ("terminal_observation" in infos[b]) == bool(done[b])
            if done[b]:
                told = infos[b]["episode"]
                assert told["l"] == decision + 1 - start[b]
                # float32 rewards, up to 100 of them
                assert told["r"] == pytest.approx(rewards[b, start[b] :].sum(), rel=1e-4)
                start[b] = decision + 1
                checked += 1
    assert checked >= 6


def test_reset_forgets_the_running_episode():
    env = TwinVecEnv(make(2, scenario="phantom"))
    env.reset()
    env.step(np.full((2, 2), 0.3))
    env.reset()
    for _ in range(100):
        _, _, done, infos = env.step(np.full((2, 2), 0.3))
        for b in np.flatnonzero(done):
            assert infos[b]["episode"]["l"] <= 100


def test_twin_and_reference_look_the_same_through_the_adapter():
    reference = TwinVecEnv(
        gym.make_vec(
            ID,
            num_envs=3,
            vectorization_mode="sync",
            vector_kwargs={"autoreset_mode": AutoresetMode.SAME_STEP},
            scenario="boxed_in",
        )
    )
    twin = TwinVecEnv(make(3, scenario="boxed_in"))
    rng = np.random.default_rng(3)
    for env in (reference, twin):
        env.seed(23)
        env.reset()
    assert reference.reset_infos == twin.reset_infos
    ends = 0
    for _ in range(12):
        actions = rng.uniform(-1.0, 1.0, (3, 2))
        (*_, done, infos), (*_, others, told) = reference.step(actions), twin.step(actions)
        assert done.tolist() == others.tolist()
        for one, other in zip(infos, told, strict=True):
            assert one.keys() == other.keys()
            assert one["events"] == other["events"]
            assert one["cost_usd"] == pytest.approx(other["cost_usd"], rel=1e-6, abs=1e-6)
        ends += int(done.sum())
    assert ends > 0


def test_attributes_belong_to_all_worlds():
    env = TwinVecEnv(make(3))
    assert env.get_attr("num_envs", indices=[0, 2]) == [3, 3]
    assert env.has_attr("settings")
    assert not env.has_attr("no_such_thing")
    env.set_attr("note", "x")
    assert env.get_attr("note", indices=1) == ["x"]
    env.reset()
    assert len(env.env_method("state_dict")) == 3
    for call in (
        lambda: env.set_attr("note", "y", indices=[1]),
        lambda: env.env_method("state_dict", indices=0),
    ):
        with pytest.raises(UserError, match=r"indices: got .*, expected None|; expected None"):
            call()
    assert env.get_attr("note") == ["x"] * 3


def test_bad_action_is_refused_and_names_itself():
    env = TwinVecEnv(make(2))
    env.reset()
    with pytest.raises(
        ValueError, match=r"action: got 1\.5, every component must lie in \[-1, 1\]"
    ):
        env.step(np.full((2, 2), 1.5))


def test_ppo_trains_without_a_warning():
    # every warning is an error in this suite
    env = TwinVecEnv(make(8))
    model = PPO(
        "MultiInputPolicy", env, n_steps=64, batch_size=128, n_epochs=2, seed=3, device="cpu"
    )
    before = model.policy.state_dict()["action_net.weight"].clone()
    model.learn(3_000)
    assert model.num_timesteps >= 3_000
    assert not before.equal(model.policy.state_dict()["action_net.weight"])
    # 3,072 steps of episodes that last at most 100
    assert len(model.ep_info_buffer) >= 24
    assert all(0 < info["l"] <= 100 and info["r"] < 0.0 for info in model.ep_info_buffer)


def test_ppo_is_reproducible():
    weights = []
    for _ in range(2):
        env = TwinVecEnv(make(4, scenario="lone_object"))
        model = PPO(
            "MultiInputPolicy", env, n_steps=32, batch_size=64, n_epochs=1, seed=7, device="cpu"
        )
        model.learn(256)
        weights.append(model.policy.state_dict()["action_net.weight"].numpy().copy())
    np.testing.assert_array_equal(weights[0], weights[1])


def test_discrete_actions_and_normalised_rewards_train_too():
    env = VecNormalize(TwinVecEnv(make(4, action="discrete")), norm_obs=False)
    PPO("MultiInputPolicy", env, n_steps=32, batch_size=64, n_epochs=1, device="cpu").learn(256)


def test_evaluate_policy_knows_the_episode_statistics():
    env = TwinVecEnv(make(2, scenario="lone_object"))
    assert env.env_is_wrapped(Monitor) == [True, True]
    assert env.env_is_wrapped(gym.wrappers.TimeLimit, indices=[1]) == [False]
    model = PPO("MultiInputPolicy", env, n_steps=8, batch_size=16, device="cpu", seed=1)
    mean, _ = evaluate_policy(model, env, n_eval_episodes=2)
    assert mean < 0.0
    env.close()
