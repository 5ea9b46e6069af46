"""A checkpoint comes back exactly, or not at all with one clear line."""

import json

import numpy as np
import pytest

from envs.errors import UserError
from policies.checkpoint import ABOUT, TENSORS, flatten, sealed
from policies.world_model.model import checkpoint
from policies.world_model.model.shapes import Sizes, sizes_of, template

SIZES = Sizes(2, 4, 5, 6, 7, 3, 8, 9, 0)


@pytest.fixture
def folder(tmp_path):
    learned = template(SIZES)
    random = np.random.default_rng(0)
    for array in flatten(learned).values():
        array[...] = random.normal(size=array.shape)
    checkpoint.save(tmp_path / "model", learned, {"training_seed": 3})
    return tmp_path / "model"


def test_round_trip_is_exact(folder):
    first = checkpoint.load(folder)
    checkpoint.save(folder.with_name("again"), first.learned, {"training_seed": 3})
    again = checkpoint.load(folder.with_name("again"))
    for (name, a), (_, b) in zip(
        flatten(first.learned).items(),
        flatten(again.learned).items(),
        strict=True,
    ):
        assert np.array_equal(a, b), name
        assert a.dtype == b.dtype
    assert first.about["training_seed"] == 3
    assert sizes_of(first.learned) == SIZES


def change_about(folder, **values):
    path = folder / ABOUT
    # wrong on purpose, so its own hash is right
    path.write_text(json.dumps(sealed(json.loads(path.read_text()) | values)))


def flip_a_bit(folder):
    path = folder / TENSORS
    blob = bytearray(path.read_bytes())
    blob[-5] ^= 1
    path.write_bytes(bytes(blob))


def cut(folder):
    path = folder / TENSORS
    path.write_bytes(path.read_bytes()[:-100])


def replace_array(folder, name, value):
    """Tensors that are wrong although the hash is right."""
    import hashlib

    from safetensors.numpy import load_file, save

    arrays = load_file(folder / TENSORS)
    if value is None:
        del arrays[name]
    else:
        arrays[name] = value
    blob = save(arrays)
    (folder / TENSORS).write_bytes(blob)
    change_about(folder, tensors_sha256=hashlib.sha256(blob).hexdigest())


def not_a_number(folder):
    replace_array(folder, "transition.ego_scale", np.full(7, np.nan))


DAMAGE = {
    "missing": (lambda f: (f / TENSORS).unlink(), "model.safetensors: cannot be read"),
    "no description": (lambda f: (f / ABOUT).unlink(), "model.json: cannot be read"),
    "no json": (lambda f: (f / ABOUT).write_text("{"), "not valid JSON (line 1, column 2)"),
    "foreign": (
        lambda f: change_about(f, format="other"),
        "format: expected 'roadworld-world-model'",
    ),
    "newer": (
        lambda f: change_about(f, schema=99),
        "schema: got 99, expected 2; written by a newer",
    ),
    "older": (lambda f: change_about(f, schema=1), "schema: got 1, expected 2; train again"),
    "flipped bit": (flip_a_bit, "tensors_sha256"),
    "truncated": (cut, "tensors_sha256"),
    "other observation": (lambda f: change_about(f, spaces={}), "spaces: trained for another"),
    "sizes": (lambda f: change_about(f, sizes={"members": 2}), "sizes: expected members"),
    "absurd size": (
        lambda f: change_about(f, sizes=SIZES._asdict() | {"members": 10**9}),
        "sizes.members: got 1000000000, expected 1 to 1024",
    ),
    "flat and not": (
        lambda f: change_about(f, sizes=SIZES._asdict() | {"flat_hidden": 9}),
        "sizes.ego_hidden: got 5, expected 0 to 0",
    ),
    "neither": (
        lambda f: change_about(f, sizes=SIZES._asdict() | {"ego_hidden": 0}),
        "sizes.ego_hidden: got 0, expected 1 to 1024",
    ),
    "wrong shape": (
        lambda f: change_about(f, sizes=SIZES._asdict() | {"car_hidden": 9}),
        "transition.car.w1: got float32",
    ),
    "not a number": (not_a_number, "transition.ego_scale: not all numbers are finite"),
    "one missing": (lambda f: replace_array(f, "events.slip.w1", None), "events.slip.w1: missing"),
    "one more": (lambda f: replace_array(f, "extra", np.zeros(1)), "extra: unknown"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_one_clear_line(folder, kind):
    damage, message = DAMAGE[kind]
    damage(folder)
    with pytest.raises(UserError) as caught:
        checkpoint.load(folder)
    assert message in str(caught.value)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_too_large_is_refused(folder, monkeypatch):
    monkeypatch.setattr("policies.checkpoint.LARGEST_BYTES", 1000)
    with pytest.raises(UserError, match=r"allowed are 1,000"):
        checkpoint.load(folder)
    with pytest.raises(UserError, match=r"allowed are 1,000"):
        checkpoint.save(folder, template(SIZES), {})
