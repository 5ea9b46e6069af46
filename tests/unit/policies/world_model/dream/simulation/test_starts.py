"""The file of starts comes back as it was, or not at all with one clear line."""

import numpy as np
import pytest

from envs.errors import UserError
from envs.specification import column
from policies.world_model.dream.simulation import starts
from policies.world_model.model.checkpoint import SHIPPED


@pytest.fixture(scope="module")
def shipped():
    return starts.read_starts(SHIPPED / starts.FILE)


def test_shipped_starts_fit(shipped):
    assert (SHIPPED / starts.FILE).stat().st_size <= 1_500_000
    assert len(shipped.ego) >= 200
    assert len(set(shipped.families)) >= 10
    assert (np.diff(shipped.limit) >= 0.0).all()
    live = (shipped.debris[:, -1, :, column.D_TRACKED] > 0.5).any(axis=1)
    assert live.mean() > 0.7


def test_round_trip_of_what_was_read_is_exact(shipped, tmp_path):
    starts.write_starts(tmp_path / starts.FILE, shipped)
    again = starts.read_starts(tmp_path / starts.FILE)
    for one, two in zip(shipped, again, strict=True):
        np.testing.assert_array_equal(one, two)


def test_rounding_is_far_below_the_errors_of_measurement(shipped, tmp_path):
    random = np.random.default_rng(0)
    moved = shipped.vehicles.copy()
    tracked = moved[..., column.V_TRACKED] > 0.5
    moved[tracked, column.V_DX] += random.uniform(-1.0, 1.0, int(tracked.sum()))
    starts.write_starts(tmp_path / "a", shipped._replace(vehicles=moved))
    found = starts.read_starts(tmp_path / "a").vehicles
    # 500 m / 65535 = 0.0076 m, of which one at zero; the smallest deviation is 0.05 m
    assert np.abs(found - np.clip(moved, -250.0, 1000.0)).max() < 0.008
    np.testing.assert_array_equal(found[..., column.V_VISIBLE], moved[..., column.V_VISIBLE])
    np.testing.assert_array_equal(found[..., column.V_IDENTITY], moved[..., column.V_IDENTITY])


def test_damage_is_one_clear_line(shipped, tmp_path):
    path = tmp_path / starts.FILE
    with pytest.raises(UserError, match="missing; dreams need it"):
        starts.read_starts(path)
    path.write_bytes(b"nothing")
    with pytest.raises(UserError, match="not a safetensors file"):
        starts.read_starts(path)
    path.write_bytes((SHIPPED / "model.safetensors").read_bytes())
    with pytest.raises(UserError, match="format: expected 'roadworld-dream-starts'"):
        starts.read_starts(path)
    starts.write_starts(path, shipped._replace(families=shipped.families[:-1]))
    with pytest.raises(UserError, match="damaged contents"):
        starts.read_starts(path)


def test_too_large_is_refused(shipped, tmp_path, monkeypatch):
    monkeypatch.setattr(starts, "LARGEST_BYTES", 1000)
    with pytest.raises(UserError, match="allowed are 1,000"):
        starts.write_starts(tmp_path / starts.FILE, shipped)
