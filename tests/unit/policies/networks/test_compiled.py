"""Compiled networks give torch's numbers, one row at a time, whatever the batch."""

import numpy as np
import torch

from policies.networks.compiled import forward, gru_step
from policies.world_model.training.fits.torch_networks import EnsembleMlp, Filter


def test_compiled_ensemble_equals_torch():
    net = EnsembleMlp(3, 7, 16, 5, torch.Generator().manual_seed(0))
    with torch.no_grad():
        for bias in net.biases:
            bias.uniform_(-1.0, 1.0, generator=torch.Generator().manual_seed(1))
    x = np.random.default_rng(0).normal(size=(11, 7)).astype(np.float32)
    expected = net(torch.from_numpy(x)).detach().numpy()
    exported, hidden = net.export(), np.zeros((2, 16), np.float32)
    out = np.zeros(5, np.float32)
    for member in range(3):
        for row in range(len(x)):
            forward(exported, member, x[row], hidden, out)
            np.testing.assert_allclose(out, expected[member, row], atol=1e-5)


def test_compiled_filter_equals_torch_over_a_hundred_steps():
    net = Filter(6, 12, 2, 4, 3, torch.Generator().manual_seed(0))
    x = np.random.default_rng(1).normal(size=(1, 100, 6)).astype(np.float32)
    expected, _ = net(torch.from_numpy(x), torch.arange(100))
    gru, contents = net.export(), net.contents.export()
    memory, gates = np.zeros(12, np.float32), np.zeros((2, 36), np.float32)
    hidden, out = np.zeros((2, 12), np.float32), np.zeros(4, np.float32)
    for step in range(100):
        gru_step(gru, x[0, step], memory, gates)
        forward(contents, 1, memory, hidden, out)
        np.testing.assert_allclose(out, expected[1, step].detach().numpy(), atol=1e-5)


def test_members_differ():
    net = EnsembleMlp(2, 3, 8, 2, torch.Generator().manual_seed(0))
    out = net(torch.ones(1, 3))
    assert not torch.allclose(out[0], out[1])
