"""The gallery: what stands in front of the camera, sizes of sheets, and one line for every mistake."""

import numpy as np
import pytest
from PIL import Image

from envs.debris.catalogue import load_catalogue
from envs.errors import UserError
from envs.highway.drawing import palette as ink
from envs.scenario.generator import SETTINGS
from envs.scenario.scene import Setting
from envs.specification import debris, episode, vehicle
from experiments.cli.configuration import validate
from experiments.video.gallery.configuration import GalleryConfiguration
from experiments.video.gallery.job import choose_objects, draw_gallery
from experiments.video.gallery.sheets import (
    GAP_PX,
    HEAD_PX,
    SIDE_PX,
    SMALL_TILE_PX,
    TILE_PX,
    build_world,
    draw_overview,
    draw_sheet,
)

VALUES = {
    "object": "sofa",
    "distances_m": [8.0, 25.0],
    "seed": 0,
    "catalogue_dirs": [],
    "overview": False,
    "output": "outputs",
}


def config(**changes):
    return validate(GalleryConfiguration, VALUES | changes)


def test_the_object_is_as_far_from_the_camera_as_it_should_be():
    world = build_world(load_catalogue()["sofa"], 0, Setting("night", "rain"), 25.0)
    # the camera is half a metre ahead of the ego's centre
    ahead = world.debris_f[debris.X, 0] - world.vehicle_f[vehicle.X, 0]
    assert ahead == pytest.approx(25.5)
    assert world.debris_f[debris.Y, 0] == world.vehicle_f[vehicle.Y, 0]
    assert world.episode_i[episode.LIGHT] == episode.NIGHT
    assert world.episode_i[episode.WEATHER] == episode.RAIN


def test_a_sheet_has_a_row_per_light_and_a_column_per_distance():
    sheet = draw_sheet(load_catalogue()["sofa"], 0, [8.0, 60.0])
    width, height = TILE_PX
    assert sheet.shape == (
        HEAD_PX + len(SETTINGS) * (height + GAP_PX),
        SIDE_PX + 2 * (width + GAP_PX),
        3,
    )

    def tile(row, column):
        top, left = HEAD_PX + row * (height + GAP_PX), SIDE_PX + column * (width + GAP_PX)
        return sheet[top : top + height, left : left + width].astype(int)

    # near and far, and day and night
    names = list(SETTINGS)
    assert np.abs(tile(0, 0) - tile(0, 1)).max() > 40
    day, night = tile(names.index("day-clear"), 0), tile(names.index("night-clear"), 0)
    assert night.mean() < 0.6 * day.mean()


def test_an_overview_has_a_picture_per_type():
    catalogue = load_catalogue()
    names = sorted(catalogue)[:9]
    overview = draw_overview([catalogue[name] for name in names], 0)
    width = 8 * (SMALL_TILE_PX[0] + GAP_PX) - GAP_PX
    assert overview.shape[1] == width
    # the ninth stands alone in the second row
    assert overview[-100:-30, :180].std() > 5.0
    assert (overview[-100:-30, 200:] == ink.PANEL).all()


def test_the_seed_chooses_the_specimen():
    sofa = load_catalogue()["sofa"]
    first, again, other = (
        build_world(sofa, seed, Setting("day", "clear"), 8.0) for seed in (0, 0, 1)
    )
    assert first.debris_f[debris.LENGTH, 0] == again.debris_f[debris.LENGTH, 0]
    assert first.debris_f[debris.LENGTH, 0] != other.debris_f[debris.LENGTH, 0]


def test_files_are_named_after_their_types(tmp_path):
    some = config(object=["rock", "sofa"], distances_m=[8.0])
    paths = draw_gallery(some, choose_objects(some), tmp_path)
    assert [path.name for path in paths] == ["rock.png", "sofa.png"]
    alone = config(object=["rock", "sofa"], overview=True)
    (path,) = draw_gallery(alone, choose_objects(alone), tmp_path)
    with Image.open(path) as picture:
        assert picture.size[0] == 2 * (SMALL_TILE_PX[0] + GAP_PX) - GAP_PX


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"object": "sofas"}, "^object: got 'sofas', .*sofa"),
        ({"distances_m": [1.0]}, "^distances_m"),
        ({"distances_m": []}, "^distances_m"),
        ({"catalogue_dirs": ["nowhere"]}, "nowhere"),
        ({"seed": -1}, "^seed: got -1"),
    ],
)
def test_mistakes_are_one_line(changes, message):
    with pytest.raises(UserError, match=message) as caught:
        choose_objects(config(**changes))
    assert "\n" not in str(caught.value)
