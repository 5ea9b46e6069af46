"""What a trained model is worth on shards that it has not seen: motion, belief, events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.training import data
from policies.world_model import experience as log
from policies.world_model.classes import Codebook
from policies.world_model.fit_events import calibration_error, mean_logits
from policies.world_model.layers import Net
from policies.world_model.nets import Learned
from policies.world_model.open_loop import open_loop_errors
from policies.world_model.score_belief import FIRST, LAST, LOOK_LAST, belief_scores, classes_by_look

CUES = ("wake", "falling_load", "lead_drives_over", "wind_blown")
"""Families in which an object shows by its motion what it is made of."""

OPEN_LOOP_STEPS = 20
"""Decisions of the open-loop comparison: 4 s."""


def validate_model(
    learn: Sequence[Path],
    held: Sequence[Path],
    book: Codebook,
    learned: Learned,
    stride: int,
    tell: Callable[[int, int], None],
) -> dict[str, float]:
    """Scores on held-out shards.

    Parameters
    ----------
    learn, held
        Shards that were learned from, and those that were not.
    book
        Classes.
    learned
        The model.
    stride
        Every so manieth row begins a rollout.
    tell
        Progress.

    Returns
    -------
    dict
        Errors after 4 s in metres and as shares of constant velocity's; Brier score and calibration error of the
        events; log score of the belief in nats.
    """
    errors, straight = [], []
    scores: list[NDArray[np.float64]] = []
    families: list[str] = []
    by_look = classes_by_look(data.all_tracks(learn, book, lambda *_: None))
    for k, path in enumerate(held):
        one = data.load(path, k, book)
        model, constant = open_loop_errors(
            one.columns, one.kinds, learned.transition, OPEN_LOOP_STEPS
        )
        errors.append(model)
        straight.append(constant)
        found_scores, episode = belief_scores(one.columns, one.kinds, learned.filter, by_look)
        scores.append(found_scores)
        names = log.read_shard(path).families
        families += [names[number] for number in episode.tolist()]
        tell(k + 1, len(held))
    ours, theirs = np.concatenate(errors), np.concatenate(straight)
    found: dict[str, float] = {}
    for name, part in (("ego", slice(0, 1)), ("vehicle", slice(1, 9)), ("object", slice(9, 13))):
        rmse, base = (_rmse(values[:, part]) for values in (ours, theirs))
        found[f"{name}_rmse_4s_m"] = rmse
        found[f"{name}_share_of_constant_velocity"] = rmse / base
    events = data.all_events(held, book, learned.transition, stride, lambda *_: None)
    for name, rows, net, calibration in (
        ("contact", events.contact, learned.events.contact, learned.events.contact_calibration),
        (
            "collision",
            events.collision,
            learned.events.collision,
            learned.events.collision_calibration,
        ),
    ):
        error, brier = calibration_error(_probability(net, calibration, rows.x), rows.y[:, 0])
        found[f"{name}_ece"], found[f"{name}_brier"] = error, brier
        found[f"{name}_base_rate"] = float(rows.y.mean())
    found["contacts_not_seen_coming"] = events.missed_contacts / max(
        events.missed_contacts + float(events.contact.y.sum()), 1.0
    )
    return found | _belief_lines(np.concatenate(scores), np.array(families))


def _belief_lines(scores: NDArray[np.float64], families: NDArray[np.str_]) -> dict[str, float]:
    """Log scores in nats: the belief at the last sighting, the look alone, by what could be learned meanwhile."""
    found = {}
    cues = np.isin(families, CUES)
    for name, chosen in (
        ("all", np.ones(len(families), np.bool_)),
        ("cue", cues),
        ("no_cue", ~cues),
    ):
        found[f"belief_nats_{name}"] = float(scores[chosen, LAST].mean())
        found[f"look_nats_{name}"] = float(scores[chosen, LOOK_LAST].mean())
    found["belief_nats_first_sighting"] = float(scores[:, FIRST].mean())
    return found


def _rmse(values: np.ndarray) -> float:
    """Root mean square of distances, missing ones left out."""
    return float(np.sqrt(np.nanmean(values**2)))


def _probability(net: Net, calibration: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Calibrated probability of the members together."""
    logit = mean_logits(net, x) / calibration[0] + calibration[1]
    probability: np.ndarray = 1.0 / (1.0 + np.exp(-logit))
    return probability
