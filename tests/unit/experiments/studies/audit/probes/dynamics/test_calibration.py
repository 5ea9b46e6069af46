"""Coverage, calibration error and the counts behind the reliability diagram, by hand."""

import numpy as np
import pytest

from experiments.presentation.figures.reliability import draw_reliability
from experiments.presentation.figures.style import styled
from experiments.studies.audit.probes.dynamics.calibration import (
    _inside,
    calibration_error,
    count_bins,
    count_by_probability,
)
from experiments.studies.audit.subjects.rollout import empty_futures


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


def future(touched, collided):
    found = empty_futures(np.zeros((len(touched), 8), bool), 3)
    found.touched[:, 2:, 1] = np.array(touched)[:, None]
    found.collided[:, 3] = collided
    return found


def test_bins_by_hand():
    p = np.array([0.0, 0.05, 0.3, 0.3, 0.3, 1.0])
    happened = np.array([False, False, True, False, False, True])
    rows = count_bins(p, happened)
    assert [(row["low"], row["count"], row["happened"]) for row in rows] == [
        (0.0, 2, 0), (0.3, 3, 1), (0.9, 1, 1),
    ]  # fmt: skip
    assert rows[0]["predicted"] == 0.025
    # Wilson at 95 %, 1 of 3: (1/3 + z2/6 -+ z sqrt(2/27 + z2/36)) / (1 + z2/3)
    assert rows[1]["share_low"] == pytest.approx(0.0615, abs=1e-4)
    assert rows[1]["share_high"] == pytest.approx(0.7923, abs=1e-4)


def test_three_of_ten_draws_are_in_the_bin_that_begins_at_three_tenths():
    for k in range(10):
        draws = np.arange(10) < k
        (row,) = count_bins(np.array([draws.mean()]), np.array([True]))
        assert row["low"] == k / 10


def test_the_probability_is_the_share_of_draws():
    true = future([True, False], [False, False])
    draws = [future([True, False], [True, False]), future([False, False], [False, False])]
    found = count_by_probability(true, draws)
    assert [(row["predicted"], row["happened"]) for row in found["contact"]] == [(0.0, 0), (0.5, 1)]
    assert [(row["predicted"], row["happened"]) for row in found["collision"]] == [
        (0.0, 0),
        (0.5, 0),
    ]


def test_the_diagram_shows_every_bin():
    p = np.array([0.05, 0.45, 0.95, 0.95])
    rows = count_bins(p, np.array([False, True, True, False]))
    with styled():
        figure = draw_reliability({"contact": rows, "collision": rows[:1]})
    shares, events = figure.axes[0], figure.axes[1]
    points = [
        tuple(line.get_xydata()[0]) for line in shares.get_lines() if line.get_marker() == "o"
    ]
    assert points == [(0.05, 0.0), (0.45, 1.0), (0.95, 0.5)]
    assert [text.get_text() for text in shares.texts] == ["1", "1", "2"]
    assert shares.get_title(loc="left") == "contact, 4 moments"
    assert events.get_title(loc="left") == "collision, 1 moments"
