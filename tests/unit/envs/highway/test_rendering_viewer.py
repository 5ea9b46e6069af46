"""The viewer: what the ego knows, where it rolled, what it met; windows, sizes and drivers."""

import os
import subprocess
import sys
from itertools import pairwise
from types import SimpleNamespace

import gymnasium as gym
import numpy as np
import pygame
import pytest

from envs.errors import UserError
from envs.highway.drawing import palette as ink
from envs.highway.env import DebrisEnv
from envs.highway.history import MARK_TICKS, PATH_TICKS, History
from envs.highway.picture import describe_lateral, describe_object, knowledge, readout_of
from envs.highway.rendering import DebrisViewer
from envs.specification import (
    VEHICLE_SLOTS,
    component,
    contact,
    debris,
    episode,
    track,
    vehicle,
)
from envs.specification.world import empty_world

HOLD = 0.4545  # 0 m/s2 on the scale from -8 to +3


@pytest.fixture
def env():
    made = gym.make(
        "envs:roadworld/Debris-v1",
        scenario="lone_object",
        variant="day-clear",
        render_mode="rgb_array",
    )
    yield made
    made.close()


def near_object(env, seed=4):
    """Frame, and world, with object 0 fifteen metres ahead of the ego in the lane beside it."""
    env.reset(seed=seed)
    world = env.unwrapped.world
    world.debris_f[[debris.X, debris.Y], 0] = world.vehicle_f[vehicle.X, 0] + 15.0, 4.0
    world.debris_f[[debris.LENGTH, debris.WIDTH], 0] = 2.0, 1.5
    world.debris_i[debris.LOOK, 0] = debris.LOOKS.index("sheet-soft")
    world.track_f[[track.X, track.Y], VEHICLE_SLOTS] = world.debris_f[[debris.X, debris.Y], 0]
    return world


def set_knowledge(world, target, visible):
    world.track_i[track.TARGET, VEHICLE_SLOTS] = target
    world.track_i[track.VISIBLE, VEHICLE_SLOTS] = visible


def around_object(frame, world, reach_px):
    """The pixels around the place of the object of ``near_object``."""
    centre = 0.5 * (world.episode_f[episode.LEFT_EDGE] + world.episode_f[episode.RIGHT_EDGE])
    # 9 px/m; the ego is at 22 % of 1280 px, the middle of the road at half of 224 px
    x, y = round(0.22 * 1280 + 15.0 * 9.0), round(112 + (4.0 - centre) * 9.0)
    return frame[y - 10 : y + 11, x - reach_px : x + reach_px + 1].astype(int)


def blue_px(frame, world):
    part = around_object(frame, world, 12)
    return int(((part[..., 2] - part[..., 0]) > 100).sum())


def ghost_px(frame, world):
    part = around_object(frame, world, 40)
    return int((np.abs(part - np.array(ink.GHOST)).max(axis=2) < 40).sum())


def test_seen_hidden_and_unknown_objects_differ(env):
    world = near_object(env)
    frames = {}
    for name, state in {"seen": (0, 1), "hidden": (0, 0), "unknown": (-1, 0)}.items():
        set_knowledge(world, *state)
        assert knowledge(world, 0) == name
        frames[name] = env.render()
    assert blue_px(frames["seen"], world) > 80
    assert blue_px(frames["unknown"], world) < 0.3 * blue_px(frames["seen"], world)
    ghosts = {name: ghost_px(frame, world) for name, frame in frames.items()}
    assert ghosts["hidden"] > ghosts["unknown"] + 20
    assert ghosts["hidden"] > ghosts["seen"] + 20


def test_hidden_object_stands_where_it_was_last_seen(env):
    world = near_object(env)
    set_knowledge(world, 0, 0)
    here = env.render()
    world.track_f[track.X, VEHICLE_SLOTS] += 20.0
    # 20 m at 9 px/m: the outline moves by 180 px, the object itself does not
    moved = env.render()
    assert not np.array_equal(here, moved)
    columns = np.flatnonzero((here[:224] != moved[:224]).any(axis=(0, 2)))
    assert np.ptp(columns) == pytest.approx(180, abs=60)


def test_phantom_is_framed(env):
    world = near_object(env)
    set_knowledge(world, 0, 1)
    real = env.render()
    world.debris_i[debris.IS_REAL, 0] = 0
    framed = env.render()
    # the tag is pink as well, but further away
    pink, none = (
        (np.abs(around_object(frame, world, 20) - np.array(ink.PHANTOM)).max(axis=2) < 60).sum()
        for frame in (framed, real)
    )
    assert pink > 20
    assert none < 5
    assert describe_object(world, "shadow", 0)[0] == "shadow: nothing there"


def test_wheel_tracks_follow_the_path(env):
    env.reset(seed=4)
    env.render()
    viewer = env.unwrapped.viewer
    for _ in range(5):
        env.step(np.array([HOLD, 1.0], np.float32))
    assert len(viewer.history.path) == 15
    with_tracks = env.render()
    viewer.history.path.clear()
    without = env.render()
    assert (with_tracks != without).any(axis=2)[:224, :280].sum() > 300


def test_reset_forgets_the_past(env):
    env.reset(seed=4)
    env.render()
    env.step(np.array([HOLD, 0.0], np.float32))
    assert env.unwrapped.viewer.history.path
    env.reset(seed=5)
    assert not env.unwrapped.viewer.history.path


def listed_world(tick, mode=4.0, cost=1234.0, is_patch=0):
    world = empty_world()
    world.episode_i[[episode.TICK, episode.NUM_CONTACTS]] = tick + 1, 1
    world.contacts[0, [contact.TICK, contact.MODE, contact.COST]] = tick, mode, cost
    world.debris_f[[debris.X, debris.Y], 0] = 30.0, 2.0
    world.debris_i[debris.IS_PATCH, 0] = is_patch
    world.vehicle_f[[vehicle.X, vehicle.Y], 0] = 28.0, 1.0
    return world


def test_contact_is_marked_once_for_a_second():
    history, world = History(), listed_world(tick=7)
    history.record_tick(world)
    # the table still lists the contact in the later ticks of the decision
    for tick in range(9, 9 + MARK_TICKS - 1):
        world.episode_i[episode.TICK] = tick
        history.record_tick(world)
        assert [(m.tick, m.mode, m.cost_usd) for m in history.marks] == [(7, "frontal", 1234.0)]
    world.episode_i[episode.TICK] += 1
    history.record_tick(world)
    assert history.marks == []


@pytest.mark.parametrize(("is_patch", "place"), [(0, (30.0, 2.0)), (1, (28.0, 1.0))])
def test_mark_lies_at_the_object_but_on_a_spill_at_the_ego(is_patch, place):
    history = History()
    history.record_tick(listed_world(tick=0, is_patch=is_patch))
    assert (history.marks[0].x_m, history.marks[0].y_m) == place


def test_path_keeps_three_seconds():
    history, world = History(), empty_world()
    for tick in range(60):
        world.episode_i[episode.TICK] = tick + 1
        world.vehicle_f[vehicle.X, 0] = tick
        history.record_tick(world)
    # 3 s x 15 Hz = 45 ticks: 15 ... 59
    assert len(history.path) == PATH_TICKS == 45
    assert (history.path[0][0], history.path[-1][0]) == (15.0, 59.0)


def test_costliest_decision_is_shown_for_a_second():
    history, world = History(), empty_world()
    for decision, harm in ((1, 5.0), (2, 900.0), (3, 0.004)):
        world.episode_i[[episode.DECISION, episode.TICK]] = decision, 3 * decision
        world.cost[:] = 0.0
        world.cost[component.HARM] = harm
        world.cost[component.TYRE] = 0.5 * harm
        history.note_decision(world)
        history.note_decision(world)
    assert history.costliest(3) == (("harm", 900.0), ("tyre", 450.0))
    # five decisions a second: decision 2 is out at 7, what is left costs less than a cent
    assert history.costliest(6) == (("harm", 900.0), ("tyre", 450.0))
    assert history.costliest(7) == ()


def test_unfinished_decision_is_not_noted():
    history, world = History(), empty_world()
    world.episode_i[[episode.DECISION, episode.TICK]] = 1, 4
    world.cost[component.HARM] = 7.0
    history.note_decision(world)
    assert history.costliest(1) == ()


def test_readout_says_what_the_world_says(env):
    env.reset(seed=4)
    world = env.unwrapped.world
    world.episode_f[[episode.COMMAND, episode.TOTAL_COST, episode.TARGET_Y]] = -4.0, 321.0, 4.8
    world.episode_i[[episode.TICK, episode.NUM_LANES, episode.COLLIDED]] = 30, 3, 1
    readout = readout_of(world, env.unwrapped.instance, History())
    # 30 ticks at 15 Hz
    assert readout.time_s == pytest.approx(2.0)
    assert (readout.title, readout.subtitle) == ("lone object", "day, clear")
    assert (readout.command_mps2, readout.total_usd) == (-4.0, 321.0)
    assert (readout.lateral, readout.ending) == ("lane 2 of 3, 0.8 m right", "COLLISION")


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (0.0, "lane 1 of 3"),
        (-0.5, "lane 1 of 3, 0.5 m left"),
        (8.05, "lane 3 of 3"),
        (12.0, "hard shoulder"),
    ],
)
def test_lateral_position_in_words(target, text):
    assert describe_lateral(target, 3) == text


def test_read_out_changes_with_the_cost(env):
    env.reset(seed=4)
    before = env.render()
    env.unwrapped.world.episode_f[episode.TOTAL_COST] = 777_777.0
    changed = (before != env.render()).any(axis=2)
    assert changed[:224].sum() == 0
    assert changed[224:, 400:640].sum() > 100


def test_road_stays_while_the_ego_changes_lane(env):
    env.reset(seed=4)
    first = env.render()
    world = env.unwrapped.world
    world.vehicle_f[vehicle.Y, 0] += 3.0
    moved = (first != env.render()).any(axis=2)[:224]
    # only the ego, and its intention ahead of it; the edge lines stay where they are
    assert moved[:, 700:].sum() == 0


@pytest.mark.parametrize(
    "size",
    [{"screen_width": 600, "screen_height": 150}, {"screen_width": 1920, "screen_height": 400}],
)
def test_other_sizes_are_drawn(size):
    env = gym.make("envs:roadworld/Debris-v1", render_mode="rgb_array", config=size)
    env.reset(seed=1)
    frame = env.render()
    assert frame.shape == (size["screen_height"], size["screen_width"], 3)
    assert len(np.unique(frame.reshape(-1, 3), axis=0)) > 20
    env.close()


@pytest.mark.parametrize("value", [1281, 0, -2, "wide", 640.0])
def test_impossible_size_gets_one_line(value):
    # of whatever is drawn, also by a viewer of a scene that is no environment
    scene = SimpleNamespace(config={**DebrisEnv.default_config(), "screen_width": value})
    with pytest.raises(UserError, match=f"screen_width: got {value!r}, expected an even"):
        DebrisViewer(scene, History())


def test_two_viewers_do_not_disturb_each_other(env):
    env.reset(seed=4)
    frame = env.render()
    other = gym.make("envs:roadworld/Debris-v1", render_mode="rgb_array")
    other.reset(seed=1)
    other.render()
    other.close()
    assert pygame.font.get_init()
    assert np.array_equal(frame, env.render())
    # highway-env's own viewers shut all of pygame down; then even new words must be writable
    pygame.quit()
    pygame.font.init()
    env.step(np.array([HOLD, 0.0], np.float32))
    assert not np.array_equal(frame, env.render())
    env.reset(seed=4)
    assert np.array_equal(frame, env.render())


def test_drawing_leaves_the_world_alone(env):
    env.reset(seed=4)
    before = env.unwrapped.world.tobytes()
    env.render()
    assert env.unwrapped.world.tobytes() == before


def test_drawing_leaves_the_environment_variable_alone(env, monkeypatch):
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    pygame.display.quit()
    env.reset(seed=4)
    env.render()
    assert "SDL_VIDEODRIVER" not in os.environ


def test_recorder_gets_a_frame_per_tick(env):
    class Recorder:
        """What highway-env requires of a video wrapper."""

        def __init__(self):
            self.frames = []

        def _capture_frame(self):
            self.frames.append(env.render())

    recorder = Recorder()
    env.unwrapped.set_record_video_wrapper(recorder)
    env.reset(seed=4)
    recorder._capture_frame()
    for _ in range(4):
        env.step(np.array([HOLD, 0.0], np.float32))
        recorder._capture_frame()
    # one after the reset, then three ticks in each of four decisions, at 15 frames a second
    assert len(recorder.frames) == 13
    assert recorder.frames_per_sec == 15
    assert all(not np.array_equal(a, b) for a, b in pairwise(recorder.frames))


def test_window_opens_and_closes():
    script = """
import gymnasium as gym, numpy as np
env = gym.make("envs:roadworld/Debris-v1", render_mode="human")
env.reset(seed=1)
env.step(np.array([0.4545, 0.0], np.float32))
import pygame
shown = pygame.surfarray.array3d(pygame.display.get_surface())
assert shown.shape == (1280, 320, 3) and shown.std() > 10
env.close()
assert not pygame.display.get_init()
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "SDL_VIDEODRIVER": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
