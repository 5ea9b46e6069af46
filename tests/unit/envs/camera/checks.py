"""What a picture must show, found by hand: used by tests, and by the search for mutations that they would miss."""

import numpy as np

from envs.camera import PRESETS, camera_from, draw, draw_into
from tests.unit.envs.camera.scenes import (
    add_object,
    add_vehicle,
    corners_of,
    extent,
    road,
    seen_by_hand,
)

CAMERA = camera_from({"preset": "64x96", "masks": True})


def drawn(batch, camera=CAMERA):
    """Pictures and masks of a batch."""
    count = len(batch)
    pictures = np.zeros((count, camera.height, camera.width, 3), np.uint8)
    masks = np.zeros((count, 2, camera.height, camera.width), np.uint8)
    draw_into(batch, camera, pictures, masks)
    return pictures, masks


def check_corners(ahead_m, right_m, yaw, size=(0.8, 0.6, 0.5)):
    """A box fills exactly what the pinhole formula says, to half a pixel."""
    batch = road()
    add_object(batch, ahead_m, 4.0 + right_m, size, yaw=yaw)
    columns, rows = seen_by_hand(CAMERA, corners_of(ahead_m, right_m, size, yaw))
    expected = [columns.min(), columns.max(), rows.min(), rows.max()]
    found = extent(drawn(batch)[1][0, 1])
    assert np.abs(np.subtract(found, expected)).max() < 0.5, (found, expected)


def check_vehicle(ahead_m, right_m, heading):
    """A truck's trailer reaches from side to side and up to where the formula says, to half a pixel."""
    batch = road()
    add_vehicle(batch, ahead_m, 4.0 + right_m, is_truck=True, heading=heading)
    columns, rows = seen_by_hand(CAMERA, corners_of(ahead_m, right_m, (16.0, 2.5, 3.8), heading))
    found = extent(drawn(batch)[1][0, 0])
    expected = [max(columns.min(), 0.0), min(columns.max(), 96.0), max(rows.min(), 0.0)]
    assert np.abs(np.subtract(found[:3], expected)).max() < 0.5, (found, expected)


def check_heading(heading):
    """Turning to the right moves what is ahead to the left, as far as the formula says."""
    batch = road()
    batch.vehicle_f[0, 2, 0] = heading
    size = (0.6, 0.6, 0.6)
    add_object(batch, 20.0, 4.0, size)
    corners = corners_of(20.0, 0.0, size)
    # the camera stands half a metre ahead of the ego's centre, which the turn moves it around
    x, y = corners[:, 2] + 0.5 - 0.5 * np.cos(heading), corners[:, 0] - 0.5 * np.sin(heading)
    corners[:, 2] = x * np.cos(heading) + y * np.sin(heading)
    corners[:, 0] = y * np.cos(heading) - x * np.sin(heading)
    columns, rows = seen_by_hand(CAMERA, corners)
    expected = [columns.min(), columns.max(), rows.min(), rows.max()]
    found = extent(drawn(batch)[1][0, 1])
    assert np.abs(np.subtract(found, expected)).max() < 0.5, (found, expected)


def check_area(ahead_m):
    """The mask of a sheet seen from behind adds up to its area in the picture, within 2 %."""
    width, height = 1.8, 1.5
    batch = road()
    add_object(batch, ahead_m + 0.01, 4.0, (0.02, width, height))
    total = drawn(batch)[1][0, 1].sum() / 255.0
    expected = CAMERA.focal_px**2 * width * height / ahead_m**2
    assert abs(total / expected - 1.0) < 0.02, (total, expected)


def check_lamps():
    """Brake lamps show on the side that is seen, as they would not on a body that is drawn inside out."""
    batch = road()
    add_vehicle(batch, 20.0, 4.0, brakes=True)
    picture = drawn(batch)[0][0].astype(int)
    columns, rows = seen_by_hand(
        CAMERA, np.array([[-0.74, 0.72, 17.5], [0.74, 0.72, 17.5], [0.0, 0.80, 17.5]])
    )
    red = [
        picture[int(v), int(u), 0] - picture[int(v), int(u), 1]
        for u, v in zip(columns, rows, strict=True)
    ]
    assert red[0] > 100, red
    assert red[1] > 100, red
    assert red[2] < 60, red


def check_order():
    """What is nearer hides what is behind it, whichever comes first in the list."""
    for first, second in ((20.0, 40.0), (40.0, 20.0)):
        batch = road()
        add_vehicle(batch, first, 4.0)
        add_vehicle(batch, second, 4.0)
        add_object(batch, 30.0, 4.0, (0.5, 0.5, 0.4))
        masks = drawn(batch)[1]
        assert masks[0, 1].sum() == 0
        near = road()
        add_vehicle(near, 20.0, 4.0)
        alone = drawn(near)[1]
        body = alone[0, 0] == 255
        assert (masks[0, 0][body] == 255).all()


def check_lying():
    """A box that rolls to the right or pitches forward shows the side that then looks at the camera."""
    for angles, ends in (({"roll": 0.5}, (1, 0)), ({"roll": -0.5}, (0, 1))):
        batch = road()
        add_object(batch, 10.0, 4.0, (0.4, 0.9, 0.2), **angles)
        mask = drawn(batch)[1][0, 1] > 127
        left, right = mask[:, :48], mask[:, 48:]
        low = [np.flatnonzero(half.any(axis=1))[-1] for half in (left, right)]
        assert low[ends[0]] > low[ends[1]], (angles, low)
    areas = []
    for pitch in (-0.5, 0.5):
        batch = road()
        add_object(batch, 10.0, 4.0, (0.9, 0.5, 0.2), pitch=pitch)
        areas.append(int(drawn(batch)[0][0].astype(int).sum()))
    tops = []
    for pitch in (-0.5, 0.5):
        batch = road()
        add_object(batch, 6.0, 4.0, (0.9, 0.5, 0.05), pitch=pitch)
        tops.append(int((drawn(batch)[1][0, 1] > 20).sum()))
    # pitched back, its upper side looks at the camera; pitched forward, hardly its lower one
    assert areas[0] != areas[1]
    assert tops[0] > tops[1], tops


def check_markings():
    """The lines beside the ego's lane are where the formula puts them, and turn with the heading."""
    picture = draw(road()[0], PRESETS["64x96"]).astype(int)
    depth = 10.5
    corners = np.array([[-2.0 - 3.85, 0.0, depth], [2.0 + 3.85, 0.0, depth]])
    columns, rows = seen_by_hand(PRESETS["64x96"], corners)
    row = picture[int(rows[0])].sum(axis=1)
    for column in columns:
        if 0 <= column < 96:
            near = row[max(int(column) - 1, 0) : int(column) + 2]
            assert near.max() > 1.5 * np.median(row)


ALL = (
    (check_corners, (20.0, 0.0, 0.0)),
    (check_corners, (20.0, 3.0, 0.0)),
    (check_corners, (20.0, -2.0, 0.4)),
    (check_corners, (8.0, 0.0, 0.6, (2.0, 0.2, 0.3))),
    (check_vehicle, (50.0, 4.0, 0.0)),
    (check_vehicle, (60.0, 0.0, 0.2)),
    (check_heading, (0.1,)),
    (check_area, (10.0,)),
    (check_lamps, ()),
    (check_order, ()),
    (check_lying, ()),
)
"""Checks that mutations must not pass, with their arguments."""
