"""The explorer's pictures: what can be seen of a value is seen, and nothing else."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from envs.debris.catalogue import load_catalogue
from envs.scenario.suite import load_suite
from experiments.cli.locations import locate
from experiments.studies.counterfactual.explorer.pictures import ABOVE_PX, CAMERA, take_pictures
from experiments.studies.counterfactual.properties import find_property

MOST_BYTES = 40_000
"""Of both pictures of a value, of which a page gets up to 25."""


@pytest.fixture(scope="module")
def instance():
    suite = load_suite(locate("suite", "quick"), [])
    item = next(one for one in suite.items("validation") if one.family == "lone_object")
    return suite.instance(item)


def take(instance, name, *values):
    changed = find_property(instance, name, load_catalogue([]))
    return take_pictures([changed.change(instance, value) for value in values])


def decode(address):
    kind, _, text = address.partition(",")
    assert kind == "data:image/webp;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text))), np.int64)


def test_a_larger_object_is_larger_in_the_driver_s_view(instance):
    sights = take(instance, "object.height", 0.02, 0.3, 1.2)
    assert all(len(one.driver) + len(one.above) < MOST_BYTES for one in sights)
    views = [decode(one.driver) for one in sights]
    assert {view.shape for view in views} == {(CAMERA.height, CAMERA.width, 3)}
    assert {decode(one.above).shape for one in sights} == {(*ABOVE_PX[::-1], 3)}
    changed = [np.count_nonzero(np.abs(view - views[0]).max(axis=2) > 20) for view in views]
    assert changed[0] < changed[1] < changed[2]


def test_contents_are_not_seen(instance):
    light, heavy = take(instance, "object.mass", 1.0, 40.0)
    assert light.driver == heavy.driver
