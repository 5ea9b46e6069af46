"""The driver's view in films: where marks stand, what a panel shows, slow motion, the imagined state."""

import numpy as np
import pygame
import pytest

from envs.camera import Camera, project
from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import Lettering
from envs.specification import VEHICLE_SLOTS, debris, episode, track, vehicle
from envs.specification.world import empty_world
from experiments.video.course.clock import Moment
from experiments.video.course.imagined import OUT_OF_SIGHT_M, imagine
from experiments.video.drawing.ahead import draw_names, draw_paths
from experiments.video.drawing.lens import Lens, make_lens
from experiments.video.drawing.lines import Pen
from experiments.video.drawing.title import TITLE_PX
from experiments.video.films.episode import Film
from experiments.video.films.layout import (
    HEADING_PX,
    SEPARATOR_PX,
    VIEWS,
    arrange,
    arrange_four,
    compose,
)
from experiments.video.films.side_by_side import Heading
from experiments.video.films.still import draw_still, lay_out_still
from policies.base import Foresight, Option


@pytest.fixture
def world():
    """The ego at x = 100 m in the lane at y = 4 m, an object 40.5 m ahead and 2 m to the right."""
    some = empty_world()
    some.vehicle_f[[vehicle.X, vehicle.Y], 0] = [100.0, 4.0]
    some.vehicle_f[[vehicle.X, vehicle.Y], 1] = [130.0, 0.0]
    some.vehicle_f[[vehicle.X, vehicle.Y], 2] = [150.0, 8.0]
    some.episode_i[episode.NUM_VEHICLES] = 3
    some.episode_i[episode.NUM_DEBRIS] = 1
    some.debris_f[[debris.X, debris.Y, debris.HEIGHT], 0] = [140.5, 6.0, 0.4]
    some.debris_i[debris.IS_REAL, 0] = 1
    some.track_i[track.TARGET] = -1
    return some


CAMERA = Camera(
    height=360, width=640, field_deg=2 * np.degrees(np.arctan(320 / 700)), horizon=0.375
)


def test_a_place_is_projected_as_by_hand(world):
    # f = 700 px, the camera 0.5 m ahead of the centre and 1.4 m high, 40 m away
    u, v, depth = project(world, CAMERA, (140.5, 6.0, 0.4))
    assert depth == pytest.approx(40.0)
    assert u == pytest.approx(320 + 700 * 2.0 / 40.0)
    assert v == pytest.approx(135 + 700 * 1.0 / 40.0)
    # turned to the right by 0.05 rad, what is straight ahead moves to the left
    world.vehicle_f[vehicle.HEADING, 0] = 0.05
    assert project(world, CAMERA, (140.5, 4.0, 0.0))[0] == pytest.approx(320 - 700 * 0.05, abs=0.8)


def test_names_stand_above_their_objects(world):
    pygame.font.init()
    surface = pygame.Surface((640, 400))
    area = pygame.Rect(0, 40, 640, 360)
    draw_names(Pen(surface, Lettering()), area, world, Lens(CAMERA), ["rock"])
    drawn = pygame.surfarray.array3d(surface).sum(axis=2) > 0
    # the leader ends at the object's top
    assert drawn[355, 40 + 148 : 40 + 152].any()
    assert not drawn[:, 40 + 156 :].any()
    columns = np.flatnonzero(drawn.any(axis=1))
    assert columns.min() < 355 < columns.max()
    # behind the camera and far away there is nothing to name
    for x in (90.0, 300.0):
        world.debris_f[debris.X, 0] = x
        surface.fill((0, 0, 0))
        draw_names(Pen(surface, Lettering()), area, world, Lens(CAMERA), ["rock"])
        assert pygame.surfarray.array3d(surface).sum() == 0


def test_paths_lie_on_the_road(world):
    surface = pygame.Surface((640, 400))
    area = pygame.Rect(0, 40, 640, 360)
    path = np.array([[0.0, 4.0], [60.0, 4.0]])
    draw_paths(surface, area, world, Lens(CAMERA), [Option("a", 0, 1.0, 1.0, 1.0, path)], 100.0)
    drawn = pygame.surfarray.array3d(surface)
    amber = np.abs(drawn.astype(int) - np.array(ink.AMBER)).max(axis=2) < 40
    columns, rows = np.flatnonzero(amber.any(axis=1)), np.flatnonzero(amber.any(axis=0))
    # straight ahead, from the edge of the picture up to 59.5 m away
    assert abs(columns - 320).max() <= 2
    assert rows.min() == pytest.approx(40 + 135 + 700 * 1.4 / 59.5, abs=2)
    assert rows.max() >= 397


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("num_panels", [1, 2, 3])
def test_panels_fill_a_film_of_1280_by_720(view, num_panels):
    layout = arrange(view, num_panels)
    size = (layout.shape.height, layout.shape.width, 3)
    panels = [np.full(size, 50 * (k + 1), np.uint8) for k in range(num_panels)]
    film = compose(np.zeros((36, 1280, 3), np.uint8), panels, layout)
    if view != "above":
        assert film.shape == (720, 1280, 3)
    assert film.shape[0] % 2 == 0
    assert film.shape[1] == 1280
    for k in range(num_panels):
        assert (film == 50 * (k + 1)).sum() == panels[k].size


def test_four_panels_begin_with_the_truth():
    layout = arrange_four("both")
    size = (layout.shape.height, layout.shape.width, 3)
    assert layout.outer.height == layout.shape.height
    # they come as rules, truth, model, imagination
    film = compose(
        np.zeros((36, 1280, 3), np.uint8),
        [np.full(size, k, np.uint8) for k in (1, 2, 3, 4)],
        layout,
    )
    assert film.shape == (720, 1280, 3)
    assert film[[100, 100, 600, 600], [100, 900, 100, 900], 0].tolist() == [2, 1, 3, 4]


def test_more_than_three_panels_have_rows():
    layout = arrange("both", 6)
    size = (layout.shape.height, layout.shape.width, 3)
    film = compose(np.zeros((36, 1280, 3), np.uint8), [np.zeros(size, np.uint8)] * 4, layout)
    assert film.shape == (36 + 2 * 684, 1280, 3)


def test_only_what_is_tracked_is_imagined(world):
    future = Foresight(
        np.zeros((2, 10, 2)), np.full((2, 10, 8, 2), np.nan), np.full((2, 10, 4, 2), np.nan)
    )
    steps = np.arange(1, 11)
    future.ego[:, :, 0] = 5.0 * steps
    future.ego[:, :, 1] = 4.0
    # vehicle 1 is tracked in slot 3; the two members are 1 m to either side of 6 m a decision
    world.track_i[track.TARGET, 3] = 1
    future.vehicles[0, :, 3, 0] = 30.0 + 6.0 * steps - 1.0
    future.vehicles[1, :, 3, 0] = 30.0 + 6.0 * steps + 1.0
    future.vehicles[:, :, 3, 1] = 0.0
    found = imagine(world, future, 100.0, since_s=0.0)
    # one second = five decisions later
    assert found.vehicle_f[[vehicle.X, vehicle.Y], 0].tolist() == [125.0, 4.0]
    assert found.vehicle_f[[vehicle.X, vehicle.Y], 1].tolist() == [160.0, 0.0]
    assert found.vehicle_f[vehicle.X, 2] == 150.0 - OUT_OF_SIGHT_M
    assert found.debris_f[debris.X, 0] == 140.5 - OUT_OF_SIGHT_M
    # half a decision later
    assert imagine(world, future, 100.0, since_s=0.1).vehicle_f[vehicle.X, 0] == 127.5
    world.track_i[track.TARGET, VEHICLE_SLOTS] = 0
    future.objects[:, :, 0] = [40.0, 6.0]
    assert imagine(world, future, 100.0, since_s=0.0).debris_f[debris.X, 0] == 140.0
    assert world.debris_f[debris.X, 0] == 140.5


def test_wide_pictures_show_more_of_the_road():
    wide, usual = make_lens(1280, 360), make_lens(640, 360)
    assert wide.camera.field_deg > usual.camera.field_deg
    assert make_lens(640, 0) is None


def test_panel_shows_driver_bird_and_read_out(brake):
    layout = arrange("both", 2)
    shape = layout.shape
    film = Film(brake, shape=shape, max_seconds=3.0)
    first, later = film.draw(Moment(0.0)), film.draw(Moment(45.0))
    assert first.shape == (shape.height, shape.width, 3)
    middle = TITLE_PX + shape.driver_px
    for part in (np.s_[TITLE_PX:middle], np.s_[middle : middle + shape.bird_px]):
        assert first[part].std() > 10.0
        assert (first[part] != later[part]).mean() > 0.05
    # the command is red while braking
    strip = np.s_[shape.height - shape.strip_px :]
    assert not (first[strip] == ink.STRUCK).all(axis=2).any()
    assert (later[strip] == ink.STRUCK).all(axis=2).any()
    film.close()


def test_a_contact_is_seen_from_behind_and_slow_motion_says_so(brake):
    film = Film(brake, shape=arrange("camera", 1).shape, max_seconds=0.2)
    chased = Film(brake, shape=arrange("chase", 1).shape, max_seconds=0.2).draw(Moment(1.0))
    picture = np.s_[TITLE_PX : TITLE_PX + 460]
    plate = np.s_[TITLE_PX + 12 : TITLE_PX + 38, 12:210]

    def differ(one, other):
        clean = [frame.copy() for frame in (one, other)]
        for frame in clean:
            frame[plate] = 0
        return (clean[0][picture] != clean[1][picture]).any(axis=2).mean()

    # another ego's contact
    film._contacts = [50]
    plain, slow = film.draw(Moment(1.0)), film.draw(Moment(1.0, is_slow=True))
    assert differ(plain, slow) == 0.0
    assert (slow[plate] == ink.AMBER).all(axis=2).sum() > 10
    assert not (plain[plate] == ink.AMBER).all(axis=2).any()
    # its own
    film._contacts = [2]
    assert differ(film.draw(Moment(1.0)), plain) == 0.0
    contact = film.draw(Moment(1.0, is_slow=True))
    assert differ(contact, plain) > 0.2
    assert differ(contact, chased) == 0.0


def test_a_still_says_what_everybody_pays(keep, brake):
    layout = lay_out_still("both", 2, 1280)
    films = [Film(script, shape=layout.shape) for script in (keep, brake)]
    still = draw_still(films, Heading("lone object", "sofa"), 30, layout)
    assert still.shape == (HEADING_PX + SEPARATOR_PX + TITLE_PX + layout.shape.driver_px, 1280, 3)
    # as in a film at that time, but with the final cost
    panel = films[1].draw(Moment(30.0))
    shown = still[HEADING_PX + SEPARATOR_PX :, 642:]
    np.testing.assert_array_equal(shown[TITLE_PX:], panel[TITLE_PX:])
    # letters are mixed with their ground in another format of pixels
    left = np.s_[:TITLE_PX, :300]
    np.testing.assert_allclose(shown[left].astype(int), panel[left].astype(int), atol=1)
    assert (shown[:36, 400:] != panel[:36, 400:]).any()
