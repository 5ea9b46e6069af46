"""The training loop of an ensemble: separate batches for every member, and a learning-rate schedule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from policies.networks.compiled import Net
from policies.world_model.training.datasets.transition_dataset import Rows
from policies.world_model.training.fits.torch_networks import EnsembleMlp

LEARNING_RATE, LAST_RATE = 1e-3, 2e-5
WEIGHT_DECAY, CLIP = 1e-4, 10.0
"""Of AdamW (policies/world_model/SOURCES.md 3.4)."""

BETA: Final = 0.5
"""Exponent of the variance that weighs each likelihood term (arXiv 2203.09168): plain likelihood lets hard dimensions
be declared noisy and ignored."""

LOG_VARIANCE: Final = (-9.0, 3.0)
"""Bounds of predicted log variances, in squared units of the target's scale."""

Loss = Callable[[Tensor, Tensor], Tensor]
"""``(outputs (E, N, outputs), targets (E, N, targets)) -> losses (E, N)``."""

Report = Callable[[int, int, float], None]
"""Called with update, number of updates and loss."""


class Training(NamedTuple):
    """Settings of a training."""

    members: int  # of the ensemble
    updates: int
    seed: int  # of initial weights, batches, bootstrap and dropout
    device: str  # of torch
    report: Report  # gets every hundredth update


def fit_ensemble(
    rows: Rows, weight: NDArray[np.float32], shape: tuple[int, int], loss: Loss, batch: int, training: Training
) -> Net:  # fmt: skip
    """A new ensemble, fitted to rows, as compiled code takes it; ``shape`` is its hidden width and its outputs."""
    generator = torch.Generator().manual_seed(training.seed)
    net = EnsembleMlp(weight.shape[1], rows.x.shape[1], *shape, generator).to(training.device)
    fit(net, rows, weight, loss, batch, training)
    return net.export()


def fit(
    net: EnsembleMlp,
    rows: Rows,
    weight: NDArray[np.float32],
    loss: Loss,
    batch: int,
    training: Training,
) -> None:
    """Fit a net of ``E`` members in place.

    ``weight`` ``(N, E)`` >= 0 says how often a row counts for a member, ``batch`` how many rows each sees in an update.
    """
    random = np.random.default_rng(training.seed)
    device = net.weights[0].device
    members = weight.shape[1]
    descent = Descent(net, LEARNING_RATE, members, training)
    for _ in range(training.updates):
        drawn = random.integers(len(rows.x), size=(members, batch))
        inputs = torch.from_numpy(rows.x[drawn]).to(device)
        targets = torch.from_numpy(rows.y[drawn]).to(device)
        counts = torch.from_numpy(weight[drawn, np.arange(members)[:, None]]).to(device)
        each = loss(net(inputs), targets) * counts
        descent.step((each.sum(dim=1) / counts.sum(dim=1).clamp(min=1.0)).sum())


class Descent:
    """Updates of a net of ``members`` by AdamW, from a learning rate down to a fiftieth of it."""

    def __init__(self, net: nn.Module, rate: float, members: int, training: Training) -> None:
        self._net, self._members, self._training = net, members, training
        self._optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=WEIGHT_DECAY)
        self._schedule = torch.optim.lr_scheduler.LinearLR(
            self._optimizer, 1.0, LAST_RATE / LEARNING_RATE, training.updates
        )
        self._done = 0

    def step(self, total: Tensor) -> None:
        """One update with clipped gradients; every hundredth and the last one are reported."""
        self._optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._net.parameters(), CLIP)
        self._optimizer.step()
        self._schedule.step()
        self._done += 1
        updates = self._training.updates
        if self._done % 100 == 0 or self._done == updates:
            self._training.report(self._done, updates, float(total.detach()) / self._members)


def bootstrap(episode: NDArray[np.integer[Any]], members: int, seed: int) -> NDArray[np.float32]:
    """Poisson(1) weights by episode, ``(N, members)``, independent of which other episodes are loaded.

    Parameters
    ----------
    episode
        ``(N,)`` numbers that identify the episodes.
    members
        Of the ensemble.
    seed
        Of the training run.
    """
    key = episode.astype(np.uint64)[:, None] * np.uint64(64) + np.arange(members, dtype=np.uint64)
    uniform = hash_uniform(key.astype(np.uint64), seed)
    # cumulated probabilities of a Poisson distribution with mean 1
    limits = np.cumsum(np.exp(-1.0) / np.array([1.0, 1.0, 2.0, 6.0, 24.0, 120.0]))
    weight: NDArray[np.float32] = np.searchsorted(limits, uniform).astype(np.float32)
    return weight


def hash_uniform(key: NDArray[np.uint64], seed: int) -> NDArray[np.float64]:
    """A number in [0, 1) for every key, by splitmix64's finaliser."""
    with np.errstate(over="ignore"):
        z = key + np.uint64(0x9E3779B97F4A7C15) * np.uint64(seed + 1)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    uniform: NDArray[np.float64] = (z >> np.uint64(11)) / float(1 << 53)
    return uniform


def gaussian(mean: Tensor, log_variance: Tensor, target: Tensor) -> Tensor:
    """Beta-weighted negative log likelihood of each term, in units of the target's scale."""
    bounded = log_variance.clamp(*LOG_VARIANCE)
    each = 0.5 * ((target - mean) ** 2 * torch.exp(-bounded) + bounded)
    weighted: Tensor = each * torch.exp(bounded).detach() ** BETA
    return weighted
