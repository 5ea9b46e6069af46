"""Log pieces at which the dreams of ``dream_ppo`` start, early enough to leave time for decisions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.errors import UserError
from envs.specification import column
from experiments.training.world_model.data import Report
from policies.world_model.dream.simulation.starts import LENGTH, Starts
from policies.world_model.log import experience as log

SOON_S, LATE_S = 1.5, 8.0
"""Earliest and latest time at which the ego reaches the nearest object in its path: sooner, no decision helps."""

IN_PATH_M: Final = 2.5
"""Objects whose middle is further aside than this are not in the path."""

WITHOUT_OBJECT: Final = 0.15
"""Share of pieces with nothing in the path."""

QUIET_MPS2, QUIET_RAD = 1.0, 0.04
"""The log's driver was exploring: pieces that end in a swerve cost whatever is done next."""

SLOWEST_MPS: Final = 8.0

PER_EPISODE: Final = 2

Columns = dict[str, NDArray[Any]]


def draw_starts(
    shards: Sequence[Path],
    count: int,
    seed: int,
    limit: NDArray[np.float64],
    report: Report,
) -> Starts:
    """Draw at most ``count`` log pieces, in the order of the log; ``limit`` is as in ``Starts``.

    Raises
    ------
    UserError
        If there is no such piece.
    """
    random = np.random.default_rng(seed)
    pieces: list[tuple[Columns, str]] = []
    for k, path in enumerate(shards):
        shard = log.read_shard(path)
        for row in _ends(shard.columns, random):
            rows = slice(row - LENGTH + 1, row + 1)
            piece = {key: shard.columns[key][rows].copy() for key in ("ego", "vehicles", "debris")}
            pieces.append((piece, shard.families[shard.columns["episode"][row]]))
        report(k + 1, len(shards))
    if not pieces:
        raise UserError("experience: no log piece has an object ahead in time")
    chosen = np.sort(random.permutation(len(pieces))[:count]).tolist()
    arrays = [
        np.stack([pieces[n][0][key] for n in chosen]).astype(np.float32)
        for key in ("ego", "vehicles", "debris")
    ]
    return Starts(arrays[0], arrays[1], arrays[2], limit, tuple(pieces[n][1] for n in chosen))


def _ends(columns: Columns, random: np.random.Generator) -> list[int]:
    """Draw the last rows of some log pieces."""
    ego, episode = columns["ego"], columns["episode"]
    speed = ego[:, column.E_SPEED]
    quiet = np.abs(ego[:, column.E_YAW_RATE] * speed) < QUIET_MPS2
    quiet &= (np.abs(ego[:, column.E_HEADING]) < QUIET_RAD) & (speed > SLOWEST_MPS)
    # the whole piece is of one episode, and the last row is where it ended
    whole = np.zeros(len(ego), np.bool_)
    whole[LENGTH - 1 :] = episode[LENGTH - 1 :] == episode[: len(ego) - LENGTH + 1]
    whole[:-1] &= episode[:-1] == episode[1:]
    whole[-1] = False
    away = seconds_to_object(ego, columns["debris"])
    good = quiet & whole & (away > SOON_S) & (away < LATE_S)
    other = quiet & whole & np.isinf(away)
    found: list[int] = []
    for number in np.unique(episode):
        here = episode == number
        able = np.flatnonzero((other if random.random() < WITHOUT_OBJECT else good) & here)
        if able.size:
            size = min(PER_EPISODE, able.size)
            found += random.choice(able, size, replace=False).tolist()
    return found


def seconds_to_object(ego: NDArray[np.float32], debris: NDArray[np.float32]) -> NDArray[np.float64]:
    """Time to the nearest tracked object in the ego's path at constant speed, ``(N,)``; inf without one."""
    ahead = debris[..., column.D_DX].astype(np.float64)
    closing = np.maximum(ego[:, None, column.E_SPEED] - debris[..., column.D_VX], 1.0)
    in_path = (debris[..., column.D_TRACKED] > 0.5) & (ahead > 0.0)
    in_path &= np.abs(debris[..., column.D_DY]) < IN_PATH_M
    found: NDArray[np.float64] = np.where(in_path, ahead / closing, np.inf).min(axis=1)
    return found
