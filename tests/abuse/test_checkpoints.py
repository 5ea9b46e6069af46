"""Files of learned numbers: damaged in any byte, they are refused in one line; whole, they come back exactly."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from policies.checkpoint import flatten, sealed
from policies.dreamer_v3 import checkpoint as dreamer_v3
from policies.dreamer_v3.nets import Sizes, template
from policies.model_free import checkpoint as model_free
from policies.model_free.sight import NUM_INPUTS
from policies.trees import forest as trees
from policies.world_model.dream.simulation import starts
from policies.world_model.model import checkpoint as world_model
from policies.world_model.model.shapes import Sizes as ModelSizes
from policies.world_model.model.shapes import template as model_template

SIZES = ModelSizes(2, 4, 5, 6, 7, 3, 8, 9, 0)
ABOUT = {
    "algorithm": "ppo",
    "sees_belief": False,
    "classes": ["a"],
    "budget": {"environment_steps": 3, "cpu_seconds": 1.5},
}
VALUES = (None, -1, 0, 2**70, 1e400, "x" * 3000, [], {}, [[]], True, float("nan"), "\0")


def fill(value):
    for array in flatten(value).values():
        array[...] = np.random.default_rng(0).normal(size=array.shape)
    return value


def save_dreamer(folder):
    sizes = Sizes(**dict.fromkeys(Sizes._fields, 4) | {"inputs": NUM_INPUTS})
    dreamer_v3.save(folder, fill(template(sizes)), sizes, ABOUT)


def save_trees(folder):
    nodes = trees.empty_forest(1, 3)
    nodes.feature[1:], nodes.left[0], nodes.right[0] = trees.LEAF, 1, 2
    trees.save_forest(folder, nodes, ABOUT)


KINDS = {
    "world_model": (lambda f: world_model.save(f, fill(model_template(SIZES)), ABOUT), world_model.load),
    "model_free": (lambda f: model_free.save(f, fill(model_free.template("ppo", 5, 0)), ABOUT), model_free.load),
    "dreamer_v3": (save_dreamer, dreamer_v3.load),
    "trees": (save_trees, trees.load_forest),
}  # fmt: skip


@pytest.fixture(params=KINDS)
def made(request, tmp_path):
    save, load = KINDS[request.param]
    save(tmp_path / "whole")
    return request.param, tmp_path / "whole", load


def copy_of(folder):
    shutil.rmtree(folder.with_name("damaged"), ignore_errors=True)
    return Path(shutil.copytree(folder, folder.with_name("damaged")))


def described(found):
    return json.dumps(found.about, sort_keys=True)


@pytest.mark.parametrize("name", ["model.json", "model.safetensors"])
def test_a_changed_byte_is_refused(made, name, tally, times):
    kind, folder, load = made
    row, rng, whole = (
        tally(f"checkpoint: {kind}, {name}: a byte changed"),
        np.random.default_rng(1),
        load(folder),
    )
    for _ in range(times(60, 1500)):
        damaged = copy_of(folder)
        raw = bytearray((damaged / name).read_bytes())
        raw[rng.integers(len(raw))] ^= 1 << int(rng.integers(8))
        (damaged / name).write_bytes(bytes(raw))
        found = row.read(lambda: load(damaged), "model.")
        # a blank for a blank in JSON changes nothing
        assert found is None or (name == "model.json" and described(found) == described(whole))


def test_a_file_cut_short_or_grown_is_refused(made, tally, times):
    kind, folder, load = made
    row, rng = tally(f"checkpoint: {kind}, cut or grown"), np.random.default_rng(2)
    for k in range(times(20, 300)):
        damaged = copy_of(folder)
        path = damaged / ("model.json", "model.safetensors")[k % 2]
        raw = path.read_bytes()
        keep = int(rng.integers(len(raw) - 2))  # the last character of the JSON is a line's end
        path.write_bytes(raw[:keep] if k % 4 < 2 else raw + rng.bytes(keep + 1))
        assert row.read(lambda: load(damaged), "model.") is None


def test_another_header_with_the_right_hash_is_refused(made, tally, times):
    import hashlib

    kind, folder, load = made
    row, rng = tally(f"checkpoint: {kind}, header changed, hash right"), np.random.default_rng(3)
    for _ in range(times(20, 500)):
        damaged = copy_of(folder)
        raw = bytearray((damaged / "model.safetensors").read_bytes())
        length = int.from_bytes(raw[:8], "little")
        raw[int(rng.integers(8 + length))] = int(rng.integers(256))
        about = json.loads((damaged / "model.json").read_text())
        about["tensors_sha256"] = hashlib.sha256(raw).hexdigest()
        (damaged / "model.safetensors").write_bytes(bytes(raw))
        (damaged / "model.json").write_text(json.dumps(sealed(about)))
        row.read(lambda: load(damaged), "model.")


def test_a_wrong_field_with_the_right_hash_is_no_traceback(made, tally, times):
    kind, folder, load = made
    row, rng = tally(f"checkpoint: {kind}, JSON field changed"), np.random.default_rng(4)
    whole = json.loads((folder / "model.json").read_text())
    places = [(key,) for key in whole] + [("sizes", key) for key in whole["sizes"]]
    cases = [(place, value) for place in places for value in VALUES]
    for k in rng.permutation(len(cases))[: times(30, len(cases))].tolist():
        place, value = cases[k]
        damaged, about = copy_of(folder), json.loads((folder / "model.json").read_text())
        inner = about if len(place) == 1 else about[place[0]]
        is_same = json.dumps(inner[place[-1]]) == json.dumps(value)
        inner[place[-1]] = value
        (damaged / "model.json").write_text(json.dumps(about))
        # without a new seal nothing but the same passes
        found = row.read(lambda: load(damaged), "model.json")
        assert (found is not None) == is_same, (place, value)
        (damaged / "model.json").write_text(json.dumps(sealed(about)))
        row.read(lambda: load(damaged), "model.")


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, '{"format": ' + "9" * 5000 + "}", "null", "\xff", "[1]"]
)
def test_no_description_at_all_is_refused(made, text, tally):
    kind, folder, load = made
    (folder / "model.json").write_text(text, encoding="latin-1")
    assert (
        tally(f"checkpoint: {kind}, JSON field changed").read(lambda: load(folder), "model.json")
        is None
    )


def test_dream_starts_are_whole_or_refused(tmp_path, tally, times):
    whole = make_starts()
    path, row, rng = (
        tmp_path / starts.FILE,
        tally("checkpoint: dream starts, a byte changed or cut"),
        np.random.default_rng(5),
    )
    starts.write_starts(path, whole)
    raw = path.read_bytes()
    first = starts.read_starts(path)
    for k in range(times(40, 1000)):
        changed = bytearray(raw)
        if k % 4:
            changed[int(rng.integers(len(raw)))] ^= 1 << int(rng.integers(8))
        else:
            changed = changed[: int(rng.integers(len(raw)))]
        path.write_bytes(bytes(changed))
        found = row.read(lambda: starts.read_starts(path), "starts")
        if found is not None:  # a blank in the header
            for one, two in zip(found, first, strict=True):
                np.testing.assert_array_equal(one, two)


def make_starts():
    from envs.observation import TABLE
    from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS

    shape = (2, starts.LENGTH)
    return starts.Starts(
        np.zeros((*shape, len(TABLE["ego"])), np.float32),
        np.zeros((*shape, VEHICLE_SLOTS, len(TABLE["vehicles"])), np.float32),
        np.zeros((*shape, DEBRIS_SLOTS, len(TABLE["debris"])), np.float32),
        np.ones(5),
        ("lone_object", "wake"),
    )
