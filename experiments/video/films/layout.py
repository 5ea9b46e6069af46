"""Layout of a film: which pictures a panel has, how large they are, and how panels stand side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from envs.highway.drawing import palette as ink
from envs.highway.rendering import PANEL_PX, SMALLEST_HEIGHT_PX
from experiments.video.drawing.surfaces import Frame
from experiments.video.drawing.title import TITLE_PX

WIDTH_PX: Final = 1280
"""Default width of a film; its height is 9/16 of that unless it has more panels than fit."""

HEADING_PX: Final = 36
"""Height of the heading above all panels."""

SEPARATOR_PX: Final = 4
"""Width of the black lines between panels."""

STRIP_PX: Final = PANEL_PX
"""Height of the read-out under the pictures of a panel."""

BIRD_PX: Final = 152
"""Height of the bird's view under the driver's view."""

LARGE_BIRD_PX: Final = 266
"""Height of the bird's view alone, with the read-out that it contains."""

MOST_COLUMNS: Final = 3

FOUR: Final = (1, 0, 2, 3)
"""Four panels come as rules, truth, model, imagination; the truth is shown first."""

VIEWS: Final = ("both", "camera", "chase", "above")
"""What a panel shows: the driver's view above the bird's view, one of them, or the view from behind the ego."""


class Shape(NamedTuple):
    """Sizes of one panel, px; a picture that is not shown is 0 high."""

    width: int
    driver_px: int
    bird_px: int
    strip_px: int
    is_chase: bool = False  # the camera follows the ego from behind

    @property
    def height(self) -> int:
        """Height of the panel with its title."""
        return TITLE_PX + self.driver_px + self.bird_px + self.strip_px

    @property
    def pictures_px(self) -> int:
        """Height of the pictures together, without the read-out that a high bird's view contains."""
        inside = PANEL_PX if self.bird_px >= SMALLEST_HEIGHT_PX else 0
        return self.driver_px + self.bird_px - inside


class Layout(NamedTuple):
    """Shape of all panels, and their arrangement."""

    width: int  # of the film
    shape: Shape
    columns: int
    outer: Shape | None = None  # of four panels: that of the truth and of the imagination
    order: tuple[int, ...] = ()  # in which panels are shown; empty = as they come


def arrange(view: str, num_panels: int, width: int = WIDTH_PX) -> Layout:
    """Panels beside each other, or one below the other if they show the bird's view alone."""
    if view == "above":
        return Layout(width, Shape(width, 0, LARGE_BIRD_PX, 0), 1)
    columns = min(num_panels, MOST_COLUMNS)
    bird = BIRD_PX if view == "both" else 0
    driver = _height(width) - HEADING_PX - SEPARATOR_PX - TITLE_PX - STRIP_PX - bird
    shape = Shape(_column(width, columns), driver, bird, STRIP_PX, view == "chase")
    return Layout(width, shape, columns)


def arrange_four(view: str, width: int = WIDTH_PX) -> Layout:
    """Two rows of two panels with one picture each; ``both`` = truth and imagination from the driver's view."""
    row = (_height(width) - HEADING_PX) // 2 - SEPARATOR_PX
    picture, column = row - TITLE_PX - STRIP_PX, _column(width, 2)
    driver = Shape(column, picture, 0, STRIP_PX, view == "chase")
    bird = Shape(column, 0, picture, STRIP_PX)
    inner = driver if view in ("camera", "chase") else bird
    return Layout(width, inner, 2, bird if view == "above" else driver, FOUR)


def compose(heading: Frame, panels: Sequence[Frame], layout: Layout) -> Frame:
    """Put the heading above rows of panels, with black lines between them."""
    panels = [panels[k] for k in layout.order] or panels
    height = panels[0].shape[0]
    parts = [heading]
    for first in range(0, len(panels), layout.columns):
        row = np.zeros((SEPARATOR_PX + height, layout.width, 3), np.uint8)
        row[SEPARATOR_PX:] = ink.PANEL
        left = 0
        for panel in panels[first : first + layout.columns]:
            row[:, left - SEPARATOR_PX : left] = 0
            row[SEPARATOR_PX:, left : left + panel.shape[1]] = panel
            left += panel.shape[1] + SEPARATOR_PX
        parts.append(row)
    return np.concatenate(parts)


def _height(width: int) -> int:
    """Even height of a film of this width."""
    return 2 * round(width * 9 / 32)


def _column(width: int, columns: int) -> int:
    """Even width of one of some columns."""
    return (width - SEPARATOR_PX * (columns - 1)) // columns // 2 * 2
