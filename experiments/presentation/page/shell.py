"""Templates, style, scripts and content security policy of all pages."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from experiments.presentation.figures.style import KIND_COLOURS
from experiments.presentation.text.tables import percent, points, price_cells, usd, with_interval

_HERE: Final = Path(__file__).parent

SCRIPTS: Final = ("vendor/sortable.min.js", "vendor/sortable.a11y.min.js", "theme.js")
"""Scripts of a page: tables that are sorted by a click or the Enter key, and light or dark."""


def make_environment() -> Environment:
    """Template environment that escapes every value and refuses unknown names."""
    environment = Environment(
        loader=PackageLoader("experiments.presentation", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        usd=usd,
        interval=with_interval,
        percent=percent,
        points=points,
        price_cells=price_cells,
        slug=slug,
    )
    return environment


def hash_source(script: str) -> str:
    """The hash of an inline script for the content security policy."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def slug(kind: str) -> str:
    """A kind of policies as the name of a class of the style sheet."""
    return f"k-{kind.replace(' ', '-')}"


def make_style() -> str:
    """The style sheet, with the colours of the kinds of policies."""
    kinds = [f".{slug(kind)} {{ --kind: {colour}; }}\n" for kind, colour in KIND_COLOURS.items()]
    return (_HERE / "page.css").read_text(encoding="utf-8") + "".join(kinds)


def shell() -> dict[str, Any]:
    """Values for the template ``shell.html.j2``."""
    scripts = [(_HERE / name).read_text(encoding="utf-8").strip() for name in SCRIPTS]
    return {
        "style": Markup(make_style()),  # noqa: S704 (our own file)
        "scripts": [Markup(script) for script in scripts],  # noqa: S704 (our own files)
        "script_sources": Markup(" ".join(hash_source(script) for script in scripts)),  # noqa: S704
    }


def inline_figure(folder: Path, name: str) -> str:
    """A figure as a data URL."""
    content = (folder / "figures" / f"{name}.svg").read_bytes()
    return "data:image/svg+xml;base64," + base64.b64encode(content).decode()
