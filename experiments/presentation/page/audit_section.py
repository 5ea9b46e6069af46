"""The section "Does the model know physics?", on the page of an audit and on that of a comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from envs.debris.safe_yaml import read_mapping
from experiments.cli.loading import policy_path
from experiments.presentation.audit_table import Told, read
from experiments.presentation.figures.reliability import CAPTION, draw_reliability
from experiments.presentation.figures.style import save, styled
from experiments.presentation.page.shell import inline_figure, make_environment, shell
from experiments.store.atomic import make_folder, write_text

COMMITTED: Final = Path(__file__).parents[2] / "results" / "audit"

FIGURE: Final = "reliability"


class Film(NamedTuple):
    """A failure in the gallery."""

    probe: str
    caption: str
    video: str | None  # addresses relative to the page; ``None`` = not beside it
    poster: str | None


class Section(NamedTuple):
    """What the section shows."""

    told: Told
    diagram: str | None  # address that holds it
    diagram_caption: str
    films: list[Film]


def make_section(told: Told, folder: Path) -> Section:
    """Draw the diagram and look for films.

    Parameters
    ----------
    told
        Of an audit.
    folder
        Of the page; the diagram goes to ``figures/``.

    Returns
    -------
    Section
        Films that do not lie beside the page are captions only.
    """
    diagram = None
    bins = told.about.get("reliability", {}).get(told.judged)
    if bins:
        make_folder(folder / "figures")
        with styled():
            save(draw_reliability(bins), folder / "figures", FIGURE)
        diagram = inline_figure(folder, FIGURE)
    films = [
        Film(
            one["probe"],
            one["caption"],
            _beside(folder, one.get("video")),
            _beside(folder, one.get("poster")),
        )
        for one in told.about.get("gallery", ())
    ]
    return Section(told, diagram, CAPTION, films)


def _beside(folder: Path, address: str | None) -> str | None:
    """An address if there is something."""
    return address if address is not None and (folder / address).is_file() else None


def find_section(files: Sequence[str], folder: Path) -> Section | None:
    """The committed audit for the page of a comparison in which an audited model drives.

    Parameters
    ----------
    files
        Policy files of those who drove.
    folder
        Of the page.

    Returns
    -------
    Section or None
        ``None`` if the judged checkpoint was not among them.
    """
    if not (COMMITTED / "audit.json").is_file():
        return None
    told = read(COMMITTED)
    return make_section(told, folder) if told.judged in map(_checkpoint, files) else None


def _checkpoint(file: str) -> str | None:
    """The checkpoint that a policy file names; ``None`` if the file of old records is gone."""
    if file.endswith(".yaml") and not Path(file).is_file():
        return None
    values = read_mapping(policy_path(file))
    named = values.get("checkpoint")
    return named if isinstance(named, str) and "world_model" in str(values["_target_"]) else None


def write_audit_page(folder: Path, told: Told) -> Path:
    """Write ``index.html`` of an audit.

    Parameters
    ----------
    folder
        Of the audit.
    told
        What it found.

    Returns
    -------
    Path
        Of the page.
    """
    details: Mapping[str, Any] = {key: told.about[key] for key in ("git_commit", "config")}
    text = (
        make_environment()
        .get_template("page/audit.html.j2")
        .render(audit=make_section(told, folder), details=json.dumps(details, indent=2), **shell())
    )
    path = folder / "index.html"
    write_text(path, text)
    return path
