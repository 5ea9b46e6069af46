"""Scores of the belief: log probability of the true class, compared with that from a single look."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification.debris import NUM_LOOKS
from envs.specification.world import Array
from policies.networks.compiled import forward, gru_step
from policies.world_model.estimation.belief_features import FIRST_LOOK, IS_AT_HEIGHT, IS_MOVING
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.estimation.parameters import FilterNets
from policies.world_model.log import experience as log
from policies.world_model.training.datasets.track_sequences import Tracks, find_starts, make_tracks

LEAST: Final = 1e-6

FIRST, LAST, LOOK_FIRST, LOOK_LAST = range(4)
NUM_SCORES: Final = 4


def belief_scores(
    columns: log.Columns, kinds: log.Kinds, nets: FilterNets, by_look: Array
) -> Array:
    """Log probability of the true class at the first and the last sighting of every track.

    ``(tracks, NUM_SCORES)`` nats: the belief at the first and at the last sighting, the look alone at both.

    ``by_look`` is that of ``classes_by_look``: what the look alone says.
    """
    tracks = make_tracks(columns, kinds)
    found = np.full((len(tracks.x), NUM_SCORES), np.nan)
    _score(tracks.x, tracks.length, tracks.kind, nets, found)
    rows = np.arange(len(tracks.x))
    for step, place in ((np.zeros_like(tracks.length), LOOK_FIRST), (tracks.length - 1, LOOK_LAST)):
        looks = tracks.x[rows, step, FIRST_LOOK : FIRST_LOOK + NUM_LOOKS].astype(np.float64)
        probability = (looks @ by_look)[rows, tracks.kind]
        found[:, place] = np.log(np.maximum(probability, LEAST))
    return found


NOTHING, FALL, STRUCK, MOVED = range(4)
CUES: Final = ("nothing", "fall", "struck", "moved")
"""What an object has shown of its contents while it was tracked; the first that holds of the last three."""

FALLS_FROM_M: Final = 0.3
"""Height above the road from which on an object counts as falling."""


def cues_of(columns: log.Columns, kinds: log.Kinds) -> NDArray[np.int64]:
    """Cues about its contents that every track has shown until its last sighting.

    ``(tracks,)`` indices into ``CUES``: seen falling; struck by another vehicle; seen moving in two decisions (a wake,
    wind); none of it.
    """
    tracks = make_tracks(columns, kinds)
    start, slot = find_starts(columns)
    within = np.arange(tracks.x.shape[1]) < tracks.length[:, None]
    rows = np.minimum(start[:, None] + np.arange(tracks.x.shape[1]), len(columns["struck"]) - 1)
    struck = ((columns["struck"][rows, slot[:, None]] > 0) & within).any(axis=1)
    fell = ((tracks.x[..., IS_AT_HEIGHT] > FALLS_FROM_M) & within).any(axis=1)
    moved = ((tracks.x[..., IS_MOVING] > 0.0) & within).sum(axis=1) >= 2
    return np.select([fell, struck, moved], [FALL, STRUCK, MOVED], NOTHING)


def classes_by_look(tracks: Tracks) -> Array:
    """Share of the classes among objects of every look, ``(NUM_LOOKS, NUM_CLASSES)``, by the last looks of tracks."""
    rows = np.arange(len(tracks.x))
    looks = tracks.x[rows, tracks.length - 1, FIRST_LOOK : FIRST_LOOK + NUM_LOOKS]
    counts = np.full((NUM_LOOKS, NUM_CLASSES), 0.1)
    np.add.at(counts.T, tracks.kind, looks.astype(np.float64))
    shares: Array = counts / counts.sum(axis=1, keepdims=True)
    return shares


@compiled
def _score(x: Array, length: Array, kind: Array, nets: FilterNets, found: Array) -> None:
    """Run the filter over every track, in place."""
    hidden = np.empty((2, nets.contents.b1.shape[1]), np.float32)
    gates = np.empty((2, nets.gru.bi.shape[0]), np.float32)
    out = np.empty(NUM_CLASSES, np.float32)
    members = nets.contents.b1.shape[0]
    for n in range(len(x)):
        memory = np.zeros(nets.gru.wh.shape[0], np.float32)
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
            if t == 0:
                found[n, FIRST] = score
            found[n, LAST] = score
