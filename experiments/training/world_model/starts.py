"""Log pieces at which dreams start, and the usual disagreement of the ensemble's members after them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import DECISIONS_PER_EPISODE, column
from experiments.training.world_model import data
from policies.world_model.dream.simulation.arrays import DOUBT
from policies.world_model.dream.simulation.core import DreamCore
from policies.world_model.dream.simulation.settings import DreamSettings, Imagination
from policies.world_model.dream.simulation.starts import LENGTH, Starts
from policies.world_model.estimation.content_classes import Book
from policies.world_model.log import experience as log
from policies.world_model.model.parameters import Learned
from policies.world_model.training.datasets.emission_dataset import Emissions, make_emissions

COUNT: Final = 240
"""Number of pieces; no more fit into the file."""

WITH_OBJECT: Final = 0.85
"""Share of pieces that end with an object ahead, if there are enough."""

USUAL: Final = 95.0
"""Percentile of the disagreement that is still usual (policies/world_model/SOURCES.md 5.4)."""


def all_emissions(
    shards: Sequence[Path], book: Book, rows: int, seed: int, report: data.Report
) -> Emissions:
    """Measurements, paired with the true states, of rows drawn evenly from all shards."""
    parts = [
        make_emissions(one.columns, one.kinds, chosen)
        for one, chosen in data.draw_rows(shards, book, rows, seed, report)
    ]
    return Emissions(
        data.join([part.car for part in parts]),
        data.join([part.thing for part in parts]),
        np.concatenate([part.car_errors for part in parts]),
        np.concatenate([part.thing_errors for part in parts]),
    )


def make_starts(
    shards: Sequence[Path], learned: Learned, classes: tuple[str, ...], seed: int
) -> Starts:
    """Draw log pieces of held-out shards, at most one per episode, and measure the usual disagreement after them.

    On shards that the model was trained on, the disagreement would be too small.
    """
    random = np.random.default_rng(seed)
    pieces: list[dict[str, NDArray[Any]]] = []
    families: list[str] = []
    for path in shards:
        shard = log.read_shard(path)
        rows = _ends(shard.columns, random)
        pieces += [_piece(shard.columns, row) for row in rows]
        families += [shard.families[shard.columns["episode"][row]] for row in rows]
    chosen = np.sort(random.permutation(len(pieces))[:COUNT])
    starts = Starts(
        np.stack([pieces[n]["ego"] for n in chosen]),
        np.stack([pieces[n]["vehicles"] for n in chosen]),
        np.stack([pieces[n]["debris"] for n in chosen]),
        np.full(DECISIONS_PER_EPISODE, np.inf),
        tuple(families[n] for n in chosen),
    )
    actions = np.stack([pieces[n]["action"] for n in chosen])
    return starts._replace(limit=usual_doubt(starts, actions, learned, classes))


def _ends(columns: dict[str, NDArray[Any]], random: np.random.Generator) -> list[int]:
    """Draw the last row of a log piece in some episodes, mostly with an object ahead."""
    episode = columns["episode"]
    debris = columns["debris"]
    ahead = (debris[..., column.D_TRACKED] > 0.5) & (debris[..., column.D_DX] > 5.0)
    found = []
    for number in np.unique(episode):
        rows = np.flatnonzero(episode == number)
        # the last row is where it ended
        able = rows[LENGTH - 1 : -1]
        good = able[ahead[able].any(axis=1)]
        if good.size and random.random() < WITH_OBJECT:
            found.append(int(random.choice(good)))
        elif able.size and random.random() < 1.0 - WITH_OBJECT:
            found.append(int(random.choice(able)))
    return found


def _piece(columns: dict[str, NDArray[Any]], end: int) -> dict[str, NDArray[Any]]:
    """Observations of a log piece, and the actions after it until the end of the episode, the last one repeated."""
    rows = slice(end - LENGTH + 1, end + 1)
    piece = {key: np.asarray(columns[key][rows]) for key in ("ego", "vehicles", "debris")}
    later = np.flatnonzero(columns["episode"][end:] != columns["episode"][end])
    last = end + (int(later[0]) if later.size else len(columns["episode"]) - end)
    taken = np.asarray(columns["action"][end:last], np.float64)
    held = np.minimum(np.arange(DECISIONS_PER_EPISODE), len(taken) - 1)
    piece["action"] = taken[held]
    return piece


def usual_doubt(
    starts: Starts, actions: NDArray[np.float64], learned: Learned, classes: tuple[str, ...]
) -> NDArray[np.float64]:
    """Percentile of the cumulated disagreement after every number of decisions under logged actions.

    Parameters
    ----------
    starts
        ``S`` pieces whose limit is infinite.
    actions
        ``(S, 100, 2)``.
    learned, classes
        The model, and the names of its classes of contents.

    Returns
    -------
    ndarray
        ``(100,)``, never falling; over the dreams that had not ended.
    """
    settings = DreamSettings(
        checkpoint=Imagination(learned, classes, starts), horizon=DECISIONS_PER_EPISODE
    )
    size = len(actions)
    core = DreamCore(size, settings)
    generators = [np.random.default_rng(k) for k in range(size)]
    core.begin(np.arange(size), generators, {"segment": np.arange(size)})
    going = np.ones(size, np.bool_)
    limit = np.full(DECISIONS_PER_EPISODE, np.inf)
    for t in range(DECISIONS_PER_EPISODE):
        _, terminated, _, _ = core.step(np.clip(actions[:, t], -1.0, 1.0))
        going &= ~terminated
        if going.sum() >= size // 10:
            limit[t] = np.percentile(core.dreams.reported[going, DOUBT], USUAL)
        elif t > 0:
            limit[t] = limit[t - 1]
    found: NDArray[np.float64] = np.maximum.accumulate(limit)
    return found
