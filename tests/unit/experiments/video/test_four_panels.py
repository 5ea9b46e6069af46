"""Four panels: what each of them shows, by hand; the same frames every time."""

import hashlib

import numpy as np
import pygame
import pytest

from envs.highway.drawing.canvas import Canvas
from envs.highway.drawing.lettering import Lettering
from envs.specification import VEHICLE_SLOTS, track, vehicle
from envs.specification.world import empty_world
from experiments.cli.loading import load_policy
from experiments.video.course.clock import Moment, set_clock
from experiments.video.course.script import drive
from experiments.video.drawing.future import BRIGHTEST, FAINTEST, draw_future, find_opacity
from experiments.video.drawing.lines import POLICY_COLOURS, Pen
from experiments.video.drawing.readouts import group_belief
from experiments.video.drawing.title import TITLE_PX
from experiments.video.films.episode import Film
from experiments.video.films.four_panel import ModelFilm, find_nearest
from experiments.video.films.layout import arrange_four
from experiments.video.films.side_by_side import Heading, Timing, play
from policies.base import Foresight

HEADING = Heading("lone object", "sofa")
ABOVE = arrange_four("above")
PICTURE = np.s_[TITLE_PX : TITLE_PX + ABOVE.shape.pictures_px]


@pytest.fixture(scope="module")
def thinking(instance):
    return drive("world_model", load_policy("world_model"), instance, foresee=True)


def films(keep, thinking, layout=ABOVE):
    options = {"shape": layout.shape, "max_seconds": 6.0}
    model = ModelFilm(thinking, colour=POLICY_COLOURS[1], outer=layout.outer, **options)
    return [Film(keep, **options), model]


def shoot(keep, thinking):
    timing = Timing(set_clock(90, 5), 5)
    return list(play(films(keep, thinking), HEADING, timing, ABOVE))


@pytest.fixture(scope="module")
def frames(keep, thinking):
    return shoot(keep, thinking)


def test_opacity_falls_with_the_spread_of_the_members():
    # two members: agreed, 2 m apart (a spread of 1 m halves it), 200 m apart, and one that is not there
    one = np.array([[5.0, 0.0], [5.0, 0.0], [0.0, 0.0], [np.nan, np.nan]])
    other = np.array([[5.0, 0.0], [7.0, 0.0], [200.0, 0.0], [5.0, 0.0]])
    found = find_opacity(np.stack([one, other]))
    assert found.tolist() == [BRIGHTEST, BRIGHTEST // 2, FAINTEST, 0]


def test_belief_is_grouped():
    names = tuple("abcdef")
    rows = group_belief([0.05, 0.5, 0.03, 0.2, 0.12, 0.1], names)
    assert [name for name, _ in rows] == ["b", "d", "e", "f", "anything else"]
    assert rows[-1][1] == pytest.approx(0.08)
    assert sum(share for _, share in rows) == pytest.approx(1.0)
    # under one per cent is not worth a line
    assert group_belief([0.995, 0.002, 0.001, 0.001, 0.001], names)[-1][0] == "d"


def test_nearest_is_that_of_the_tracked_objects():
    world = empty_world()
    world.vehicle_f[vehicle.X, 0] = 100.0
    world.track_i[track.TARGET] = -1
    assert find_nearest(world) is None
    world.track_i[track.TARGET, VEHICLE_SLOTS + np.array([1, 2])] = 0
    world.track_f[track.X, VEHICLE_SLOTS + np.arange(4)] = [100.0, 160.0, 70.0, 101.0]
    assert find_nearest(world) == 2


def test_futures_are_drawn_where_they_are_imagined():
    pygame.font.init()
    surface = pygame.Surface((400, 100))
    ego = np.zeros((2, 5, 2))
    ego[:, 4, 0] = 20.0
    nobody = np.full((2, 5, 8, 2), np.nan)
    canvas = Canvas(surface, 0.0, -5.0, 10.0)
    future = Foresight(ego, nobody, np.full((2, 5, 4, 2), np.nan))
    draw_future(Pen(surface, Lettering()), surface.get_rect(), canvas, future, 10.0)
    drawn = pygame.surfarray.array3d(surface).sum(axis=2) > 0
    # 20 m ahead of 10 m: 300 px from the left, a car long, in the middle
    xs = np.flatnonzero(drawn.any(axis=1))
    assert xs.min() == pytest.approx(300 - 22, abs=2)
    assert xs.max() == pytest.approx(300 + 22, abs=2)
    assert drawn[285:315, 45:55].all()


def test_the_future_begins_at_the_ego_and_goes_forward(thinking):
    futures = [one for one in thinking.foresights if one is not None]
    assert futures
    for future in futures:
        assert future.ego.shape[0] == 5
        assert np.isfinite(future.ego).all()
        assert (np.diff(future.ego[:, :, 0], axis=1) > -1e-6).all()
        assert abs(future.ego[:, 0, 0]).max() < 10.0
        assert future.vehicles.shape[1:] == (future.ego.shape[1], 8, 2)
    # nobody who did not ask pays for it
    assert len(thinking.foresights) == thinking.num_decisions


def test_sizes_and_number_of_frames(frames):
    # 6 s at 5 frames per second, the first state, and two seconds of end cards
    assert len(frames) == 31 + 10
    assert {frame.shape for frame in frames} == {(720, 1280, 3)}


def test_the_same_frames_every_time(keep, thinking, frames):
    def digest(some):
        return hashlib.sha256(b"".join(frame.tobytes() for frame in some)).hexdigest()

    assert digest(shoot(keep, thinking)) == digest(frames)


def test_truth_and_model_show_one_world_and_the_imagination_a_dim_one(keep, thinking):
    _, model = films(keep, thinking)
    for tick in range(0, 91, 30):
        truth, said, imagined = model.draw_panels(Moment(float(tick)))
        # options are laid over the picture of the model, nothing over the truth
        same = (truth[PICTURE] == said[PICTURE]).all(axis=2).mean()
        assert 0.9 < same <= 1.0
        assert imagined[PICTURE].mean() < 0.6 * truth[PICTURE].mean()


def test_an_ended_model_is_dimmed_in_all_three(keep, thinking):
    _, model = films(keep, thinking)
    last = model.draw_panels(Moment(90.0))
    for before, after in zip(last, model.end_cards(last), strict=True):
        assert after[PICTURE].mean() < before[PICTURE].mean()


def test_truth_and_imagination_are_seen_by_the_driver(keep, thinking):
    _, model = films(keep, thinking, arrange_four("both"))
    imagining = [k for k, future in enumerate(thinking.foresights) if future is not None]
    silent = [k for k, future in enumerate(thinking.foresights[:30]) if future is None]
    truth, said, imagined = model.draw_panels(Moment(3.0 * imagining[0] + 1.0))
    assert (truth[PICTURE] != said[PICTURE]).mean() > 0.5
    # another state, at the same brightness
    changed = (truth[PICTURE] != imagined[PICTURE]).any(axis=2).mean()
    assert changed > 0.2
    assert imagined[PICTURE].mean() == pytest.approx(truth[PICTURE].mean(), rel=0.1)
    # nothing is imagined: the truth, dimmed
    truth, _, imagined = model.draw_panels(Moment(3.0 * silent[0] + 1.0))
    assert imagined[PICTURE].mean() < 0.6 * truth[PICTURE].mean()
