"""Films beside a page: the three that it shows first, and the others."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from experiments.presentation.page.cards import (
    REPLAYS,
    VIDEOS,
    find_address,
    stem_of,
    write_command,
)
from experiments.presentation.summaries.instances import LOSS, TYPICAL, WIN, Pick
from experiments.presentation.summaries.summary import Summary

TITLES: Final = {
    WIN: "Largest win of {policy}",
    LOSS: "Largest loss of {policy}",
    TYPICAL: "A typical instance",
}
"""Titles of the films that are shown first."""


class Film(NamedTuple):
    """An instance with its film, if that is beside the page."""

    title: str
    place: str  # stratum, family, seed, objects
    costs: list[tuple[str, float]]  # names of policies and US$, the cheapest first
    video: str | None  # addresses relative to the page
    poster: str | None
    replay: str | None
    command: str  # that makes the film; empty if it is there


class Films(NamedTuple):
    """All films of a page."""

    first: list[Film]
    others: list[Film]


def find_films(summary: Summary, page: Path, config: Mapping[str, Any]) -> Films:
    """The films of the page in a folder.

    Parameters
    ----------
    summary
        Its picks are shown first, with the commands that make their films if there are none.
    page
        Folder of the page.
    config
        Configuration of the comparison.
    """
    about = _read_all(page)
    first = [_show_pick(one, about, summary, page, config) for one in summary.picks]
    picked = {stem_of(one.family, one.seed) for one in summary.picks}
    others = [
        _make("", _place_of(one), _costs_of(one), stem, one, page)
        for stem, one in about.items()
        if stem not in picked
    ]
    return Films(first, others)


def _read_all(page: Path) -> dict[str, Mapping[str, Any]]:
    """Descriptions of the films beside the page, by the names of their files."""
    found = {}
    for path in sorted((page / VIDEOS).glob("*.json")):
        source = find_address(page, VIDEOS, path.stem, ".mp4")
        if source is None:
            continue
        try:
            about = json.loads(path.read_text(encoding="utf-8"))
            _place_of(about), _costs_of(about)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            sys.stderr.write(f"left out: {source}: {path} does not describe a video\n")
            continue
        found[path.stem] = about
    return found


def _show_pick(
    one: Pick, about: Mapping[str, Any], summary: Summary, page: Path, config: Mapping[str, Any]
) -> Film:
    """The film of a pick, or its numbers and the command that makes the film."""
    stem, title = stem_of(one.family, one.seed), TITLES[one.role].format(policy=one.policy)
    place = _describe_place(one.stratum, one.family, one.seed, one.objects)
    if stem in about:
        return _make(title, place, _costs_of(about[stem]), stem, about[stem], page)
    costs = _sort([(one.policy, one.cost_usd), (one.reference, one.reference_usd)])
    command = write_command(summary, [one.reference, one.policy], one.stratum, one.seed, config)
    return Film(title, place, costs, None, None, None, command)


def _make(
    title: str,
    place: str,
    costs: list[tuple[str, float]],
    stem: str,
    about: Mapping[str, Any],
    page: Path,
) -> Film:
    """A film that is beside the page."""
    still = about.get("poster")
    return Film(
        title,
        place,
        costs,
        find_address(page, VIDEOS, stem, ".mp4"),
        find_address(page, VIDEOS, Path(str(still)).stem, ".png") if still else None,
        find_address(page, REPLAYS, stem, ".html"),
        "",
    )


def _costs_of(about: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Costs of the filmed policies."""
    return _sort([(str(one["policy"]), float(one["cost_usd"])) for one in about["policies"]])


def _sort(costs: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """The cheapest first."""
    return sorted(costs, key=lambda one: one[1])


def _place_of(about: Mapping[str, Any]) -> str:
    """The instance of a film."""
    stratum = str(about.get("stratum", ""))
    return _describe_place(stratum, str(about["family"]), int(about["seed"]), "")


def _describe_place(stratum: str, family: str, seed: int, objects: str) -> str:
    """An instance in words."""
    words = [word.replace("_", " ") for word in (stratum, family) if word]
    place = f"{', '.join(words)}, seed {seed}"
    return f"{place}: {objects.replace('_', ' ').replace('+', ', ')}" if objects else place
