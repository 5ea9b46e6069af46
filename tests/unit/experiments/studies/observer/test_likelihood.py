"""Likelihoods of tracks, against the multivariate normal density written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from envs.sensing.measure import (
    DECISION_SHARE,
    PIXEL_RAD,
    SPEED_DECISION_SHARE,
    SPEED_TRACK_SHARE,
    TRACK_SHARE,
)
from envs.specification import column
from experiments.studies.observer import drive as d
from experiments.studies.observer.drive import Drive, TrueDrive
from experiments.studies.observer.likelihood import (
    HEIGHT_SLACK_M,
    JOLT_SLACK_M,
    LASTING_SPEED,
    SIZE_SLACK_M,
    SPEED_SLACK_MPS,
    cumulate,
    of_height,
    of_jolt,
    of_object,
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-5, 5), st.floats(0.1, 3), st.floats(0.1, 3)), min_size=1, max_size=8
    ),
    st.floats(0.05, 1.0),
)
def test_cumulated_log_likelihood_is_the_joint_normal_density(measured, slack):
    r, lasting, fleeting = np.array(measured).T
    covariance = np.diag(fleeting**2 + slack**2) + np.outer(lasting, lasting)
    normal = multivariate_normal(cov=covariance)
    # the constant is that of a residual of zero
    expected = normal.logpdf(r) - normal.logpdf(np.zeros(len(r)))
    found = cumulate(r[:, None], lasting, fleeting, slack)
    assert found[-1, 0] == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("lasting", "fleeting"),
    [(TRACK_SHARE, DECISION_SHARE), (SPEED_TRACK_SHARE, SPEED_DECISION_SHARE)],
)
def test_a_lasting_error_is_not_averaged_away(lasting, fleeting):
    ones = np.ones(50)
    steady = cumulate(np.full((50, 1), 1.0), lasting * ones, fleeting * ones, 1e-3)[-1, 0]
    # 50 equal residuals of one deviation; an independent error would make this -25/fleeting^2
    assert steady == pytest.approx(-0.5 / (lasting**2 + fleeting**2 / 50), rel=1e-3)


def test_missing_measurements_change_nothing():
    r = np.array([[1.0], [np.nan], [0.5]])
    sd = np.array([1.0, 2.0, 1.5])
    with_gap = cumulate(r, 0.8 * sd, 0.6 * sd, 0.1)
    without = cumulate(r[[0, 2]], 0.8 * sd[[0, 2]], 0.6 * sd[[0, 2]], 0.1)
    assert with_gap[[0, 2], 0] == pytest.approx(without[:, 0])
    assert with_gap[1, 0] == with_gap[0, 0]


def test_jolts_count_each_and_none_is_a_censored_measurement():
    measured, deviation = np.array([0.0, 0.09, np.nan, 0.07]), np.full(4, 0.02)
    simulated = np.array([[0.0, 0.05], [0.0, 0.09], [0.0, 0.06], [0.0, 0.04]])
    found = of_jolt(measured, simulated, deviation)
    # 3 x 0.02 = 0.06 m would be noticed; both deviations together are sqrt(0.02^2 + 0.01^2) = 0.02236 m
    spread = 0.0223606798
    assert JOLT_SLACK_M == 0.01
    assert found[0] == pytest.approx([0.0, norm.logcdf(0.01 / spread)])
    # 0.09 m where there is none are nine slacks: below the floor of -20
    assert found[1] - found[0] == pytest.approx([-20.0, norm.logpdf(0.0) - np.log(spread)])
    assert found[2] == pytest.approx(found[1])
    # the error is another one: it counts again
    assert found[3, 1] - found[2, 1] == pytest.approx(norm.logpdf(0.03 / spread) - np.log(spread))


def test_height_is_censored_and_vertical_speed_is_seen_with_it_only():
    distance = np.full(3, 100.0)
    pixels = 100.0 * PIXEL_RAD  # 0.0378 m: 0.1134 m would be noticed
    measured = np.array([[0.0, 0.0], [0.3, 1.0], [np.nan, np.nan]])
    z = np.array([[0.0, 0.2], [0.0, 0.3], [0.0, 0.3]])
    vz = np.array([[0.0, 0.5], [0.0, 0.5], [0.0, 0.5]])
    found = of_height(measured, z, vz, distance)
    spread = np.hypot(pixels, HEIGHT_SLACK_M)
    # 0.15 + 0.005 x 100 = 0.65 m/s, and the slack
    speed = np.hypot(0.65, SPEED_SLACK_MPS)
    assert found[0] == pytest.approx([0.0, norm.logcdf((3.0 * pixels - 0.2) / spread)])
    flies = norm.logpdf(0.0) - np.log(spread) + norm.logpdf(0.5 / speed) - np.log(speed)
    lies = norm.logpdf(6.0) - np.log(HEIGHT_SLACK_M) + norm.logpdf(1.0 / speed) - np.log(speed)
    assert found[1] - found[0] == pytest.approx([lies, flies])
    assert found[2] == pytest.approx(found[1])


def make_track(**columns):
    """A run of two decisions with an object at 50 m, and two candidates that move exactly so."""
    rows = np.zeros((2, column.NUM_DEBRIS), np.float32)
    rows[:, [column.D_TRACKED, column.D_VISIBLE]] = 1.0
    rows[:, column.D_DX], rows[:, column.D_SD_X], rows[:, column.D_SD_Y] = 50.0, 1.05, 0.15
    rows[:, column.D_SD_V] = 0.4
    for name, values in columns.items():
        rows[:, getattr(column, name)] = values
    motion = np.zeros((2, 2, len(d.MEASURED)))
    motion[:, :, d.X] = 50.0
    nothing = np.zeros((2, 2))
    drive = Drive(motion, nothing, nothing, nothing > 1.0, nothing < 1.0)
    return TrueDrive(drive, nothing, rows, nothing, nothing, np.zeros((2, 2)), nothing), drive


def test_speeds_have_their_own_shares():
    true, drive = make_track(D_VX=[0.5, 0.5])
    drive.motion[:, 1, d.VX] = 0.5
    found = of_object(true, drive)[1]
    # by hand, two equal residuals of 0.5 m/s: c = 0.28 x 0.4, a = (0.96 x 0.4)^2 + 0.3^2
    c, a = 0.28 * 0.4, (0.96 * 0.4) ** 2 + 0.3**2
    expected = -0.5 * (0.5 / a - (c / a) ** 2 / (1.0 + 2.0 * c * c / a))
    assert LASTING_SPEED == (0.28, 0.96)
    assert found[0] - found[1] == pytest.approx(expected)


def test_a_direction_is_the_same_after_a_whole_turn():
    true, drive = make_track(D_YAW=[3.1, 3.1])
    drive.motion[:, 0, d.YAW], drive.motion[:, 1, d.YAW] = 3.1, 3.1 - 2.0 * np.pi
    assert of_object(true, drive)[1] == pytest.approx([0.0, 0.0], abs=1e-9)


def test_another_face_is_seen_by_the_change_of_a_size():
    true, drive = make_track(D_HEIGHT=[0.6, 0.9], D_DX=[400.0, 400.0])
    drive.motion[:, :, d.SIZES[2]] = [[0.6, 0.6], [0.6, 0.9]]
    found = of_object(true, drive)[1]
    # by hand: residual 0.3 m; lasting 5 % of 0.3 m and 0.6 pixels of the first sighting, fleeting 0.6 pixels
    pixels = 0.6 * 400.0 * PIXEL_RAD
    variance = 0.015**2 + 2.0 * pixels**2 + SIZE_SLACK_M**2
    assert found[0] - found[1] == pytest.approx(-0.5 * 0.09 / variance, rel=1e-5)
