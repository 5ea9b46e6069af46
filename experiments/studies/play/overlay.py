"""What is written on the driver's view: speed, time, costs so far, the countdown and the pause."""

from __future__ import annotations

from typing import Final

from envs.specification import DECISION_S, DECISIONS_PER_EPISODE
from experiments.studies.play.drive import Snapshot
from experiments.studies.play.table import usd

KMH_PER_MPS: Final = 3.6

LENGTH_S: Final = DECISIONS_PER_EPISODE * DECISION_S

_STYLE: Final = (
    'fill="white" stroke="black" paint-order="stroke" stroke-linejoin="round" '
    'font-family="system-ui, sans-serif" font-weight="600"'
)


def draw_overlay(snapshot: Snapshot | None, large: str) -> str:
    """SVG elements over the picture: the read-outs of a snapshot, and a word or a larger number in the middle."""
    middle = _text(large, 50, 55, 28 if large.isdigit() else 10, "middle")
    if snapshot is None:
        return middle
    return "".join(
        (
            _text(f"{snapshot.speed_mps * KMH_PER_MPS:.0f} km/h", 3, 95, 7, "start"),
            _text(f"{max(LENGTH_S - snapshot.elapsed_s, 0.0):.0f} s", 50, 95, 7, "middle"),
            _text(f"{usd(snapshot.cost_usd)} US$", 97, 95, 7, "end"),
            middle,
        )
    )


def _text(text: str, left: float, top: float, height: float, anchor: str) -> str:
    """Text at a place and of a size in per cent of the picture's width and height; the picture is 360 units high."""
    size = 3.6 * height
    return (
        f'<text x="{left}%" y="{top}%" text-anchor="{anchor}" font-size="{size:.1f}" '
        f'stroke-width="{size / 8:.1f}" {_STYLE}>{text}</text>'
    )
