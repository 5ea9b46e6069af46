"""Cues: what an object or a vehicle that touched it does, and when it can first be seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.specification import column
from experiments.studies.observer import drive as d
from experiments.studies.observer.drive import Drive, TrueDrive

Array = NDArray[np.float64]

CUES: Final = ("fall", "bounce", "slide", "flutter", "exit", "jolt")
"""A load in free fall; in the air after its first touch-down; sliding after it; an object moved by air; an object
that a vehicle has struck; the vehicle that struck it."""

WINDOW: Final = 5
"""Decisions of one second."""

GROUND_M: Final = 0.02
"""An object whose lowest point is lower lies on the road [A]."""

MOVES_MPS: Final = 0.1
"""A slower object counts as at rest [A]."""

FIRST_OTHER: Final = 1
"""Bit of the first vehicle that is not the ego."""


class Window(NamedTuple):
    """One second in which a cue can be read."""

    cue: str
    before: int  # last decision before it; -1 = none
    end: int  # last decision of it
    vehicle: int  # that shows the cue; -1 = the object


def find_windows(true: TrueDrive, simulated: Drive) -> Iterator[Window]:
    """The first second of every cue that the run shows.

    Air moves light contents only, so ``flutter`` begins when it moves any of the candidates: an object that stays says
    as much as one that goes.
    """
    kinds = classify(true.drive)[:, 0]
    visible = (true.rows[:, column.D_TRACKED] > 0.0) & (true.rows[:, column.D_VISIBLE] > 0.0)
    candidates = classify(simulated)
    for index, cue in enumerate(CUES[:-1]):
        shows = kinds == index
        if cue == "flutter":
            shows |= (candidates == index).any(axis=1) & (kinds < 0)
        found = np.flatnonzero(shows & visible)
        if found.size:
            yield _window(cue, int(found[0]), -1, len(visible))
    for k in strikers(true.drive):
        struck = int(np.flatnonzero(true.drive.touching[:, 0] >> k & 1)[0])
        sees = (true.targets == k).any(axis=1)
        if sees[struck:].any():
            yield _window("jolt", struck, k, len(visible))
            return


def strikers(drive: Drive) -> list[int]:
    """Vehicles besides the ego that touch the object in the first world, in the order in which they do."""
    bits = drive.touching[:, 0]
    touched: dict[int, None] = {}
    for mask in bits.tolist():
        for k in range(FIRST_OTHER, drive.traffic.shape[3]):
            if mask >> k & 1:
                touched.setdefault(k)
    return list(touched)


def classify(drive: Drive) -> NDArray[np.int64]:
    """Cue that the object shows in every state of every world, ``(T, B)``, as an index into ``CUES``; -1 = none."""
    speed = np.hypot(drive.motion[..., d.VX], drive.motion[..., d.VY])
    moves, height = speed > MOVES_MPS, drive.motion[..., d.Z]
    is_struck = np.maximum.accumulate((drive.touching >> FIRST_OTHER) > 0, axis=0)
    was_carried = np.maximum.accumulate(drive.carried, axis=0)
    landed = was_carried & ~drive.carried & ((height < GROUND_M) | (drive.motion[..., d.VZ] > 0.0))
    has_landed = np.maximum.accumulate(landed, axis=0)
    kinds = np.full(speed.shape, -1)
    kinds[moves & ~was_carried] = CUES.index("flutter")
    kinds[moves & has_landed] = CUES.index("slide")
    kinds[has_landed & (height >= GROUND_M)] = CUES.index("bounce")
    kinds[was_carried & ~has_landed] = CUES.index("fall")
    kinds[is_struck] = CUES.index("exit")
    kinds[drive.carried] = -1
    # what the ego does to an object comes too late to be a cue
    by_ego = np.maximum.accumulate((drive.touching & 1) > 0, axis=0)
    kinds[by_ego] = -1
    return kinds


def _window(cue: str, first: int, k: int, length: int) -> Window:
    """The second that begins at decision ``first``."""
    return Window(cue, first - 1, min(first + WINDOW - 1, length - 1), k)
