"""The noise model of perception: means, standard deviations, probabilities, over thousands of noise keys.

Every comparison allows five standard errors: with about 40 of them, a correct program fails once in 40,000 suites of
other keys. The keys are fixed, so that a failure stays a failure.
"""

import math

import numpy as np
import pytest

from envs.observation import observe
from envs.scenario.scene import EGO_X_M
from envs.sensing.sight import recognition_range
from envs.specification import VEHICLE_SLOTS, debris, episode, track
from envs.specification.world import empty_batch, world_at
from envs.world.load import load_instance
from tests.unit.envs.bench import put, road

pytestmark = pytest.mark.statistical

NUM = 4_000
SLOT = VEHICLE_SLOTS
FIVE = 5.0


def observed(scene, num=NUM):
    """Many worlds that differ in their noise key only, after the first look."""
    batch = empty_batch(num)
    instance = scene.build("bench", 0)
    for b in range(num):
        world = world_at(batch, b)
        load_instance(world, instance)
        world.episode_i[episode.NOISE_SEED] = 1_000_003 * (b + 1)
    return look(batch)


def look(batch):
    """Every world looks once more."""
    for b in range(len(batch)):
        observe(world_at(batch, b))
    return batch


def next_decision(batch):
    """The clock goes on, everything else stands still."""
    batch.episode_i[:, episode.DECISION] += 1
    return look(batch)


def near_object(ahead_m=30.0, **properties):
    """A large object in full sight."""
    scene = road(speed=20.0)
    put(scene, ahead_m, 4.0, **{"height_m": 0.5, "length_m": 0.8, "width_m": 0.6, **properties})
    return scene


def seen(batch):
    """Mask of the worlds that report the object now."""
    return (batch.track_i[:, track.TARGET, SLOT] >= 0) & (
        batch.track_i[:, track.VISIBLE, SLOT] == 1
    )


def z_of(batch, row, truth, sd_row):
    """Errors of one row in stated standard deviations, of the worlds that see the object."""
    f = batch.track_f[seen(batch)]
    return (f[:, row, SLOT] - truth) / f[:, sd_row, SLOT]


def check_standard_normal(z):
    """Mean 0 and standard deviation 1, within five standard errors."""
    assert abs(z.mean()) < FIVE / math.sqrt(z.size)
    assert abs(z.std() - 1.0) < FIVE / math.sqrt(2.0 * z.size)


def test_position_and_speed_errors_have_the_stated_size():
    batch = observed(near_object())
    check_standard_normal(z_of(batch, track.X, EGO_X_M + 30.0, track.SD_X))
    check_standard_normal(z_of(batch, track.Y, 4.0, track.SD_Y))
    check_standard_normal(z_of(batch, track.VX, 0.0, track.SD_V))
    check_standard_normal(z_of(batch, track.VY, 0.0, track.SD_V))


def test_most_of_an_error_belongs_to_the_track():
    batch = observed(near_object())
    both = seen(batch)
    first = batch.track_f[:, track.X, SLOT].copy()
    next_decision(batch)
    both &= seen(batch)
    second = batch.track_f[:, track.X, SLOT]
    # 0.8 of the track and 0.6 of the decision: correlation 0.64
    r = np.corrcoef(first[both], second[both])[0, 1]
    assert abs(r - 0.64) < FIVE * (1.0 - 0.64**2) / math.sqrt(both.sum())


def test_errors_of_different_rows_and_objects_are_independent():
    scene = near_object()
    put(scene, 35.0, 8.0, height_m=0.5, length_m=0.8, width_m=0.6)
    batch = observed(scene)
    both = (batch.track_i[:, track.VISIBLE, SLOT : SLOT + 2] == 1).all(axis=1)
    f = batch.track_f[both]
    columns = [
        f[:, track.X, SLOT],
        f[:, track.Y, SLOT],
        f[:, track.HEIGHT, SLOT],
        f[:, track.X, SLOT + 1],
    ]
    correlations = np.corrcoef(columns)
    off = correlations[~np.eye(4, dtype=bool)]
    assert np.abs(off).max() < FIVE / math.sqrt(both.sum())


def test_size_error():
    batch = observed(near_object())
    f = batch.track_f[seen(batch)]
    # 5 % of 0.8 m and 30 m x 0.378 mrad = 11.3 mm: sqrt(0.04^2 + 0.01134^2) = 41.6 mm
    length = f[:, track.LENGTH, SLOT]
    assert abs(length.mean() - 0.8) < FIVE * 0.0416 / math.sqrt(length.size)
    assert length.std() == pytest.approx(0.0416, rel=FIVE / math.sqrt(2.0 * length.size))
    # the height has 25 mm and the same pixels: 27.5 mm; the row says what the measured height and range make of it
    check_standard_normal((f[:, track.HEIGHT, SLOT] - 0.5) / 0.027451)
    measured = np.hypot(f[:, track.X, SLOT] - EGO_X_M, 0.0)
    stated = np.hypot(0.05 * f[:, track.HEIGHT, SLOT], 0.378e-3 * measured)
    np.testing.assert_allclose(f[:, track.SD_SIZE, SLOT], stated, rtol=1e-3)


def test_radar_and_thermal_are_wrong_as_often_as_stated():
    batch = observed(near_object(like="wheel_with_rim"))
    both = seen(batch)
    f = batch.track_f[both]
    metal, warm = f[:, track.RADAR, SLOT].mean(), f[:, track.THERMAL, SLOT].mean()
    # metal and cold: 10 % and 5 % of the tracks have it wrong
    assert abs(metal - 0.90) < FIVE * math.sqrt(0.9 * 0.1 / both.sum())
    assert abs(warm - 0.05) < FIVE * math.sqrt(0.95 * 0.05 / both.sum())
    # for their whole life
    before = batch.track_f[:, track.RADAR, SLOT].copy()
    next_decision(batch)
    np.testing.assert_array_equal(batch.track_f[both, track.RADAR, SLOT], before[both])


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 0.97), (1.0, 0.485), (1.3, 0.97 / (1 + math.exp(5.0)))]
)
def test_detection_curve(share, expected):
    # a small object: its range is half of the sight range; 0.97/(1 + exp((d - r)/(0.06 r)))
    scene = road(speed=20.0, sight_m=150.0)
    put(scene, 1.0, 4.0, height_m=0.1, length_m=0.1, width_m=0.1)
    batch = observed(scene, 1)
    reach = recognition_range(world_at(batch, 0), 0)
    assert reach == pytest.approx(75.0)
    scene = road(speed=20.0, sight_m=150.0)
    put(scene, share * reach, 4.0, height_m=0.1, length_m=0.1, width_m=0.1)
    found = seen(observed(scene)).mean()
    assert abs(found - expected) < FIVE * math.sqrt(expected * (1 - expected) / NUM)


def test_a_tracked_object_is_found_again_from_further_away():
    # at 1.2 times its range: new with 0.97/(1 + exp(0.2/0.06)) = 0.0334; held, with 1.35 times the range,
    # (1.2 - 1.35)/(0.06 x 1.35) = -1.852: 0.97/(1 + exp(-1.852)) = 0.838
    scene = road(speed=20.0, sight_m=150.0)
    put(scene, 40.0, 4.0, height_m=0.1, length_m=0.1, width_m=0.1)
    batch = observed(scene)
    tracked = batch.track_i[:, track.TARGET, SLOT] >= 0
    batch.debris_f[:, debris.X, 0] = EGO_X_M + 1.2 * 75.0
    next_decision(batch)
    held = seen(batch)[tracked].mean()
    assert abs(held - 0.838) < FIVE * math.sqrt(0.838 * 0.162 / tracked.sum())


def test_ghosts_flicker():
    scene = road(speed=20.0)
    scene.add_phantom("ghost", "box", (0.8, 0.8, 0.4), EGO_X_M + 80.0, 4.0, flickers=True)
    batch = observed(scene)
    first = seen(batch)
    assert abs(first.mean() - 0.3) < FIVE * math.sqrt(0.21 / NUM)
    # from one decision to the next independently
    second = seen(next_decision(batch))
    assert abs((first & second).mean() - 0.09) < FIVE * math.sqrt(0.09 * 0.91 / NUM)
    # and never from nearer than 35 m
    batch.debris_f[:, debris.X, 0] = EGO_X_M + 30.0
    next_decision(batch)
    assert not seen(batch).any()


def posterior(ahead_m):
    """Look posteriors ``(worlds, looks)`` at a distance, and the true look."""
    batch = observed(near_object(ahead_m))
    both = seen(batch)
    rows = batch.track_f[both, track.LOOK : track.LOOK + debris.NUM_LOOKS, SLOT]
    return rows, int(batch.debris_i[0, debris.LOOK, 0])


def test_look_posterior_is_a_distribution_that_sharpens_on_approach():
    means = []
    for ahead_m in (10.0, 40.0, 120.0):
        rows, look_index = posterior(ahead_m)
        np.testing.assert_allclose(rows.sum(axis=1), 1.0, rtol=1e-12)
        assert (rows >= 0.0).all()
        # Dirichlet: 1 + 40 exp(-d/40 m) on the true look, 1 on each of the 17 others
        shape = 1.0 + 40.0 * math.exp(-ahead_m / 40.0)
        expected = shape / (shape + 17.0)
        means.append(rows[:, look_index].mean())
        # Wilson and Hilferty's cube is good to a few parts in a thousand of the weight
        assert means[-1] == pytest.approx(expected, abs=0.012)
        others = np.delete(rows.mean(axis=0), look_index)
        np.testing.assert_allclose(
            others, (1.0 - means[-1]) / 17.0, atol=FIVE * 0.06 / math.sqrt(len(rows))
        )
    assert means[0] > means[1] > means[2]


def test_vehicle_errors_have_the_stated_size():
    scene = road(speed=20.0)
    scene.add_vehicle(EGO_X_M + 50.0, 1, 22.0)
    batch = observed(scene)
    f = batch.track_f[:, :, 0]
    assert (batch.track_i[:, track.VISIBLE, 0] == 1).all()
    check_standard_normal((f[:, track.X] - EGO_X_M - 50.0) / f[:, track.SD_X])
    check_standard_normal((f[:, track.VX] - 22.0) / f[:, track.SD_V])
    # 5 % of 4.5 m and 50 m x 0.378 mrad: sqrt(0.225^2 + 0.0189^2) = 0.2258 m
    check_standard_normal((f[:, track.LENGTH] - 4.5) / 0.22579)
