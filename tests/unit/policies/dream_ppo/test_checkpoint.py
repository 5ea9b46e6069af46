"""The checkpoint of actor and critics: exact, and one clear line for whatever is wrong with it."""

import json

import numpy as np
import pytest

from envs.errors import UserError
from policies.checkpoint import ABOUT, TENSORS, flatten, sealed
from policies.dream_ppo.checkpoint import check_fit, default_cost_hash, load, save, template

ABOUT_IT = {"classes": ["a", "b"], "cost_hash": default_cost_hash()}


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    learned = template(hidden=5, critics=2)
    for values in flatten(learned).values():
        values[:] = random.normal(size=values.shape)
    save(tmp_path, learned, ABOUT_IT)
    return tmp_path, learned


def test_round_trip_is_exact(folder):
    path, learned = folder
    found = load(path)
    for one, two in zip(flatten(found.learned).values(), flatten(learned).values(), strict=True):
        np.testing.assert_array_equal(one, two)


def refused(path, *words):
    with pytest.raises(UserError) as caught:
        load(path)
    text = str(caught.value)
    assert "\n" not in text
    for word in words:
        assert word in text


def test_damage_is_told(folder):
    path, learned = folder
    blob = bytearray((path / TENSORS).read_bytes())
    blob[-1] ^= 1
    (path / TENSORS).write_bytes(blob)
    refused(path, TENSORS, "tensors_sha256")
    learned.critics.w1[0, 0, 0] = np.nan
    save(path, learned, ABOUT_IT)
    refused(path, "critics.w1", "finite")


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("format", "else", "format"),
        ("schema", 2, "newer version"),
        ("sizes", {"hidden": 6, "critics": 2}, "expected float32"),
        ("sizes", {"hidden": 0, "critics": 2}, "sizes.hidden"),
        ("spaces", {}, "spaces"),
    ],
)
def test_a_wrong_description_is_told(folder, key, value, word):
    path, _ = folder
    about = json.loads((path / ABOUT).read_text())
    (path / ABOUT).write_text(json.dumps(sealed(about | {key: value})))
    refused(path, word)


def test_an_actor_for_another_model_or_cost_is_refused(folder):
    path, _ = folder
    about = load(path).about
    check_fit(path, about, ("a", "b"))
    with pytest.raises(UserError, match="classes"):
        check_fit(path, about, ("a", "c"))
    with pytest.raises(UserError, match="cost_hash"):
        check_fit(path, about | {"cost_hash": "d"}, ("a", "b"))
