"""Metrics of the setting, by hand: what maps lie in."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from envs.specification import LANE_WIDTH_M, debris, episode, vehicle
from experiments.metrics.gap_behind import gap_behind_m
from experiments.metrics.gap_beside import gap_beside_m
from experiments.metrics.height import height_m
from experiments.metrics.mass import mass_kg
from experiments.metrics.recognition import recognition_m
from experiments.metrics.speed import speed_mps


def episode_of(cars, things=(), lanes=3, shoulder=0, sight=120.0):
    """Cars are (x, lane, length, speed), the ego first; things are (x, size, mass, is_real)."""
    instance = SimpleNamespace(
        vehicle_f=np.zeros((vehicle.NUM_FLOATS, len(cars))),
        vehicle_i=np.zeros((vehicle.NUM_INTS, len(cars)), np.int64),
        debris_f=np.zeros((debris.NUM_FLOATS, len(things))),
        debris_i=np.zeros((debris.NUM_INTS, len(things)), np.int64),
        episode_f=np.zeros(episode.NUM_FLOATS),
        episode_i=np.zeros(episode.NUM_INTS, np.int64),
    )
    for k, (x, lane, length, speed) in enumerate(cars):
        f = instance.vehicle_f[:, k]
        f[vehicle.X], f[vehicle.Y] = x, lane * LANE_WIDTH_M
        f[vehicle.LENGTH], f[vehicle.SPEED] = length, speed
        instance.vehicle_i[vehicle.LANE, k] = lane
    for j, (x, size, mass, is_real) in enumerate(things):
        instance.debris_f[[debris.X, debris.MASS], j] = x, mass
        instance.debris_f[[debris.LENGTH, debris.WIDTH, debris.HEIGHT], j] = size
        instance.debris_i[debris.IS_REAL, j] = is_real
    instance.episode_f[episode.SIGHT_RANGE] = sight
    instance.episode_i[[episode.NUM_LANES, episode.HAS_SHOULDER]] = lanes, shoulder
    return SimpleNamespace(instance=instance)


EGO = (100.0, 1, 4.5, 30.0)


def test_room_behind_is_that_of_the_own_lane():
    assert gap_behind_m(episode_of([EGO])) == math.inf
    # a truck of 12 m whose centre is 20 m back leaves 20 - 2.25 - 6 m; nearer cars are ahead or beside
    cars = [
        EGO,
        (80.0, 1, 12.0, 30.0),
        (40.0, 1, 4.5, 30.0),
        (110.0, 1, 4.5, 30.0),
        (95.0, 0, 4.5, 30.0),
    ]
    assert gap_behind_m(episode_of(cars)) == pytest.approx(11.75)


def test_room_beside_is_that_of_the_freer_lane():
    beside, ahead = (101.0, 0, 4.5, 30.0), (120.0, 2, 4.5, 30.0)
    assert gap_beside_m(episode_of([EGO, beside, ahead])) == pytest.approx(15.5)
    assert gap_beside_m(episode_of([EGO, beside])) == math.inf
    # one lane: nowhere to go; with a shoulder there is
    alone = (100.0, 0, 4.5, 30.0)
    assert gap_beside_m(episode_of([alone], lanes=1)) == 0.0
    assert gap_beside_m(episode_of([alone], lanes=1, shoulder=1)) == math.inf


def test_mass_height_speed_and_recognition():
    shadow, crate = (150.0, (1.0, 1.0, 0.0), 500.0, 0), (180.0, (0.6, 0.4, 0.5), 12.0, 1)
    both = episode_of([EGO], [crate, shadow])
    assert mass_kg(both) == 12.0
    assert mass_kg(episode_of([EGO], [shadow])) == 0.0
    assert height_m(both) == 0.5
    assert speed_mps(both) == 30.0
    # the nearer one counts, and light and weather scale it
    assert recognition_m(both) == recognition_m(episode_of([EGO], [shadow])) < 120.0
    assert recognition_m(episode_of([EGO], [shadow], sight=60.0)) == 0.5 * recognition_m(both)
    assert mass_kg(episode_of([EGO])) == height_m(episode_of([EGO])) == 0.0
    assert recognition_m(episode_of([EGO])) == 0.0
