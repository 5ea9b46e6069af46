"""The picture: not blank, to scale, the same every time, and it shows what the ego knows."""

import gymnasium as gym
import numpy as np
import pytest

from envs.errors import UserError
from envs.specification import VEHICLE_SLOTS, track

HOLD = np.array([0.4545, 0.0], np.float32)


@pytest.fixture
def env():
    made = gym.make("envs:roadworld/Debris-v1", scenario="lone_object", render_mode="rgb_array")
    yield made
    made.close()


def frame_after(env, decisions, seed=3):
    env.reset(seed=seed)
    env.render()
    for _ in range(decisions):
        env.step(HOLD)
    return env.render()


def test_frame_has_its_size_and_many_colours(env):
    frame = frame_after(env, 4)
    assert frame.shape == (320, 1280, 3)
    assert frame.dtype == np.uint8
    assert len(np.unique(frame.reshape(-1, 3), axis=0)) > 20


def test_same_seed_gives_the_same_pixels(env):
    assert np.array_equal(frame_after(env, 5), frame_after(env, 5))


def test_hidden_object_looks_different(env):
    seen = frame_after(env, 8)
    world = env.unwrapped.world
    assert world.track_i[track.TARGET, VEHICLE_SLOTS] == 0
    world.track_i[track.VISIBLE, VEHICLE_SLOTS] = 1 - world.track_i[track.VISIBLE, VEHICLE_SLOTS]
    assert not np.array_equal(seen, env.render())


def test_dummy_driver_is_refused(env, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    env.reset(seed=0)
    with pytest.raises(UserError, match="SDL_VIDEODRIVER: got 'dummy'"):
        env.render()


def test_blank_picture_is_refused(env):
    env.reset(seed=0)
    env.render()
    viewer = env.unwrapped.viewer
    viewer.sim_surface.fill((0, 0, 0))
    with pytest.raises(UserError, match="blank"):
        viewer.get_image()
