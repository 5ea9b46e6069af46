"""Training of the transition ensemble: ego with commands, other vehicles, objects."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from policies.networks.compiled import Net, no_net
from policies.perception.crashed_vehicles import CRASH_MPS2
from policies.world_model.estimation.parameters import Scale
from policies.world_model.model import dynamics as tr
from policies.world_model.model import motion_features as mf
from policies.world_model.model.parameters import Transition
from policies.world_model.training.datasets.transition_dataset import Rows, Transitions
from policies.world_model.training.fits.fit_loop import (
    Loss,
    Training,
    bootstrap,
    fit_ensemble,
    gaussian,
)

EGO_HIDDEN, CAR_HIDDEN, THING_HIDDEN = 64, 64, 32

CRASHED_SHARE: Final = 0.1
"""Of the rows of vehicles that are shown: those that have struck something, 1 in 180 of the log, which decide what the
road looks like after a crash [A]."""

LEAST_SCALE: Final = 1e-4
"""Targets hardly ever vary less than this in SI units; below it a scale would blow up rounding."""


def fit_transition(data: Transitions, training: Training) -> Transition:
    """Fit all three networks."""
    one, two, three = (training._replace(seed=training.seed + k) for k in range(3))
    ego, ego_scale = _fit(data.ego, (EGO_HIDDEN, tr.NUM_EGO_OUT), ego_loss, one)
    car, car_scale = _fit(data.car, (CAR_HIDDEN, 2 * tr.NUM_CAR_OUT), _car_loss, two)
    shape = THING_HIDDEN, 2 * tr.NUM_THING_OUT + 1
    thing, thing_scale = _fit(data.thing, shape, _thing_loss, three)
    return Transition(
        ego,
        ego_scale[: tr.NUM_EGO_OUT].copy(),
        car,
        car_scale,
        thing,
        thing_scale[: tr.NUM_THING_OUT].copy(),
        no_net(training.members),
    )


def _fit(rows: Rows, shape: tuple[int, int], loss: Loss, training: Training) -> tuple[Net, Scale]:
    """Fit one network with the scales of its targets."""
    scale = scales(rows.y)
    if loss is ego_loss:
        known = rows.y[:, tr.E_PEAK] == rows.y[:, tr.E_PEAK_MOST]
        scale[tr.E_PEAK] = scale[tr.E_PEAK_MOST] = scales(rows.y[known])[tr.E_PEAK]
    if loss is _thing_loss:
        free = rows.y[:, tr.NUM_THING_OUT] == 0.0
        scale = scales(rows.y[free])
        scale[tr.NUM_THING_OUT] = 1.0
    if loss is _car_loss:
        # scaled by what is usual, shown what is rare
        rows = emphasise(rows, rows.x[:, mf.HARSHEST] > CRASH_MPS2 / 10.0, CRASHED_SHARE)
    scaled = rows._replace(y=(rows.y / scale).astype(np.float32))
    weight = bootstrap(rows.episode, training.members, training.seed)
    return fit_ensemble(scaled, weight, shape, loss, 512, training), scale


def emphasise(rows: Rows, chosen: NDArray[np.bool_], share: float) -> Rows:
    """All rows, with the chosen ones repeated a whole number of times.

    Parameters
    ----------
    rows
        One supervised problem.
    chosen
        ``(N,)``: which ones, by their inputs alone, so that the targets of every input keep the log's distribution.
    share
        Of the result that they are, at least.
    """
    count = int(chosen.sum())
    times = max(round(share * (len(chosen) - count) / ((1.0 - share) * max(count, 1))), 1)
    index = np.concatenate([np.arange(len(chosen)), np.tile(np.flatnonzero(chosen), times - 1)])
    return Rows(rows.x[index], rows.y[index], rows.episode[index])


def scales(y: NDArray[np.float32]) -> NDArray[np.float64]:
    """Standard deviation of every target, one each (arXiv 2510.01457)."""
    found: NDArray[np.float64] = np.maximum(y.astype(np.float64).std(axis=0), LEAST_SCALE)
    return found


def ego_loss(out: Tensor, y: Tensor) -> Tensor:
    """Squared errors; for a peak known within bounds, every value between them is right."""
    n = tr.NUM_EGO_OUT
    within = torch.minimum(torch.maximum(out[..., tr.E_PEAK], y[..., tr.E_PEAK]), y[..., n])
    wanted = torch.cat([y[..., : tr.E_PEAK], within.unsqueeze(-1)], dim=-1)
    return ((out - wanted) ** 2).mean(dim=-1)


def _car_loss(out: Tensor, y: Tensor) -> Tensor:
    n = tr.NUM_CAR_OUT
    return gaussian(out[..., :n], out[..., n:], y).mean(dim=-1)


def _thing_loss(out: Tensor, y: Tensor) -> Tensor:
    n = tr.NUM_THING_OUT
    struck = y[..., n]
    # what another car does to it is an event, not free motion
    free = gaussian(out[..., :n], out[..., n : 2 * n], y[..., :n]).mean(dim=-1) * (1.0 - struck)
    event = torch.nn.functional.binary_cross_entropy_with_logits(
        out[..., tr.STRUCK], struck, reduction="none"
    )
    return free + event
