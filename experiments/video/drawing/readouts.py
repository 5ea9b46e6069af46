"""Strips below the road of a four-panel film: the truth, the belief, the imagined plans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import SMALL
from envs.highway.drawing.palette import Colour
from envs.highway.drawing.panel import format_usd
from envs.scenario.instance import ScenarioInstance
from envs.specification import VEHICLE_SLOTS, debris, track, vehicle
from envs.specification.world import World
from experiments.video.drawing.lines import Pen
from policies.base import Option, Outlook

MOST_BARS: Final = 4
"""Classes of a belief with a bar of their own; the others share one."""

MOST_OBJECTS: Final = 3

ROW_PX, BAR_ROW_PX, LEFT_PX = 17, 14, 14

NAME_SHARE: Final = 0.46
"""Room for a name, as a share of the width."""

NUMBERS_PX: Final = 128
"""Room for the text after a full bar."""

STATE_PX: Final = 92
"""Room for the word that says whether an object is seen."""


def group_belief(chance: Sequence[float], names: Sequence[str]) -> list[tuple[str, float]]:
    """Names and probabilities of the ``MOST_BARS`` likeliest classes, then ``"anything else"`` if it is >= 1 %."""
    order = np.argsort(-np.asarray(chance), kind="stable")[:MOST_BARS].tolist()
    found = [(names[k], float(chance[k])) for k in order]
    rest = float(sum(chance)) - sum(share for _, share in found)
    return [*found, ("anything else", rest)] if rest >= 0.01 else found


def draw_truth(pen: Pen, area: pygame.Rect, world: World, instance: ScenarioInstance) -> None:
    """Draw the true objects, nearest first: name, mass, size, and whether the ego sees it now."""
    _begin(pen, area, "what is really there")
    order = np.argsort(np.abs(world.debris_f[debris.X] - world.vehicle_f[vehicle.X, 0]))
    targets = world.track_i[track.TARGET, VEHICLE_SLOTS:]
    seen = set(targets[world.track_i[track.VISIBLE, VEHICLE_SLOTS:] == 1].tolist())
    shown = [j for j in order.tolist() if j < len(instance.debris_types)][:MOST_OBJECTS]
    for row, j in enumerate(shown):
        d = world.debris_f[:, j]
        away = d[debris.X] - world.vehicle_f[vehicle.X, 0]
        name = instance.debris_types[j].replace("_", " ")
        if instance.debris_i[debris.IS_REAL, j]:
            text = f"{name}: {d[debris.MASS]:.3g} kg, {100 * d[debris.HEIGHT]:.0f} cm high"
        else:
            text = f"{name}: nothing is there"
        where = f"{abs(away):.0f} m {'ahead' if away >= 0.0 else 'behind'}"
        y = area.top + 25 + ROW_PX * row
        line = pen.shorten(f"{text}, {where}", SMALL, area.width - STATE_PX - 3 * LEFT_PX)
        pen.write(line, area.left + LEFT_PX, y, SMALL)
        state, colour = ("seen", ink.STRADDLED) if j in seen else ("not seen now", ink.TEXT_DIM)
        pen.write_right(state, area.right - LEFT_PX, y, SMALL, colour)


def draw_belief(pen: Pen, area: pygame.Rect, slot: int | None, outlook: Outlook | None) -> None:
    """Draw bars of the belief about the object in a slot, and how much the members disagree."""
    if outlook is None or slot is None:
        _begin(pen, area, "belief: no object is tracked")
        return
    head = f"belief about the nearest object   doubt {float(outlook.doubt[0, slot]):.2f} nats"
    _begin(pen, area, head)
    rows = group_belief(outlook.contents[0, slot].tolist(), outlook.names)
    for k, (name, share) in enumerate(rows):
        text, colour = f"{100.0 * share:.0f} %", ink.AMBER if k == 0 else ink.GHOST
        _bar(pen, area, k, (name, share, text), colour)


def draw_plans(pen: Pen, area: pygame.Rect, options: Sequence[Option]) -> None:
    """Draw the chosen plan and the best others: imagined mean, and mean of the worst cases."""
    if not options:
        _begin(pen, area, "no object matters: no plan is imagined")
        return
    _begin(pen, area, f"{len(options)} plans imagined: mean, worst fifth")
    shown = options[:MOST_BARS]
    most = max(max(option.mean_usd for option in shown), 1e-9)
    for k, option in enumerate(shown):
        text = f"{format_usd(option.mean_usd)}, {format_usd(option.worst_usd)}"
        share = max(option.mean_usd, 0.0) / most
        colour = ink.AMBER if k == 0 else ink.TEXT_DIM
        _bar(pen, area, k, (option.name, share, text), colour)


def _begin(pen: Pen, area: pygame.Rect, head: str) -> None:
    """Draw an empty strip with its heading."""
    pygame.draw.rect(pen.surface, ink.PANEL, area)
    pen.write(head, area.left + LEFT_PX, area.top + 5, SMALL, ink.TEXT_DIM)


def _bar(
    pen: Pen, area: pygame.Rect, row: int, what: tuple[str, float, str], colour: Colour
) -> None:
    """Draw a name, a bar for a share, and a text after it."""
    name, share, text = what
    x, y = area.left + LEFT_PX, area.top + 21 + BAR_ROW_PX * row
    name_px = round(NAME_SHARE * area.width)
    longest = area.width - 2 * LEFT_PX - name_px - NUMBERS_PX
    pen.write(pen.shorten(name, SMALL, name_px - 10), x, y, SMALL, colour)
    bar = pygame.Rect(x + name_px, y + 3, max(2, round(longest * share)), 9)
    pygame.draw.rect(pen.surface, colour, bar, border_radius=2)
    pen.write(text, bar.right + 8, y, SMALL, colour)
