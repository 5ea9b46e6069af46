"""P5: the fast kernels equal the plain ones bit for bit, from any state, in any process."""

import numpy as np
import pytest

from envs.batched.kernels.tick import traffic_tick
from envs.batched.kernels.workspace import make_workspace
from envs.specification import vehicle
from tests.parity import plain_kernel
from tests.parity.random_worlds import random_scene
from tests.parity.translate import differences

pytestmark = pytest.mark.parity

NUM_WORLDS = 60
NUM_TICKS = 40


def first_difference(seed, num_ticks, spoil=None):
    """Run one random world in both kernels; ``spoil`` may change the fast one's scene first."""
    plain = random_scene(np.random.default_rng(seed), wild=seed % 2 == 0)
    fast = plain.copy()
    if spoil is not None:
        spoil(fast)
    work = make_workspace(fast.n, fast.num_obstacles)
    for tick in range(num_ticks):
        plain_kernel.plain_tick(plain)
        traffic_tick(*fast, work)
        found = differences(plain, fast)
        if found:
            return [f"tick {tick}", *found]
    return []


@pytest.mark.parametrize("start", range(0, NUM_WORLDS, 10))
def test_fast_equals_plain(start):
    found = {seed: first_difference(seed, NUM_TICKS) for seed in range(start, start + 10)}
    assert {seed: lines for seed, lines in found.items() if lines} == {}


def test_order_stays_sorted_and_padding_untouched():
    for seed in range(20):
        scene = random_scene(np.random.default_rng(seed))
        work = make_workspace(scene.n, scene.num_obstacles)
        for _ in range(10):
            traffic_tick(*scene, work)
        order = scene.vehicle_i[vehicle.ORDER, : scene.n]
        x = scene.vehicle_f[vehicle.X, : scene.n]
        np.testing.assert_array_equal(order, np.argsort(x, kind="stable"))
        assert np.isnan(scene.vehicle_f[:, scene.n :]).all()
        assert not scene.vehicle_i[:, scene.n :].any()


def swap_targets(scene):
    """A shifted index: every vehicle steers for the lane of the vehicle before it."""
    row = scene.vehicle_i[vehicle.TARGET_LANE, : scene.n]
    row[:] = np.roll(row, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COMFORT", 3.0 * (1 + 1e-15)),
        ("BRAKING", 5.0 * (1 + 1e-15)),
        ("KP_LATERAL", (1 / 0.6) * (1 + 1e-15)),
        ("KP_HEADING", 5.0 * (1 + 1e-15)),
        ("TICK", (1 / 15) * (1 + 1e-15)),
        ("SIDES", (+1, -1)),
        ("GAIN", -0.2),
        ("SAFE", 20.0),
        ("DELAY", 0.9),
    ],
)
def test_comparison_notices_a_wrong_number(monkeypatch, name, value):
    monkeypatch.setattr(plain_kernel, name, value)
    assert any(first_difference(seed, 20) for seed in range(NUM_WORLDS))


def test_comparison_notices_a_shifted_index():
    assert any(first_difference(seed, 1, swap_targets) for seed in range(4))


def test_comparison_notices_a_plain_dot_product(monkeypatch):
    monkeypatch.setattr(plain_kernel, "fused", lambda a, b, c: a * b + c)
    assert any(first_difference(seed, 20) for seed in range(10))
