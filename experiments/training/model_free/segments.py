"""Training in segments, each followed by a validation; shared by all learners in the twin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import numpy as np

from envs.scenario.suite import Suite
from experiments.rollout.loop import Rollout
from experiments.stats.tail import CAP_USD
from experiments.store.atomic import write_text
from experiments.store.steps import Steps
from policies.base import Policy

VALIDATION_SHARE: Final = 0.1
"""Share of the budget that is spent on validation."""

MEAN_DECISIONS: Final = 100
"""Approximate length of an episode, from which the number of instances of a validation follows."""

PROGRESS: Final = "progress.json"


class Plan(Protocol):
    """Configuration of a training and its budget."""

    @property
    def decisions(self) -> int:
        """Number of environment steps, including those of validation."""

    @property
    def segments(self) -> int:
        """Largest number of segments."""


class Progress(NamedTuple):
    """Progress of a training run in the twin."""

    segments: int = 0  # finished
    learned: int = 0  # environment steps of learning
    validated: int = 0  # environment steps of validation
    cpu_s: float = 0.0
    scores_usd: tuple[float, ...] = ()  # capped mean on validation seeds after every segment
    means_usd: tuple[float, ...] = ()  # the same, not capped

    @property
    def budget(self) -> dict[str, Any]:
        """Environment steps and CPU time so far, for a checkpoint's description."""
        return {
            "environment_steps": self.learned + self.validated,
            "cpu_seconds": round(self.cpu_s, 1),
        }

    @property
    def best(self) -> int:
        """The segment with the smallest capped mean."""
        return int(np.argmin(self.scores_usd))

    def describe(self) -> dict[str, Any]:
        """Budget and scores of the best segment in US$, for the description of the run's checkpoint."""
        return {
            "budget": self.budget,
            "validation": {
                "capped_usd": round(self.scores_usd[self.best], 1),
                "mean_usd": round(self.means_usd[self.best], 1),
                "capped_usd_by_segment": [round(score, 1) for score in self.scores_usd],
                "segment": self.best,
            },
        }


def plan_segments(plan: Plan, at_once: int) -> tuple[int, int]:
    """Environment steps of a segment, a multiple of ``at_once`` (steps between two updates), and number of segments.

    Both are 1 multiple or segment at least; with validation they stay within the budget, if it affords these.
    """
    learned = round((1.0 - VALIDATION_SHARE) * plan.decisions)
    segments = max(min(plan.segments, learned // at_once), 1)
    return max(learned // segments // at_once, 1) * at_once, segments


def list_families(shares: Mapping[str, int]) -> list[str]:
    """Names of scenario families, each repeated according to its share."""
    return [name for name, share in shares.items() for _ in range(share)]


def choose_items(suite: Suite, decisions: int, segments: int) -> list[Any]:
    """The validation items that each segment can afford with a budget of ``decisions`` for all segments."""
    affordable = VALIDATION_SHARE * decisions / segments / MEAN_DECISIONS
    items = suite.items("validation")
    return items[:: max(round(len(items) / max(affordable, 1.0)), 1)]


def validate(progress: Progress, policy: Policy, suite: Suite, items: list[Any]) -> Progress:
    """Drive some items of a suite with the latest policy; adds decisions and scores to the progress."""
    costs, decisions = np.zeros(len(items)), 0
    for k, episode in Rollout(policy, [suite.instance(item) for item in items]).episodes():
        costs[k] = episode.total_usd.sum()
        decisions += len(episode.total_usd)
    return progress._replace(
        validated=progress.validated + decisions,
        scores_usd=(*progress.scores_usd, float(np.minimum(costs, CAP_USD).mean())),
        means_usd=(*progress.means_usd, float(costs.mean())),
    )


def write_progress(folder: Path, progress: Progress, *state: str) -> None:
    """Write the progress of the run in a folder, and the files from which the next segment continues."""
    write_text(folder / PROGRESS, json.dumps(progress._asdict()) + "\n")
    Steps(folder).note(PROGRESS, (PROGRESS, *state))


def read_progress(folder: Path) -> Progress:
    """Read the progress of the run in a folder; a run whose files do not match starts again."""
    if Steps(folder).find(PROGRESS) is None:
        return Progress()
    values: dict[str, Any] = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
    values["scores_usd"] = tuple(values["scores_usd"])
    values["means_usd"] = tuple(values["means_usd"])
    return Progress(**values)


def describe(about: Mapping[str, Any]) -> str:
    """Describe a training in a few lines."""
    spent, found = about["budget"], about["validation"]
    by_segment = ", ".join(f"{score:,.0f}" for score in found["capped_usd_by_segment"])
    return (
        f"{spent['environment_steps']:,} environment steps, {spent['cpu_seconds']:.0f} CPU-s\n"
        f"validation, capped at {CAP_USD:,.0f} US$, by segment: {by_segment}\n"
        f"kept: segment {found['segment']}, {found['capped_usd']:,.0f} US$, not capped {found['mean_usd']:,.0f} US$\n"
    )
