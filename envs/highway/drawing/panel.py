"""The read-out under the picture: time, speed, command, cost."""

from __future__ import annotations

from dataclasses import dataclass

import pygame

from envs.highway.drawing import palette as ink
from envs.highway.drawing.lettering import LARGE, NORMAL, SMALL, Lettering

KMH_PER_MPS = 3.6

COLUMNS_PX = (14, 190, 420, 640)
"""Left edges of the four columns on a picture of 1280 px; narrower pictures leave the last ones out."""

BAR_PX = 110
"""Length of the longest bar of the cost components."""


@dataclass(frozen=True)
class Readout:
    """Texts and numbers shown in the panel.

    Parameters
    ----------
    title, subtitle
        Kind of scenario; light and weather.
    time_s
        Since the start of the episode.
    set_speed_mps
        Speed that the ego's driver wants.
    command_mps2
        Commanded longitudinal acceleration.
    lateral
        Commanded lateral position in words.
    total_usd
        Cost since the start of the episode.
    decision_usd
        Name and US$ of the costliest components of a decision, costliest first.
    ending
        How the episode ended, or nothing.
    """

    title: str
    subtitle: str
    time_s: float
    speed_mps: float
    set_speed_mps: float
    command_mps2: float
    lateral: str
    total_usd: float
    decision_usd: tuple[tuple[str, float], ...]
    ending: str = ""


def format_usd(value: float) -> str:
    """Format US$, with cents below ten and thousands separators.

    Examples
    --------
    >>> format_usd(0.5), format_usd(12345.6)
    ('$0.50', '$12,346')
    """
    return f"${value:,.2f}" if abs(value) < 10.0 else f"${value:,.0f}"


def describe_command(command_mps2: float) -> str:
    """The commanded acceleration in words.

    Examples
    --------
    >>> describe_command(-4.0), describe_command(0.0), describe_command(1.25)
    ('brake 4.0 m/s²', 'hold speed', 'accelerate 1.2 m/s²')
    """
    if abs(command_mps2) < 0.05:
        return "hold speed"
    word = "brake" if command_mps2 < 0.0 else "accelerate"
    return f"{word} {abs(command_mps2):.1f} m/s²"


def draw_panel(
    surface: pygame.Surface, area: pygame.Rect, readout: Readout, letters: Lettering
) -> None:
    """Fill ``area`` with the read-out."""
    pygame.draw.rect(surface, ink.PANEL, area)
    pygame.draw.line(surface, ink.TEXT_DIM, area.topleft, area.topright)
    _write_episode(surface, area, readout, letters)
    if area.width > COLUMNS_PX[1] + 200:
        _write_motion(surface, area, readout, letters)
    if area.width > COLUMNS_PX[2] + 200:
        _write_total(surface, area, readout, letters)
    if area.width > COLUMNS_PX[3] + 300:
        _write_components(surface, area, readout, letters)


def _write_episode(
    surface: pygame.Surface, area: pygame.Rect, readout: Readout, letters: Lettering
) -> None:
    """First column: which episode, and when."""
    x, y = area.left + COLUMNS_PX[0], area.top + 10
    letters.write(surface, readout.title, x, y)
    letters.write(surface, readout.subtitle, x, y + 20, SMALL, ink.TEXT_DIM)
    letters.write(surface, f"{readout.time_s:.2f} s", x, y + 46, LARGE)


def _write_motion(
    surface: pygame.Surface, area: pygame.Rect, readout: Readout, letters: Lettering
) -> None:
    """Second column: speed and command."""
    x, y = area.left + COLUMNS_PX[1], area.top + 10
    after = letters.write(surface, f"{readout.speed_mps:.1f} m/s", x, y - 3, LARGE)
    kmh = f"{readout.speed_mps * KMH_PER_MPS:.0f} km/h"
    letters.write(surface, kmh, after + 10, y + 5, SMALL, ink.TEXT_DIM)
    colour = ink.STRUCK if readout.command_mps2 < -0.05 else ink.TEXT
    letters.write(surface, describe_command(readout.command_mps2), x, y + 25, NORMAL, colour)
    letters.write(surface, readout.lateral, x, y + 44)
    wanted = f"wants {readout.set_speed_mps:.1f} m/s"
    letters.write(surface, wanted, x, y + 65, SMALL, ink.TEXT_DIM)


def _write_total(
    surface: pygame.Surface, area: pygame.Rect, readout: Readout, letters: Lettering
) -> None:
    """Third column: cost of the episode, and how it ended."""
    x, y = area.left + COLUMNS_PX[2], area.top + 10
    letters.write(surface, "expected cost so far, US$", x, y, SMALL, ink.TEXT_DIM)
    letters.write(surface, format_usd(readout.total_usd), x, y + 19, LARGE)
    if readout.ending:
        sheet = letters.render(readout.ending, NORMAL, ink.PANEL)
        plate = pygame.Rect(x, y + 52, sheet.get_width() + 14, sheet.get_height() + 7)
        pygame.draw.rect(surface, ink.AMBER, plate, border_radius=3)
        surface.blit(sheet, (plate.left + 7, plate.top + 3))


def _write_components(
    surface: pygame.Surface, area: pygame.Rect, readout: Readout, letters: Lettering
) -> None:
    """Fourth column: the costliest components with bars."""
    x, y = area.left + COLUMNS_PX[3], area.top + 10
    letters.write(surface, "costliest decision of the last second, US$", x, y, SMALL, ink.TEXT_DIM)
    largest = max((usd for _, usd in readout.decision_usd), default=1.0)
    for k, (name, usd) in enumerate(readout.decision_usd[:3]):
        top = y + 20 + 19 * k
        letters.write(surface, name.replace("_", " "), x, top, SMALL)
        bar = pygame.Rect(x + 104, top + 3, max(2, round(BAR_PX * usd / largest)), 9)
        pygame.draw.rect(surface, ink.AMBER, bar, border_radius=2)
        letters.write(surface, format_usd(usd), bar.right + 6, top, SMALL)
