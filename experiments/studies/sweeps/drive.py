"""Drives the shards of all cells in one executor; every cell succeeds or fails on its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from envs.errors import UserError, describe_cause
from experiments.evaluation import shards
from experiments.evaluation.run import choose_executor, choose_missing, finish_records
from experiments.store.atomic import WriteError, make_folder
from experiments.store.errors import WorkerError
from experiments.store.manifest import write_manifest
from experiments.store.progress import Progress
from experiments.store.steps import Steps
from experiments.studies.sweeps.cells import Cell, is_done
from experiments.studies.sweeps.configuration import SweepConfiguration

SHARDS: Final = "shards"
CELLS: Final = "cells"


def drive(config: SweepConfiguration, cells: Sequence[Cell], folder: Path) -> dict[str, str]:
    """Drive the cells that are missing in the folder of a sweep, which this process has locked.

    Returns
    -------
    dict
        Name of every cell that failed, with the reason, which was also written to stderr.
    """
    failed: dict[str, str] = {}
    waiting = [cell for cell in cells if not is_done(cell, folder / CELLS)]
    if waiting:
        make_folder(folder / SHARDS)
        make_folder(folder / CELLS)
        for stray in (folder / SHARDS).glob(".*.parquet"):
            stray.unlink(missing_ok=True)
        with Progress("driving", len(cells), "cells", len(cells) - len(waiting)) as progress:
            _Drive(config, folder, failed, progress.update).run(waiting)
    return failed


class _Drive:
    """Cells that are being driven."""

    def __init__(
        self,
        config: SweepConfiguration,
        folder: Path,
        failed: dict[str, str],
        update: Callable[[], object],
    ) -> None:
        self._config = config
        self._folder = folder
        self._shards = folder / SHARDS
        self._steps = Steps(self._shards)
        self._failed = failed
        self._update = update
        self._open: dict[str, int] = {}  # shards that a cell waits for
        self._cpu_s: dict[str, float] = {}

    def run(self, cells: Sequence[Cell]) -> None:
        """Run all shards of all cells."""
        tasks: list[tuple[Cell, shards.Shard]] = []
        for cell in cells:
            if cell.plan is None:
                self._fail(cell, cell.problem)
                continue
            missing = choose_missing(cell.plan.parts, self._shards, self._steps)
            self._open[cell.name] = len(missing)
            tasks += [(cell, part) for part in missing]
            if not missing:
                self._finish(cell)
        executor = choose_executor(self._config, self._shards)
        while tasks:
            left = dict(enumerate(tasks))
            parts = [part for _, part in tasks]
            try:
                for k, answer in executor.run(try_shard, parts, str(self._shards)):
                    self._take(*left.pop(k), answer)
            except WorkerError as error:
                if error.index is None:
                    raise
                self._fail(left.pop(error.index)[0], error.cause)
            tasks = list(left.values())

    def _take(self, cell: Cell, part: shards.Shard, answer: shards.Done | str) -> None:
        """Store the result of a shard."""
        if isinstance(answer, str):
            self._fail(cell, answer)
            return
        self._steps.note(part.name, [part.name])
        self._cpu_s[cell.name] = self._cpu_s.get(cell.name, 0.0) + answer.all_s
        self._open[cell.name] -= 1
        if not self._open[cell.name]:
            self._finish(cell)

    def _finish(self, cell: Cell) -> None:
        """Write a cell's records into its folder; the manifest comes last and marks it as complete."""
        if cell.plan is None or cell.name in self._failed:
            return
        made = self._folder / CELLS / cell.name
        make_folder(made)
        work = {"all_s": round(self._cpu_s.get(cell.name, 0.0), 3)}
        try:
            finish_records(cell.plan, self._shards, made, work)
        except WriteError:
            raise
        except UserError as error:
            self._fail(cell, str(error))
            return
        write_manifest(made)
        for part in cell.plan.parts:
            (self._shards / part.name).unlink(missing_ok=True)
        self._update()

    def _fail(self, cell: Cell, problem: str) -> None:
        """Mark a cell as failed and report it once."""
        if cell.name not in self._failed:
            self._failed[cell.name] = problem
            sys.stderr.write(f"failed: {cell.name}: {problem}\n")
            self._update()


def try_shard(shard: shards.Shard, folder: str) -> shards.Done | str:
    """Drive a shard, or return an error of one line; an error in writing ends the whole sweep.

    Raises
    ------
    WriteError
        If the operating system refuses.
    """
    try:
        return shards.run(shard, folder)
    except WriteError:
        raise
    except Exception as error:
        # a failing policy is a result of a sweep
        return describe_cause(error)
