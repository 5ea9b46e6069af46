"""plan."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from experiments.store.run_folder import RunFolder
    from experiments.video.configuration import RecordConfiguration
    from experiments.video.job import Order

STACKED_POLICIES = ["rule", "brake"]


FOUR_PANEL_POLICIES = ["rule_tuned", "world_model"]
"""Whom a video shows if nobody is named."""


FOUR_PANEL_PX = 960
"""Width of one of four panels."""


NOT_IN_RESULT = ("output",)
"""Keys that do not change the videos."""


class Plan(NamedTuple):
    """A checked command: nothing is written yet."""

    config: RecordConfiguration
    order: Order
    texts: dict[str, str]  # contents of the files that the configuration names


def prepare(config: RecordConfiguration) -> Plan:
    """Find every mistake in the configuration before anything starts or is written.

    Parameters
    ----------
    config
        What to film.

    Returns
    -------
    Plan
        Ready to be executed.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.
    """
    from envs.cost.parameters import CostParameters
    from envs.debris.safe_yaml import read_mapping
    from envs.errors import UserError
    from envs.scenario.suite import load_suite
    from experiments.cli.configuration import config_path
    from experiments.cli.loading import load_policy, policy_path
    from experiments.evaluation.run import choose_policies
    from experiments.video.choice import choose_videos
    from experiments.video.dream_job import DreamOptions
    from experiments.video.films.episode import WIDTH_PX
    from experiments.video.job import MOST_POLICIES, Order

    is_four, is_dream = config.layout == "four_panel", config.source == "dream"
    usual = FOUR_PANEL_POLICIES if is_four else STACKED_POLICIES
    if is_dream:
        usual = FOUR_PANEL_POLICIES[:1]
    wanted = choose_policies(usual if config.policies is None else config.policies)
    if len(wanted) > MOST_POLICIES:
        raise UserError(f"policy: got {len(wanted)} names, a video shows at most {MOST_POLICIES}")
    if is_dream and (len(wanted) != 1 or is_four):
        raise UserError(
            f"policy: got {len(wanted)} names, source=dream shows one, whose actions are dreamt too, stacked"
        )
    if is_four and len(wanted) != len(FOUR_PANEL_POLICIES):
        raise UserError(
            f"policy: got {len(wanted)} names, layout=four_panel shows two: the rules, and one that imagines"
        )
    names = [Path(name).stem for name in wanted]
    loaded = tuple(
        (name, load_policy(path, config.allow)) for name, path in zip(names, wanted, strict=True)
    )
    suite_file, cost_file = config_path("suite", config.suite), config_path("cost", config.cost)
    suite = load_suite(suite_file)
    order = Order(
        policies=loaded,
        suite=suite,
        split=config.split,
        items=tuple(choose_videos(suite, config, names)),
        cost=CostParameters.from_mapping(read_mapping(cost_file)),
        policy_seed=config.policy_seed,
        fps=config.fps,
        width=config.width or (FOUR_PANEL_PX if is_four else WIDTH_PX),
        layout=config.layout,
        dream=DreamOptions(config.start_s, config.dream_seed, config.temperature)
        if is_dream
        else None,
        max_seconds=config.max_seconds,
    )
    texts = {name: policy_path(name).read_text(encoding="utf-8") for name in wanted}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in (suite_file, cost_file)}
    return Plan(config, order, texts)


def open_run(plan: Plan) -> RunFolder:
    """The folder of a plan: that of the same command if it was interrupted, else a new one."""
    from experiments.store.run_folder import compute_key, open_folder

    values = {k: v for k, v in plan.config.model_dump().items() if k not in NOT_IN_RESULT}
    values["items"] = [list(item) for item in plan.order.items]
    key = compute_key("record", values, plan.texts)
    folder = open_folder(Path(plan.config.output), key, now=datetime.now().astimezone())
    verb = "continues" if folder.is_continued else "writes to"
    sys.stderr.write(f"record {verb} {folder.path}\n")
    return folder


def execute(plan: Plan, folder: Path) -> list[dict[str, Any]]:
    """Make the videos, and write down where they come from.

    Parameters
    ----------
    plan
        What to film.
    folder
        Of ``open_run``.

    Returns
    -------
    list of dict
        One description per video, as ``experiments.video.job.make_videos`` gives it.
    """
    import yaml

    from experiments.store.atomic import write_text
    from experiments.store.provenance import machine
    from experiments.video.job import make_videos

    values = plan.config.model_dump()
    write_text(folder / "config.yaml", yaml.safe_dump(values, sort_keys=False))
    videos = make_videos(plan.order, folder)
    suite = plan.order.suite
    provenance = {
        "command": "python -m experiments.record " + " ".join(sys.argv[1:]),
        "config": values,
        "suite": {"version": suite.version, "sha256": dict(suite.sha256)},
        "files": plan.texts,
        "machine": machine(),
        "videos": videos,
    }
    write_text(folder / "provenance.json", json.dumps(provenance, indent=2) + "\n")
    return videos
