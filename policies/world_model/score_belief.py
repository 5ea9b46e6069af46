"""How good the belief is: log score of the true class, against what a single look says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification.world import Array
from policies.world_model.classes import NUM_CLASSES
from policies.world_model.layers import forward, gru_step
from policies.world_model.nets import FilterNets
from policies.world_model.tracks import make_tracks

LEAST: Final = 1e-6


def belief_scores(
    columns: Mapping[str, NDArray[Any]], kinds: NDArray[np.int64], nets: FilterNets
) -> Array:
    """Log probability of the true class.

    Parameters
    ----------
    columns
        Of a shard.
    kinds
        ``(N, 4)`` class of the contents of every object.
    nets
        The filter.

    Returns
    -------
    ndarray
        ``(tracks, 3)`` nats: mean over the track, at the first sighting, at the last.
    """
    tracks = make_tracks(columns, kinds)
    found = np.full((len(tracks.x), 3), np.nan)
    _score(tracks.x, tracks.length, tracks.kind, nets, found)
    return found


@compiled
def _score(x: Array, length: Array, kind: Array, nets: FilterNets, found: Array) -> None:
    """Run the filter over every track, in place."""
    hidden = np.empty((2, nets.contents.b1.shape[1]), np.float32)
    gates = np.empty((2, nets.gru.bi.shape[0]), np.float32)
    out = np.empty(NUM_CLASSES, np.float32)
    members = nets.contents.b1.shape[0]
    for n in range(len(x)):
        memory = np.zeros(nets.gru.wh.shape[0], np.float32)
        total = 0.0
        for t in range(length[n]):
            gru_step(nets.gru, x[n, t], memory, gates)
            probability = 0.0
            for e in range(members):
                forward(nets.contents, e, memory, hidden, out)
                largest, norm = out.max(), 0.0
                for c in range(NUM_CLASSES):
                    norm += np.exp(out[c] - largest)
                probability += np.exp(out[kind[n]] - largest) / norm / members
            score = np.log(max(probability, LEAST))
            total += score
            if t == 0:
                found[n, 1] = score
            found[n, 2] = score
        found[n, 0] = total / max(length[n], 1)
