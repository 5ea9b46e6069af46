"""The loader: one line for every mistake a person can make in a catalogue file or folder."""

import contextlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.debris.catalogue import CatalogueError, load, load_catalogue, names
from envs.debris.distribution import Choice, Constant, LogUniform, Uniform
from envs.debris.safe_yaml import MAX_BYTES
from envs.debris.schema import BODY_KEYS, read_spec
from envs.errors import UserError

BODY = {
    "kind": "body",
    "look": "box",
    "split": "train",
    "look_alike_group": "null",
    "prior_share_percent": "1",
    "is_metal": "false",
    "is_warm": "false",
    "length_m": "[0.3, 0.6]",
    "width_m": "0.5",
    "height_m": "[0.2, 0.3]",
    "mass_kg": "{log_uniform: [1, 10]}",
    "crush_pressure_pa": "1e5",
    "sharpness": "[0, 0.1]",
    "friction": "0.5",
    "drag_area_m2": "[0.1, 0.2]",
    "lift_to_drag_area": "0.5",
    "restitution": "{choice: [[0.1, 0.25], [0.2, 0.75]]}",
    "yaw": "any",
    "source": "a test",
}
PATCH = {
    "kind": "patch",
    "look": "patch",
    "split": "held_out",
    "look_alike_group": "P10",
    "prior_share_percent": "1",
    "is_metal": "false",
    "is_warm": "false",
    "length_m": "[3, 20]",
    "width_m": "4",
    "sharpness": "0",
    "tyre_friction": "[0.3, 0.4]",
    "pieces": "0",
    "source": "a test",
}
SHAPES = "a number, [low, high], {log_uniform: [low, high]} or {choice: [[value, weight], ...]}"
BODY_LOOKS = (
    "tyre-like, flat, box, bag, long, soft-furniture, vehicle-part, block, flat-tall, drum/cone, "
    "vegetation, animal, sheet-soft, box-white, box-dark, frame"
)
GROUPS = "P1, P2, P3, P4, P5, P6, P7, P8, P9, P10, P11, null"


def write(folder, content, name="thing"):
    path = folder / f"{name}.yaml"
    if isinstance(content, dict):
        content = "".join(
            f"{key}: {value}\n" for key, value in content.items() if value is not None
        )
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def message_of(path):
    with pytest.raises(CatalogueError) as caught:
        read_spec(path)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(f"{path}: ")
    return text.removeprefix(f"{path}: ")


def test_body_file_is_read(tmp_path):
    spec = read_spec(write(tmp_path, BODY, "my_box"))
    assert (spec.name, spec.kind, spec.look, spec.look_alike_group) == (
        "my_box",
        "body",
        "box",
        None,
    )
    assert spec.length_m == Uniform(0.3, 0.6)
    assert spec.width_m == Constant(0.5)
    assert spec.mass_kg == LogUniform(1.0, 10.0)
    assert spec.crush_pressure_pa == Constant(100_000.0)  # 1e5 is text in plain YAML 1.1
    assert spec.restitution == Choice((0.1, 0.2), (0.25, 0.75))
    assert (spec.lift_to_drag_area, spec.lift_from_plan_area, spec.note) == (0.5, 0.0, "")
    assert spec.yaw_rad.high == pytest.approx(1.5707963)


def test_patch_file_is_read(tmp_path):
    spec = read_spec(write(tmp_path, {**PATCH, "note": "wet"}))
    assert (spec.kind, spec.note, spec.split) == ("patch", "wet", "held_out")
    assert spec.tyre_friction == Uniform(0.3, 0.4)
    assert spec.mass_kg == spec.yaw_rad == Constant(0.0)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("mass_kg", "-3", "mass_kg: got -3, expected a number > 0"),
        ("mass_kg", "[-3, 5]", "mass_kg: got -3, expected a number > 0"),
        ("mass_kg", "0", "mass_kg: got 0, expected a number > 0"),
        ("mass_kg", "[1, 3e4]", "mass_kg: got 30000, expected a number <= 20000"),
        ("mass_kg", ".nan", "mass_kg: got nan, expected a finite number"),
        ("mass_kg", "[1, .inf]", "mass_kg: got inf, expected a finite number"),
        ("mass_kg", "1" + "0" * 400, "mass_kg: got inf, expected a finite number"),
        ("mass_kg", "heavy", f"mass_kg: got 'heavy', expected {SHAPES}"),
        ("mass_kg", "true", f"mass_kg: got True, expected {SHAPES}"),
        ("mass_kg", "[1, 2, 3]", f"mass_kg: got [1, 2, 3], expected {SHAPES}"),
        ("mass_kg", "[1, yes]", f"mass_kg: got [1, True], expected {SHAPES}"),
        ("mass_kg", "", f"mass_kg: got None, expected {SHAPES}"),
        ("mass_kg", "{normal: [1, 2]}", f"mass_kg: got {{'normal': [1, 2]}}, expected {SHAPES}"),
        ("mass_kg", "{choice: []}", f"mass_kg: got {{'choice': []}}, expected {SHAPES}"),
        ("mass_kg", "{choice: [[1]]}", f"mass_kg: got {{'choice': [[1]]}}, expected {SHAPES}"),
        (
            "mass_kg",
            "{choice: [[1, 0.5], [2, 0.4]]}",
            "mass_kg: got [[1.0, 0.5], [2.0, 0.4]], expected weights that add up to 1",
        ),
        ("mass_kg", "[5, 1]", "mass_kg: got [5, 1], expected [low, high] with low <= high"),
        (
            "sharpness",
            "{log_uniform: [0, 1]}",
            "sharpness: got [0, 1], expected log_uniform with low > 0",
        ),
        ("sharpness", "[0.5, 1.2]", "sharpness: got 1.2, expected a number <= 1"),
        ("sharpness", "-0.1", "sharpness: got -0.1, expected a number >= 0"),
        ("restitution", "1.5", "restitution: got 1.5, expected a number <= 1"),
        (
            "look",
            "boxx",
            f"look: got 'boxx', expected one of {BODY_LOOKS}; did you mean 'box'?",
        ),
        ("look", "patch", f"look: got 'patch', expected one of {BODY_LOOKS}"),
        ("look", "[box]", f"look: got ['box'], expected one of {BODY_LOOKS}; did you mean 'box'?"),
        ("look", None, f"look: missing, expected one of {BODY_LOOKS}"),
        (
            "split",
            "held",
            "split: got 'held', expected one of train, held_out; did you mean 'held_out'?",
        ),
        ("kind", "thing", "kind: got 'thing', expected one of body, patch"),
        (
            "look_alike_group",
            "P12",
            f"look_alike_group: got 'P12', expected one of {GROUPS}; did you mean 'P2'?",
        ),
        ("look_alike_group", None, f"look_alike_group: missing, expected one of {GROUPS}"),
        ("yaw", "45", "yaw: got 45, expected one of any, aligned"),
        ("is_metal", "1", "is_metal: got 1, expected true or false"),
        ("is_metal", None, "is_metal: missing, expected true or false"),
        ("prior_share_percent", "101", "prior_share_percent: got 101, expected a number <= 100"),
        ("prior_share_percent", "[1, 2]", "prior_share_percent: got [1, 2], expected a number"),
        ("mass_kg", None, f"mass_kg: missing, expected {SHAPES}"),
        ("source", None, "source: missing, expected where the numbers come from, as text"),
        ("source", "''", "source: got '', expected where the numbers come from, as text"),
        (
            "source",
            "2024-05-01",
            "source: got datetime.date(2024, 5, 1), expected where the numbers come from, as text",
        ),
        ("note", "3", "note: got 3, expected text"),
        (
            "lift_to_drag_area",
            None,
            "lift_to_drag_area: missing, expected either it or lift_from_plan_area",
        ),
        (
            "lift_from_plan_area",
            "0.49",
            "lift_to_drag_area: given both, expected either it or lift_from_plan_area",
        ),
        (
            "mass",
            "5",
            f"mass: unknown key, allowed are {', '.join(BODY_KEYS)}; did you mean 'mass_kg'?",
        ),
        ("zzz", "5", f"zzz: unknown key, allowed are {', '.join(BODY_KEYS)}"),
    ],
)
def test_wrong_value_gets_one_line(tmp_path, key, value, expected):
    assert message_of(write(tmp_path, {**BODY, key: value})) == expected


def test_key_with_a_line_break_stays_on_one_line(tmp_path):
    got = message_of(write(tmp_path, {**BODY, '"a\\nb"': "1"}))
    assert got.startswith("'a\\nb': unknown key, allowed are ")


def test_long_value_is_cut(tmp_path):
    got = message_of(write(tmp_path, {**BODY, "look": "x" * 500}))
    assert got == f"look: got '{'x' * 59}..., expected one of {BODY_LOOKS}"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("look", "box", "look: got 'box', expected one of patch"),
        ("tyre_friction", "0", "tyre_friction: got 0, expected a number > 0"),
        ("pieces", "-1", "pieces: got -1, expected a number >= 0"),
        ("pieces", None, f"pieces: missing, expected {SHAPES}"),
    ],
)
def test_wrong_value_in_a_patch_gets_one_line(tmp_path, key, value, expected):
    assert message_of(write(tmp_path, {**PATCH, key: value})) == expected


def test_patch_has_no_mass(tmp_path):
    got = message_of(write(tmp_path, {**PATCH, "mass_kg": "3"}))
    assert got.startswith("mass_kg: unknown key, allowed are kind, look, ")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "got nothing, expected a mapping of keys to values"),
        ("- 1\n", "got list, expected a mapping of keys to values"),
        ("just words\n", "got str, expected a mapping of keys to values"),
        ("a: &x 1\nb: 2\n", "line 1: anchors (&) and aliases (*) are not allowed"),
        ("a: 1\nb: *x\n", "line 2: anchors (&) and aliases (*) are not allowed"),
        ("a: !!python/object/apply:os.getcwd []\n", "line 1: tags (!) are not allowed"),
        ("a: 1\nb: 2\na: 3\n", "a: given twice, expected once"),
        ("a: {log_uniform: 1, log_uniform: 2}\n", "log_uniform: given twice, expected once"),
        ("1: 2\n", "line 1: a key must be plain text"),
        ('"a\\nb": 1\n"a\\nb": 2\n', "'a\\nb': given twice, expected once"),
        ("<<: {a: 1}\n", "line 1: a key must be plain text"),
        ("[1, 2]: 2\n", "line 1: a key must be plain text"),
        ("a: 1\n---\nb: 2\n", "line 2: expected one document"),
        ("a: [[[[1]]]]\n", "line 1: nested deeper than 4 levels"),
        ("[" * 60_000, "line 1: nested deeper than 4 levels"),
        ("{a: " * 15_000, "line 1: nested deeper than 4 levels"),
        (b"a: \xff\xfe\n", "not UTF-8 text"),
        ("#" * (MAX_BYTES + 1), "larger than 65536 bytes"),
    ],
)
def test_unsafe_or_malformed_yaml_gets_one_line(tmp_path, content, expected):
    assert message_of(write(tmp_path, content)) == expected


@pytest.mark.parametrize(
    "content",
    ["a: [1, 2\n", "a: b: c\n", "\tx: 1\n", "a: \x07\n", "a: 2024-13-45\n", "a: " + "9" * 5000],
)
def test_what_is_not_yaml_says_so_in_one_line(tmp_path, content):
    assert "not YAML: " in message_of(write(tmp_path, content))


def test_file_at_the_size_limit_is_read(tmp_path):
    text = "".join(f"{key}: {value}\n" for key, value in BODY.items())
    assert read_spec(write(tmp_path, text + "#" * (MAX_BYTES - len(text)))).kind == "body"


def test_missing_file_gets_one_line(tmp_path):
    assert message_of(tmp_path / "none.yaml") == "cannot be read: No such file or directory"


@given(
    key=st.sampled_from(sorted(BODY)),
    value=st.text(st.characters(codec="utf-8"), max_size=30)
    | st.floats().map(repr)
    | st.lists(st.floats(), max_size=3).map(repr),
)
def test_any_value_is_read_or_refused_in_one_line(tmp_path_factory, key, value):
    path = write(tmp_path_factory.getbasetemp(), {**BODY, key: value})
    with contextlib.suppress(CatalogueError):
        read_spec(path)
        return
    assert len(message_of(path).splitlines()) == 1


@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused_in_one_line(tmp_path_factory, content):
    path = write(tmp_path_factory.getbasetemp(), content)
    with pytest.raises(CatalogueError) as caught:
        read_spec(path)
    assert len(str(caught.value).splitlines()) == 1


def test_error_is_a_user_error():
    assert issubclass(CatalogueError, UserError)
    assert issubclass(CatalogueError, ValueError)


def refused(*args):
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(*args)
    return str(caught.value)


def test_extra_folder_adds_types(tmp_path):
    write(tmp_path, BODY, "anvil")
    (tmp_path / "README.md").write_text("ignored")
    (tmp_path / ".hidden.yaml").write_text("ignored")
    catalogue = load_catalogue([tmp_path])
    assert list(catalogue) == [*names(), "anvil"]
    assert catalogue["anvil"].look == "box"
    assert "anvil" not in names()


def test_callers_cannot_change_the_built_in_catalogue():
    load_catalogue().clear()
    assert len(load_catalogue()) == 47


def test_taken_name_is_refused_with_both_files(tmp_path):
    path = write(tmp_path, BODY, "rock")
    message = refused([str(tmp_path)])
    assert message.startswith(f"{path}: the name 'rock' is already used by ")
    assert message.endswith(os.path.join("catalogue", "rock.yaml"))  # noqa: PTH118 (the message's end)


def test_name_taken_by_another_extra_folder_is_refused(tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    first, second = (write(folder, BODY, "anvil") for folder in folders)
    assert refused(folders) == f"{second}: the name 'anvil' is already used by {first}"


def test_folders_given_as_one_text_are_refused():
    assert refused("/data") == "catalogue_dirs: got '/data', expected a list of directories"


def test_missing_and_empty_folders_are_refused(tmp_path):
    gone = tmp_path / "gone"
    assert refused([gone]) == f"catalogue_dirs: got '{gone}', expected a directory"
    expected = f"catalogue_dirs: got '{tmp_path}', expected a directory with *.yaml files"
    assert refused([tmp_path]) == expected


def test_wrong_ending_is_not_skipped_in_silence(tmp_path):
    path = tmp_path / "anvil.yml"
    path.write_text("kind: body\n")
    assert refused([tmp_path]) == f"{path}: expected a file that ends in .yaml"


def test_folder_named_like_a_file_is_refused(tmp_path):
    path = tmp_path / "anvil.yaml"
    path.mkdir()
    assert refused([tmp_path]) == f"{path}: expected a file that ends in .yaml"


@pytest.mark.parametrize("name", ["Anvil", "an vil", "1anvil", "a" * 41])
def test_odd_name_is_refused(tmp_path, name):
    path = write(tmp_path, BODY, name)
    assert refused([tmp_path]) == f"{path}: the name must be 1-40 of a-z, 0-9 and _, a letter first"


def test_unknown_type_lists_all_and_suggests_the_nearest():
    with pytest.raises(CatalogueError) as caught:
        load("matress")
    message = str(caught.value)
    assert message.startswith("object type: got 'matress', allowed are appliance, bag_empty, ")
    assert message.endswith("; did you mean 'mattress'?")
