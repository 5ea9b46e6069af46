"""Training of the emission networks: visibility, measurement deviations, and the persistence of errors."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from policies.networks.compiled import Net
from policies.world_model.model import emission_features as em
from policies.world_model.model.parameters import EmissionNets
from policies.world_model.training.datasets.emission_dataset import Emissions
from policies.world_model.training.datasets.transition_dataset import Rows
from policies.world_model.training.fits.fit_loop import Loss, Training, fit_ensemble

EMISSION_HIDDEN: Final = 24
BATCH: Final = 512

LARGEST_ERROR: Final = 5.0
"""Errors beyond this many standard deviations are not measurement errors."""


def fit_emission(data: Emissions, training: Training) -> EmissionNets:
    """Fit both networks."""
    car = _fit(data.car, _car_loss, em.NUM_CAR_EMISSIONS, training)
    later = training._replace(seed=training.seed + 1)
    thing = _fit(data.thing, _thing_loss, em.NUM_THING_EMISSIONS, later)
    shares = np.array([persistence(data.car_errors), persistence(data.thing_errors)])
    return EmissionNets(car, thing, shares)


def _fit(rows: Rows, loss: Loss, outputs: int, training: Training) -> Net:
    """Fit one network with one member, because all ensemble members share it."""
    weight = np.ones((len(rows.x), 1), np.float32)
    return fit_ensemble(rows, weight, (EMISSION_HIDDEN, outputs), loss, BATCH, training)


def _shared_loss(out: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Loss of the outputs that both networks share, and whether the rest counts, as hidden bodies are not measured."""
    seen = y[..., em.VISIBLE]
    visible = cross_entropy(out[..., em.VISIBLE], seen, reduction="none")
    span = slice(em.LOG_SD_X, em.LOG_SD_SIZE + 1)
    return visible + seen * ((out[..., span] - y[..., span]) ** 2).mean(dim=-1), seen


def _car_loss(out: Tensor, y: Tensor) -> Tensor:
    total, seen = _shared_loss(out, y)
    lamp = cross_entropy(out[..., em.LAMP], y[..., em.LAMP], reduction="none")
    jolts = cross_entropy(out[..., em.JOLTS], y[..., em.JOLTS], reduction="none")
    size = (out[..., em.LOG_JOLT] - y[..., em.LOG_JOLT]) ** 2 * y[..., em.JOLTS]
    loss: Tensor = total + seen * (lamp + jolts + size)
    return loss


def _thing_loss(out: Tensor, y: Tensor) -> Tensor:
    total, seen = _shared_loss(out, y)
    log_sd = out[..., em.LOG_SD_LOOK].clamp(-4.0, 3.0)
    away = (out[..., em.LOOK] - y[..., em.LOOK]) * torch.exp(-log_sd)
    loss: Tensor = total + seen * (0.5 * away**2 + log_sd)
    return loss


def persistence(errors: NDArray[np.float32]) -> float:
    """Share, 0 to 1, of a standard normal error that persists for the life of its track.

    Parameters
    ----------
    errors
        ``(N, 2)`` in standard deviations; not a number where nothing was measured.

    Examples
    --------
    >>> import numpy as np
    >>> float(persistence(np.array([[1.0, 1.0], [-2.0, -2.0]], np.float32)))
    1.0
    """
    # an object that has just been hit is elsewhere than where it was measured
    known = errors[(np.abs(errors) < LARGEST_ERROR).all(axis=1)].astype(np.float64)
    anew = 0.5 * ((known[:, 1] - known[:, 0]) ** 2).mean()
    return float(np.sqrt(np.clip(1.0 - anew, 0.0, 1.0)))
