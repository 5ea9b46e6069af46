"""The ideal observer on instances of struck_first: the strike tells what the look does not."""

import numpy as np
import pytest

from envs.batched.env import DebrisVectorEnv
from envs.cost.parameters import CostParameters
from envs.specification import debris, episode, vehicle
from experiments.studies.observer.cues import CUES, WINDOW, classify, strikers
from experiments.studies.observer.drive import drive_candidates, drive_true, put_contents
from experiments.studies.observer.reading import ReadContents
from experiments.studies.observer.study import LOOK, Observer
from policies.floors import Constant
from policies.oracle.hypotheses import HIDDEN_ROWS

SEED = 30_000_000


@pytest.fixture(scope="module")
def observer():
    return Observer("struck_first", ["P11"], CostParameters(), 64)


def test_same_contents_drive_the_same_course(observer):
    instance = observer.sample(SEED)
    true = drive_true(instance, 0, None)
    actual = observer.actual(instance, 0)
    again = drive_candidates(instance, 0, actual, true.actions, None, np.random.default_rng(0))
    struck = int(np.flatnonzero(true.drive.touching[:, 0])[0])
    # until the strike nothing depends on the noise
    assert np.array_equal(again.motion[:struck, 0], true.drive.motion[:struck, 0])


def test_the_lead_strikes_and_the_object_exits(observer):
    instance = observer.sample(SEED)
    true = drive_true(instance, 0, None)
    assert strikers(true.drive)[0] == 1
    kinds = classify(true.drive)[:, 0]
    first = int(np.flatnonzero(true.drive.touching[:, 0])[0])
    assert (kinds[:first] == -1).all()
    assert kinds[first] == CUES.index("exit")


def test_exit_tells_contents_that_look_hides(observer):
    rows = [row for seed in range(SEED, SEED + 6) for row in observer.observe(seed)]
    look = [row["type"] for row in rows if row["cue"] == LOOK]
    exits = [row["type"] for row in rows if row["cue"] == "exit"]
    assert len(exits) >= 5
    assert abs(np.mean(look)) < 0.1
    # of 0.69 nats; 0.44 +- 0.05 in 59 instances
    assert np.mean(exits) > 0.25


def test_family_boxes_the_ego_in(observer):
    for seed in range(SEED, SEED + 30):
        instance = observer.sample(seed)
        f, e = instance.vehicle_f, instance.episode_f
        x = f[vehicle.X]
        # one vehicle ahead, which comes before the object, one behind, and no place beside
        assert ((x > x[0]).sum(), (x < x[0]).sum()) == (1, 1)
        assert x.max() < instance.debris_f[debris.X, 0]
        width = instance.debris_f[debris.WIDTH, 0]
        place = instance.debris_f[debris.Y, 0]
        right, left = e[episode.RIGHT_EDGE] - place, place - e[episode.LEFT_EDGE]
        assert max(left, right) - 0.5 * width < f[vehicle.WIDTH, 0]


def test_other_contents_keep_the_face_on_which_an_object_lies(observer):
    instance = observer.sample(SEED)
    env = DebrisVectorEnv(1, scenario=lambda *_: instance)
    env.reset(options={"instance": instance})
    fields = env.batch
    fields["debris_i"][:, debris.FACE, 0] = debris.FACES.index("HWL")
    fields["debris_f"][:, debris.ROLL_RATE, 0] = 2.0
    put_contents(fields, 0, observer.actual(instance, 0))
    length, width, height = instance.debris_f[[debris.LENGTH, debris.WIDTH, debris.HEIGHT], 0]
    now = fields["debris_f"][0, [debris.LENGTH, debris.WIDTH, debris.HEIGHT, debris.ROLL_RATE], 0]
    assert now.tolist() == [height, width, length, 2.0]
    assert fields["debris_i"][0, debris.FACE, 0] == debris.FACES.index("HWL")


@pytest.mark.parametrize("braking_mps2", [0.0, 3.0])
def test_no_other_vehicle_crashes_while_the_ego_keeps_its_lane(observer, braking_mps2):
    instances = [observer.sample(seed) for seed in range(SEED, SEED + 60)]
    env = DebrisVectorEnv(60, scenario=lambda *_: instances[0])
    observation, _ = env.reset(options={"instance": instances})
    policy, runs = Constant(braking_mps2=braking_mps2), np.ones(60, np.bool_)
    policy.reset(runs, np.zeros(60, np.int64))
    for _ in range(100):
        observation, _, terminated, truncated, _ = env.step(policy.act(observation))
        runs &= ~(terminated | truncated)
        assert not env.batch["vehicle_i"][runs, vehicle.CRASHED, 1:].any()


def test_contents_are_read_a_second_after_the_strike(observer):
    instance = observer.sample(SEED)
    env = DebrisVectorEnv(1, scenario=lambda *_: instance)
    observation, _ = env.reset(options={"instance": instance})
    oracle = ReadContents(num_scenarios=1, num_finalists=1)
    oracle.bind(env)
    oracle.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
    counts = []
    while len(counts) < 3 or counts[-1][0] < WINDOW:
        action = oracle.act(observation)
        struck = env.batch["debris_i"][0, debris.TOUCHING, 0] > 1 or (counts and counts[-1][0] >= 0)
        since = counts[-1][0] + 1 if counts and struck else 0 if struck else -1
        counts.append((since, len(oracle.beliefs_of(0)[0].specimens.kind)))
        observation, _, _, _, _ = env.step(action)
    # many specimens before, one from then on
    assert [count == 1 for _, count in counts] == [since >= WINDOW for since, _ in counts]
    mass = oracle.beliefs_of(0)[0].specimens.hidden[0, HIDDEN_ROWS.index(debris.MASS)]
    assert mass == instance.debris_f[debris.MASS, 0]
