"""Read-out under the pictures of a panel: what the ego does, and what costs most, or the plans that were imagined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import NORMAL, SMALL
from envs.highway.drawing.panel import KMH_PER_MPS, Readout, describe_command, format_usd
from experiments.video.drawing.lines import Pen
from experiments.video.drawing.readouts import draw_plans
from policies.base import Option

LEFT_PX: Final = 18

COSTS_SHARE: Final = 0.44
"""The costs begin after this share of the width."""

NAME_PX: Final = 104
"""Room for the name of a cost."""


def draw_strip(pen: Pen, area: pygame.Rect, readout: Readout, options: Sequence[Option]) -> None:
    """Fill ``area`` with the command and the costs, or with the command and the imagined plans if there are any."""
    if options:
        draw_plans(pen, area, options)
        return
    pygame.draw.rect(pen.surface, ink.PANEL, area)
    x, y = area.left + LEFT_PX, area.top + 10
    room = round(COSTS_SHARE * area.width) - LEFT_PX - 12
    pen.write("command", x, y, SMALL, ink.TEXT_DIM)
    colour = ink.STRUCK if readout.command_mps2 < -0.05 else ink.TEXT
    command = describe_command(readout.command_mps2)
    pen.write(pen.shorten(command, NORMAL, room), x, y + 18, NORMAL, colour)
    pen.write(pen.shorten(readout.lateral, NORMAL, room), x, y + 38, NORMAL)
    wanted = f"wants {readout.set_speed_mps * KMH_PER_MPS:.0f} km/h"
    pen.write(wanted, x, y + 60, SMALL, ink.TEXT_DIM)
    costs = pygame.Rect(area.left + round(COSTS_SHARE * area.width), y, 0, 0)
    costs.width = area.right - costs.left - LEFT_PX
    _write_costs(pen, costs, readout)


def _write_costs(pen: Pen, area: pygame.Rect, readout: Readout) -> None:
    """Write the costliest components of the last second with bars."""
    words = (
        "costliest decision of the last second"
        if readout.decision_usd
        else "no cost in the last second"
    )
    head = pen.shorten(words, SMALL, area.width)
    pen.write(head, area.left, area.top, SMALL, ink.TEXT_DIM)
    largest = max((usd for _, usd in readout.decision_usd), default=1.0)
    longest = area.width - NAME_PX - 62
    for k, (name, usd) in enumerate(readout.decision_usd[:3]):
        y = area.top + 19 + 19 * k
        pen.write(pen.shorten(name.replace("_", " "), SMALL, NAME_PX - 6), area.left, y, SMALL)
        length = max(2, round(longest * usd / largest))
        bar = pygame.Rect(area.left + NAME_PX, y + 3, length, 9)
        pygame.draw.rect(pen.surface, ink.AMBER, bar, border_radius=2)
        pen.write(format_usd(usd), bar.right + 6, y, SMALL)
