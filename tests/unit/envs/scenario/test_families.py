"""Every family: valid instances from every seed, the promised ingredients, nothing that is not promised."""

import re

import gymnasium as gym
import numpy as np
import pytest

from envs.action import encode_acceleration, encode_target
from envs.debris.catalogue import load, names
from envs.errors import UserError
from envs.scenario.generator import FAMILIES, SETTINGS, SPLITS, ScenarioSampler
from envs.scenario.instance import ScenarioInstance
from envs.scenario.scene import EGO_X_M
from envs.specification import LANE_WIDTH_M, debris, episode, track, vehicle

ID = "envs:roadworld/Debris-v1"
NUM_SEEDS = 300


def instances(family, num=120, **settings):
    """Some instances of a family."""
    sampler = ScenarioSampler(family, **settings)
    return [sampler.sample(np.random.default_rng(seed)) for seed in range(num)]


@pytest.mark.parametrize("variant", SETTINGS)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_seed_gives_a_valid_instance(family, variant):
    # ScenarioInstance refuses what is impossible: shapes, limits, overlaps
    hashes = set()
    for split in SPLITS:
        sampler = ScenarioSampler(family, split=split, variant=variant)
        for seed in range(NUM_SEEDS):
            instance = sampler.sample(np.random.default_rng([seed, len(split)]))
            assert instance.family == family
            assert instance.variant == variant
            hashes.add(instance.hash)
    assert len(hashes) == NUM_SEEDS * len(SPLITS)


@pytest.mark.parametrize("family", FAMILIES)
def test_common_ground(family):
    for instance in instances(family):
        v, i = instance.vehicle_f, instance.vehicle_i
        lanes = int(instance.episode_i[episode.NUM_LANES])
        assert (1 if family == "struck_first" else 2) <= lanes <= 4
        assert instance.vehicle_f.shape[1] <= 31
        # the ego in the middle of a live lane, at its set speed, with its target there
        assert (v[vehicle.X, 0], v[vehicle.HEADING, 0]) == (EGO_X_M, 0.0)
        assert (
            v[vehicle.Y, 0]
            == LANE_WIDTH_M * i[vehicle.LANE, 0]
            == instance.episode_f[episode.TARGET_Y]
        )
        assert v[vehicle.SPEED, 0] == instance.episode_f[episode.SET_SPEED] > 10.0
        assert i[vehicle.KIND].tolist() == [vehicle.KIND_EGO] + [vehicle.KIND_IDM] * (
            v.shape[1] - 1
        )
        # no vehicle uses the hard shoulder
        assert (i[vehicle.LANE] < lanes).all()
        assert 1 <= len(instance.debris_types) <= 4
        # objects lie ahead of the ego, where it can meet them
        assert (instance.debris_f[debris.X] > EGO_X_M + 5.0).all()
        assert (instance.debris_i[debris.TOUCHING] == 0).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_same_seed_same_instance(family):
    first, again = instances(family, 5), instances(family, 5)
    assert [a.hash for a in first] == [b.hash for b in again]
    for instance in first:
        rebuilt = ScenarioInstance.from_dict(instance.to_dict())
        assert rebuilt.hash == instance.hash
        assert not instance.vehicle_f.flags.writeable


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "phantom"])
@pytest.mark.parametrize("split", ["train", "held_out"])
def test_split_decides_which_types_appear(family, split):
    types = {
        name for instance in instances(family, 60, split=split) for name in instance.debris_types
    }
    assert types
    assert {load(name).split for name in types} == {split}


def test_all_types_appear_under_all():
    found = {
        name
        for family in ("lone_object", "spill")
        for instance in instances(family, 3_000, split="all", variant="day-clear")
        for name in instance.debris_types
    }
    assert found == set(names())


@pytest.mark.parametrize("group", ["P1", "P2", "P3", "P4", "P7", "P9"])
def test_members_of_a_look_alike_group_are_balanced(group):
    drawn = [i.debris_types[0] for i in instances("lone_object", 600, split="all", groups=[group])]
    members = [name for name in names() if load(name).look_alike_group == group]
    assert set(drawn) == set(members)
    for name in members:
        # n = 600, p = 1/2 or 1/3: five standard deviations
        p = 1.0 / len(members)
        assert abs(drawn.count(name) / 600 - p) < 5.0 * np.sqrt(p * (1 - p) / 600)


# --- what each family promises ----------------------------------------------------------------------


def in_lane(instance, k):
    """Whether vehicle ``k`` is in the ego's lane."""
    return instance.vehicle_i[vehicle.LANE, k] == instance.vehicle_i[vehicle.LANE, 0]


def ahead_of_ego(instance):
    """Indices of vehicles ahead in the ego's lane."""
    x = instance.vehicle_f[vehicle.X]
    return [k for k in range(1, x.size) if in_lane(instance, k) and x[k] > x[0]]


def test_lone_object_is_one_body_in_or_beside_the_lane():
    for instance in instances("lone_object"):
        assert instance.debris_f.shape[1] == 1
        assert instance.debris_i[debris.IS_PATCH, 0] == 0
        offset = instance.debris_f[debris.Y, 0] - instance.vehicle_f[vehicle.Y, 0]
        assert abs(offset) <= 1.1 + 1e-9


def test_cut_out_has_a_lead_that_leaves_the_lane():
    for instance in instances("cut_out"):
        (lead,) = ahead_of_ego(instance)
        assert instance.vehicle_i[vehicle.SCRIPT_TICK, lead] >= 1
        target = instance.vehicle_i[vehicle.SCRIPT_LANE, lead]
        assert abs(target - instance.vehicle_i[vehicle.LANE, lead]) == 1
        assert instance.debris_f[debris.X, 0] > instance.vehicle_f[vehicle.X, lead]


def test_falling_load_rides_on_a_truck_ahead():
    for instance in instances("falling_load"):
        carrier = instance.debris_i[debris.CARRIER, 0]
        assert in_lane(instance, carrier)
        assert instance.vehicle_i[vehicle.IS_TRUCK, carrier] == 1
        assert instance.debris_i[debris.RELEASE_TICK, 0] >= 1
        assert instance.debris_f[debris.Z, 0] > 1.0


def test_loads_lie_on_the_bed():
    for instance in instances("falling_load"):
        f, d = instance.vehicle_f[:, instance.debris_i[debris.CARRIER, 0]], instance.debris_f[:, 0]
        cos, sin = abs(np.cos(d[debris.YAW])), abs(np.sin(d[debris.YAW]))
        along = d[debris.LENGTH] * cos + d[debris.WIDTH] * sin
        across = d[debris.WIDTH] * cos + d[debris.LENGTH] * sin
        rear = f[vehicle.X] - 0.5 * f[vehicle.LENGTH]
        assert d[debris.X] - 0.5 * along == pytest.approx(rear)
        out = abs(d[debris.Y] - f[vehicle.Y]) + 0.5 * across - 0.5 * f[vehicle.WIDTH]
        # what is wider than the bed lies in its middle
        assert out <= 1e-9 or d[debris.Y] == f[vehicle.Y]


def test_lead_drives_over_has_a_lead_before_the_object():
    for instance in instances("lead_drives_over"):
        (lead,) = ahead_of_ego(instance)
        assert instance.vehicle_i[vehicle.SCRIPT_TICK, lead] == -1
        assert EGO_X_M < instance.vehicle_f[vehicle.X, lead] < instance.debris_f[debris.X, 0]


def test_wake_has_a_truck_beside_the_objects_lane():
    for instance in instances("wake"):
        trucks = np.flatnonzero(instance.vehicle_i[vehicle.IS_TRUCK] == 1)
        beside = [
            k for k in trucks
            if abs(instance.vehicle_i[vehicle.LANE, k] - instance.vehicle_i[vehicle.LANE, 0]) == 1
            and instance.vehicle_f[vehicle.X, k] > EGO_X_M
        ]  # fmt: skip
        assert beside


def test_wind_blows_the_object_towards_the_lane():
    for instance in instances("wind_blown"):
        wind = instance.episode_f[episode.WIND_Y]
        assert 6.0 < abs(wind) < 16.0
        assert instance.episode_f[episode.GUST] > 0.0
        assert np.sign(instance.debris_f[debris.VY, 0]) == np.sign(wind)


def test_wind_blows_the_object_to_where_the_ego_is():
    env = gym.make_vec(
        ID, num_envs=60, vectorization_mode="vector_entry_point", scenario="wind_blown"
    )
    env.reset(seed=0)
    world = env.unwrapped.batch
    lane_y, left, right = (
        world["episode_f"][:, row].copy()
        for row in (episode.TARGET_Y, episode.LEFT_EDGE, episode.RIGHT_EDGE)
    )
    action = np.stack(
        [np.full(60, encode_acceleration(0.0)), encode_target(lane_y, left, right)], axis=1
    )
    is_over, nearest = np.zeros(60, bool), np.full(60, np.inf)
    for _ in range(45):
        _, _, terminated, truncated, _ = env.step(action)
        is_over |= terminated | truncated
        ahead = world["debris_f"][:, debris.X, 0] - world["vehicle_f"][:, vehicle.X, 0]
        soon = np.abs(ahead) < 1.0 * world["vehicle_f"][:, vehicle.SPEED, 0]
        offset = np.abs(world["debris_f"][:, debris.Y, 0] - lane_y)
        nearest = np.where(soon & ~is_over, np.minimum(nearest, offset), nearest)
    # within a second of the ego it is in its lane: not always, because gusts and wakes move it too
    assert np.mean(nearest < 0.5 * LANE_WIDTH_M) > 0.6


def test_hidden_again_has_a_vehicle_that_cuts_in():
    stays = 0
    for instance in instances("hidden_again"):
        lane = instance.vehicle_i[vehicle.LANE, 0]
        hiders = np.flatnonzero(instance.vehicle_i[vehicle.SCRIPT_LANE] == lane)
        assert hiders.size == 1
        stays += instance.vehicle_i[vehicle.RETURN_TICK, hiders[0]] < 0
    # some leave the lane again, some drive on over the object
    assert 10 < stays < 110


def test_boxed_in_has_a_tailgater_and_neighbours():
    for instance in instances("boxed_in"):
        x, speed = instance.vehicle_f[vehicle.X], instance.vehicle_f[vehicle.SPEED, 0]
        behind = [k for k in range(1, x.size) if in_lane(instance, k) and x[k] < x[0]]
        gap = min(x[0] - x[k] for k in behind)
        # at most a second, or what IDM holds behind a truck's length: (12.75 m + 0.1 s) / 0.768
        assert gap <= max(1.0 * speed, (12.75 + 0.1 * speed) / 0.768)
        near = np.abs(x - x[0]) < 12.0
        assert near.sum() >= 2


def test_debris_field_has_three_or_four_objects():
    counts = [instance.debris_f.shape[1] for instance in instances("debris_field")]
    assert set(counts) == {3, 4}


def test_knock_on_objects_have_the_mass_to_do_something():
    for instance in instances("knock_on"):
        assert load(instance.debris_types[0]).mass_kg.high >= 2.0


def test_strikers_meet_the_object():
    found = 0
    for instance in instances("knock_on"):
        point = instance.parameters
        if point["striker.present"]:
            found += 1
            narrow = min(point["object.length"], point["object.width"])
            # half of the car's width and half of the object, less 0.15 m that overlap
            assert 0.5 <= point["striker.offset"] <= 0.5 * (1.8 + narrow) - 0.15 + 1e-9
    assert found > 30


def test_spill_begins_with_a_patch():
    kinds = {load(instance.debris_types[0]).kind for instance in instances("spill")}
    assert kinds == {"patch"}
    assert {len(instance.debris_types) for instance in instances("spill")} == {1, 2}


def test_phantoms_have_no_body():
    found = set()
    for instance in instances("phantom"):
        assert (instance.debris_i[debris.IS_REAL] == 0).all()
        assert not instance.debris_f[debris.MASS].any()
        found |= set(instance.debris_types)
    assert found >= {"shadow", "stain", "ghost", "paper"}


def test_objects_are_seen_then_hidden_then_seen_again():
    num = 100
    env = gym.make_vec(
        ID, num_envs=num, vectorization_mode="vector_entry_point", scenario="hidden_again"
    )
    env.reset(seed=2_000_000)
    world = env.unwrapped.batch
    lane_y, left, right = (
        world["episode_f"][:, row].copy()
        for row in (episode.TARGET_Y, episode.LEFT_EDGE, episode.RIGHT_EDGE)
    )
    action = np.stack(
        [np.full(num, encode_acceleration(0.0)), encode_target(lane_y, left, right)], axis=1
    )
    rows, is_over = [], np.zeros(num, bool)
    for _ in range(45):
        _, _, terminated, truncated, _ = env.step(action)
        ahead = world["debris_f"][:, debris.X, 0] - world["vehicle_f"][:, vehicle.X, 0]
        is_over |= terminated | truncated | (ahead < 2.0)
        slots = world["track_i"][:, track.TARGET, 8:] == 0
        sees = (slots & (world["track_i"][:, track.VISIBLE, 8:] == 1)).any(axis=1)
        rows.append(np.where(is_over, " ", np.where(sees, "V", np.where(slots.any(1), "h", "-"))))
    env.close()
    texts = ["".join(column) for column in np.array(rows).T]
    # hidden for three decisions, 0.6 s, or longer
    assert np.mean([re.search("V.*hhh.*V", text) is not None for text in texts]) >= 0.85


# --- the sampler ------------------------------------------------------------------------------------


def test_no_argument_means_every_family_and_every_variant():
    sampler = ScenarioSampler()
    drawn = [sampler.sample(np.random.default_rng(seed)) for seed in range(600)]
    assert {instance.family for instance in drawn} == set(FAMILIES)
    assert {instance.variant for instance in drawn} == set(SETTINGS)
    assert sum(share for _, share in SETTINGS.values()) == pytest.approx(1.0)


def test_variant_sets_light_weather_and_what_follows_from_them():
    for name in SETTINGS:
        (instance,) = instances("lone_object", 1, variant=name)
        light, weather = name.split("-")
        assert episode.LIGHT_NAMES[instance.episode_i[episode.LIGHT]] == light
        assert episode.WEATHER_NAMES[instance.episode_i[episode.WEATHER]] == weather
    dry, wet = (
        instances("lone_object", 1, variant=name)[0].episode_f[episode.FRICTION]
        for name in ("day-clear", "day-rain")
    )
    assert dry > wet


def test_a_family_is_any_function():
    def mine(rng, source, setting):
        """A user's own corner case."""
        return FAMILIES["lone_object"](rng, source, setting)

    first = ScenarioSampler(mine).sample(np.random.default_rng(3))
    assert first.hash == instances("lone_object", 4)[3].hash


@pytest.mark.parametrize("returned", [None, 3, {"family": "lone_object"}])
def test_a_family_function_that_returns_no_instance_is_named(returned):
    def my_corner_case(rng, source, setting):
        """A user's own corner case without an instance."""
        del rng, source, setting
        return returned

    twin = {"num_envs": 2, "vectorization_mode": "vector_entry_point"}
    for make in (
        lambda: ScenarioSampler([my_corner_case]).sample(np.random.default_rng(0)),
        lambda: gym.make(ID, scenario=my_corner_case).reset(seed=1),
        lambda: gym.make_vec(ID, **twin, scenario=my_corner_case).reset(seed=1),
    ):
        with pytest.raises(UserError) as caught:
            make()
        text = str(caught.value)
        assert f"my_corner_case returned {type(returned).__name__}, expected a ScenarioInst" in text
        assert text.startswith("scenario: ")
        assert len(text.splitlines()) == 1


def test_at_least_a_third_of_the_encounters_are_harmless():
    # light: no specimen above 6.5 kg
    sampler = ScenarioSampler(["lone_object", "cut_out", "boxed_in", "lead_drives_over"])
    drawn = [sampler.sample(np.random.default_rng(seed)).debris_types[0] for seed in range(800)]
    light = np.mean([load(name).mass_kg.high <= 6.5 for name in drawn])
    assert light > 1.0 / 3.0 - 0.05
