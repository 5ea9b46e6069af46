"""The camera as a setting: names, fields, and one line for every mistake."""

import numpy as np
import pytest

from envs.camera import PRESETS, Camera, camera_from
from envs.errors import UserError


def test_presets_have_the_stated_focal_lengths():
    lengths = {name: round(camera.focal_px, 6) for name, camera in PRESETS.items()}
    assert lengths == {
        "64x96": 160.0,
        "128x192": 320.0,
        "tele": 480.0,
        "film": 700.0,
        "film_hd": 1400.0,
    }


def test_a_mapping_changes_fields_of_a_preset():
    camera = camera_from({"preset": "tele", "noise": 2})
    assert (camera.height, camera.width, camera.noise) == (32, 96, 2)
    assert camera_from(camera) is camera
    assert camera_from({}) == Camera()


def test_numbers_of_numpy_are_numbers():
    camera = camera_from(
        {"height": np.int64(64), "noise": np.float32(2.0), "masks": np.bool_(True)}
    )
    assert camera == camera_from({"height": 64, "noise": 2.0, "masks": True})
    with pytest.raises(UserError, match="height: got 4, allowed are whole numbers"):
        camera_from({"height": np.int32(4)})


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("64x69", "camera: got '64x69', allowed are 64x96, .*; did you mean '64x96'"),
        ({"preset": 3}, "camera: got 3, allowed are 64x96"),
        ({"hight": 64}, "camera: unknown key 'hight', allowed are preset, height.*did you mean 'height'"),
        ({"height": 4}, "camera: height: got 4, allowed are whole numbers from 8 to 4096"),
        ({"width": 96.0}, "camera: width: got 96.0, allowed are whole numbers"),
        ({"supersample": 3}, "camera: supersample: got 3, allowed are whole numbers from 1 to 2"),
        ({"field_deg": "wide"}, "camera: field_deg: got 'wide', allowed are numbers from 1 to 120"),
        ({"noise": float("nan")}, "camera: noise: got nan"),
        ({"dropped": 1.0}, "camera: dropped: got 1.0, allowed are numbers from 0 to 0.99"),
        ({"masks": 1}, "camera: masks: got 1, allowed are true and false"),
        (64, "camera: got 64, expected a name .* or a mapping of height"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line(setting, text):
    with pytest.raises(UserError, match=text) as caught:
        camera_from(setting)
    assert "\n" not in str(caught.value)
