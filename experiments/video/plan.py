"""Converts a checked configuration of ``python -m experiments.record`` to videos with provenance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from envs.cost.parameters import CostParameters
from envs.debris.safe_yaml import read_mapping
from envs.errors import UserError
from envs.scenario.suite import load_suite
from experiments.cli.ingredients import list_ingredients
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate, name_of
from experiments.cli.policy_files import read_policy
from experiments.evaluation.run import choose_policies
from experiments.store import run_folder
from experiments.store.atomic import write_text
from experiments.store.provenance import machine, typed_command
from experiments.store.run_folder import RunFolder
from experiments.video.choice import choose_videos
from experiments.video.configuration import RecordConfiguration
from experiments.video.films.dreaming import DreamOptions
from experiments.video.films.layout import WIDTH_PX
from experiments.video.job import make_videos
from experiments.video.order import MOST_POLICIES, STILL, Order
from policies.base import Foreseeing

PANEL_POLICIES = ["rule_tuned", "world_model"]
"""Policies of a video with one panel per policy, if none are named."""

FOUR_PANEL_POLICIES = ["rule_tuned", "world_model"]
"""Policies of a video in four panels, if none are named; a dream has the first of them."""

IDLE: Final[dict[str, dict[str, Any]]] = {
    "source=dream": {"start_s": None, "dream_seed": 0, "temperature": 0.0},
    "a format other than png": {"fps": 30, "slow_motion": 4},
}
"""Options with their defaults that have an effect only where the key says."""

NOT_IN_RESULT = ("output",)
"""Keys that do not change the videos."""


class RecordPlan(NamedTuple):
    """A checked command; nothing has been written yet."""

    config: RecordConfiguration
    order: Order
    texts: dict[str, str]  # contents of the YAML files that the configuration names
    files: dict[str, dict[str, str]]  # SHA-256 of everything that decides the videos, by part


def prepare(config: RecordConfiguration) -> RecordPlan:
    """Check the configuration completely before anything is started or written.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.
    """
    _refuse_idle(config)
    wanted = _choose_names(config)
    loaded = tuple((name_of(name), load_policy(name, config.allow)) for name in wanted)
    if config.layout == "four_panel" and not isinstance(loaded[1][1], Foreseeing):
        raise UserError(
            f"policy: {loaded[1][0]} imagines nothing, layout=four_panel shows the rules and a policy that imagines, "
            "such as world_model"
        )
    suite_file, cost_file = locate("suite", config.suite), locate("cost", config.cost)
    suite = load_suite(suite_file, config.allow)
    options = DreamOptions(config.start_s, config.dream_seed, config.temperature)
    order = Order(
        policies=loaded,
        suite=suite,
        split=config.split,
        items=tuple(choose_videos(suite, config, [name for name, _ in loaded])),
        cost=CostParameters.from_mapping(read_mapping(cost_file)),
        policy_seed=config.policy_seed,
        fps=config.fps,
        width=config.width or WIDTH_PX,
        layout=config.layout,
        view=config.view,
        slow_motion=config.slow_motion,
        format=config.format,
        dream=options if config.source == "dream" else None,
        max_seconds=config.max_seconds,
    )
    texts = {name: read_policy(name).text for name in wanted}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in (suite_file, cost_file)}
    files = list_ingredients(
        policies=wanted, suites=[config.suite], costs=[config.cost], allow=config.allow
    )
    return RecordPlan(config, order, texts, files)


def _refuse_idle(config: RecordConfiguration) -> None:
    """Refuse options that would change nothing."""
    works = {
        "source=dream": config.source == "dream",
        "a format other than png": config.format != STILL,
    }
    for where, options in IDLE.items():
        for name, usual in options.items():
            value = getattr(config, name)
            if not works[where] and value != usual:
                raise UserError(f"{name}: got {value}, which has an effect only with {where}")


def _choose_names(config: RecordConfiguration) -> list[str]:
    """The policies to film: as many as the layout shows."""
    is_four, is_dream = config.layout == "four_panel", config.source == "dream"
    usual = FOUR_PANEL_POLICIES if is_four else PANEL_POLICIES
    if is_dream:
        usual = FOUR_PANEL_POLICIES[:1]
    wanted = choose_policies(usual if config.policies is None else config.policies)
    number = len(wanted)
    if number > MOST_POLICIES:
        raise UserError(f"policy: got {number} names, a video shows at most {MOST_POLICIES}")
    if is_dream and (number != 1 or is_four):
        raise UserError(
            f"policy: got {number} names, source=dream shows one policy, and only with layout=panels"
        )
    if config.format == STILL and (is_four or is_dream):
        raise UserError(
            "format: got 'png', which shows one panel per policy: layout=panels, source=twin"
        )
    if is_four and number != len(FOUR_PANEL_POLICIES):
        raise UserError(
            f"policy: got {number} names, layout=four_panel shows two: the rules and a policy that imagines"
        )
    return wanted


def open_run(plan: RecordPlan) -> RunFolder:
    """The folder of a plan: that of an interrupted run of the same command, else a new one."""
    values = {k: v for k, v in plan.config.model_dump().items() if k not in NOT_IN_RESULT}
    values["items"] = [list(item) for item in plan.order.items]
    return run_folder.open_run("record", plan.config.output, values, plan.files)


def execute(plan: RecordPlan, folder: Path) -> list[dict[str, Any]]:
    """Make the videos in the folder of ``open_run``, and write their provenance.

    Returns
    -------
    list of dict
        One description per video, as ``experiments.video.job.make_videos`` gives it.
    """
    values = plan.config.model_dump()
    write_text(folder / "config.yaml", yaml.safe_dump(values, sort_keys=False))
    videos = make_videos(plan.order, folder)
    suite = plan.order.suite
    provenance = {
        "command": typed_command("record"),
        "config": values,
        "suite": {"version": suite.version, "sha256": dict(suite.sha256)},
        "files": plan.texts,
        "sha256": plan.files,
        "machine": machine(),
        "videos": videos,
    }
    write_text(folder / "provenance.json", json.dumps(provenance, indent=2) + "\n")
    return videos
