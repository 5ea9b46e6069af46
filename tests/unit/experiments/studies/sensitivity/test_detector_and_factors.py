"""Other errors of measurement, other gaps, other friction: each changes what it says, and 1 changes nothing."""

import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
from envs.errors import UserError
from envs.scenario.suite import load_suite
from envs.specification import column, debris, episode, track, vehicle
from envs.specification.debris import NUM_LOOKS
from experiments.cli.locations import locate
from experiments.rollout.loop import Rollout
from experiments.studies.sensitivity.detector import DetectorNoise
from experiments.studies.sensitivity.factors import LEAST_GAP_M, change_followers, change_friction
from experiments.studies.sensitivity.study import USUAL, list_settings
from policies.floors import Constant

SUITE = load_suite(locate("suite", "quick"))
INSTANCES = [SUITE.instance(item) for item in SUITE.items("train")[:24]]


def observe(decisions=6):
    env = DebrisVectorEnv(len(INSTANCES))
    observation, _ = env.reset(options={"instance": INSTANCES})
    for _ in range(decisions):
        observation, *_ = env.step(np.zeros((len(INSTANCES), 2)))
    return env, observation


def test_a_factor_of_one_changes_nothing():
    env, observation = observe()
    changed = DetectorNoise(1.0)(env, observation)
    for key, values in observation.items():
        np.testing.assert_allclose(changed[key], values, atol=2e-6)


def test_without_errors_objects_are_where_they_are():
    env, observation = observe()
    changed = DetectorNoise(1e-2)(env, observation)
    seen = observation["debris"][..., column.D_VISIBLE] > 0.5
    assert seen.sum() > 5
    batch = env.batch.view(np.ndarray)
    target = batch["track_i"][:, track.TARGET, 8:]
    truth = np.take_along_axis(batch["debris_f"][:, debris.X], np.maximum(target, 0), axis=1)
    truth = truth - batch["vehicle_f"][:, vehicle.X, :1]
    before, after = (rows["debris"][..., column.D_DX] for rows in (observation, changed))
    assert np.abs(before - truth)[seen].max() > 0.05
    errors = np.abs(before - truth)[seen]
    np.testing.assert_allclose(after[seen], truth[seen], atol=0.0101 * errors.max())
    assert (changed["debris"][seen][:, column.D_SD_X] < 0.05).all()


def test_twice_the_error_is_twice_the_error_and_looks_stay_probabilities():
    env, observation = observe()
    changed = DetectorNoise(2.0)(env, observation)
    seen = observation["vehicles"][..., column.V_VISIBLE] > 0.5
    batch = env.batch.view(np.ndarray)
    target = np.maximum(batch["track_i"][:, track.TARGET, :8], 0)
    truth = np.take_along_axis(batch["vehicle_f"][:, vehicle.Y], target, axis=1)
    truth = truth - batch["vehicle_f"][:, vehicle.Y, :1]
    before, after = (rows["vehicles"][..., column.V_DY] for rows in (observation, changed))
    np.testing.assert_allclose((after - truth)[seen], 2.0 * (before - truth)[seen], atol=1e-4)
    tracked = observation["debris"][..., column.D_TRACKED] > 0.5
    looks = changed["debris"][..., column.D_LOOK : column.D_LOOK + NUM_LOOKS]
    np.testing.assert_allclose(looks[tracked].sum(axis=-1), 1.0, atol=1e-5)
    # flatter, and in the same order
    first = observation["debris"][..., column.D_LOOK : column.D_LOOK + NUM_LOOKS]
    assert (looks[tracked].max(axis=-1) < first[tracked].max(axis=-1)).all()
    assert not changed["debris"][~tracked].any()


def test_the_policy_sees_what_the_filter_returns():
    seen = []

    class Watcher(Constant):
        def act(self, observation):
            seen.append(observation["debris"].copy())
            return super().act(observation)

    def blind(_, observation):
        return observation | {"debris": np.zeros_like(observation["debris"])}

    episodes = list(Rollout(Watcher(), INSTANCES[:2], filter_observation=blind).episodes())
    assert len(episodes) == 2
    assert not any(rows.any() for rows in seen)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_followers_are_closer_or_further_by_the_factor(factor):
    changed = 0
    for instance in INSTANCES:
        other = change_followers(instance, factor)
        x, lane = instance.vehicle_f[vehicle.X], instance.vehicle_i[vehicle.LANE]
        behind = np.flatnonzero((lane == lane[0]) & (x < x[0]))
        if not behind.size:
            continue
        first = behind[np.argmax(x[behind])]
        reach = 0.5 * (
            instance.vehicle_f[vehicle.LENGTH, 0] + instance.vehicle_f[vehicle.LENGTH, first]
        )
        gap = x[0] - x[first] - reach
        new = other.vehicle_f[vehicle.X, 0] - other.vehicle_f[vehicle.X, first] - reach
        assert new == pytest.approx(max(factor * gap, LEAST_GAP_M))
        ahead = x >= x[0]
        np.testing.assert_array_equal(other.vehicle_f[:, ahead], instance.vehicle_f[:, ahead])
        changed += 1
    assert changed > 5
    assert change_followers(INSTANCES[0], 1.0).hash == INSTANCES[0].hash


def test_friction_is_lower_and_the_rest_is_the_same():
    other = change_friction(INSTANCES[0], 0.6)
    expected = 0.6 * INSTANCES[0].episode_f[episode.FRICTION]
    assert other.episode_f[episode.FRICTION] == pytest.approx(expected)
    np.testing.assert_array_equal(other.vehicle_f, INSTANCES[0].vehicle_f)


def test_settings_are_one_at_a_time(make_config):
    found = list_settings(make_config(factors={"friction": [1.0, 0.6]}, costs=["loc_8", "loc_5"]))
    assert [setting.title for setting in found] == [USUAL, "cost loc_5", "friction, times 0.6"]


@pytest.mark.parametrize(
    ("factors", "word"), [({"gravity": [1.0]}, "gravity"), ({"friction": [-1.0]}, "-1")]
)
def test_a_mistake_is_named(make_config, factors, word):
    with pytest.raises(UserError, match=word):
        list_settings(make_config(factors=factors))


@pytest.fixture
def make_config():
    from experiments.studies.sensitivity.configuration import SensitivityConfiguration

    def make(**changes):
        values = {
            "policies": ["rule", "keep"], "reference": "rule", "suite": "quick", "split": "train", "max_instances": 1,
            "costs": ["loc_8"], "factors": {}, "num_resamples": 100, "workers": 1, "output": "o", "allow": [],
        }  # fmt: skip
        return SensitivityConfiguration(**(values | changes))

    return make
