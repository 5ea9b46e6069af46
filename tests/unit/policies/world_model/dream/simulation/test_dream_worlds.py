"""What holds within a dream: nothing of one reaches another, and what is static stays."""

import numpy as np
import pytest

from envs.errors import UserError
from envs.specification import column
from policies.world_model.dream.simulation.arrays import DOUBT
from policies.world_model.dream.vector_env import DreamVectorEnv

HOLD = (0.46, -0.2)
KEYS = ("ego", "vehicles", "debris")


def wander(seeds, step):
    """Actions that depend on seed and step only."""
    phase = np.asarray(seeds) * 0.7 + step * 0.31
    return np.stack([0.4 + 0.5 * np.sin(phase), 0.6 * np.cos(phase)], axis=1)


def dream(seeds, steps=40):
    env = DreamVectorEnv(len(seeds))
    observation, _ = env.reset(seed=list(seeds))
    found = [[observation[key] for key in KEYS]]
    rewards, hashes = [], []
    for t in range(steps):
        observation, reward, _, _, info = env.step(wander(seeds, t))
        found.append([observation[key] for key in KEYS])
        rewards.append(reward)
        hashes.append(info["state_hash"])
    return found, np.array(rewards), np.array(hashes)


def test_a_dream_is_the_same_bits_in_any_batch():
    seeds = np.arange(64) + 100
    together, rewards, hashes = dream(seeds)
    for chosen in ([7], [63, 7, 20], seeds[::-1] - 100):
        part, paid, seen = dream(seeds[chosen])
        np.testing.assert_array_equal(paid, rewards[:, chosen])
        np.testing.assert_array_equal(seen, hashes[:, chosen])
        for one, all_of_them in zip(part, together, strict=True):
            for key in range(len(KEYS)):
                np.testing.assert_array_equal(one[key], all_of_them[key][chosen])


def test_class_member_and_look_last_for_the_episode():
    env = DreamVectorEnv(48)
    _, first = env.reset(seed=3)
    look = env.core.dreams.look.copy()
    going, decisions = np.ones(48, np.bool_), 0
    for t in range(60):
        _, _, terminated, truncated, info = env.step(wander(np.arange(48), t))
        told = info.get("final_info", info)
        for name in ("theta", "member"):
            np.testing.assert_array_equal(told[name][going], first[name][going])
        going &= ~(terminated | truncated)
        np.testing.assert_array_equal(env.core.dreams.look[going], look[going])
        decisions += int(going.sum())
    assert decisions > 500
    # they were drawn, not constant
    assert len(np.unique(first["member"])) == 5
    assert len(np.unique(first["theta"])) > 5


def hit(theta, count=48):
    """Contact costs when straight ahead is kept from pieces with an object ahead, by forced contents."""
    env = DreamVectorEnv(count, temperature=0.0)
    starts = env.settings.imagination.starts
    rows = starts.debris[:, -1]
    near = np.abs(rows[..., column.D_DY]) < 1.0
    near &= (rows[..., column.D_TRACKED] > 0.5) & (rows[..., column.D_DX] > 8.0)
    segments = np.flatnonzero(near.any(axis=1))[:count]
    env = DreamVectorEnv(len(segments), temperature=0.0)
    env.reset(seed=0, options={"segment": segments, "theta": [theta] * 4, "member": 1})
    ego = starts.ego[segments, -1]
    low, high = ego[:, column.E_LEFT_EDGE] + 0.9, ego[:, column.E_RIGHT_EDGE] - 0.9
    target = 2.0 * (ego[:, column.E_Y] - low) / (high - low) - 1.0
    action = np.stack([np.full(len(segments), HOLD[0]), np.clip(target, -1, 1)], axis=1)
    contacts, usd, going = 0, 0.0, np.ones(len(segments), np.bool_)
    for _ in range(35):
        _, _, terminated, truncated, info = env.step(action)
        contacts += sum(len(of_one) for of_one in info["contacts"][going])
        usd += sum(one["cost_usd"] for of_one in info["contacts"][going] for one in of_one)
        # the next dream of a world is drawn from the belief
        going &= ~(terminated | truncated)
    return contacts, usd


def test_forced_contents_decide_what_a_contact_costs():
    env = DreamVectorEnv(1)
    classes = list(env.settings.imagination.classes)
    soft = next(k for k, name in enumerate(classes) if "bag_empty" in name)
    hard = next(k for k, name in enumerate(classes) if "concrete" in name or "rock" in name)
    nothing = hit("nothing")
    assert nothing == (0, 0.0)
    light, heavy = hit(soft), hit(hard)
    assert light[0] > 5
    assert heavy[0] > 5
    assert heavy[1] / heavy[0] > 5.0 * light[1] / light[0]


def test_without_temperature_everything_is_where_it_was_measured():
    cold, warm = (DreamVectorEnv(20, temperature=t) for t in (0.0, 1.0))
    for env in (cold, warm):
        env.reset(seed=6, options={"segment": list(range(20))})
    sources = cold.core.sources
    for name in ("cars", "things"):
        measured = getattr(sources, name)[:20, ..., 1:3]
        np.testing.assert_array_equal(getattr(cold.core.dreams, name)[..., 1:3], measured)
        off = np.abs(getattr(warm.core.dreams, name)[..., 1:3] - measured)
        assert 0.1 < off[off > 0.0].mean() < 4.0


def test_contents_that_are_asked_for_are_known_exactly():
    env = DreamVectorEnv(6)
    env.reset(seed=2, options={"theta": [[3, None, -1, 15]] * 6})
    np.testing.assert_array_equal(env.core.dreams.forced, [[1, 0, 0, 1]] * 6)
    env.reset(seed=2)
    assert not env.core.dreams.forced.any()


def test_doubt_truncates_and_never_terminates(monkeypatch):
    env = DreamVectorEnv(8, horizon=30)
    # so much doubt is usual: none at all
    limit = np.zeros(100)
    monkeypatch.setattr(env.core, "model", env.core.model._replace(limit=limit))
    env.reset(seed=1)
    for _ in range(4):
        _, _, terminated, truncated, _ = env.step(np.tile(HOLD, (8, 1)))
        assert not truncated.any()
    _, _, terminated, truncated, info = env.step(np.tile(HOLD, (8, 1)))
    assert truncated.sum() >= 6
    assert not (truncated & terminated).any()
    assert info["final_info"]["ood"][truncated].all()


def test_horizon_truncates_and_is_what_the_clock_says():
    env = DreamVectorEnv(16, horizon=7)
    observation, _ = env.reset(seed=9)
    np.testing.assert_allclose(observation["ego"][:, column.E_TIME_LEFT], 7 * 0.2, rtol=1e-6)
    over = np.zeros(16, np.bool_)
    for t in range(7):
        _, _, terminated, truncated, info = env.step(np.tile(HOLD, (16, 1)))
        assert not (terminated & truncated).any()
        if t < 6:
            assert not (truncated & ~over & ~info.get("final_info", info)["ood"]).any()
        first = truncated & ~over
        over |= terminated | truncated
    assert over.all()
    # those that are in their second dream by now ended otherwise
    left = np.array([last["ego"][column.E_TIME_LEFT] for last in info["final_obs"][first]])
    assert len(left) > 3
    np.testing.assert_allclose(left, 0.0, atol=1e-6)


def test_the_first_observation_is_the_end_of_the_logged_piece():
    env = DreamVectorEnv(5)
    starts = env.settings.imagination.starts
    observation, _ = env.reset(seed=2, options={"segment": [3, 1, 4, 1, 5]})
    for key in KEYS:
        expected = getattr(starts, key)[[3, 1, 4, 1, 5], -1].copy()
        if key == "ego":
            expected[:, column.E_TIME_LEFT] = observation[key][:, column.E_TIME_LEFT]
        np.testing.assert_allclose(observation[key], expected, atol=2e-3)


def test_events_agree_with_flags_and_costs():
    env = DreamVectorEnv(64)
    env.reset(seed=11)
    collisions = paid = 0
    for _t in range(150):
        # full throttle into whatever is ahead
        _, reward, terminated, _, info = env.step(np.tile([1.0, -0.2], (64, 1)))
        told = info.get("final_info", info)
        happened = np.any(list(told["events"].values()), axis=0)
        np.testing.assert_array_equal(happened, terminated)
        crashed = told["events"]["collision"]
        # what was paid for a tailgater in expectation is taken off, at most all of it
        assert (told["cost"]["collision"][crashed] >= 0.0).all()
        paid += int((told["cost"]["collision"][crashed] > 0.0).sum())
        assert (told["cost"]["collision"][~crashed] == 0.0).all()
        np.testing.assert_array_equal(reward, told["cost"]["total"] / -1000.0)
        parts = sum(value for name, value in told["cost"].items() if name != "total")
        np.testing.assert_allclose(parts, told["cost"]["total"], rtol=1e-9)
        assert (told["p_terminated"][crashed] > 0.0).all()
        collisions += int(crashed.sum())
    assert collisions >= paid > 3


def test_mistakes_are_one_line():
    env = DreamVectorEnv(2)
    with pytest.raises(UserError, match="call reset first"):
        env.step(np.zeros((2, 2)))
    for options, message in (
        ({"segment": 10_000}, "segment: got 10000"),
        ({"segment": [1]}, "segment: got 1 values, expected one or 2"),
        ({"member": 5}, "member: got 5, expected a whole number from 0 to 4"),
        ({"theta": "rock"}, "theta: got 'rock', expected a list"),
        ({"theta": ["rok"]}, "theta: got 'rok', allowed are nothing"),
        ({"theta": [0] * 5}, "theta: got 5 classes"),
        ({"instance": None}, "options: got 'instance'"),
    ):
        with pytest.raises(UserError, match=message):
            env.reset(options=options)
    env.reset(seed=0)
    before = env.core.dreams.ego.copy()
    for bad in (np.zeros((3, 2)), np.full((2, 2), np.nan), [["a", "b"]] * 2, np.full((2, 2), 1.1)):
        with pytest.raises(UserError, match="action: "):
            env.step(bad)
    np.testing.assert_array_equal(env.core.dreams.ego, before)
    for settings, message in (
        ({"horizon": 101}, "horizon: got 101"),
        ({"temperature": -1.0}, "temperature: got -1"),
        ({"checkpoint": "nowhere"}, "nowhere/model.json: cannot be read"),
        ({"tempo": 1}, "argument: got 'tempo'"),
        ({"cost": 3}, "cost: got 3"),
    ):
        with pytest.raises(UserError, match=message):
            DreamVectorEnv(1, **settings)


def test_doubt_only_grows():
    env = DreamVectorEnv(16)
    env.reset(seed=5)
    last = np.zeros(16)
    for _ in range(20):
        env.step(np.tile(HOLD, (16, 1)))
        doubt = env.core.dreams.reported[:, DOUBT]
        going = env.core.dreams.step > 1
        assert (doubt >= last)[going].all()
        last = doubt.copy()
