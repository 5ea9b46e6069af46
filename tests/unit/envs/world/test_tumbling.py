"""Objects turn where physics says so, and what lies still costs nothing."""

import math

import numpy as np
import pytest

from envs.scenario.scene import EGO_X_M
from envs.specification import debris, vehicle
from envs.world.tumbling import PITCH_TURN, ROLL_TURN, is_turning
from tests.unit.envs.bench import Drive, put, road

RATES = [debris.ROLL_RATE, debris.PITCH_RATE, debris.YAW_RATE]
ANGLES = [debris.ROLL, debris.PITCH]
BOX = {
    "length_m": 0.6,
    "width_m": 0.5,
    "height_m": 0.4,
    "mass_kg": 20.0,
    "friction": 0.6,
    "restitution": 0.2,
}


def exchange(name, one, other):
    """The letters of a face with two places exchanged."""
    letters = list(name)
    letters[one], letters[other] = letters[other], letters[one]
    return "".join(letters)


def test_a_quarter_turn_exchanges_two_extents():
    for k, name in enumerate(debris.FACES):
        assert debris.FACES[PITCH_TURN[k]] == exchange(name, 0, 2)
        assert debris.FACES[ROLL_TURN[k]] == exchange(name, 1, 2)


def test_a_load_that_falls_tumbles_and_lies_on_a_face():
    scene = road(speed=25.0)
    truck = scene.add_vehicle(EGO_X_M + 60.0, 1, 25.0, is_truck=True, time_gap_s=1.0)
    load = put(scene, 50.0, 4.0, drag_area_m2=0.001, lift_area_m2=0.0, **BOX)
    scene.load_on(load, truck, 2, 1.6)
    drive = Drive(scene)
    d, faces, rates = drive.world.debris_f, set(), []
    for _ in range(45):
        drive.step(-6.0)
        faces.add(int(drive.world.debris_i[debris.FACE, 0]))
        rates.append(float(d[debris.PITCH_RATE, 0]))
        original = dict(zip("LWH", (0.6, 0.5, 0.4), strict=True))
        face = debris.FACES[drive.world.debris_i[debris.FACE, 0]]
        sizes = d[[debris.LENGTH, debris.WIDTH, debris.HEIGHT], 0]
        assert sizes.tolist() == [original[letter] for letter in face]
    # it tips backwards off the tail at 3 rad/s, the road turns it forwards, faces change
    assert rates[0] == pytest.approx(-3.0)
    assert max(rates) > 3.0
    assert len(faces) > 1
    assert not d[RATES + ANGLES, 0].any()
    assert not is_turning(drive.world, 0)


@pytest.mark.parametrize(("y", "sign"), [(4.9, -1.0), (3.1, 1.0)])
def test_an_object_hit_on_one_side_spins(y, sign):
    # 0.9 m right of the axis of a car 1.8 m wide: its left half is pushed, so that it turns to the right
    scene = road(speed=20.0)
    put(scene, 10.0, y, **{**BOX, "mass_kg": 40.0, "height_m": 0.5})
    drive = Drive(scene)
    for _ in range(5):
        drive.step()
        if drive.contacts:
            break
    assert drive.contacts[0]["mode"] == "frontal"
    rate = drive.world.debris_f[debris.YAW_RATE, 0]
    assert abs(rate) > 1.0
    assert np.sign(rate) == -sign
    drive.run(30, -6.0)
    assert not drive.world.debris_f[RATES, 0].any()


def test_what_rests_does_not_turn():
    scene = road(speed=20.0)
    put(scene, 60.0, 8.0, yaw_rad=0.3, **BOX)
    drive = Drive(scene).run(20)
    assert not drive.world.debris_f[RATES + ANGLES, 0].any()
    assert drive.world.debris_f[debris.YAW, 0] == 0.3


def test_paint_is_drawn_with_the_instance():
    counts = np.zeros(len(vehicle.PAINTS))
    for seed in range(300):
        scene = road()
        for k in range(5):
            scene.add_vehicle(EGO_X_M + 30.0 * (k + 1), 0, 30.0)
        paints = scene.build("bench", seed).vehicle_i[vehicle.PAINT]
        counts += np.bincount(paints, minlength=len(counts))
    share = counts / counts.sum()
    for got, percent in zip(share, vehicle.PAINT_PERCENT, strict=True):
        p = percent / 100.0
        assert abs(got - p) < 5.0 * math.sqrt(p * (1.0 - p) / counts.sum())
    assert sum(vehicle.PAINT_PERCENT) == 100


@pytest.mark.parametrize(("height", "tips"), [(1.2, True), (0.5, False)])
@pytest.mark.parametrize("turned", [0.0, 0.5 * math.pi])
def test_friction_tips_over_a_tall_box_that_slides(height, tips, turned):
    # 0.6 x 1.2 m exceeds the base of 0.5 m, 0.6 x 0.5 m does not; at 5 m/s it slides for 5/(0.6 x 9.81) = 0.85 s
    scene = road(speed=20.0)
    box = {**BOX, "length_m": 0.5, "height_m": height, "drag_area_m2": 0.001, "lift_area_m2": 0.0}
    j = put(scene, 60.0, 8.0, yaw_rad=turned, **box)
    scene.set_motion(j, 5.0, 0.0)
    drive = Drive(scene).run(5)
    d = drive.world.debris_f
    is_over = d[debris.HEIGHT, j] != height
    assert is_over == tips
    if tips:
        assert d[debris.HEIGHT, j] == 0.5
        # it falls the way it slides: the long extent now lies along the road
        assert d[debris.WIDTH if turned else debris.LENGTH, j] == height
    else:
        assert not d[RATES + ANGLES, j].any()
    drive.run(20)
    assert not is_turning(drive.world, j)
