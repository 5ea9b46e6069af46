"""Tables of parameters: an instance is a point plus a seed, and every change changes what it names."""

import json
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envs.debris.catalogue import load, load_catalogue
from envs.debris.distribution import Choice, Constant, LogUniform, Uniform
from envs.errors import UserError
from envs.scenario.family import Family
from envs.scenario.generator import FAMILIES, SETTINGS, ScenarioSampler, rebuild
from envs.scenario.instance import ScenarioInstance
from envs.scenario.parameters.distribution import (
    Clamped,
    Flag,
    Integer,
    Names,
    Pieces,
    TruncatedLogNormal,
    TruncatedNormal,
    describe,
)
from envs.scenario.parameters.objects import PROPERTIES
from envs.scenario.parameters.table import Parameter, ParameterTable
from envs.scenario.source import ObjectSource
from envs.specification import debris, episode, vehicle

NUMBERS = [
    Constant(2.0),
    Uniform(-1.0, 3.0),
    LogUniform(0.1, 10.0),
    TruncatedNormal(1.0, 2.0, -1.0, 4.0),
    TruncatedLogNormal(1.2, 0.45, 0.5, 3.5),
    Integer(2, 4),
    Pieces(((0.0, 1.0, 0.25), (2.0, 5.0, 0.75))),
    Clamped(Uniform(0.0, 10.0), 2.0, 3.0),
    Choice((1.0, 2.0), (0.5, 0.5)),
]
SOURCE = ObjectSource(load_catalogue(), "all")


def drawn(family, seed=0, **settings):
    """One instance of a family."""
    return ScenarioSampler(family, **settings).sample(np.random.default_rng(seed))


# --- distributions ----------------------------------------------------------------------------------


@given(st.sampled_from(NUMBERS), st.floats(0, 1), st.floats(0, 1))
def test_quantiles_grow_and_stay_within_the_range(distribution, u, other):
    low, high = sorted((u, other))
    first, last = distribution.quantile(low), distribution.quantile(high)
    assert distribution.low <= first <= last <= distribution.high


def test_quantiles_by_hand():
    # a normal distribution cut off at its mean on the left: its median is the 75 % point, 0.67449 sd
    assert TruncatedNormal(0.0, 1.0, 0.0, 50.0).quantile(0.5) == pytest.approx(0.6744897501960817)
    # symmetric limits in the logarithm: the median stays
    assert TruncatedLogNormal(2.0, 1.0, 0.5, 8.0).quantile(0.5) == pytest.approx(2.0)
    assert [Integer(2, 4).quantile(u) for u in (0.0, 0.34, 0.99, 1.0)] == [2, 3, 4, 4]
    assert [Flag(0.3).quantile(u) for u in (0.0, 0.29, 0.3, 1.0)] == [True, True, False, False]
    # the second piece begins at u = 0.25: half of its share is u = 0.625
    assert Pieces(((0.0, 1.0, 0.25), (2.0, 5.0, 0.75))).quantile(0.625) == pytest.approx(3.5)
    # 0.9 is 13 / 15 of it
    assert Pieces(((0.0, 1.0, 0.25), (2.0, 5.0, 0.75))).quantile(0.9) == pytest.approx(4.6)
    assert Names(("a", "b"), (0.25, 0.75)).mixed("c", 0.2) == Names(
        ("c", "a", "b"), (0.2, 0.2, pytest.approx(0.6))
    )


def test_every_distribution_has_words():
    for distribution in (*NUMBERS, Flag(0.5), Names(("a", "b"), (0.5, 0.5))):
        assert describe(distribution)


# --- tables -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_a_table_documents_every_parameter(family):
    table = FAMILIES[family].parameters
    assert len(table) > 30
    for name, unit, allowed, words, description in table.rows():
        assert name == name.lower()
        assert allowed
        assert words
        assert description[0].isupper()
        assert description.endswith(".")
        assert unit in {"", "m", "s", "m/s", "kg", "Pa", "m2", "rad"}
    assert table.markdown().count("\n") == len(table) + 1


@pytest.mark.parametrize("family", FAMILIES)
def test_drawn_points_lie_within_the_ranges_that_the_table_states(family):
    entry = FAMILIES[family]
    rng = np.random.default_rng(1)
    for setting, _ in SETTINGS.values():
        for _ in range(40):
            point = entry.draw(rng, SOURCE, setting)
            assert entry.parameters.check(point) == point


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_place_of_the_unit_cube_is_an_instance(family, data):
    # a search for failures moves in the unit cube: no corner of it is refused
    entry = FAMILIES[family]
    corner = st.one_of(st.just(0.0), st.just(math.nextafter(1.0, 0.0)), st.floats(0, 0.999))
    size = len(entry.parameters)
    uniforms = data.draw(st.lists(corner, min_size=size, max_size=size))
    setting, _ = SETTINGS[data.draw(st.sampled_from(sorted(SETTINGS)))]
    point = entry.point(uniforms, SOURCE, setting)
    assert entry.build_from(point, 5).parameters == point


def test_one_uniform_number_belongs_to_one_parameter():
    table = FAMILIES["lone_object"].parameters
    uniforms = np.random.default_rng(3).random(len(table)).tolist()
    before = table.point(uniforms, SOURCE)
    k = table.names.index("follower.headway")
    uniforms[k] = 1.0 - uniforms[k]
    after = table.point(uniforms, SOURCE)
    assert [n for n in table.names if before[n] != after[n]] == ["follower.headway"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ego.speed": 99.0}, "ego.speed: got 99.0, expected 8 to 40 m/s"),
        ({"ego.speed": "fast"}, "ego.speed: got 'fast', expected 8 to 40 m/s"),
        ({"ego.speed": math.nan}, "ego.speed: got nan, expected 8 to 40 m/s"),
        ({"ego.speed": True}, "ego.speed: got True, expected 8 to 40 m/s"),
        ({"road.lanes": 2.5}, "road.lanes: got 2.5, expected a whole number, 2 to 4"),
        ({"follower.present": 1}, "follower.present: got 1, expected true or false"),
        ({"road.light": "dusk"}, "road.light: got 'dusk', allowed are day, night"),
        ({"object.type": "piano"}, "object.type: got 'piano', allowed are"),
        ({"object.mass": 0.0}, "object.mass: got 0, expected a number > 0 kg"),
        ({"ego.lane": 3, "road.lanes": 2}, "ego.lane: got 3, expected 0 to 1 for 2 lanes"),
        ({"ego.sped": 20.0}, "parameter: got 'ego.sped', allowed are"),
        ({"ego.lane": 0, "side": "left"}, "side: got 'left', but the ego's lane 0 of"),
    ],
)
def test_an_impossible_change_is_refused_in_one_line(changes, expected):
    with pytest.raises(UserError) as caught:
        rebuild(drawn("hidden_again"), changes)
    assert str(caught.value).startswith(expected)
    assert len(str(caught.value).splitlines()) == 1


def test_a_point_must_be_complete_and_names_occur_once():
    entry = FAMILIES["spill"]
    point = dict(drawn("spill").parameters)
    del point["ego.speed"]
    with pytest.raises(UserError, match=r"^ego\.speed: missing$"):
        entry.build_from(point, 1)
    with pytest.raises(UserError, match=r"seed: got -1, expected an integer from 0"):
        entry.build_from(drawn("spill").parameters, -1)
    one = Parameter("a", "m", 0.0, 1.0, Uniform(0.0, 1.0), "A length.")
    with pytest.raises(UserError, match="'a' twice"):
        ParameterTable(one, one)


# --- instances --------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_an_instance_is_its_point_plus_its_seed(family):
    for seed in range(10):
        instance = drawn(family, seed)
        key = int(instance.episode_i[episode.NOISE_SEED])
        again = FAMILIES[family].build_from(instance.parameters, key)
        assert again.hash == instance.hash == rebuild(instance, {}).hash
        read = ScenarioInstance.from_dict(json.loads(json.dumps(instance.to_dict())))
        assert read.hash == instance.hash
        assert read.parameters == instance.parameters
        assert rebuild(read, {}).hash == instance.hash
        copied = pickle.loads(pickle.dumps(instance))  # noqa: S301 (made here)
        assert copied.parameters == instance.parameters


@pytest.mark.parametrize("family", FAMILIES)
def test_the_hash_covers_the_point(family):
    instance = drawn(family)
    other = {**instance.to_dict(), "parameters": {}}
    assert ScenarioInstance.from_dict(other).hash != instance.hash


def test_a_change_of_one_parameter_changes_what_it_names_and_nothing_else():
    instance = drawn("lone_object", 3, variant="day-clear")
    heavier = rebuild(instance, {"object.mass": 33.0})
    assert heavier.debris_f[debris.MASS, 0] == 33.0
    rows = set(np.flatnonzero((heavier.debris_f != instance.debris_f).any(axis=1)).tolist())
    # the air speed that moves the object follows from its mass
    assert rows <= {debris.MASS, debris.AIR_THRESHOLD}
    for name in ("vehicle_f", "vehicle_i", "debris_i", "episode_f", "episode_i"):
        assert np.array_equal(getattr(heavier, name), getattr(instance, name))
    closer = rebuild(instance, {"follower.present": True, "follower.headway": 0.9})
    moved = closer.vehicle_f[vehicle.X, 0] - closer.vehicle_f[vehicle.X, 1]
    assert moved == pytest.approx(0.9 * instance.episode_f[episode.SET_SPEED])
    assert np.array_equal(closer.debris_f, instance.debris_f)
    slippery = rebuild(instance, {"road.grip": 0.3})
    assert slippery.episode_f[episode.FRICTION] == 0.3
    assert np.array_equal(slippery.vehicle_f, instance.vehicle_f)


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "phantom"])
def test_every_property_of_the_object_can_be_changed(family):
    rows = {
        "length_m": debris.LENGTH, "width_m": debris.WIDTH, "height_m": debris.HEIGHT,
        "mass_kg": debris.MASS, "crush_pressure_pa": debris.CRUSH_PRESSURE,
        "sharpness": debris.SHARPNESS, "friction": debris.FRICTION,
        "drag_area_m2": debris.DRAG_AREA, "restitution": debris.RESTITUTION,
        "yaw_rad": debris.YAW, "tyre_friction": debris.TYRE_FRICTION, "pieces": debris.PIECES,
    }  # fmt: skip
    instance = drawn(family)
    for field, name, *_ in PROPERTIES:
        value = 0.77 if field != "crush_pressure_pa" else 77_000.0
        changed = rebuild(instance, {f"object.{name}": value})
        assert changed.debris_f[rows[field], 0] == value
        assert changed.hash != instance.hash


def test_an_object_is_of_its_type():
    spec = load("box_heavy")
    for seed in range(40):
        point = drawn("lone_object", seed, split="all", groups=["P1"]).parameters
        if point["object.type"] != "box_heavy":
            continue
        for field, name, *_ in PROPERTIES:
            limits = getattr(spec, field)
            assert limits.low <= point[f"object.{name}"] <= limits.high


# --- scenarios of one's own -------------------------------------------------------------------------


def build_mine(point, catalogue, rng):
    """A user's scene: the built-in one at the user's point, in the right lane."""
    lane = point.integer("road.lanes") - 1
    return FAMILIES["lone_object"].build(point.but({"ego.lane": lane}), catalogue, rng)


def test_a_family_of_ones_own_has_the_same_services():
    mine = Family("mine", FAMILIES["lone_object"].parameters, build_mine)
    instance = drawn(mine, 4)
    assert instance.family == "mine"
    assert rebuild(instance, {}, families={"mine": mine}).hash == instance.hash
    with pytest.raises(UserError, match="'mine', expected one with a table of parameters"):
        rebuild(instance, {})
    with pytest.raises(UserError, match="got 'mine' with"):
        FAMILIES["spill"].rebuild(instance, {})
