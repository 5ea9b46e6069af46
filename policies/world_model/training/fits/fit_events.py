"""Training of the event heads (contact, collision, severity, slip) and their calibration."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from envs.physics.compilation import compiled
from envs.specification.world import Array
from policies.networks.compiled import Net, forward, logistic
from policies.world_model.model.contact_outcome import NUM_MODES, NUM_OUTCOMES, NUM_SEVERITY_OUT
from policies.world_model.model.event_features import EXACT_COLLISION, EXACT_CONTACT
from policies.world_model.model.parameters import EventNets
from policies.world_model.training.datasets.event_dataset import Events
from policies.world_model.training.datasets.transition_dataset import Rows
from policies.world_model.training.fits.fit_loop import (
    Loss,
    Training,
    bootstrap,
    fit_ensemble,
    gaussian,
)
from policies.world_model.training.fits.fit_transition import scales

EVENT_HIDDEN, SEVERITY_HIDDEN = 32, 96

SEVERITY_UPDATES: Final = 3
"""Updates of the severity head per update of the other heads: it has the most outputs [A]."""

LEAST_SPREAD: Final = 1e-2


def fit_events(
    train: Events,
    validation: Events,
    middles: NDArray[np.float64],
    training: Training,
) -> EventNets:
    """Fit all heads, then calibrate the two that are probabilities.

    Parameters
    ----------
    train, validation
        Of ``imagine_events``; nothing is oversampled, so no prior has to be corrected.
    middles
        ``(NUM_CLASSES, NUM_PROPERTIES)`` of ``classes.Book.middles``.
    training
        Of each head.
    """

    def one(rows: Rows, shape: tuple[int, int], loss: Loss, batch: int, how: Training) -> Net:
        weight = bootstrap(rows.episode, training.members, training.seed)
        return fit_ensemble(rows, weight, shape, loss, batch, how)

    def head(rows: Rows, batch: int, offset: int) -> Net:
        how = training._replace(seed=training.seed + offset)
        return one(rows, (EVENT_HIDDEN, 1), _event_loss, batch, how)

    contact, collision = head(train.contact, 512, 0), head(train.collision, 512, 1)
    outcomes = train.severity.y[:, NUM_MODES:]
    does = train.severity.y[:, 0] == 0.0
    scale = np.maximum(scales(outcomes[does]), LEAST_SPREAD)
    shift = outcomes[does].astype(np.float64).mean(axis=0)
    y = train.severity.y.copy()
    y[:, NUM_MODES:] = (outcomes - shift) / scale
    longer = SEVERITY_UPDATES * training.updates
    how = training._replace(updates=longer, seed=training.seed + 2)
    shape = SEVERITY_HIDDEN, NUM_SEVERITY_OUT
    severity = one(train.severity._replace(y=y), shape, _severity_loss, 384, how)
    slip = head(train.slip, 256, 3)
    return EventNets(
        contact,
        _calibrate_both(contact, validation.contact, EXACT_CONTACT),
        collision,
        _calibrate_both(collision, validation.collision, EXACT_COLLISION),
        severity,
        scale,
        shift,
        slip,
        middles,
    )


def _calibrate_both(net: Net, held: Rows, exact: int) -> NDArray[np.float64]:
    """Calibrations ``(2, 2)`` for imagined and for exact positions; ``exact`` is the feature that separates them."""
    logits, is_exact = mean_logits(net, held.x), held.x[:, exact] < 0.0
    parts = (~is_exact, is_exact)
    return np.stack([calibrate(logits[part], held.y[part, 0]) for part in parts])


def _event_loss(out: Tensor, y: Tensor) -> Tensor:
    return torch.nn.functional.binary_cross_entropy_with_logits(out, y, reduction="none")[..., 0]


def _severity_loss(out: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of the mode, and likelihood of the outcomes given the true mode."""
    mode = y[..., :NUM_MODES]
    total = -(mode * torch.log_softmax(out[..., :NUM_MODES], dim=-1)).sum(dim=-1)
    for m in range(1, NUM_MODES):
        base = NUM_MODES + (m - 1) * 2 * NUM_OUTCOMES
        mean = out[..., base : base + NUM_OUTCOMES]
        spread = out[..., base + NUM_OUTCOMES : base + 2 * NUM_OUTCOMES]
        each = gaussian(mean, spread, y[..., NUM_MODES:]).mean(dim=-1)
        total = total + mode[..., m] * each
    return total


@compiled
def mean_logits(net: Net, x: Array) -> Array:
    """Logit of the members' mean probability for every row, ``(N,)``."""
    found = np.empty(x.shape[0])
    hidden = np.empty((2, net.b1.shape[1]), np.float32)
    out = np.empty(1, np.float32)
    members = net.b1.shape[0]
    for k in range(x.shape[0]):
        p = 0.0
        for e in range(members):
            forward(net, e, x[k], hidden, out)
            p += logistic(out[0]) / members
        p = min(max(p, 1e-9), 1.0 - 1e-9)
        found[k] = np.log(p / (1.0 - p))
    return found


def calibrate(logits: NDArray[np.float64], happened: NDArray[np.float32]) -> NDArray[np.float64]:
    """Temperature and bias ``(2,)`` that maximise the likelihood of ``logit / temperature + bias``.

    Parameters
    ----------
    logits
        ``(N,)``.
    happened
        ``(N,)`` 0 or 1.
    """

    def loss(free: NDArray[np.float64]) -> float:
        z = logits * np.exp(-free[0]) + free[1]
        return float((np.logaddexp(0.0, z) - happened * z).mean())

    found = minimize(loss, np.zeros(2), method="Nelder-Mead")
    return np.array([np.exp(found.x[0]), found.x[1]])


def calibration_error(
    probability: NDArray[np.float64], happened: NDArray[np.float32], bins: int = 15
) -> tuple[float, float]:
    """Expected calibration error over bins of equal mass, and the Brier score."""
    order = np.argsort(probability, kind="stable")
    error = 0.0
    for part in np.array_split(order, bins):
        if part.size:
            gap = abs(probability[part].mean() - happened[part].mean())
            error += gap * part.size / len(order)
    return float(error), float(((probability - happened) ** 2).mean())
