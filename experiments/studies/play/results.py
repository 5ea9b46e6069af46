"""Results of a game on disk: every drive of the person, and one row per driver and instance."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from envs.scenario.suite import SuiteItem
from experiments.store.atomic import write_text
from experiments.store.steps import Steps
from experiments.studies.play.drive import Drive


class WorstMoment(NamedTuple):
    """The costliest decision of the person in all drives."""

    place: int  # of the instance in the list
    decision: int
    cost_usd: float


class Results:
    """What has been driven so far; every entry is on disk before the next drive begins, and is read again at a restart.

    Parameters
    ----------
    folder
        Exists; gets a file for each drive of the person and a journal.
    items
        The instances in the order in which they are driven.
    driver
        Name of the person.
    """

    def __init__(self, folder: Path, items: Sequence[SuiteItem], driver: str) -> None:
        self.items, self._driver = items, driver
        self._folder = folder
        self._steps = Steps(folder)
        self._lock = threading.Lock()  # the drive and the worker write
        found = {place: self._read_drive(place) for place in range(len(items))}
        self._drives = {place: drive for place, drive in found.items() if drive is not None}

    def save_drive(self, place: int, drive: Drive, about: dict[str, Any]) -> None:
        """Write a drive of the person."""
        item = self.items[place]
        values = {
            **item._asdict(),
            **about,
            "events": list(drive.events),
            "total_usd": float(drive.cost_usd.sum()),
            "cost_usd": drive.cost_usd.tolist(),
            "actions": drive.actions.tolist(),
        }
        name = _file_name(item)
        with self._lock:
            write_text(self._folder / name, json.dumps(values, indent=1) + "\n")
            self._steps.note(name, [name])
        self._drives[place] = drive

    def find_drive(self, place: int) -> Drive | None:
        """The drive of the person, if there is one."""
        return self._drives.get(place)

    def save_row(self, driver: str, place: int, row: dict[str, Any]) -> None:
        """Write the record of a driver in one instance."""
        with self._lock:
            self._steps.note(_row_name(driver, self.items[place]), (), value=row)

    def find_row(self, driver: str, place: int) -> dict[str, Any] | None:
        """The record of a driver in one instance, if there is one."""
        step = self._steps.find(_row_name(driver, self.items[place]))
        return None if step is None else dict(step.value)

    def find_cost(self, driver: str, place: int) -> float | None:
        """The cost of a driver in one instance, US$, if it is known."""
        row = self.find_row(driver, place)
        if row is not None:
            return float(row["cost_usd"])
        drive = self._drives.get(place) if driver == self._driver else None
        return None if drive is None else float(drive.cost_usd.sum())

    @property
    def num_driven(self) -> int:
        """Number of instances that the person has driven: the first ones of the list."""
        return next(
            (place for place in range(len(self.items)) if place not in self._drives),
            len(self.items),
        )

    def find_worst(self) -> WorstMoment | None:
        """The costliest decision of the person; ``None`` before the first drive."""
        moments = [
            WorstMoment(place, int(drive.cost_usd.argmax()), float(drive.cost_usd.max()))
            for place, drive in sorted(self._drives.items())
        ]
        return max(moments, key=lambda moment: moment.cost_usd, default=None)

    def _read_drive(self, place: int) -> Drive | None:
        """A drive from its file, if there is one that has not changed since it was written."""
        name = _file_name(self.items[place])
        if self._steps.find(name) is None:
            return None
        values = json.loads((self._folder / name).read_text(encoding="utf-8"))
        actions, costs = np.array(values["actions"]), np.array(values["cost_usd"])
        return Drive(actions, costs, tuple(values["events"]))


def _file_name(item: SuiteItem) -> str:
    """File of the person's drive."""
    return f"drive-{item.family}-{item.seed}.json"


def _row_name(driver: str, item: SuiteItem) -> str:
    """Name of a row in the journal."""
    return f"row {driver} {item.family} {item.seed}"
