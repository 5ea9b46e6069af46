"""Describes how an episode ended, on the dimmed last picture."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

import numpy as np
import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import LARGE, NORMAL, SMALL
from envs.highway.drawing.palette import Colour
from envs.highway.drawing.panel import format_usd
from envs.specification import DECISION_S, component
from experiments.rollout.loop import Episode
from experiments.video.drawing.lines import Pen

EVENT_WORDS: Final = {
    "collision": "collision with a vehicle",
    "loss_of_control": "loss of control",
    "off_road": "off the road",
}
"""Terminal events in words."""

CONTACT_WORDS: Final = {
    "straddle": "straddled",
    "run-over": "ran over",
    "underbody": "scraped over",
    "frontal": "hit",
}
"""``envs.physics.contact.outcome.MODE_NAMES`` in the past tense."""

DIMMING: Final = 0.35
"""Brightness of a picture after its episode has ended."""

CENT_USD: Final = 0.01


class Ending(NamedTuple):
    """The text of an end card."""

    headline: str
    contacts: str  # objects that were touched; may be empty
    cost: str
    parts: str  # costliest components; may be empty
    is_bad: bool  # a terminal event


def describe_ending(episode: Episode, num_decisions: int | None = None) -> Ending:
    """How an episode ended, or that the film is cut after ``num_decisions``; the cost is that of the whole episode."""
    length = len(episode.actions)
    seconds = length * DECISION_S
    total = float(episode.total_usd.sum())
    words = [EVENT_WORDS.get(name, name) for name, happened in episode.events.items() if happened]
    cost = f"expected cost {format_usd(total)}"
    if num_decisions is not None and num_decisions < length:
        headline = f"cut at {num_decisions * DECISION_S:.1f} s of {seconds:.1f} s"
        cost = f"expected cost of the whole episode {format_usd(total)}"
        words = []
    elif words:
        headline = f"{' and '.join(words)} at {seconds:.1f} s"
    else:
        headline = f"time is up after {seconds:.0f} s"
    return Ending(headline, _contacts(episode), cost, _parts(episode), bool(words))


def _contacts(episode: Episode) -> str:
    """The objects that the ego hit or straddled, each type once."""
    counts = Counter(
        f"{CONTACT_WORDS.get(row['mode'], row['mode'])} {row['object'].replace('_', ' ')}"
        for row in episode.contacts
        if row["vehicle"] == 0
    )
    return ", ".join(f"{text} (x{n})" if n > 1 else text for text, n in counts.items())


def _parts(episode: Episode) -> str:
    """The three costliest components."""
    sums = episode.cost_usd.sum(axis=0)
    costliest = [int(k) for k in np.argsort(-sums, kind="stable")[:3] if sums[k] >= CENT_USD]
    return ", ".join(
        f"{component.NAMES[k].replace('_', ' ')} {format_usd(float(sums[k]))}" for k in costliest
    )


def draw_ending(
    pen: Pen, area: pygame.Rect, road: pygame.Rect, ending: Ending, remark: str = ""
) -> None:
    """Dim pictures (``area``) and write on a part of them (``road``) how the episode ended, with a remark in green."""
    dim(pen.surface, area)
    headline: Colour = ink.STRUCK if ending.is_bad else ink.TEXT
    lines: list[tuple[str, int, Colour]] = [
        (ending.headline, NORMAL, headline),
        (ending.cost, LARGE, ink.TEXT),
    ]
    if ending.parts:
        lines.append((ending.parts, SMALL, ink.TEXT_DIM))
    if ending.contacts:
        lines.insert(1, (ending.contacts, SMALL, ink.TEXT))
    if remark:
        lines.append((remark, NORMAL, ink.STRADDLED))
    pen.draw_centred(lines, road)


def dim(surface: pygame.Surface, area: pygame.Rect) -> None:
    """Darken a part of a surface to ``DIMMING`` of its brightness."""
    level = round(255 * DIMMING)
    surface.fill((level, level, level), area, special_flags=pygame.BLEND_RGB_MULT)
