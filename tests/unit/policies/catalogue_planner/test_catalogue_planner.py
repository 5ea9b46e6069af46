"""The planner without learning: its predictions against the twin, its judgement in hand-made scenes."""

from pathlib import Path

import numpy as np
import pytest

import conf
from envs.batched.env import DebrisVectorEnv
from envs.cost.contact_cost import contact_cost, contact_total
from envs.cost.parameters import CostParameters
from envs.debris.catalogue import load
from envs.errors import UserError
from envs.physics.contact.outcome import contact_outcome
from envs.scenario.suite import load_suite
from envs.specification import column, debris, episode, vehicle
from experiments.benchmarks.crowd import crowd
from experiments.cli.loading import load_policy
from policies.base import BRAKE, KEEP, STEER_LEFT, STEER_RIGHT, Explaining
from policies.catalogue_planner import CataloguePlanner
from policies.perception.objects import find_objects
from policies.planning.library import MANOEUVRES, manoeuvre_names, write_actions

NAMES = manoeuvre_names()
KEEP_ON = NAMES.index("centre")
STOP_HARD = NAMES.index("centre, brake 8 to 0%")


@pytest.fixture(scope="module")
def policy():
    return CataloguePlanner()


def begin(policy, worlds=1):
    policy.reset(np.ones(worlds, np.bool_), np.zeros(worlds, np.int64))
    return policy


def scene(speed=30.0, y=4.0, lanes=3):
    """One world: an empty road of three lanes, the ego in the middle one."""
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, column.E_Y], ego[0, column.E_SPEED], ego[0, column.E_SET_SPEED] = y, speed, speed
    ego[0, column.E_LEFT_EDGE], ego[0, column.E_RIGHT_EDGE] = -2.0, 4.0 * lanes - 2.0
    ego[0, column.E_NUM_LANES], ego[0, column.E_GRIP] = lanes, 0.8
    ego[0, column.E_SIGHT_RANGE], ego[0, column.E_TIME_LEFT] = 150.0, 18.0
    return {
        "ego": ego,
        "vehicles": np.zeros((1, 8, column.NUM_VEHICLE), np.float32),
        "debris": np.zeros((1, 4, column.NUM_DEBRIS), np.float32),
    }


def add_object(observation, look="box", dx=80.0, dy=0.0, size=(0.45, 0.45, 0.42), slot=0, **values):
    """A thing whose look is recognised with certainty, at rest."""
    row = observation["debris"][0, slot]
    row[column.D_TRACKED] = row[column.D_VISIBLE] = 1.0
    row[column.D_IDENTITY] = 5 + slot
    row[column.D_DX], row[column.D_DY] = dx, dy
    row[column.D_LENGTH], row[column.D_WIDTH], row[column.D_HEIGHT] = size
    # errors as the sensor makes them (envs/physics/SOURCES.md 4.1)
    row[column.D_SD_X], row[column.D_SD_Y] = 0.05 + 0.02 * dx, 0.05 + 0.002 * dx
    row[column.D_SD_V], row[column.D_SD_SIZE] = 0.15 + 0.005 * dx, 0.03
    row[column.D_LOOK + debris.LOOKS.index(look)] = 1.0
    for name, value in values.items():
        row[getattr(column, name)] = value
    return observation


def add_vehicle(observation, slot, dx, dy, speed=30.0, length=4.5, width=1.8, **values):
    row = observation["vehicles"][0, slot]
    row[column.V_TRACKED] = row[column.V_VISIBLE] = 1.0
    row[column.V_IDENTITY], row[column.V_DX], row[column.V_DY] = 20 + slot, dx, dy
    row[column.V_VX], row[column.V_LENGTH], row[column.V_WIDTH] = speed, length, width
    row[column.V_HEIGHT] = 1.5
    for name, value in values.items():
        row[getattr(column, name)] = value
    return observation


def scores(policy, observation):
    """Imagined mean cost of every manoeuvre, and the label of the one that was chosen."""
    begin(policy).act(observation)
    explanation = policy.explain()
    assert len(explanation.options[0]) > 0
    return explanation.options.plans.mean[0], int(explanation.labels[0])


def lateral_m(policy, observation):
    """Where the car heads after two seconds of deciding in a frozen scene, m."""
    begin(policy)
    for _ in range(10):
        action = policy.act(observation)
    low, high = -1.1, float(observation["ego"][0, column.E_RIGHT_EDGE]) - 0.9
    return low + 0.5 * (action[0, 1] + 1.0) * (high - low)


@pytest.mark.parametrize(
    "name",
    [
        "lane right, 5 s, hold speed",
        "pass left, 1.5 s, brake 6 to 50%",
        "straddle, 2.5 s, hold speed",
        "centre, brake 4 to 0%",
    ],
)
def test_imagined_path_is_the_executed_one(policy, name):
    env = DebrisVectorEnv(1, scenario=crowd(1, 0))
    observation, _ = env.reset(seed=1)
    # the object stands in the observation only: nothing is met
    seen = add_object({key: value.copy() for key, value in observation.items()}, dx=130.0, dy=0.6)
    begin(policy).act(seen)
    c = NAMES.index(name)
    path = policy.explain().options.plans.path[0, c]
    start_x = env.batch["vehicle_f"][0, vehicle.X, 0]
    for t, action in enumerate(plan(seen)[c, :20]):
        env.step(action[None])
        f = env.batch["vehicle_f"][0, :, 0]
        np.testing.assert_allclose([f[vehicle.X] - start_x, f[vehicle.Y]], path[t], atol=0.05)
    assert abs(path[19, 1] - 4.0) > 0.4 or path[19, 0] < 80.0


def plan(observation):
    """Open-loop actions of all manoeuvres in this scene, (C, T, 2)."""
    ego = observation["ego"][0].astype(np.float64)
    low, high = ego[column.E_LEFT_EDGE] + 0.9, ego[column.E_RIGHT_EDGE] - 0.9
    lateral = np.array([ego[column.E_Y], 0.0, low, high, 4.0])
    things = find_objects(observation, 2.5, 5.0).nearest(np.array([0]))[0]
    actions = np.empty((len(MANOEUVRES), 25, 2))
    speeds = ego[column.E_SPEED], ego[column.E_SET_SPEED]
    write_actions(MANOEUVRES, *speeds, lateral, things, True, actions)
    return actions


def test_driving_on_into_a_known_object_costs_what_the_catalogue_says(policy):
    # a mattress, 1.9 x 1.2 x 0.25 m across the lane: nothing else looks like it, so its own specimens are the answer
    p = CostParameters().to_array()[0]
    spec, rng = load("mattress"), np.random.default_rng(3)
    costs = []
    for _ in range(300):
        draw = spec.sample(rng)
        outcome = contact_outcome(
            30.0, 1.9, 1.2, 0.25, draw.mass_kg, draw.crush_pressure_pa, 0.0, 0.0, 0.0, 0, 0.0, 0
        )
        costs.append(contact_total(contact_cost(outcome, 30.0, draw.sharpness, p)))
    seen = add_object(scene(), "soft-furniture", 60.0, size=(1.9, 1.2, 0.25))
    found, _ = scores(policy, seen)
    assert 0.5 < found[KEEP_ON] / np.mean(costs) < 2.0


def test_follower_raises_the_cost_of_braking(policy):
    alone, _ = scores(policy, add_object(scene()))
    followed, _ = scores(policy, add_vehicle(add_object(scene()), 0, -14.0, 0.0))
    far, _ = scores(policy, add_vehicle(add_object(scene()), 0, -145.0, 0.0))
    assert followed[STOP_HARD] > alone[STOP_HARD] + 5_000.0
    assert far[STOP_HARD] < alone[STOP_HARD] + 500.0
    # driving on costs more as well, but only by what the object does to the follower
    assert followed[KEEP_ON] - alone[KEEP_ON] < 1.2 * alone[KEEP_ON] + 1_000.0


def test_occupied_lane_is_left_alone(policy):
    def world():
        return add_object(scene(), "soft-furniture", 70.0, size=(3.0, 1.9, 0.8), D_YAW=1.2)

    left, right = world(), world()
    for seen, side in ((left, -4.0), (right, 4.0)):
        add_vehicle(seen, 0, 3.0, side)
        add_vehicle(seen, 1, -9.0, side)
        add_vehicle(seen, 2, 15.0, side)
        # braking is no way out either
        add_vehicle(seen, 3, -13.0, 0.0, length=16.0, width=2.5)
    assert lateral_m(policy, left) > 5.0
    assert lateral_m(policy, right) < 3.0
    assert scores(policy, left)[1] == STEER_RIGHT
    assert scores(policy, right)[1] == STEER_LEFT


@pytest.mark.parametrize(
    ("look", "size"),
    [("ground-mark", (2.0, 1.0, 0.01)), ("flat", (0.4, 0.3, 0.01)), ("bag", (0.3, 0.3, 0.1))],
)
def test_harmless_things_change_nothing(policy, look, size):
    seen = add_object(scene(), look, 45.0, 0.2, size)
    assert lateral_m(policy, seen) == pytest.approx(4.0, abs=0.35)
    action = begin(policy).act(seen)
    # -8 .. +3 m/s2: neither brakes nor hurries
    assert -8.0 + 5.5 * (action[0, 0] + 1.0) == pytest.approx(0.0, abs=0.01)


def test_block_is_not_driven_into(policy):
    seen = add_object(scene(), "block", 80.0, 0.1, (0.4, 0.3, 0.3))
    found, label = scores(policy, seen)
    assert label != KEEP
    assert found.min() < 0.3 * found[KEEP_ON]


def mirrored(observation):
    """The same scene with left and right exchanged, on a road without a shoulder."""
    turned = {key: value.copy() for key, value in observation.items()}
    ego = turned["ego"]
    middle = ego[:, column.E_LEFT_EDGE] + ego[:, column.E_RIGHT_EDGE]
    ego[:, column.E_Y] = middle - ego[:, column.E_Y]
    for row in (column.E_LATERAL_SPEED, column.E_HEADING, column.E_YAW_RATE):
        ego[:, row] *= -1.0
    for row in (column.V_DY, column.V_VY, column.V_HEADING):
        turned["vehicles"][..., row] *= -1.0
    for row in (column.D_DY, column.D_VY, column.D_YAW):
        turned["debris"][..., row] *= -1.0
    return turned


@pytest.mark.parametrize("dy", [0.5, 0.9, -0.7])
def test_mirrored_scene_gets_the_mirrored_answer(policy, dy):
    seen = add_object(scene(), "block", 75.0, dy, (0.5, 0.3, 0.25), D_YAW=0.4)
    add_vehicle(seen, 0, -30.0, 0.0)
    add_vehicle(seen, 1, -8.0, 4.0 if dy < 0 else -4.0, V_HEADING=0.02)
    one = begin(policy).act(seen)
    other = begin(policy).act(mirrored(seen))
    np.testing.assert_allclose(other[0], one[0] * [1.0, -1.0], atol=1e-4)
    assert abs(one[0, 1]) > 0.0 or one[0, 0] < 0.4


@pytest.fixture(scope="module")
def recorded(policy):
    """Seven worlds of the suite's train seeds for 60 decisions: observations, actions, imagined worlds, the twin's."""
    suite = load_suite(Path(conf.__file__).parent / "suite" / "v2.yaml")
    instances = [suite.instance(item) for item in suite.items("train")[:300:43]]
    env = DebrisVectorEnv(len(instances), scenario=lambda *_: instances[0])
    observation, _ = env.reset(options={"instance": instances})
    begin(policy, len(instances))
    seen, acted, ours, theirs = [], [], [], []
    for _ in range(60):
        # the twin overwrites its arrays
        seen.append({key: value.copy() for key, value in observation.items()})
        acted.append(policy.act(observation))
        ours.append(policy._state.roots["episode_f"].copy())
        theirs.append(env.batch["episode_f"].copy())
        observation = env.step(acted[-1])[0]
    return seen, np.array(acted), np.array(ours), np.array(theirs)


@pytest.mark.parametrize("worlds", [[3], [6, 0]])
def test_decision_depends_on_its_own_world_only(policy, recorded, worlds):
    seen, acted, _, _ = recorded
    begin(policy, len(worlds))
    for t, observation in enumerate(seen):
        action = policy.act({key: value[worlds] for key, value in observation.items()})
        np.testing.assert_array_equal(action, acted[t][worlds])
    assert np.ptp(acted[:, :, 1], axis=0).max() > 0.1


def test_accounts_follow_those_of_the_twin(recorded):
    _, _, ours, theirs = recorded
    for row, within in ((episode.SWERVE_PEAK, 0.05), (episode.MANOEUVRE_PEAK, 0.05)):
        far = np.abs(ours[..., row] - theirs[..., row]) > within
        # an account that opens at a threshold may open a decision earlier or later
        assert far.mean() < 0.02
        assert theirs[..., row].max() > 0.3
    opened = theirs[..., episode.BRAKE_SPEED] > 0.0
    assert opened.any()
    assert ((ours[..., episode.BRAKE_SPEED] > 0.0) == opened).mean() > 0.97


def test_what_is_hidden_is_remembered_and_moved_on(policy):
    seen = add_object(scene(), "block", 60.0, 0.1, (0.4, 0.3, 0.3))
    visible = begin(policy).act(seen)
    row = seen["debris"][0, 0]
    row[column.D_VISIBLE], row[column.D_AGE_SINCE_SEEN] = 0.0, 1.0
    # behind a truck: nothing speaks against its being there
    add_vehicle(seen, 0, 30.0, 0.0, length=16.0, width=2.5)
    assert find_objects(seen, 2.5, 5.0).matters[0, 0]
    begin(policy).act(seen)
    assert policy.explain().labels[0] != KEEP
    assert visible.shape == (1, 2)
    row[column.D_VX], row[column.D_VY] = 8.0, -2.0
    moved = find_objects(seen, 2.5, 5.0)
    # 60 m + 8 m/s for a second, and 4.1 m - 2 m
    np.testing.assert_allclose([moved.x[0, 0], moved.y[0, 0]], [68.0, 2.1], atol=1e-5)
    row[column.D_VX], row[column.D_VY] = 0.5, 0.3
    # sd_v is 0.45 m/s: that is rest
    assert find_objects(seen, 2.5, 5.0).x[0, 0] == pytest.approx(60.0)


def test_askew_truck_is_not_grazed(policy):
    seen = add_vehicle(scene(), 0, 45.0, -2.9, 2.0, 16.0, 2.5, V_HEADING=-0.12, V_BRAKE_LAMP=1.0)
    found, label = scores(policy, seen)
    # its rear corner is 8 sin 0.12 + 1.25 cos 0.12 - 2.9 = -0.70 m from our line, we are 0.9 m wide
    assert found[KEEP_ON] > 50_000.0
    assert label in {STEER_RIGHT, BRAKE}
    seen["vehicles"][0, 0, column.V_HEADING] = 0.0
    begin(policy).act(seen)
    assert policy.explain().labels[0] == KEEP


def test_explanation_holds_the_choice(policy):
    seen = add_object(scene(), "block", 80.0, 0.1, (0.4, 0.3, 0.3))
    begin(policy).act(seen)
    explanation = policy.explain()
    assert isinstance(policy, Explaining)
    best = explanation.options[0][0]
    assert best.name == explanation.names[explanation.reasons[0]]
    assert best.score_usd == min(option.score_usd for option in explanation.options[0])
    assert best.worst_usd >= best.mean_usd - 1e-9
    assert best.path.shape == (25, 2)
    begin(policy).act(scene())
    assert policy.explain().names[policy.explain().reasons[0]] == "nothing that matters"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("horizon_s", 1.0),
        ("num_atoms", 3),
        ("num_atoms", 10.5),
        ("look_trust", "high"),
        ("rest_sd", float("nan")),
        ("ghost_prior", 0.8),
        ("loss_of_control", "7"),
    ],
)
def test_bad_values_are_named(key, value):
    with pytest.raises(UserError, match=key):
        CataloguePlanner(**{key: value})


def test_file_loads():
    assert load_policy("catalogue_planner").privileged is False
