"""All models as the arrays that kernels walk through."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.camera.models.looks import CARS, CHOICES, COLOURS, OBJECTS, OPEN_TRUCKS, PIECES, TRUCKS
from envs.camera.models.parts import (
    FIXED_COLOURS,
    LAMP,
    LEVELS,
    NUM_COLOURS,
    SMALL_PX,
    TOP_LAMP,
    Part,
)
from envs.specification import debris, vehicle

MODELS: Final[dict[str, tuple[Part, ...]]] = {**CARS, **TRUCKS, **OPEN_TRUCKS, **PIECES, **OBJECTS}
"""Every model by name; its index is its place here."""

_INDEX: Final = {name: k for k, name in enumerate(MODELS)}

LEAST_SHARES: Final = ((0.03, 0.10), (0.03, 0.10), (0.015, 0.03), (0.004, 0.008), (0.0, 0.0))
"""Least share of its body that a part must show to be drawn, at every level of detail: of solid parts, and of sheets on
them. Each is about a pixel."""

PAINT_COLOURS: Final = {
    "white": (226, 228, 230), "black": (34, 36, 40), "grey": (112, 116, 122), "silver": (176, 181, 187),
    "blue": (36, 74, 136), "red": (158, 30, 34), "green": (44, 84, 62), "brown": (116, 88, 68),
}  # fmt: skip
"""Colours of ``envs.specification.vehicle.PAINTS``, red, green, blue 0-255."""


def _is_shown(part: Part, level: int) -> bool:
    """Whether a part is drawn at a level of detail: lamps and what is made for this level always are."""
    if not part.least <= LEVELS[level] < part.most:
        return False
    is_made_for_it = part.most <= SMALL_PX or part.colour in {LAMP, TOP_LAMP}
    return is_made_for_it or part.share() >= LEAST_SHARES[level][0 if part.fills else 1]


def _join() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Rows of all models at all levels of detail; first row and end of each, ``(model, level, 2)``."""
    rows: list[tuple[float, ...]] = []
    spans = np.zeros((len(MODELS), len(LEVELS), 2), np.int64)
    for m, parts in enumerate(MODELS.values()):
        for k in range(len(LEVELS)):
            spans[m, k, 0] = len(rows)
            shown = [part for part in parts if _is_shown(part, k)]
            rows += [part.row() for part in sorted(shown, key=lambda part: part.layer)]
            spans[m, k, 1] = len(rows)
    return np.array(rows), spans


def _choices() -> NDArray[np.float64]:
    """One row per look: measure, two limits, three models."""
    rows = []
    for look in debris.LOOKS:
        measure, low, high, *names = CHOICES[look]
        rows.append((measure, low, high, *(_INDEX[str(name)] for name in names)))
    return np.array(rows, np.float64)


def _colours() -> NDArray[np.float64]:
    """Colours of a body's parts; the first rows are its own."""
    table = np.zeros((NUM_COLOURS, 4))
    for k, colour in FIXED_COLOURS.items():
        table[k] = colour
    return table


def _kinds() -> NDArray[np.int64]:
    """Models of cars, trucks, trucks with an open bed, and of pieces that have broken off: one row each."""
    rows = [[_INDEX[name] for name in kind] for kind in (CARS, TRUCKS, OPEN_TRUCKS, PIECES)]
    return np.array([[row[k % len(row)] for k in range(len(CARS))] for row in rows])


PARTS, SPANS = _join()
CHOICE_ROWS: Final = _choices()
PALETTE: Final = _colours()
VEHICLES: Final = _kinds()
LOOK_COLOURS: Final = np.array([COLOURS[look] for look in debris.LOOKS], np.float64)
PAINTS: Final = np.array([PAINT_COLOURS[name] for name in vehicle.PAINTS], np.float64)
