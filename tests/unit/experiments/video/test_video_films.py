"""Films from above: sizes, titles, imagined futures, padding, end cards; the same frames every time."""

import numpy as np
import pygame
import pytest

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Canvas
from envs.highway.drawing.lettering import LARGE, Lettering
from envs.specification import column
from experiments.video.course.clock import Moment, set_clock
from experiments.video.drawing.ending import DIMMING
from experiments.video.drawing.ghosts import draw_ghosts
from experiments.video.drawing.lines import POLICY_COLOURS, Pen
from experiments.video.drawing.surfaces import to_surface
from experiments.video.drawing.title import TITLE_PX
from experiments.video.encode import write_png
from experiments.video.films.contact_sheet import (
    CAPTION_PX,
    CELL_PX,
    NAMES_PX,
    TIMES_PX,
    compute_size,
    draw_sheet,
)
from experiments.video.films.episode import Film
from experiments.video.films.layout import HEADING_PX, SEPARATOR_PX, arrange
from experiments.video.films.side_by_side import Heading, Timing, compare_costs, play
from policies.base import Option

HEADING = Heading("lone object", "sofa")
ABOVE = arrange("above", 1).shape
ROAD_PX = ABOVE.pictures_px
OUT_OF_THE_CARD = np.s_[TITLE_PX + ROAD_PX + 2 :, :900]  # the read-out under the road
PICTURE = np.s_[TITLE_PX:]
ROAD = np.s_[TITLE_PX : TITLE_PX + ROAD_PX]
SCALE = 7.2  # pixels per metre


def film(script, **options):
    return Film(script, shape=ABOVE, **options)


def draw(some, fps=15):
    return [some.draw(moment) for moment in set_clock(some.num_ticks, fps)]


def first(some):
    return some.draw(Moment(0.0))


@pytest.fixture(scope="module")
def braking(brake):
    """Three seconds at 15 frames per second: cruising, then braking."""
    return draw(film(brake, max_seconds=3.0))


def test_film_has_a_frame_per_tick_and_one_before(brake, braking):
    # 3 s = 15 decisions = 45 ticks
    assert film(brake, max_seconds=3.0).num_ticks == 45
    assert len(braking) == 46
    assert {frame.shape for frame in braking} == {(338, 1280, 3)}


def test_no_picture_is_blank(braking):
    for frame in braking:
        assert frame[PICTURE].std() > 10.0


def test_a_frame_per_decision_is_every_third_of_those_per_tick(brake, braking):
    slow = draw(film(brake, max_seconds=3.0), fps=5)
    assert len(slow) == 16
    for k, frame in enumerate(slow):
        np.testing.assert_array_equal(frame, braking[3 * k])


def test_pictures_between_ticks_are_new_and_their_numbers_are_not(brake, braking):
    fine = draw(film(brake, max_seconds=3.0), fps=30)
    assert len(fine) == 91
    for k in (0, 20, 45):
        np.testing.assert_array_equal(fine[2 * k], braking[k])
    for k in (21, 51):
        assert (fine[k][ROAD] != fine[k - 1][ROAD]).mean() > 0.001
        assert (fine[k][ROAD] != fine[k + 1][ROAD]).mean() > 0.001
        np.testing.assert_array_equal(fine[k][OUT_OF_THE_CARD], fine[k - 1][OUT_OF_THE_CARD])
        np.testing.assert_array_equal(fine[k][:TITLE_PX], fine[k - 1][:TITLE_PX])


def test_frames_are_the_same_every_time_and_in_any_order(brake, braking):
    shown = film(brake, max_seconds=3.0)
    for k in (40, 3, 45, 0, 44):
        np.testing.assert_array_equal(shown.draw(Moment(float(k))), braking[k])


def test_name_stands_in_the_title_in_the_policys_colour(brake):
    frame = first(film(brake, colour=POLICY_COLOURS[1], max_seconds=0.2))
    letters = Lettering()
    letters.begin_frame()
    sheet = letters.render("brake", LARGE, POLICY_COLOURS[1])
    solid = pygame.surfarray.array_alpha(sheet).T == 255
    assert solid.sum() > 100
    height, width = solid.shape
    where = frame[9 : 9 + height, 18 : 18 + width]
    assert (where[solid] == POLICY_COLOURS[1]).all()


def test_label_stands_on_its_plate(brake, braking):
    # plate at (18, 39), its corners rounded: a pixel near its left edge
    assert brake.caption(0).reason == "nothing ahead"
    assert tuple(braking[0][52, 21]) == ink.TEXT_DIM
    assert brake.caption(14).reason == "object ahead"
    assert tuple(braking[45][52, 21]) == ink.AMBER


def test_silent_policy_has_no_plate(silent):
    frame = first(film(silent, max_seconds=0.2))
    assert tuple(frame[42, 30]) == ink.PANEL


def test_speed_and_cost_are_written_at_the_right(keep, braking):
    # the numbers change while braking, and stand still while nothing changes
    title = np.s_[:TITLE_PX, 1020:]
    for numbers in (np.s_[:36, 1150:], np.s_[38:TITLE_PX, 1150:]):
        assert (braking[0][numbers] == ink.TEXT).all(axis=2).sum() > 5
        assert (braking[0][numbers] != braking[45][numbers]).any()
    keeping = draw(film(keep, max_seconds=1.0), fps=5)
    np.testing.assert_array_equal(keeping[0][title], keeping[5][title])


def test_imagined_futures_lie_on_the_road(imagining):
    frame = first(film(imagining, max_seconds=0.2))
    y = float(imagining.episode.ego[0, column.E_Y])
    road = frame[ROAD]
    middle = np.float64(imagining.episode.instance.episode_f[4:6].mean())
    # the ego is at 0.22 x 1280 = 281.6 px, 7.2 px per metre: 40 m ahead is at 569.6
    row = round(ROAD_PX / 2 + SCALE * (y - middle))
    # the line is a little transparent
    near = np.abs(road[row - 2 : row + 3, 569].astype(int) - ink.AMBER).max(axis=1)
    assert (near < 30).any()
    # and nothing of that colour 70 m ahead, beyond the end of the path
    ahead = road[row - 2 : row + 3, 281 + 461 : 281 + 504].astype(int)
    assert (np.abs(ahead - ink.AMBER).max(axis=2) > 60).all()


def test_imagined_futures_stay_on_the_road_while_the_ego_moves(imagining):
    frames = draw(film(imagining, max_seconds=0.2))
    speed = float(imagining.episode.ego[0, column.E_SPEED])

    def end_of_path(frame):
        amber = np.abs(frame[ROAD].astype(int) - ink.AMBER).max(axis=2) < 30
        return int(np.flatnonzero(amber.any(axis=0)).max())

    # at first 60 m ahead: 281.6 + 432 = 713.6 px, and a dot of 4 px; then the ego drives towards it, 7.2 px per metre
    assert end_of_path(frames[0]) == pytest.approx(713.6 + 4, abs=2)
    for k in (1, 2, 3):
        assert end_of_path(frames[k]) == pytest.approx(717.6 - SCALE * speed * k / 15, abs=2)


def test_ghosts_start_where_the_ego_was_and_keep_to_their_area():
    surface = pygame.Surface((200, 150))
    area = pygame.Rect(0, 50, 200, 50)
    canvas = Canvas(surface, 100.0, -2.5, 10.0)
    path = np.array([[0.0, 0.0], [10.0, 0.0]])
    option = Option("a", 0, 1.0, 1.0, 1.0, path)
    far = option._replace(path=np.array([[0.0, 0.0], [10.0, -9.0]]))
    near = option._replace(path=np.array([[0.0, 0.0], [10.0, 6.0]]))
    draw_ghosts(surface, area, canvas, [option, far, near], 105.0)
    drawn = pygame.surfarray.array3d(surface).sum(axis=2)
    # from (105 - 100) x 10 = 50 px to 150 px, at y = 50 + 2.5 x 10 = 75 px
    assert drawn[100, 75] > 300
    assert drawn[40, 75] == 0
    assert drawn[160, 75] == 0
    assert drawn[:, :50].sum() == 0
    assert drawn[:, 100:].sum() == 0
    assert (drawn[:, 50] > 0).any()
    assert (drawn[:, 99] > 0).any()


def test_standing_futures_are_left_out():
    surface = pygame.Surface((200, 100))
    path = np.array([[0.0, 0.0], [0.5, 0.0]])
    option = Option("stay", 0, 1.0, 1.0, 1.0, path)
    canvas = Canvas(surface, 0.0, -2.5, 10.0)
    draw_ghosts(surface, surface.get_rect(), canvas, [option], 5.0)
    assert pygame.surfarray.array3d(surface).sum() == 0


def test_who_ends_first_is_dimmed_and_waits(keep, brake, braking):
    films = [film(keep, max_seconds=1.0), film(brake, max_seconds=2.4, colour=POLICY_COLOURS[1])]
    timing = Timing(set_clock(36, 5), 5)
    frames = list(play(films, HEADING, timing, arrange("above", 2)))
    # 2.4 s = 12 decisions, a frame before them, 2 s of end cards at 5 frames per second
    assert len(frames) == timing.num_frames == 13 + 10
    assert {f.shape for f in frames} == {(720, 1280, 3)}
    tops = [HEADING_PX + SEPARATOR_PX, HEADING_PX + 2 * SEPARATOR_PX + ABOVE.height]
    panels = [[f[top : top + ABOVE.height] for top in tops] for f in frames]
    # same state at the start, different ones after the brakes were applied
    np.testing.assert_array_equal(panels[0][0][PICTURE], panels[0][1][PICTURE])
    np.testing.assert_array_equal(panels[12][1][PICTURE], braking[36][PICTURE])
    last, padded = panels[5][0].astype(float), panels[6][0].astype(float)
    np.testing.assert_allclose(padded[OUT_OF_THE_CARD], DIMMING * last[OUT_OF_THE_CARD], atol=1.5)
    for k in range(7, 13):
        np.testing.assert_array_equal(panels[k][0], panels[6][0])
        assert (panels[k][1] != panels[k - 1][1]).any()
    # the end cards of both, and the picture stands still
    assert panels[13][1][OUT_OF_THE_CARD].mean() < 0.5 * panels[12][1][OUT_OF_THE_CARD].mean()
    for frame in frames[14:]:
        np.testing.assert_array_equal(frame, frames[13])


def test_policies_that_act_differently_look_different(keep, braking):
    last = film(keep, max_seconds=3.0).draw(Moment(45.0))
    assert (last[ROAD] != braking[-1][ROAD]).mean() > 0.01


def test_heading_shows_the_time(keep):
    timing = Timing(set_clock(6, 5), 5)
    frames = list(play([film(keep, max_seconds=0.4)], HEADING, timing, arrange("above", 1)))
    line = [frame[:HEADING_PX] for frame in frames]
    np.testing.assert_array_equal(line[0][:, :1100], line[1][:, :1100])
    assert (line[0][:, 1100:] != line[1][:, 1100:]).any()
    np.testing.assert_array_equal(line[2], line[-1])


def test_only_the_cheapest_of_unequal_ones_is_told(keep, brake, silent):
    low, middle, high = sorted((keep, brake, silent), key=lambda script: script.cost_usd)
    assert low.cost_usd + 1.0 < middle.cost_usd < high.cost_usd - 1.0
    films = [Film(high), Film(low), Film(high), Film(middle)]
    assert compare_costs(films) == ["", "cheapest", "", ""]
    assert compare_costs(films[:1]) == [""]
    assert compare_costs([films[0], films[2]]) == ["", ""]


@pytest.mark.parametrize(("seconds", "decisions"), [(0.2, 1), (0.05, 1), (0.6, 3), (0.61, 4)])
def test_cut_is_rounded_up_to_whole_decisions(keep, seconds, decisions):
    assert Film(keep, max_seconds=seconds).num_decisions == decisions


def test_sheet_shows_every_moment_of_every_policy(keep, brake, tmp_path):
    films = [film(keep, max_seconds=2.4), film(brake, max_seconds=1.0)]
    moments = [0, 5, 12]
    sheet = draw_sheet(films, HEADING, moments)
    assert sheet.shape == (*reversed(compute_size(2, 3)), 3)
    left = (TIMES_PX, TIMES_PX + CELL_PX[0] + 24)
    top = [HEADING_PX + NAMES_PX + k * (CELL_PX[1] + CAPTION_PX + 8) for k in range(3)]

    def cell(row, i):
        return sheet[top[row] : top[row] + CELL_PX[1], left[i] : left[i] + CELL_PX[0]]

    np.testing.assert_array_equal(cell(0, 0), cell(0, 1))
    assert (cell(1, 0) != cell(0, 0)).mean() > 0.005
    # after its end the last picture stays, dimmed
    np.testing.assert_allclose(cell(2, 1), DIMMING * cell(1, 1), atol=1.5)
    assert cell(2, 0).mean() > 1.5 * cell(2, 1).mean()
    write_png(tmp_path / "sheet.png", sheet)
    loaded = pygame.image.load(tmp_path / "sheet.png")
    assert loaded.get_size() == compute_size(2, 3)
    np.testing.assert_array_equal(pygame.surfarray.array3d(loaded).swapaxes(0, 1), sheet)


def test_long_text_is_cut_with_an_ellipsis():
    letters = Lettering()
    letters.begin_frame()
    pen = Pen(pygame.Surface((1, 1)), letters)
    text = "a manoeuvre with a very long name"
    assert pen.shorten(text, LARGE, 10_000) == text
    short = pen.shorten(text, LARGE, 120)
    assert short.endswith("…")
    assert text.startswith(short[:-1])
    assert letters.render(short, LARGE, ink.TEXT).get_width() <= 120


def test_surface_and_frame_are_inverse():
    pixels = np.random.default_rng(0).integers(0, 255, (4, 6, 3)).astype(np.uint8)
    surface = to_surface(pixels)
    assert surface.get_size() == (6, 4)
    surface.set_at((0, 0), (1, 2, 3))
    np.testing.assert_array_equal(pygame.surfarray.array3d(surface).swapaxes(0, 1)[1:], pixels[1:])
