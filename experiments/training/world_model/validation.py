"""Scores of a trained model on held-out shards: motion, belief, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.debris.catalogue import load_catalogue
from experiments.training.world_model import data
from policies.networks.compiled import Net
from policies.world_model.estimation.content_classes import Book
from policies.world_model.log import experience as log
from policies.world_model.model.event_features import EXACT_COLLISION, EXACT_CONTACT
from policies.world_model.model.parameters import Learned
from policies.world_model.training.datasets.track_sequences import find_starts
from policies.world_model.training.datasets.transition_dataset import Rows
from policies.world_model.training.fits.fit_events import calibration_error, mean_logits
from policies.world_model.training.scores.belief_scores import (
    CUES,
    FIRST,
    LAST,
    LOOK_LAST,
    belief_scores,
    classes_by_look,
    cues_of,
)
from policies.world_model.training.scores.open_loop import open_loop_errors

OPEN_LOOP_STEPS = 20
"""Decisions of the open-loop comparison: 4 s."""


def validate_model(
    learn: Sequence[Path],
    held: Sequence[Path],
    book: Book,
    learned: Learned,
    stride: int,
    report: data.Report,
) -> dict[str, float]:
    """Scores on the shards ``held`` of a model trained on ``learn``; see ``data.all_events`` for ``stride``.

    Returns
    -------
    dict
        Errors after 4 s in metres and as shares of constant velocity's; Brier score and calibration error of the
        events; log score of the belief in nats.
    """
    errors, straight = [], []
    scores: list[NDArray[np.float64]] = []
    cues: list[NDArray[np.int64]] = []
    alike: list[NDArray[np.bool_]] = []
    by_look = classes_by_look(data.all_tracks(learn, book, lambda *_: None))
    for k, path in enumerate(held):
        one = data.load(path, k, book)
        both = open_loop_errors(one.truth, one.kinds, learned.transition, OPEN_LOOP_STEPS)
        errors.append(both[0])
        straight.append(both[1])
        scores.append(belief_scores(one.columns, one.kinds, learned.filter, by_look))
        cues.append(cues_of(one.truth, one.kinds))
        alike.append(_is_look_alike(one.truth, log.read_shard(path).types))
        report(k + 1, len(held))
    ours, theirs = np.concatenate(errors), np.concatenate(straight)
    found: dict[str, float] = {}
    for name, part in (("ego", slice(0, 1)), ("vehicle", slice(1, 9)), ("object", slice(9, 13))):
        rmse, base = (_rmse(values[:, part]) for values in (ours, theirs))
        found[f"{name}_rmse_4s_m"] = rmse
        found[f"{name}_share_of_constant_velocity"] = rmse / base
    events = data.all_events(held, book, learned.transition, stride, lambda *_: None)
    nets = learned.events
    found |= _event_lines(
        "contact", events.contact, EXACT_CONTACT, nets.contact, nets.contact_calibration
    )
    found |= _event_lines(
        "collision", events.collision, EXACT_COLLISION, nets.collision, nets.collision_calibration
    )
    seen_coming = events.contact.y[events.contact.x[:, EXACT_CONTACT] >= 0.0]
    found["contacts_not_seen_coming"] = events.missed_contacts / max(
        events.missed_contacts + float(seen_coming.sum()), 1.0
    )
    return found | _belief_lines(
        np.concatenate(scores), np.concatenate(cues), np.concatenate(alike)
    )


def _event_lines(
    name: str, rows: Rows, exact: int, net: Net, calibration: np.ndarray
) -> dict[str, float]:
    """Calibration error, Brier score and base rate of an event, separately for imagined and exact positions."""
    found = {}
    is_exact = rows.x[:, exact] < 0.0
    for prefix, chosen, how in ((name, ~is_exact, 0), (f"exact_{name}", is_exact, 1)):
        met = rows.y[chosen, 0]
        error, brier = calibration_error(_probability(net, calibration[how], rows.x[chosen]), met)
        found[f"{prefix}_ece"], found[f"{prefix}_brier"] = error, brier
        found[f"{prefix}_base_rate"] = float(met.mean())
    return found


def _is_look_alike(columns: Mapping[str, NDArray[Any]], types: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each object is of a type with look-alikes, ``(tracks,)``."""
    catalogue = load_catalogue()
    has_twin = [name in catalogue and bool(catalogue[name].look_alike_group) for name in types]
    start, slot = find_starts(columns)
    kind = columns["object_type"][start, slot]
    found: NDArray[np.bool_] = (kind >= 0) & np.array([*has_twin, False])[kind]
    return found


def _belief_lines(
    scores: NDArray[np.float64], cues: NDArray[np.int64], alike: NDArray[np.bool_]
) -> dict[str, float]:
    """Mean log scores in nats at the last sighting: all objects, and look-alikes by the cues observed."""
    found = {}
    parts = {"all": np.ones(len(cues), np.bool_), "look_alike": alike}
    parts |= {f"look_alike_{name}": alike & (cues == k) for k, name in enumerate(CUES)}
    for name, chosen in parts.items():
        if chosen.any():
            found[f"belief_nats_{name}"] = float(scores[chosen, LAST].mean())
            found[f"look_nats_{name}"] = float(scores[chosen, LOOK_LAST].mean())
    found["belief_nats_first_sighting"] = float(scores[:, FIRST].mean())
    return found


def _rmse(values: np.ndarray) -> float:
    """Root mean square of distances, without NaN."""
    return float(np.sqrt(np.nanmean(values**2)))


def _probability(net: Net, calibration: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Calibrated probability of an event, from the members' mean logit."""
    logit = mean_logits(net, x) / calibration[0] + calibration[1]
    probability: np.ndarray = 1.0 / (1.0 + np.exp(-logit))
    return probability
