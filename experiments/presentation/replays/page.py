"""Writes one HTML file per instance: recorded states that the browser draws, with a slider; no server, no network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from markupsafe import Markup

from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISION_S, LANE_WIDTH_M
from experiments.presentation.page.shell import hash_source, make_environment, make_style
from experiments.presentation.replays.states import Run, describe_instance, to_plain
from experiments.store.atomic import write_text

_HERE: Final = Path(__file__).parent


def write_replay(
    path: Path,
    title: str,
    subtitle: str,
    command: str,
    instance: ScenarioInstance,
    runs: Sequence[Run],
) -> None:
    """Write the replay of one instance.

    Parameters
    ----------
    path
        The HTML file.
    title, subtitle
        Text above the road.
    command
        The command that films the same.
    instance
        What was driven.
    runs
        One per policy, at least one.
    """
    data = {
        "lane_width_m": LANE_WIDTH_M,
        "decision_s": DECISION_S,
        "road": describe_instance(instance),
        "runs": [to_plain(run) for run in runs],
    }
    # without "<" no text within can end the script element
    text = json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    page = _HERE.parent / "page"
    script = "\n".join(
        (folder / name).read_text(encoding="utf-8").strip()
        for folder, name in ((_HERE, "replay.js"), (page, "theme.js"))
    )
    html = (
        make_environment()
        .get_template("replays/replay.html.j2")
        .render(
            title=title,
            subtitle=subtitle,
            command=command,
            data=Markup(text),  # noqa: S704 (JSON without any <)
            style=Markup(make_style()),  # noqa: S704 (our own file)
            script=Markup(script),  # noqa: S704 (our own files)
            script_source=Markup(hash_source(script)),  # noqa: S704
        )
    )
    write_text(path, html)
