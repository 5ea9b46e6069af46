"""What the sensor adds, and what pictures must not depend on."""

import numpy as np
import pytest

from envs.camera import PRESETS, camera_from, draw, draw_into, sense_into
from envs.specification import debris, episode, vehicle
from envs.specification.world import empty_batch
from tests.unit.envs.camera import checks
from tests.unit.envs.camera.scenes import add_object, add_vehicle, road, sampled

HIDDEN_DEBRIS = [
    debris.MASS, debris.CRUSH_PRESSURE, debris.STIFFNESS, debris.SHARPNESS, debris.FRICTION, debris.DRAG_AREA,
    debris.LIFT_AREA, debris.RESTITUTION, debris.BREAKAWAY_ENERGY, debris.TYRE_FRICTION, debris.PIECES,
    debris.AIR_THRESHOLD,
]  # fmt: skip
HIDDEN_VEHICLE = [
    vehicle.TARGET_SPEED, vehicle.TIMER, vehicle.EXPONENT, vehicle.TIME_GAP, vehicle.JAM_DISTANCE,
    vehicle.SCRIPT_SPEED, vehicle.MASS, vehicle.SPEED, vehicle.STEERING,
]  # fmt: skip
HIDDEN_VEHICLE_I = [
    vehicle.LANE, vehicle.TARGET_LANE, vehicle.KIND, vehicle.MAY_CHANGE_LANE, vehicle.ORDER, vehicle.SCRIPT_TICK,
    vehicle.SCRIPT_LANE, vehicle.RETURN_TICK, vehicle.RETURN_LANE,
]  # fmt: skip
HIDDEN_DEBRIS_I = [
    debris.IS_REAL,
    debris.IS_METAL,
    debris.IS_WARM,
    debris.BLOCKS_TRAFFIC,
    debris.IS_ANCHORED,
]
SHOWN_EPISODE = [episode.LEFT_EDGE, episode.RIGHT_EDGE, episode.SIGHT_RANGE]


def test_nothing_hidden_shows():
    batch = sampled(52, seed=3)
    rng = np.random.default_rng(1)
    changed = empty_batch(len(batch))
    changed[:] = batch
    for row in HIDDEN_DEBRIS:
        changed.debris_f[:, row] = rng.uniform(-9.0, 9.0, changed.debris_f[:, row].shape)
    for row in HIDDEN_VEHICLE:
        changed.vehicle_f[:, row] = rng.uniform(-9.0, 9.0, changed.vehicle_f[:, row].shape)
    for row in HIDDEN_VEHICLE_I:
        changed.vehicle_i[:, row] = rng.integers(0, 3, changed.vehicle_i[:, row].shape)
    for row in HIDDEN_DEBRIS_I:
        changed.debris_i[:, row] = rng.integers(0, 2, changed.debris_i[:, row].shape)
    for row in set(range(episode.NUM_FLOATS)) - set(SHOWN_EPISODE):
        changed.episode_f[:, row] = rng.uniform(-9.0, 9.0, len(batch))
    changed.episode_i[:, episode.NOISE_SEED] += 12_345
    changed.track_f[:] = 1.0
    plain, other = checks.drawn(batch), checks.drawn(changed)
    assert (plain[0] == other[0]).all()
    assert (plain[1] == other[1]).all()


def test_batch_size_changes_no_byte():
    batch = sampled(26, seed=4)
    whole = checks.drawn(batch)
    for k in range(len(batch)):
        alone = checks.drawn(batch[k : k + 1])
        assert (alone[0][0] == whole[0][k]).all()
        assert (alone[1][0] == whole[1][k]).all()
        assert (draw(batch[k], checks.CAMERA) == whole[0][k]).all()


def test_masks_change_no_byte_of_the_picture():
    batch = sampled(13, seed=5)
    assert (draw(batch, PRESETS["64x96"]) == checks.drawn(batch)[0]).all()


def _sensed(batch, camera, pictures):
    masks = np.zeros(0, np.uint8)
    draw_into(batch, camera, pictures, masks)
    sense_into(batch, camera, pictures)


def test_noise_has_the_stated_size_and_depends_on_seed_and_tick():
    camera = camera_from({"preset": "64x96", "noise": 3.0})
    batch = road()
    add_vehicle(batch, 20.0, 4.0)
    plain = draw(batch, camera).astype(int)
    found = []
    for seed, tick in ((1, 3), (1, 3), (2, 3), (1, 4)):
        batch.episode_i[0, episode.NOISE_SEED], batch.episode_i[0, episode.TICK] = seed, tick
        pictures = np.zeros((1, 64, 96, 3), np.uint8)
        _sensed(batch, camera, pictures)
        found.append(pictures.copy())
    inside = (plain > 20) & (plain < 235)
    error = (found[0].astype(int) - plain)[inside]
    assert error.std() == pytest.approx(3.0, abs=0.1)
    assert abs(error.mean()) < 0.1
    assert (found[0] == found[1]).all()
    assert (found[0] != found[2]).mean() > 0.5
    assert (found[0] != found[3]).mean() > 0.5


def test_exposure_scales_whole_pictures():
    camera = camera_from({"preset": "64x96", "exposure": 0.1})
    batch = road()
    plain = draw(batch, camera).astype(float)
    gains = []
    for tick in range(60):
        batch.episode_i[0, episode.TICK] = tick
        pictures = np.zeros((1, 64, 96, 3), np.uint8)
        _sensed(batch, camera, pictures)
        dark = plain < 120
        gains.append(pictures[dark].sum() / plain[dark].sum())
    assert np.std(gains) == pytest.approx(0.1, abs=0.03)


def test_dropped_pictures_repeat_the_one_before_but_never_the_first():
    camera = camera_from({"preset": "64x96", "dropped": 0.4, "noise": 1.0})
    batch = road()
    pictures = np.zeros((1, 64, 96, 3), np.uint8)
    repeated = 0
    for tick in range(200):
        batch.episode_i[0, episode.TICK] = tick
        before = pictures.copy()
        _sensed(batch, camera, pictures)
        repeated += int((pictures == before).all())
        assert tick or (pictures != 0).any()
    assert 0.3 < repeated / 200 < 0.5


def test_pieces_lie_about_what_the_ego_has_struck():
    batch = road()
    add_object(batch, 8.0, 4.0, (0.6, 0.5, 0.5))
    whole, masks = checks.drawn(batch)
    batch.debris_i[0, debris.STRUCK_BY_EGO, 0] = 1
    broken, broken_masks = checks.drawn(batch)
    assert (whole != broken).any()
    assert (masks == broken_masks).all()
