"""Cards of the page: for each policy the instances with its largest losses and savings, with films and replays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.presentation.summaries.instances import Highlight
from experiments.presentation.summaries.summary import Summary
from experiments.presentation.text.commands import write_film_command

NUM_WORST, NUM_BEST = 3, 2
"""Cards of one policy."""

VIDEOS, REPLAYS = "videos", "replays"
"""Folders beside the page."""


class Card(NamedTuple):
    """One instance on the card of a policy."""

    kind: str  # "worst" or "best"
    title: str
    one: Highlight
    command: str  # that films it
    video: str | None  # addresses relative to the page
    replay: str | None


class Cards(NamedTuple):
    """All cards of one policy."""

    policy: str
    cards: list[Card]


def stem_of(family: str, seed: int) -> str:
    """Name of an instance's files, without their endings."""
    return f"{family}-{seed}"


def find_address(page: Path, folder: str, stem: str, ending: str) -> str | None:
    """Address of a file beside the page; ``None`` if it is not there."""
    address = f"{folder}/{stem}{ending}"
    return address if (page / address).is_file() else None


def make_cards(summary: Summary, page: Path, config: Mapping[str, Any]) -> list[Cards]:
    """Cards of all policies that have any, the cheapest first, on the page in a folder.

    ``config`` is the configuration of the comparison, whose files and permissions films need, too.
    """
    reference = summary.comparisons[0].reference if summary.comparisons else ""
    groups = []
    for row in summary.ranked:
        shown = [("worst", "lost most", one) for one in summary.worst[row.policy][:NUM_WORST]]
        saved = f"saved most against {reference}"
        shown += [("best", saved, one) for one in summary.best.get(row.policy, ())[:NUM_BEST]]
        cards = [
            Card(
                kind,
                title,
                one,
                write_command(
                    summary,
                    list(dict.fromkeys([row.policy, reference or row.policy])),
                    one.stratum,
                    one.seed,
                    config,
                ),
                find_address(page, VIDEOS, stem_of(one.family, one.seed), ".mp4"),
                find_address(page, REPLAYS, stem_of(one.family, one.seed), ".html"),
            )
            for kind, title, one in shown
        ]
        if cards:
            groups.append(Cards(row.policy, cards))
    return groups


def write_command(
    summary: Summary, policies: Sequence[str], stratum: str, seed: int, config: Mapping[str, Any]
) -> str:
    """The command that films some policies in an instance of the comparison."""
    files = {row.policy: row.file or row.policy for row in summary.rows}
    used: dict[str, Any] = {"suite": summary.suite, **config}
    return write_film_command(
        used, [files[name] for name in policies], summary.split, stratum, seed
    )
