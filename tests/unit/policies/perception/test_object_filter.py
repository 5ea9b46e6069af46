"""Where objects are, from all their measurements: by hand for two, and against the last one for many."""

import numpy as np
import pytest

from envs.sensing.measure import DECISION_SHARE, TRACK_SHARE
from envs.specification import DECISION_S, column
from policies.perception.object_filter import (
    HIDDEN_SD_MPS,
    NUM_NOW,
    SD_V,
    SD_X,
    VX,
    VY,
    ObjectFilter,
    X,
    Y,
    refine_log,
)
from policies.perception.object_motion import (
    ODOMETRY_SD_M,
    PRIOR_ACROSS_MPS,
    REST_SDS,
    SLOWING_MPS2,
    SPEED_DECISION_SHARE,
    SPEED_TRACK_SHARE,
)

NEW, OLD = np.ones(1, np.bool_), np.zeros(1, np.bool_)
SLOT = 1


def see(dx, dy=0.0, sd=1.0, age=0.0, speed=0.0, vx=0.0, vy=0.0, z=0.0, identity=3.0, ego_y=0.0):
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, column.E_SPEED], ego[0, column.E_Y] = speed, ego_y
    rows = np.zeros((1, 4, column.NUM_DEBRIS), np.float32)
    row = rows[0, SLOT]
    row[column.D_TRACKED], row[column.D_VISIBLE], row[column.D_IDENTITY] = 1.0, age == 0.0, identity
    row[column.D_DX], row[column.D_DY], row[column.D_AGE_SINCE_SEEN] = dx, dy, age
    row[column.D_SD_X], row[column.D_SD_Y], row[column.D_SD_V] = sd, 0.1 * sd, 0.4
    row[column.D_VX], row[column.D_VY], row[column.D_Z] = vx, vy, z
    return {"ego": ego, "debris": rows, "vehicles": np.zeros((1, 8, column.NUM_VEHICLE))}


def live(observations):
    memory, found = ObjectFilter(1), []
    for k, one in enumerate(observations):
        memory.refine(one, NEW if k == 0 else OLD)
        found.append(memory.now[0, SLOT].copy())
    return np.array(found)


def test_the_first_measurement_is_all_there_is():
    found = live([see(80.0, dy=1.5, sd=1.7, ego_y=4.0)])[0]
    assert found[[X, Y, SD_X]] == pytest.approx([80.0, 5.5, 1.7])


def test_two_equally_uncertain_measurements_are_averaged_but_for_what_lasts():
    found = live([see(80.0), see(81.0)])[1]
    # the prior of the place has grown by the ego's odometry; what lasts is in both, and drops out of the gain
    fresh, grown = DECISION_SHARE**2, ODOMETRY_SD_M**2
    gain = (1.0 - TRACK_SHARE**2 + grown) / (2.0 * fresh + grown)
    assert gain == pytest.approx(0.5, abs=0.001)
    assert found[X] == pytest.approx(80.0 + gain, abs=1e-4)
    # half of the fresh variance is gone, the lasting one is not
    assert found[SD_X] == pytest.approx(np.sqrt(TRACK_SHARE**2 + 0.5 * fresh), abs=0.001)


def test_the_trend_of_the_error_tells_the_error():
    # a lasting error of one deviation each time, which shrinks: the truth is at 0 in the world
    sds = np.linspace(2.0, 0.2, 12)
    found = live([see(TRACK_SHARE * sd, sd=sd) for sd in sds])
    assert abs(found[-1, X]) < 0.5 * TRACK_SHARE * sds[-1]
    assert abs(found[5, X]) < TRACK_SHARE * sds[5]


def test_it_is_nearer_than_the_last_measurement_and_knows_its_error():
    random = np.random.default_rng(0)
    fused, last, z = [], [], []
    for _ in range(400):
        lasting = random.normal()
        true = 110.0 - 5.0 * np.arange(15)
        sds = 0.05 + 0.02 * true
        measured = true + sds * (TRACK_SHARE * lasting + DECISION_SHARE * random.normal(size=15))
        steps = zip(measured, sds, strict=True)
        found = live([see(x, sd=sd, speed=25.0) for x, sd in steps])[-1]
        fused.append(found[X] - true[-1])
        last.append(measured[-1] - true[-1])
        z.append(fused[-1] / found[SD_X])
    assert np.std(fused) < 0.8 * np.std(last)
    assert np.std(z) == pytest.approx(1.0, abs=0.1)


def test_what_is_hidden_stays_in_the_world_and_becomes_uncertain():
    hidden = [see(80.0 - 5.0 * k, age=DECISION_S * k, speed=25.0) for k in range(1, 11)]
    found = live([see(80.0, speed=25.0), *hidden])
    assert found[:, X] == pytest.approx(80.0 - 5.0 * np.arange(11))
    assert (np.diff(found[:, SD_X]) > 0.0).all()
    grown = 10 * ODOMETRY_SD_M**2 + (HIDDEN_SD_MPS * 2.0) ** 2
    assert found[-1, SD_X] == pytest.approx(np.sqrt(1.0 + grown))


def test_what_was_moving_slides_to_a_stop():
    hidden = [see(80.0, age=DECISION_S * k, vx=4.0) for k in range(1, 11)]
    found = live([see(80.0, vx=4.0), *hidden])
    # 4 m/s at 5 m/s2: after 0.4 s at 2 m/s, 1.2 m on; after 0.8 s it lies, 1.6 m on
    assert SLOWING_MPS2 == 5.0
    assert found[2, [X, VX]] == pytest.approx([81.2, 2.0])
    assert found[4, [X, VX]] == pytest.approx([81.6, 0.0])
    assert found[10, [X, VX]] == pytest.approx([81.6, 0.0])


def test_a_straight_line_leads_to_where_it_is_now():
    memory = ObjectFilter(1)
    memory.refine(see(80.0, vx=4.0), NEW)
    memory.refine(see(80.0, age=0.2, vx=4.0), OLD)
    row = memory.refine(see(80.0, age=0.4, vx=4.0), OLD)["debris"][0, SLOT]
    now = row[column.D_DX] + row[column.D_AGE_SINCE_SEEN] * row[column.D_VX]
    assert now == pytest.approx(memory.now[0, SLOT, X], abs=1e-4) == pytest.approx(81.2, abs=1e-3)


def test_an_object_that_has_been_moved_is_where_it_is_seen():
    found = live([*[see(80.0, sd=0.3)] * 6, see(70.0, sd=0.3)])
    assert found[5, X] == pytest.approx(80.0)
    assert found[6, X] == pytest.approx(70.0, abs=0.3)
    # known about as well as one measurement tells it
    assert found[6, SD_X] == pytest.approx(0.3, abs=0.05)


def test_the_first_speed_across_is_weighed_with_what_is_usual_and_the_speed_along_is_not():
    # prior 0.6, error 0.4: 0.36 / (0.36 + 0.16) of what is measured
    found = live([see(80.0, vx=9.0, vy=1.0)])[0]
    assert PRIOR_ACROSS_MPS == 0.6
    assert found[[VX, VY]] == pytest.approx([9.0, 0.36 / 0.52])
    assert found[SD_V] == pytest.approx(np.sqrt(0.5 * (0.16 + 0.36 * 0.16 / 0.52)))
    # 3 m/s are 4.2 deviations of 0.72 away from usual
    assert live([see(80.0, vx=9.0, vy=3.0)])[0, VY] == pytest.approx(3.0)


def _drive_past(random, vx, vy, z, decisions):
    """Observations of an object that moves straight on, with the sensor's errors, and its measured speeds."""
    lasting, seen = random.normal(size=4), []
    for k in range(decisions):
        true = np.array([70.0 + (vx - 25.0) * DECISION_S * k, vy * DECISION_S * k, vx, vy])
        sds = np.array([0.05 + 0.02 * true[0], 0.05 + 0.002 * true[0], 0.4, 0.4])
        shares = np.repeat([[TRACK_SHARE, DECISION_SHARE]], 2, axis=0)
        shares = np.concatenate([shares, [[SPEED_TRACK_SHARE, SPEED_DECISION_SHARE]] * 2])
        errors = shares[:, 0] * lasting + shares[:, 1] * random.normal(size=4)
        dx, dy, mx, my = true + sds * errors
        one = see(dx, dy, sd=sds[0], speed=25.0, vx=mx, vy=my, z=z)
        one["debris"][0, SLOT, column.D_SD_Y] = sds[1]
        seen.append(one)
    return seen


@pytest.mark.parametrize(
    ("vx", "vy", "share"), [(10.0, 0.0, 0.5), (12.0, 0.8, 0.6), (0.0, 2.0, 0.85)]
)
def test_positions_over_time_tell_the_speed_across_better_than_its_measurement(vx, vy, share):
    random = np.random.default_rng(1)
    measured, filtered = [], []
    for _ in range(150):
        seen = _drive_past(random, vx, vy, 0.5, 7)
        measured.append(seen[-1]["debris"][0, SLOT, column.D_VY] - vy)
        filtered.append(live(seen)[-1, VY] - vy)
    assert np.sqrt(np.mean(np.square(measured))) == pytest.approx(0.4, abs=0.06)
    assert np.sqrt(np.mean(np.square(filtered))) < share * 0.4


def test_what_rests_has_no_speed():
    random = np.random.default_rng(2)
    found = np.concatenate([live(_drive_past(random, 0.0, 0.0, 0.0, 10)) for _ in range(100)])
    assert (found[:, VX] == 0.0).mean() > 0.9


def test_a_blow_is_followed_at_once():
    found = live([*[see(80.0, sd=0.3)] * 5, see(82.0, dy=0.2, sd=0.3, vx=12.0, vy=1.0)])
    assert found[4, VX] == 0.0
    assert found[5, [VX, VY]] == pytest.approx([12.0, 1.0], abs=0.7)


def test_readers_take_for_rest_what_the_filter_takes_for_rest():
    random = np.random.default_rng(3)
    memory = ObjectFilter(1)
    for k, one in enumerate(_drive_past(random, 1.0, 0.0, 0.0, 40)):
        row = memory.refine(one, OLD if k else NEW)["debris"][0, SLOT]
        speed = np.hypot(row[column.D_VX], row[column.D_VY])
        assert speed == 0.0 or speed > REST_SDS * row[column.D_SD_V]


def test_the_other_worlds_of_a_batch_change_nothing():
    random = np.random.default_rng(4)
    tracks = [_drive_past(random, 8.0 * k, 0.5 * k, 0.0, 6) for k in range(3)]
    batch, alone = ObjectFilter(3), [ObjectFilter(1) for _ in tracks]
    for k, step in enumerate(zip(*tracks, strict=True)):
        together = {key: np.concatenate([one[key] for one in step]) for key in step[0]}
        found = batch.refine(together, np.full(3, k == 0))["debris"]
        for b, (one, memory) in enumerate(zip(step, alone, strict=True)):
            assert (memory.refine(one, np.full(1, k == 0))["debris"][0] == found[b]).all()


def test_another_object_and_another_episode_have_no_past():
    memory = ObjectFilter(1)
    memory.refine(see(80.0), NEW)
    memory.refine(see(60.0, identity=4.0), OLD)
    assert memory.now[0, SLOT, X] == pytest.approx(60.0)
    memory.refine(see(50.0, identity=4.0), NEW)
    assert memory.now[0, SLOT, X] == pytest.approx(50.0)
    assert memory.now[0, 0].tolist() == [0.0] * NUM_NOW


def test_the_original_observation_is_left_alone():
    memory, one = ObjectFilter(1), see(80.0)
    memory.refine(one, NEW)
    two = see(82.0)
    better = memory.refine(two, OLD)
    assert two["debris"][0, SLOT, column.D_DX] == 82.0
    assert better["debris"][0, SLOT, column.D_DX] == pytest.approx(81.0, abs=0.01)
    filtered = [getattr(column, f"D_{name}") for name in ("DX", "DY", "VX", "VY", "SD_X", "SD_Y")]
    filtered.append(column.D_SD_V)
    other, same = (np.delete(rows["debris"][0, SLOT], filtered) for rows in (better, two))
    assert np.array_equal(other, same)


def test_a_log_is_refined_as_the_policy_refines():
    seen = [
        see(80.0 - 4.0 * k + 0.3 * (-1) ** k, speed=20.0, identity=3.0 + (k >= 6)) for k in range(9)
    ]
    memory = ObjectFilter(1)
    one_by_one = [
        memory.refine(o, NEW if k in {0, 4} else OLD)["debris"][0] for k, o in enumerate(seen)
    ]
    ego, rows = (np.concatenate([o[key] for o in seen]) for key in ("ego", "debris"))
    goes_on = ~np.isin(np.arange(9), [3, 8])
    np.testing.assert_array_equal(refine_log(ego, rows, goes_on), np.array(one_by_one))
