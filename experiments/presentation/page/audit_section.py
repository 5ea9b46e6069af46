"""The section "Does the model know physics?", on the page of an audit and on that of a comparison."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from envs.debris.safe_yaml import CatalogueError, parse_mapping
from experiments.presentation.figures.reliability import CAPTION, draw_reliability
from experiments.presentation.figures.style import save, styled
from experiments.presentation.page.shell import inline_figure, make_environment, shell
from experiments.presentation.text.audit_table import FILE, AuditTable, read
from experiments.store.atomic import make_folder, write_text

COMMITTED: Final = Path(__file__).parents[2] / "results" / "audit"

FIGURE: Final = "reliability"


class Section(NamedTuple):
    """Arguments of the section's template."""

    table: AuditTable
    diagram: str | None  # address that holds it
    diagram_caption: str
    films: list[
        dict[str, Any]
    ]  # ``probe``, ``caption``, and addresses ``video`` and ``poster`` or ``None``


def make_section(table: AuditTable, folder: Path) -> Section:
    """Draw the diagram into ``figures/`` of the page's folder, and list the films beside the page.

    A film that is not there has a caption only.
    """
    diagram = None
    bins = table.about.get("reliability", {}).get(table.judged)
    if bins:
        make_folder(folder / "figures")
        with styled():
            save(draw_reliability(bins), folder / "figures", FIGURE)
        diagram = inline_figure(folder, FIGURE)
    films = [
        {"probe": one["probe"], "caption": one["caption"]}
        | {key: one[key] if key in one and (folder / one[key]).is_file() else None for key in ("video", "poster")}
        for one in table.about.get("gallery", ())
    ]  # fmt: skip
    return Section(table, diagram, CAPTION, films)


def find_section(files: Mapping[str, str | None], folder: Path) -> Section | None:
    """The section about the committed audit, if the audited model takes part in the comparison, else ``None``.

    Parameters
    ----------
    files
        Texts of the policies' files by policy; ``None`` if one is not known, which stderr says if it may matter.
    folder
        Of the page.
    """
    if not (COMMITTED / FILE).is_file():
        return None
    table = read(COMMITTED)
    if table.judged in [_read_checkpoint(name, text) for name, text in files.items() if text]:
        return make_section(table, folder)
    unknown = [name for name, text in files.items() if not text]
    if unknown:
        sys.stderr.write(
            f"left out: the section about the audit of {table.judged}: provenance.json has no files of "
            f"{', '.join(unknown)}\n"
        )
    return None


def _read_checkpoint(policy: str, text: str) -> str | None:
    """The checkpoint of a world model that the file of a policy names."""
    try:
        values = parse_mapping(text, policy)
    except CatalogueError:
        return None
    named = values.get("checkpoint")
    is_model = "world_model" in str(values.get("_target_"))
    return named if isinstance(named, str) and is_model else None


def write_audit_page(folder: Path, table: AuditTable) -> Path:
    """Write ``index.html`` into the folder of an audit."""
    shown = ("git_commit", "version", "sources", "config")
    details = json.dumps({key: table.about[key] for key in shown if key in table.about}, indent=2)
    template = make_environment().get_template("page/audit.html.j2")
    path = folder / "index.html"
    write_text(path, template.render(audit=make_section(table, folder), details=details, **shell()))
    return path
