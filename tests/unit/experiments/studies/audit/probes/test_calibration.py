"""Coverage and calibration error count what they say."""

import numpy as np
import pytest

from experiments.studies.audit.probes.calibration import _inside, calibration_error


def test_coverage_is_the_share_of_bodies_inside():
    # 101 draws from 0 to 100: the central half reaches from 25 to 75
    said = np.tile(np.arange(101.0)[:, None, None], (1, 2, 3))
    known = np.array([[50.0, 24.0, np.nan], [np.nan, np.nan, np.nan]])
    assert _inside(known, said, 0.5)[0] == pytest.approx(0.5)
    assert _inside(known, said, 0.8)[0] == pytest.approx(1.0)
    assert np.isnan(_inside(known, said, 0.5)[1])


def test_calibration_error_of_the_sure_and_right_is_zero():
    met = np.array([0.0, 1.0] * 40)
    assert calibration_error(met, met) == 0.0
    assert calibration_error(1.0 - met, met) == 1.0
    half = np.full(80, 0.5)
    assert calibration_error(half, met) == pytest.approx(0.0)
    assert calibration_error(np.full(80, 0.9), met) == pytest.approx(0.4)
