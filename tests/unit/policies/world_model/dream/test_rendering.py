"""The picture of a dream: as the reference engine draws, also between two decisions; what is doubtful is faint."""

from itertools import pairwise

import numpy as np
import pytest

from envs.highway.rendering import DebrisViewer
from envs.specification import VEHICLE_SLOTS, column, track
from policies.world_model.dream import rendering as picture
from policies.world_model.dream.env import DreamEnv

HOLD = np.array([0.45, -0.2])


@pytest.fixture
def env():
    made = DreamEnv(render_mode="rgb_array")
    starts = made.settings.imagination.starts
    rows = starts.debris[:, -1]
    near = (rows[..., column.D_TRACKED] > 0.5) & (rows[..., column.D_DX] > 25.0)
    made.reset(seed=0, options={"segment": int(np.flatnonzero(near.any(axis=1))[0])})
    yield made
    made.close()


def test_pictures_of_a_decision_move_evenly_and_end_in_the_present(env):
    env.render()
    env.step(HOLD)
    frames = [frame.astype(int) for frame in env.pictures(3)]
    np.testing.assert_array_equal(frames[-1], env.render())
    assert all(np.abs(one - two).mean() > 0.3 for one, two in pairwise(frames))


def test_an_object_is_the_fainter_the_less_is_known_of_it(env):
    drawn = env.unwrapped
    drawn.render()
    shown = drawn._picture
    slot = shown._live()[0]
    sure = shown._certainty()[0]
    f = drawn.core.dreams.records["track_f"]
    f[0, track.SD_X, VEHICLE_SLOTS + slot] += 3.0
    vague = shown._certainty()[0]
    drawn.core.sources.belief[int(drawn.core.pieces[0]), slot, 0] += 0.9
    assert 1.0 >= sure > vague > shown._certainty()[0] >= picture.FAINTEST


def test_a_strip_of_road_looks_like_the_road(env, monkeypatch):
    shots = []
    for viewer in (picture.StripViewer, DebrisViewer):
        monkeypatch.setattr(picture, "StripViewer", viewer)
        env.close()
        env.reset(seed=1)
        env.step(HOLD)
        shots.append(env.render().astype(int))
    # stripes may be one pixel off
    assert np.abs(shots[0] - shots[1]).mean() < 3.0
