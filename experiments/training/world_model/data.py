"""Builds the training data of the world model's parts from shards of collected data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.cost.loss_of_control import crash_cost
from envs.cost.parameters import CostParameters
from envs.errors import UserError
from envs.specification import column
from policies.world_model.estimation.content_classes import Book, Codebook, fit_codebook
from policies.world_model.log import experience as log
from policies.world_model.model.parameters import Transition
from policies.world_model.training.datasets.event_dataset import Events, imagine_events, slip_of
from policies.world_model.training.datasets.flat_dataset import make_flat_rows
from policies.world_model.training.datasets.track_histories import read_histories
from policies.world_model.training.datasets.track_sequences import Tracks, make_tracks
from policies.world_model.training.datasets.transition_dataset import (
    Rows,
    Transitions,
    make_transitions,
)
from policies.world_model.training.datasets.unprivileged_labels import without_truth
from policies.world_model.training.fits.latent_classes import LatentClasses, fit_latent_classes

EPISODES_PER_SHARD = 1 << 20
"""Episode numbers of the k-th shard are raised by k times this, so that no two episodes share a number."""


class Loaded(NamedTuple):
    """A shard in memory with the content classes of its objects."""

    number: int
    columns: Mapping[str, NDArray[Any]]  # what may supervise
    kinds: NDArray[np.int64]  # (N, 4)
    truth: Mapping[str, NDArray[Any]]  # columns as logged: for measuring, never for learning


Report = Callable[[int, int], None]
"""Function that receives the number of completed shards, and of all shards."""


def list_all(folders: Sequence[str]) -> list[Path]:
    """Shards of several collections."""
    return [shard for folder in folders for shard in log.list_shards(Path(folder))]


def split(shards: Sequence[Path], share: float) -> tuple[list[Path], list[Path]]:
    """Split shards into training and validation; validation gets at least two of four or more.

    Raises
    ------
    UserError
        If there are fewer than two shards.
    """
    if len(shards) < 2:
        raise UserError(f"experience: got {len(shards)} shards, expected at least 2")
    every = max(min(round(1.0 / share), len(shards) // 2), 2)
    held = [shard for k, shard in enumerate(shards) if k % every == every - 1]
    return [shard for shard in shards if shard not in held], held


def fit_classes(shards: Sequence[Path], seed: int) -> Codebook:
    """Fit the codebook of content classes to all objects in some shards."""
    contents, types = [], []
    for shard in (log.read_shard(path) for path in shards):
        c = shard.columns
        tracked = c["object_type"] >= 0
        begins = tracked.copy()
        identity = c["debris"][..., column.D_IDENTITY]
        same = (c["episode"][1:] == c["episode"][:-1])[:, None] & tracked[:-1]
        begins[1:] &= ~(same & (identity[1:] == identity[:-1]))
        contents.append(np.asarray(c["contents"][begins], np.float64))
        types.append(np.array(shard.types)[c["object_type"][begins]])
    random = np.random.default_rng(seed)
    return fit_codebook(np.concatenate(contents), np.concatenate(types), random)


def find_classes(shards: Sequence[Path], seed: int) -> LatentClasses:
    """Fit latent content classes to all objects in some shards, from observations and impacts alone."""
    return fit_latent_classes([read_histories(without_truth(_read(path))) for path in shards], seed)


def load(path: Path, number: int, book: Book) -> Loaded:
    """Read a shard, with the content classes of its objects."""
    truth = _read(path)
    columns, kinds = book.see(truth, number)
    return Loaded(number, columns, kinds, truth)


def _read(path: Path) -> dict[str, NDArray[Any]]:
    """Columns of a shard in memory."""
    return {name: np.asarray(values) for name, values in log.read_shard(path).columns.items()}


def all_tracks(shards: Sequence[Path], book: Book, report: Report) -> Tracks:
    """Tracks of all shards."""
    parts = []
    for k, path in enumerate(shards):
        one = load(path, k, book)
        made = make_tracks(one.columns, one.kinds)
        parts.append(made._replace(episode=made.episode + k * EPISODES_PER_SHARD))
        report(k + 1, len(shards))
    return Tracks(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def all_transitions(
    shards: Sequence[Path], book: Book, rows: int, seed: int, report: Report
) -> Transitions:
    """Transitions from rows drawn evenly from all shards."""
    parts = []
    for one, chosen in draw_rows(shards, book, rows, seed, report):
        made = make_transitions(one.columns, one.kinds, chosen)
        parts.append(Transitions(*(_numbered(part, one.number) for part in made)))
    return Transitions(*(join(values) for values in zip(*parts, strict=True)))


def all_flat_rows(shards: Sequence[Path], book: Book, rows: int, seed: int, report: Report) -> Rows:
    """Training rows of a flat network, from the rows that ``all_transitions`` takes for the same seed."""
    return join(
        [
            _numbered(make_flat_rows(one.columns, one.kinds, chosen), one.number)
            for one, chosen in draw_rows(shards, book, rows, seed, report)
        ]
    )


def draw_rows(
    shards: Sequence[Path], book: Book, rows: int, seed: int, report: Report
) -> Iterator[tuple[Loaded, NDArray[np.int64]]]:
    """Draw ``rows`` rows evenly from all shards, at least one from each; returns every shard with its rows."""
    random = np.random.default_rng(seed)
    total = sum(log.read_about(path)["rows"] for path in shards)
    share = min(rows / total, 1.0)
    for k, path in enumerate(shards):
        one = load(path, k, book)
        size = len(one.kinds)
        yield one, np.sort(random.choice(size, max(round(size * share), 1), replace=False))
        report(k + 1, len(shards))


def all_events(
    shards: Sequence[Path], book: Book, model: Transition, stride: int, report: Report
) -> Events:
    """Contacts, collisions and slips in rollouts imagined from every ``stride``-th row of all shards."""
    params = CostParameters().to_array()[0]
    parts = []
    for k, path in enumerate(shards):
        one = load(path, k, book)
        speed = one.columns["ego_true"][:, log.T_SPEED]
        crash = np.array([crash_cost(float(v), params) for v in speed])
        starts = np.arange(k % stride, len(one.kinds), stride)
        made = imagine_events(
            one.columns,
            one.kinds,
            book.properties(one.truth),
            book.middles,
            starts,
            model,
            slip_of(one.columns, one.kinds, crash),
        )
        parts.append(
            made._replace(
                contact=_numbered(made.contact, k),
                collision=_numbered(made.collision, k),
                severity=_numbered(made.severity, k),
                slip=_numbered(made.slip, k),
            )
        )
        report(k + 1, len(shards))
    return Events(
        join([part.contact for part in parts]),
        join([part.collision for part in parts]),
        join([part.severity for part in parts]),
        join([part.slip for part in parts]),
        sum(part.missed_contacts for part in parts),
        sum(part.missed_collisions for part in parts),
    )


def _numbered(rows: Rows, shard: int) -> Rows:
    """Rows with episode numbers that no other shard uses."""
    return rows._replace(episode=rows.episode.astype(np.int64) + shard * EPISODES_PER_SHARD)


def join(parts: Sequence[Rows]) -> Rows:
    """Concatenate rows."""
    return Rows(*(np.concatenate(values) for values in zip(*parts, strict=True)))
