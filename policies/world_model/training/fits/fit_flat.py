"""Training of the flat network: one for ego, vehicles and objects together, an ablation of the factored ones."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS
from policies.networks.compiled import no_net
from policies.perception.crashed_vehicles import CRASH_MPS2
from policies.world_model.estimation.parameters import Scale
from policies.world_model.model import dynamics as tr
from policies.world_model.model.flat_features import (
    CAR_COLUMNS,
    CAR_HARSHEST,
    FIRST_CAR,
    FIRST_THING,
)
from policies.world_model.model.parameters import Transition
from policies.world_model.training.datasets.flat_dataset import PEAK_MOST
from policies.world_model.training.datasets.transition_dataset import Rows
from policies.world_model.training.fits.fit_loop import (
    Training,
    bootstrap,
    fit_ensemble,
    gaussian,
)
from policies.world_model.training.fits.fit_transition import CRASHED_SHARE, emphasise, scales


def fit_flat(rows: Rows, hidden: int, training: Training) -> Transition:
    """Fit the flat network.

    Without the other nets. The log variances are left behind: they are for learning, plans take means.
    """
    ego, car, thing = flat_scales(rows.y)
    cars, things = np.tile(car, VEHICLE_SLOTS), np.tile(thing, DEBRIS_SLOTS)
    scale = np.concatenate([ego, cars, things, ego[[tr.E_PEAK]]])
    harshest = rows.x[:, FIRST_CAR + CAR_HARSHEST : FIRST_THING : CAR_COLUMNS]
    crashed = np.asarray((harshest > CRASH_MPS2 / 10.0).any(axis=1))
    shown = emphasise(rows, crashed, CRASHED_SHARE)
    outputs = 2 * tr.NUM_FLAT_OUT - tr.NUM_EGO_OUT
    scaled = shown._replace(y=(shown.y / scale).astype(np.float32))
    weight = bootstrap(shown.episode, training.members, training.seed)
    found = fit_ensemble(scaled, weight, (hidden, outputs), flat_loss, 512, training)
    none = no_net(training.members)
    means = found._replace(
        w3=np.ascontiguousarray(found.w3[..., : tr.NUM_FLAT_OUT]),
        b3=np.ascontiguousarray(found.b3[..., : tr.NUM_FLAT_OUT]),
    )
    return Transition(none, ego, none, car, none, thing, means)


def flat_scales(y: NDArray[np.float32]) -> tuple[Scale, Scale, Scale]:
    """Scales of the targets of ego, vehicles and objects, equal in every slot; 1 for unknown targets."""
    ego = _known(y[:, : tr.FLAT_CARS])
    exact = y[:, tr.E_PEAK] == y[:, PEAK_MOST]
    ego[tr.E_PEAK] = _known(y[exact, : tr.FLAT_CARS])[tr.E_PEAK]
    cars = y[:, tr.FLAT_CARS : tr.FLAT_THINGS].reshape(-1, tr.NUM_CAR_OUT)
    things = y[:, tr.FLAT_THINGS : tr.NUM_FLAT_OUT].reshape(-1, tr.NUM_THING_OUT)
    return ego, _known(cars), _known(things)


def _known(y: NDArray[np.float32]) -> Scale:
    """Scales over the rows with known targets."""
    known = y[np.isfinite(y).all(axis=1)]
    return scales(known) if len(known) else np.ones(y.shape[1])


def flat_loss(out: Tensor, y: Tensor) -> Tensor:
    """Sum of the losses of ego, vehicles and objects; NaN targets are ignored."""
    n, own = tr.NUM_FLAT_OUT, tr.NUM_EGO_OUT
    mean, peak = out[..., :n], out[..., tr.E_PEAK].detach()
    # within its bounds a peak is right anywhere
    within = torch.minimum(torch.maximum(peak, y[..., tr.E_PEAK]), y[..., PEAK_MOST])
    wanted = y[..., :n].clone()
    wanted[..., tr.E_PEAK] = within
    known = torch.isfinite(wanted)
    wanted = torch.where(known, wanted, mean.detach())
    ego = (mean[..., :own] - wanted[..., :own]) ** 2
    others = gaussian(mean[..., own:], out[..., n:], wanted[..., own:])
    each = torch.cat([ego, others], dim=-1)
    return torch.where(known, each, torch.zeros_like(each)).mean(dim=-1)
