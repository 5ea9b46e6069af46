"""Training of the belief filter: contents and positions of objects from their look and motion."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch

from envs.specification.debris import NUM_LOOKS
from policies.world_model.estimation.belief_features import (
    FIRST_LOOK,
    NUM_BELIEF_FEATURES,
    NUM_CORRECTIONS,
)
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.estimation.parameters import FilterNets
from policies.world_model.training.datasets.track_sequences import Tracks
from policies.world_model.training.fits.fit_loop import (
    LEARNING_RATE,
    Descent,
    Training,
    bootstrap,
    gaussian,
)
from policies.world_model.training.fits.torch_networks import Filter

HIDDEN: Final = 48
TRACKS_PER_UPDATE: Final = 96
WHERE_WEIGHT: Final = 0.5


def fit_filter(tracks: Tracks, look_dropout: float, training: Training) -> FilterNets:
    """Fit the filter; it has a head for the class per member.

    ``look_dropout`` is the share of tracks whose look posterior is hidden throughout: of an unknown type, size, motion
    and echo say more than the look.
    """
    members, updates, seed, device, _ = training
    generator = torch.Generator().manual_seed(seed)
    random = np.random.default_rng(seed)
    net = Filter(NUM_BELIEF_FEATURES, HIDDEN, members, NUM_CLASSES, NUM_CORRECTIONS, generator).to(
        device
    )
    descent = Descent(net, LEARNING_RATE * 2.0, members, training)
    weight = bootstrap(tracks.episode, members, seed)
    steps = np.arange(tracks.x.shape[1])
    inside = steps < tracks.length[:, None]
    scale = np.maximum(tracks.where[inside].astype(np.float64).std(axis=0), 1e-3)
    for _ in range(updates):
        rows = random.integers(len(tracks.x), size=TRACKS_PER_UPDATE)
        longest = int(tracks.length[rows].max())
        x = tracks.x[rows, :longest].copy()
        hidden = random.random(len(rows)) < look_dropout
        x[hidden, :, FIRST_LOOK : FIRST_LOOK + NUM_LOOKS] = 1.0 / NUM_LOOKS
        # half of the batch lies behind the end of a track: no head needs to look there
        track, time = np.nonzero(inside[rows, :longest])
        mine, chosen = rows[track], torch.from_numpy(track * longest + time).to(device)
        logits, where = net(torch.from_numpy(x).to(device), chosen)
        target = torch.from_numpy(tracks.kind[mine]).to(device).expand(members, -1)
        contents = torch.nn.functional.cross_entropy(
            logits.transpose(1, 2), target, reduction="none"
        )
        counts = torch.from_numpy(weight[mine].T.copy()).to(device)
        total = ((contents * counts).sum(dim=1) / counts.sum(dim=1).clamp(min=1.0)).sum()
        true = torch.from_numpy((tracks.where[mine, time] / scale).astype(np.float32)).to(device)
        n = NUM_CORRECTIONS
        # a free spirit among the errors must not decide: they are cut at five spreads
        error = gaussian(where[:, :n], where[:, n:], true.clamp(-5.0, 5.0)).mean(dim=-1)
        descent.step(total + WHERE_WEIGHT * error.mean())
    return FilterNets(net.export(), net.contents.export(), net.where.export(), scale)
