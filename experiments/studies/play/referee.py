"""The referee: drives the person's actions and all policies in the twin, and completes the folder of a game."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import yaml

from envs.specification import DECISION_S
from experiments.evaluation.entrants import Entrant, read_entrants, to_values
from experiments.evaluation.run import choose_policies
from experiments.presentation.local_page.jobs import Report
from experiments.records import table as records
from experiments.rollout.loop import Rollout
from experiments.store.atomic import write_text
from experiments.store.provenance import machine, typed_command
from experiments.studies.play.drive import Drive
from experiments.studies.play.person import Repeated
from experiments.studies.play.plan import Plan
from experiments.studies.play.results import Results, WorstMoment
from experiments.studies.play.table import to_markdown
from experiments.video.job import make_video
from experiments.video.order import Order
from policies.base import Policy

AGREEMENT: Final = 1e-6
"""Relative difference of costs up to which the drive and its repetition in the twin count as equal, as in films."""

NAME: Final = "play"
"""Name of the table's file, without its ending."""

AFTER_S: Final = 3.0
"""The film ends this long after the worst moment [A]."""

NUM_BESIDE: Final = 2
"""The film shows the person beside this many policies, the first ones of the configuration."""


def judge(plan: Plan, results: Results, driver: str, place: int) -> None:
    """Drive one instance in the twin, with a policy or with the person's actions, and save the record."""
    item = plan.items[place]
    drive = results.find_drive(place) if driver == plan.config.driver else None
    policy: Policy = plan.policies[driver] if drive is None else Repeated(drive.actions)
    source = plan.source(driver)
    rollout = Rollout(
        policy,
        [plan.suite.instance(item)],
        num_worlds=1,
        policy_seed=source.policy_seed,
        cost=plan.cost,
        name=driver,
    )
    ((_, episode),) = rollout.episodes()
    row = records.make_row(source, item, episode, ())
    if drive is not None:
        _compare(driver, place, drive, row)
    results.save_row(driver, place, row)


def _compare(driver: str, place: int, drive: Drive, row: dict[str, Any]) -> None:
    """Say on stderr if the twin counts another cost than the reference engine did during the drive."""
    live, twin = float(drive.cost_usd.sum()), float(row["cost_usd"])
    if abs(live - twin) > AGREEMENT * max(abs(twin), 1.0):
        sys.stderr.write(
            f"{driver}: instance {place + 1}: the reference counts {live:.6f} US$, the twin {twin:.6f} US$: the page "
            "showed the reference, the records hold the twin\n"
        )


def complete(plan: Plan, results: Results, folder: Path, report: Report) -> Path | None:
    """Write records, table, film and provenance of a game whose instances have all been driven by all drivers.

    Returns
    -------
    Path or None
        The film of the worst moment.
    """
    found = [
        results.find_row(driver, place)
        for driver in plan.drivers
        for place in range(len(plan.items))
    ]
    rows = [row for row in found if row is not None]
    table = records.order(pa.Table.from_pylist(rows, schema=records.make_schema(())))
    records.write(table, folder / "records.parquet")
    write_text(folder / f"{NAME}.md", to_markdown(plan.items, plan.drivers, results))
    worst = results.find_worst()
    film = None if worst is None else _film(plan, results, worst, folder, report)
    about = _describe(plan) | {
        "records_sha256": records.compute_sha256(table),
        "worst_moment": None if worst is None else worst._asdict(),
        "film": None if film is None else film.name,
    }
    values = plan.config.model_dump()
    write_text(folder / "config.yaml", yaml.safe_dump(values, sort_keys=False))
    write_text(folder / "provenance.json", json.dumps(about, indent=2) + "\n")
    return film


def _film(
    plan: Plan, results: Results, worst: WorstMoment, folder: Path, report: Report
) -> Path | None:
    """Film the person beside the first policies in the instance of the worst moment."""
    drive = results.find_drive(worst.place)
    if drive is None:
        return None
    item = plan.items[worst.place]
    beside = list(plan.policies.items())[:NUM_BESIDE]
    order = Order(
        policies=((plan.config.driver, Repeated(drive.actions)), *beside),
        suite=plan.suite,
        split=plan.config.split,
        items=(item,),
        cost=plan.cost,
        policy_seed=plan.config.policy_seed,
        max_seconds=(worst.decision + 1) * DECISION_S + AFTER_S,
    )
    instance = plan.suite.instance(item)
    report(0.0, "filming the worst moment")
    made = make_video(
        order, item, instance, folder, lambda share: report(share, "filming the worst moment")
    )
    return folder / str(made["video"])


def _describe(plan: Plan) -> dict[str, Any]:
    """Provenance of a game."""
    wanted = choose_policies(plan.config.policies)
    person = {plan.config.driver: Entrant()}
    return {
        "command": typed_command("play"),
        "config": plan.config.model_dump(),
        "suite": {
            "version": plan.suite.version,
            "sha256": dict(plan.suite.sha256),
            "strata": list(plan.suite.strata),
            "outcomes": plan.suite.outcomes.to_values(),
        },
        "files": {},
        "sha256": plan.files,
        "entrants": to_values(person | read_entrants(wanted, plan.config.allow)),
        "machine": machine(),
    }
