"""Fitting: calibration undoes a wrong prior, bootstrap weights belong to episodes, units do not matter."""

import numpy as np
import pytest
import torch

from policies.world_model.model import dynamics as tr
from policies.world_model.training.datasets.transition_dataset import Rows
from policies.world_model.training.fits.fit_events import calibrate, calibration_error
from policies.world_model.training.fits.fit_loop import Training, bootstrap, fit
from policies.world_model.training.fits.fit_transition import ego_loss, emphasise, scales
from policies.world_model.training.fits.torch_networks import EnsembleMlp


def test_calibration_brings_an_oversampled_head_back_to_the_base_rate():
    random = np.random.default_rng(0)
    true = random.normal(-5.3, 1.0, 200_000)
    happened = (random.random(true.size) < 1.0 / (1.0 + np.exp(-true))).astype(np.float32)
    # what a head learns that was shown a quarter of events with a weight of ten
    shown = 1.4 * true + 6.0
    temperature, bias = calibrate(shown, happened)
    probability = 1.0 / (1.0 + np.exp(-(shown / temperature + bias)))
    assert probability.mean() == pytest.approx(happened.mean(), rel=0.1)
    assert calibration_error(probability, happened)[0] < 0.01
    uncorrected = 1.0 / (1.0 + np.exp(-shown))
    assert calibration_error(uncorrected, happened)[0] > 0.1


def test_bootstrap_weights_belong_to_episodes_and_average_one():
    weight = bootstrap(np.arange(20_000), 5, seed=3)
    assert weight.mean() == pytest.approx(1.0, abs=0.02)
    assert weight.var() == pytest.approx(1.0, abs=0.05)
    again = bootstrap(np.array([7, 7, 19_999]), 5, seed=3)
    np.testing.assert_array_equal(again[0], again[1])
    np.testing.assert_array_equal(again[0], weight[7])
    np.testing.assert_array_equal(again[2], weight[19_999])
    assert (bootstrap(np.arange(100), 5, seed=4) != weight[:100]).any()


def test_every_target_has_its_own_scale():
    y = np.random.default_rng(0).normal(size=(1000, 3)).astype(np.float32)
    grown = y.copy()
    grown[:, 1] *= 1000.0
    np.testing.assert_allclose((y / scales(y))[:, [0, 2]], (grown / scales(grown))[:, [0, 2]])
    np.testing.assert_allclose((y / scales(y))[:, 1], (grown / scales(grown))[:, 1], rtol=1e-5)


def test_fit_learns_and_is_repeatable():
    random = np.random.default_rng(0)
    x = random.normal(size=(4000, 2)).astype(np.float32)
    y = (x[:, :1] * 2.0 - np.abs(x[:, 1:])).astype(np.float32)

    def once():
        net = EnsembleMlp(2, 2, 16, 1, torch.Generator().manual_seed(0))
        weight = np.ones((len(x), 2), np.float32)
        loss = lambda out, target: ((out - target) ** 2).mean(dim=-1)  # noqa: E731
        how = Training(2, 600, 0, "cpu", lambda *_: None)
        fit(net, Rows(x, y, np.arange(len(x))), weight, loss, 128, how)
        return net

    one, two = once(), once()
    error = ((one(torch.from_numpy(x)) - torch.from_numpy(y)) ** 2).mean()
    # y varies by 4.4
    assert error.item() < 0.1
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(a, b)


def test_emphasised_rows_are_the_same_rows_more_often():
    x = np.arange(1000, dtype=np.float32)[:, None]
    chosen = x[:, 0] < 10
    made = emphasise(Rows(x, 2.0 * x, x[:, 0].astype(np.int64)), chosen, 0.1)
    rare = made.x[:, 0] < 10
    assert rare.mean() == pytest.approx(0.1, abs=0.005)
    assert np.unique(made.x[rare], return_counts=True)[1].tolist() == [11] * 10
    np.testing.assert_array_equal(np.unique(made.x), x[:, 0])
    np.testing.assert_array_equal(made.y, 2.0 * made.x)
    np.testing.assert_array_equal(made.episode, made.x[:, 0])
    nobody = emphasise(Rows(x, x, made.episode[:1000]), np.zeros(1000, np.bool_), 0.1)
    assert len(nobody.x) == 1000


def test_a_peak_known_within_bounds_is_right_between_them():
    y = torch.zeros(3, tr.NUM_EGO_TARGETS)
    y[:, tr.E_PEAK], y[:, tr.E_PEAK_MOST] = 1.0, 2.0
    out = torch.zeros(3, tr.NUM_EGO_OUT)
    out[:, tr.E_PEAK] = torch.tensor([0.0, 1.5, 4.0])
    out.requires_grad_()
    found = ego_loss(out, y) * tr.NUM_EGO_OUT
    assert found.tolist() == pytest.approx([1.0, 0.0, 4.0])
    found.sum().backward()
    assert out.grad[:, tr.E_PEAK].tolist() == pytest.approx([-2.0, 0.0, 4.0])
    # a known one has one right value
    y[:, tr.E_PEAK_MOST] = 1.0
    assert (ego_loss(out, y) * tr.NUM_EGO_OUT).tolist() == pytest.approx([1.0, 0.25, 9.0])
