"""Where things are in the picture: every figure is computed by hand from the pinhole formula."""

import numpy as np
import pytest

from envs.camera import CHASE, PRESETS, camera_from, draw, project
from envs.camera.models.tables import SPANS
from envs.camera.render import NUM_ORDERED
from envs.camera.shapes.meshes import CORNERS, FACES
from envs.specification import MAX_DEBRIS, MAX_VEHICLES, debris, episode, vehicle
from tests.unit.envs.camera import checks
from tests.unit.envs.camera.scenes import EGO_X_M, add_object, add_vehicle, road


@pytest.mark.parametrize(
    ("ahead_m", "right_m", "yaw"),
    [(20.0, 0.0, 0.0), (20.0, 3.0, 0.0), (20.0, -3.0, 0.0), (20.0, 0.0, 0.1), (14.0, 2.0, 0.9), (40.0, 3.0, 0.1)],
)  # fmt: skip
def test_corners_of_a_box_are_where_the_formula_puts_them(ahead_m, right_m, yaw):
    checks.check_corners(ahead_m, right_m, yaw)


@pytest.mark.parametrize("yaw", [-0.6, 0.6])
def test_ends_of_a_long_object_are_where_the_formula_puts_them(yaw):
    checks.check_corners(8.0, 0.0, yaw, (2.0, 0.2, 0.3))


@pytest.mark.parametrize(
    ("ahead_m", "right_m", "heading"), [(50.0, 4.0, 0.0), (50.0, -4.0, 0.0), (60.0, 0.0, 0.2)]
)
def test_truck_is_where_the_formula_puts_it(ahead_m, right_m, heading):
    checks.check_vehicle(ahead_m, right_m, heading)


@pytest.mark.parametrize("heading", [-0.1, 0.1])
def test_heading_turns_the_picture(heading):
    checks.check_heading(heading)


@pytest.mark.parametrize("ahead_m", [10.0, 17.3, 33.0, 60.0, 100.0])
def test_coverage_is_area(ahead_m):
    checks.check_area(ahead_m)


def test_brake_lamps_show_on_the_rear():
    checks.check_lamps()


def test_near_hides_far():
    checks.check_order()


def test_vehicle_hides_what_is_under_it():
    batch = road()
    add_vehicle(batch, 20.0, 4.3)
    add_object(batch, 19.0, 4.0, (0.4, 0.4, 0.14))
    assert checks.drawn(batch)[1][0, 1].max() < 128


def test_objects_lie_as_roll_and_pitch_say():
    checks.check_lying()


def test_markings_lie_on_the_road():
    checks.check_markings()


def test_faces_of_all_meshes_look_outwards():
    for corners, faces in zip(CORNERS, FACES, strict=True):
        for face in faces[faces[:, 0] > 0]:
            points = corners[face[1 : 1 + face[0]]]
            # right, up and depth are a cyclic exchange of along, across and up: the same sense of rotation
            normal = np.cross(points[-1] - points[0], points[1] - points[0])
            assert normal @ points.mean(axis=0) > 0.0


def test_ends_of_the_scratch_arrays_hold_every_model():
    most = int((SPANS[:, :, 1] - SPANS[:, :, 0]).max())
    assert max(most, MAX_VEHICLES + MAX_DEBRIS) <= NUM_ORDERED // 2


def test_mirrored_world_gives_the_mirrored_picture():
    pair = []
    for sign in (1.0, -1.0):
        batch = road(lane=1)
        batch.vehicle_f[0, vehicle.HEADING, 0] = 0.05 * sign
        add_object(
            batch,
            12.0,
            4.0 + 1.2 * sign,
            (0.8, 0.5, 0.4),
            "box-dark",
            yaw=0.4 * sign,
            roll=0.3 * sign,
            z_m=0.3,
        )
        add_vehicle(batch, 30.0, 4.0 - 4.0 * sign, brakes=True)
        add_vehicle(batch, 45.0, 4.0 + 4.0 * sign, is_truck=True, heading=0.03 * sign)
        pair.append(checks.drawn(batch))
    (picture, masks), (other, other_masks) = pair
    # the masks see geometry only; models differ by place in the list, never from side to side
    assert np.abs(masks.astype(int) - other_masks[..., ::-1].astype(int)).max() <= 1
    # trees and clouds above the horizon are not mirrored
    assert np.abs(picture[0, 20:].astype(int) - other[0, 20:, ::-1].astype(int)).max() <= 2


def test_project_finds_what_is_drawn():
    batch = road()
    batch.vehicle_f[0, vehicle.ACCELERATION, 0] = -5.0
    size = (0.02, 0.6, 0.6)
    add_object(batch, 20.0, 5.0, size)
    found = checks.extent(checks.drawn(batch)[1][0, 1])
    low = project(batch[0], checks.CAMERA, (EGO_X_M + 20.5, 5.0 - 0.3, 0.0))
    top = project(batch[0], checks.CAMERA, (EGO_X_M + 20.5, 5.0 + 0.3, 0.6))
    assert np.abs(np.subtract(found, [low[0], top[0], top[1], low[1]])).max() < 0.5
    assert low[2] == pytest.approx(20.0)


def test_chase_view_shows_the_ego_and_what_is_ahead_of_it():
    batch = road()
    camera = PRESETS["128x192"]
    plain = draw(batch[0], camera, view=CHASE).astype(int)
    column, row, _ = project(batch[0], camera, (EGO_X_M, 4.0, 1.5), CHASE)
    pixel = plain[int(row), int(column)]
    assert pixel[1] > pixel[0]
    assert pixel[1] > pixel[2]
    add_object(batch, 8.0, 4.0, (0.8, 0.8, 0.8))
    assert (draw(batch[0], camera, view=CHASE) != plain).any()


def test_ghosts_of_the_detector_are_not_drawn():
    batch = road()
    empty, _ = checks.drawn(batch)
    add_object(batch, 15.0, 4.0, (0.6, 0.6, 0.6))
    batch.debris_i[0, debris.FLICKERS, 0] = 1
    picture, masks = checks.drawn(batch)
    assert (picture == empty).all()
    assert masks.sum() == 0


def test_fog_hides_shadows_as_it_hides_what_throws_them():
    batch = road(weather="fog")
    batch.episode_f[0, episode.SIGHT_RANGE] = 60.0
    empty = draw(batch[0], PRESETS["film"]).astype(int)
    add_vehicle(batch, 110.0, 4.0)
    add_object(batch, 70.0, 4.0, (0.6, 0.6, 0.6))
    # both are drawn, but nothing of either is darker than the air before it lets through
    assert np.abs(draw(batch[0], PRESETS["film"]) - empty).max() < 12


def test_supersampled_masks_cover_as_much():
    batch = road()
    add_object(batch, 12.0, 4.3, (0.6, 0.6, 0.6), yaw=0.3)
    fine = camera_from({"preset": "64x96", "masks": True, "supersample": 2})
    plain, smooth = checks.drawn(batch)[1], checks.drawn(batch, fine)[1]
    assert int(smooth.sum()) == pytest.approx(int(plain.sum()), rel=0.02)
