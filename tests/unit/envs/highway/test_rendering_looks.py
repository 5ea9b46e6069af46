"""Every look is drawn to scale, is unlike every other one, and separates what is known from what is not."""

import math
from itertools import combinations

import numpy as np
import pygame
import pytest

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import SMALLEST_PX, Canvas, Sketch
from envs.highway.drawing.objects import PAINTERS, Item, draw_icon, draw_object
from envs.highway.drawing.spills import PAINTERS as MATERIALS
from envs.highway.drawing.spills import material_of
from envs.highway.drawing.vehicles import Body, draw_vehicle
from envs.specification.debris import LOOKS

SCALING, SIZE_PX = 20.0, 160


def blank(oversampling=1):
    surface = pygame.Surface((SIZE_PX, SIZE_PX))
    surface.fill(ink.ASPHALT)
    return Canvas(surface, 0.0, 0.0, SCALING, oversampling)


def pixels(canvas):
    return pygame.surfarray.array3d(canvas.surface).astype(int)


def drawn(item, oversampling=1):
    canvas = blank(oversampling)
    draw_object(canvas, item)
    return pixels(canvas)


def changed(image):
    return (image != np.array(ink.ASPHALT)).any(axis=2)


def centred(look, **changes):
    values = {"look": look, "x_m": 4.0, "y_m": 4.0, "yaw_rad": 0.0, "length_m": 4.0, "width_m": 2.0}
    return Item(**{**values, **changes})


def all_things():
    solid = [centred(look) for look in LOOKS if look != "patch"]
    return solid + [centred("patch", material=m) for m in MATERIALS]


def test_every_look_has_a_painter():
    assert {*PAINTERS, "patch"} == set(LOOKS)


@pytest.mark.parametrize("item", all_things(), ids=lambda i: f"{i.look}-{i.material}")
def test_thing_covers_about_its_size(item):
    mask = changed(drawn(item))
    # 4 m x 2 m at 20 px/m are 80 px x 40 px = 3,200 px; legs and pieces are sparse, knots stick out
    assert 0.25 * 3200 < mask.sum() < 1.3 * 3200
    columns, rows = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    assert np.ptp(columns) + 1 == pytest.approx(80, abs=12)
    assert np.ptp(rows) + 1 == pytest.approx(40, abs=12)
    assert columns.mean() == pytest.approx(80, abs=5)
    assert rows.mean() == pytest.approx(80, abs=5)


def test_no_two_things_look_alike():
    images = {(i.look, i.material): drawn(i) for i in all_things()}
    for (a, one), (b, other) in combinations(images.items(), 2):
        # a twentieth of the 3,200 px differs visibly
        assert (np.abs(one - other).max(axis=2) > 40).sum() > 160, (a, b)


@pytest.mark.parametrize("oversampling", [1, 2])
def test_small_thing_is_enlarged(oversampling):
    # 0.1 m x 0.1 m at 20 px/m are 2 px: drawn with 8 px of the final picture instead
    mask = changed(drawn(centred("box", length_m=0.1, width_m=0.1), oversampling))
    side = SMALLEST_PX * oversampling
    assert np.ptp(np.flatnonzero(mask.any(axis=1))) + 1 == pytest.approx(side, abs=2)


def test_thin_thing_keeps_its_length():
    # 4 m x 0.04 m: 80 px long, 0.8 px wide, drawn 3 px wide
    mask = changed(drawn(centred("long", width_m=0.04)))
    assert np.ptp(np.flatnonzero(mask.any(axis=1))) + 1 == pytest.approx(80, abs=4)
    assert np.ptp(np.flatnonzero(mask.any(axis=0))) + 1 <= 6


def test_yaw_turns_the_thing_clockwise():
    # x right, y down: the front of a thing turned by +45 degrees lies right and below
    image = drawn(centred("long", width_m=0.2, yaw_rad=math.pi / 4))
    columns, rows = np.nonzero(changed(image))
    assert np.corrcoef(columns, rows)[0, 1] > 0.95


def test_axes_of_a_turned_thing_keep_their_handedness():
    # a quarter turn clockwise: the front looks down the picture, the right side to its left
    s = Sketch(blank(), 4.0, 4.0, math.pi / 2, 4.0, 2.0)
    u, v = s.centre
    assert s.at(1.0, 0.0) == pytest.approx((u, v + 40.0))
    assert s.at(0.0, 1.0) == pytest.approx((u - 20.0, v))


def test_quarter_turn_swaps_length_and_width():
    mask = changed(drawn(centred("box", yaw_rad=math.pi / 2)))
    assert np.ptp(np.flatnonzero(mask.any(axis=1))) + 1 == pytest.approx(40, abs=3)
    assert np.ptp(np.flatnonzero(mask.any(axis=0))) + 1 == pytest.approx(80, abs=3)


def contrast(image):
    return np.abs(image - np.array(ink.ASPHALT)).sum()


def test_faint_is_fainter_than_hatched_is_fainter_than_seen():
    seen = contrast(drawn(centred("box")))
    hatched = contrast(drawn(centred("box", is_hatched=True)))
    faint = contrast(drawn(centred("box", alpha=0.35)))
    assert 0.40 * seen < hatched < 0.85 * seen
    assert faint == pytest.approx(0.35 * seen, rel=0.05)


def test_invisible_changes_nothing():
    assert not changed(drawn(centred("box", alpha=0.0))).any()


def test_flying_thing_is_above_its_shadow():
    # 0.7 x 2 m x 20 px/m = 28 px up; the shadow stays where the thing is
    image = drawn(centred("box", length_m=1.0, width_m=1.0, z_m=2.0))
    brown = np.abs(image - np.array(ink.CARDBOARD)).sum(axis=2) < 30
    assert np.nonzero(brown)[1].mean() == pytest.approx(80 - 28, abs=2)
    dark = (image < np.array(ink.ASPHALT) - 20).all(axis=2) & (np.arange(SIZE_PX) > 70)[None, :]
    assert np.nonzero(dark)[1].mean() == pytest.approx(80, abs=2)


def test_thing_outside_the_picture_is_left_out():
    assert not changed(drawn(centred("box", x_m=50.0))).any()


def test_icon_ignores_pose_and_certainty():
    one = pygame.surfarray.array3d(draw_icon(centred("animal")))
    other = pygame.surfarray.array3d(
        draw_icon(centred("animal", x_m=9.0, yaw_rad=1.0, alpha=0.2, is_hatched=True))
    )
    assert np.array_equal(one, other)
    assert changed(one).mean() > 0.15


@pytest.mark.parametrize(
    ("name", "material"),
    [
        ("gravel_spill", "gravel"),
        ("diesel_or_oil_spill", "oil"),
        ("water_puddle", "water"),
        ("glass_shards", "glass"),
        ("nails_screws", "nails"),
        ("custard", "spill"),
    ],
)
def test_material_follows_from_the_name(name, material):
    assert material_of(name) == material


def vehicle_image(**changes):
    canvas = blank()
    values = {"x_m": 4.0, "y_m": 4.0, "heading_rad": 0.0, "length_m": 4.5, "width_m": 1.8}
    draw_vehicle(canvas, Body(**{**values, **changes}))
    return pixels(canvas)


def test_vehicles_differ_by_kind_and_state():
    images = [
        vehicle_image(),
        vehicle_image(is_ego=True),
        vehicle_image(is_truck=True),
        vehicle_image(brakes=True),
        vehicle_image(has_crashed=True),
    ]
    for one, other in combinations(images, 2):
        assert (np.abs(one - other).max(axis=2) > 40).sum() > 30


def test_brake_lamps_glow_at_the_rear_only():
    lit = (vehicle_image(brakes=True) == np.array(ink.BRAKE_LAMP)).all(axis=2)
    # rear at x = 4.0 - 2.25 = 1.75 m: 35 px
    assert lit.sum() > 20
    assert np.nonzero(lit)[0].max() <= 41
    assert not (vehicle_image() == np.array(ink.BRAKE_LAMP)).all(axis=2).any()
