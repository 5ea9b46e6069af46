"""The game: one instance after the other, driven on a thread of its own; pages show its state and pass keys on."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Final

import numpy as np

from experiments.presentation.local_page.jobs import Job, Report, Worker
from experiments.store.run_folder import RunFolder
from experiments.studies.play.drive import Car, Snapshot
from experiments.studies.play.pace import RealTime, Unpaced
from experiments.studies.play.person import Keyboard, Person
from experiments.studies.play.plan import Plan
from experiments.studies.play.referee import complete, judge
from experiments.studies.play.results import Results

COUNTDOWN: Final = (3, 2, 1)


class Stage(Enum):
    """What the game is doing."""

    PREPARING = "preparing"  # compiling
    WAITING = "waiting"  # for the person to start the next instance
    COUNTDOWN = "countdown"
    DRIVING = "driving"
    OVER = "over"  # all instances have been driven


class Game:
    """One game, which all open pages share.

    Parameters
    ----------
    plan
        Instances and policies.
    folder
        Of the run; an interrupted game goes on with the next instance.
    countdown_s
        Length of one step of the countdown.

    Attributes
    ----------
    keyboard, pace
        The keys that drive, and the clock of the drive.
    stage, count, snapshot, problem
        What pages show: the number of the countdown, the last picture, and one line if something failed.
    listeners
        Called after every change, on any thread.
    """

    def __init__(self, plan: Plan, folder: RunFolder, countdown_s: float = 1.0) -> None:
        self.plan, self._folder = plan, folder
        self._countdown_s = countdown_s
        self.results = Results(folder.path, plan.items, plan.config.driver)
        self.keyboard, self.pace = Keyboard(), RealTime()
        self.stage, self.count = Stage.PREPARING, 0
        self.snapshot: Snapshot | None = None
        self.problem: str | None = None
        self.listeners: set[Callable[[], object]] = set()
        self._lock = threading.Lock()
        self._is_calm = threading.Event()  # between two drives the policies may use the processor
        self._is_calm.set()
        self._worker = Worker()
        self.work = self._worker.ask("prepare", self._prepare)

    @property
    def place(self) -> int:
        """Place of the instance that is driven now or next."""
        return self.results.num_driven

    def start(self) -> None:
        """Begin the next instance, unless the game is not waiting for that."""
        with self._lock:
            if self.stage is not Stage.WAITING:
                return
            self.stage = Stage.COUNTDOWN
        self._is_calm.clear()
        threading.Thread(target=self._run, name="drive", daemon=True).start()

    def pause(self, is_paused: bool) -> None:
        """Stop the time of a drive or of its countdown, or let it go on."""
        if self.stage in {Stage.DRIVING, Stage.COUNTDOWN}:
            self.keyboard.clear()
            self.pace.pause(is_paused)
            self._notify()

    def _run(self) -> None:
        """Drive one instance; if that fails, the page says so and the instance can be started again."""
        try:
            self._drive(self.place)
        except Exception as error:
            self.problem = f"{type(error).__name__}: {error}"
            sys.stderr.write(traceback.format_exc())
            self.stage = Stage.WAITING
        self._is_calm.set()
        self._notify()

    def _drive(self, place: int) -> None:
        """Count down, drive, save the result, and let the policies drive the same instance."""
        car = Car(self.pace, self._show, self.plan.cost)
        self.snapshot = car.begin(self.plan.suite.instance(self.plan.items[place]))
        for self.count in COUNTDOWN:
            self._notify()
            time.sleep(self._countdown_s)
        self.keyboard.clear()
        self.pace.begin()
        self.stage = Stage.DRIVING
        drive = car.drive(Person(self.keyboard.read))
        car.close()
        self.results.save_drive(place, drive, {"lost_s": round(self.pace.lost_s, 3)})
        self.stage = self._next_stage()
        self.work = self._ask()

    def _show(self, snapshot: Snapshot) -> None:
        """Keep the newest picture."""
        self.snapshot = snapshot
        self._notify()

    def _next_stage(self) -> Stage:
        """The stage between two drives."""
        return Stage.OVER if self.place == len(self.plan.items) else Stage.WAITING

    def _ask(self) -> Job:
        """Let the worker do what remains to be done after a drive."""
        if self.stage is Stage.OVER:
            return self._worker.ask("complete", self._complete)
        return self._worker.ask(self.place, self._judge)

    def _prepare(self, report: Report) -> None:
        """Compile the engine and the pictures by one decision that nothing shows."""
        report(0.0, "preparing the pictures")
        self._is_calm.wait()
        item = self.plan.items[min(self.place, len(self.plan.items) - 1)]
        car = Car(Unpaced(), lambda _: None, self.plan.cost)
        car.begin(self.plan.suite.instance(item))
        car.step(np.zeros(2))
        car.close()
        self.stage = self._next_stage()
        self._notify()
        if self.place:
            self.work = self._ask()

    def _judge(self, report: Report) -> None:
        """Let all drivers drive the instances of which a record is missing, between the drives of the person."""
        missing = [
            (place, driver)
            for place in range(self.place)
            for driver in self.plan.drivers
            if self.results.find_row(driver, place) is None
        ]
        for k, (place, driver) in enumerate(missing):
            is_policy = driver in self.plan.policies
            what = f"{driver} drives instance {place + 1}" if is_policy else "repeating your drive"
            report(k / len(missing), what)
            self._is_calm.wait()
            judge(self.plan, self.results, driver, place)
            self._notify()

    def _complete(self, report: Report) -> Path | None:
        """Complete the folder; returns the film of the worst moment."""
        self._judge(report)
        film = complete(self.plan, self.results, self._folder.path, report)
        self._folder.finish()
        return film

    def _notify(self) -> None:
        """Call all listeners."""
        for listener in list(self.listeners):
            listener()
