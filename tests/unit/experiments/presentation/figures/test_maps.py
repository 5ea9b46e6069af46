"""Who-wins-where maps: cells by hand."""

import math

import numpy as np
import pytest

from experiments.presentation.figures.maps import LEAST_INSTANCES, Axis, find_cells

MASS = Axis("mass_kg", "mass", (0.0, 1.0, 10.0, math.inf))
ROOM = Axis("gap_m", "room", (0.0, 20.0, math.inf))


def test_cells_by_hand():
    # six light ones with room, five heavy ones without (an edge belongs to the bin above it), one stray
    mass = np.array([0.5] * 6 + [10.0] * 5 + [2.0])
    room = np.array([np.inf] * 6 + [19.9] * 5 + [20.0])
    usd = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -10.0, -10.0, -10.0, -10.0, -10.0, 99.0])
    cells = find_cells(mass, room, usd, MASS, ROOM)
    assert cells.num.tolist() == [[0, 0, 5], [6, 1, 0]]
    assert cells.mean_usd[1, 0] == 3.5
    assert cells.error_usd[1, 0] == pytest.approx(math.sqrt(3.5 / 6))
    assert cells.mean_usd[0, 2] == -10.0
    assert cells.error_usd[0, 2] == 0.0
    # fewer than five say nothing
    assert LEAST_INSTANCES == 5
    assert np.isnan(cells.mean_usd[1, 1])
    assert np.isnan(cells.mean_usd[0, 0])


def test_values_beyond_the_edges_fall_into_the_outer_bins():
    cells = find_cells(np.full(5, -3.0), np.full(5, 1e9), np.ones(5), MASS, ROOM)
    assert cells.num.tolist() == [[0, 0, 0], [5, 0, 0]]
