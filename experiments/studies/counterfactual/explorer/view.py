"""The explorer's page: controls, slider, two tables, figure and video."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from nicegui import app, ui

from envs.scenario.suite import SuiteItem
from experiments.presentation.local_page.jobs import Job
from experiments.studies.counterfactual.executions import MANOEUVRES
from experiments.studies.counterfactual.explorer.model import USUAL_PROPERTY, Model, Picture, Result
from experiments.studies.counterfactual.figure import place_of
from experiments.studies.counterfactual.study import Flip, Study

POLL_S: Final = 0.2
"""Seconds between two checks of the progress of jobs by a page."""

INK: Final = "#1d2125"
"""Colour of controls: that of text, because colours stand for manoeuvres."""

_VIEWS: Final = ("the driver's view", "the same moment from above")

_COSTS: Final = (
    ("name", "manoeuvre"), ("usd", "US$"), ("how", "best way"), ("mark", "verdict"),
)  # fmt: skip
_DECISIONS: Final = (
    ("name", "policy"), ("manoeuvre", "manoeuvre"), ("usd", "US$"), ("flips", "flips at"),
)  # fmt: skip


class View:
    """One open browser page.

    Parameters
    ----------
    model
        Shared by all pages.
    query
        Query of the address: ``family``, ``seed``, ``property``; values that do not exist are ignored.
    """

    def __init__(self, model: Model, query: Mapping[str, str]) -> None:
        self._model = model
        families = model.families()
        family = query.get("family", families[0])
        family = family if family in families else families[0]
        seeds = {str(seed): seed for seed in model.seeds(family)}
        seed = seeds.get(query.get("seed", ""), next(iter(seeds.values())))
        name = choose_property(model.properties(family), query.get("property", ""))
        self._job: Job | None = None
        self._film: Job | None = None
        self._result: Result | None = None
        self._is_changing = False
        self._build(families, family, seed, name)
        self._choose()
        ui.timer(POLL_S, self._poll)

    def _build(self, families: list[str], family: str, seed: int, name: str) -> None:
        """Create all elements, still empty."""
        ui.colors(primary=INK)
        with ui.element("main").classes("w-full max-w-5xl mx-auto p-2 flex flex-col gap-2"):
            ui.html("What if it were different?", tag="h1", sanitize=False).classes(
                "text-xl font-bold"
            )
            with ui.row().classes("w-full gap-4"):
                self._family = ui.select(
                    {one: one.replace("_", " ") for one in families}, value=family, label="family",
                    on_change=self._change_family,
                ).classes("w-40")  # fmt: skip
                self._seed = ui.select(
                    self._model.seeds(family), value=seed, label="seed", on_change=self._choose
                ).classes("w-32")
                self._name = ui.select(
                    self._model.properties(family), value=name, label="property", with_input=True,
                    on_change=self._choose,
                ).classes("w-80")  # fmt: skip
            self._status = ui.label().classes("text-sm").props('role="status"')
            self._progress = ui.linear_progress(0.0, show_value=False).props("aria-label=progress")
            with ui.column().classes("w-full gap-2 items-stretch") as self._panel:
                self._build_panel()
        self._panel.set_visibility(False)

    def _build_panel(self) -> None:
        """Create the elements that show a result."""
        self._value = ui.label().classes("value text-lg").props('aria-live="polite"')
        with ui.element("div").classes("w-full px-3"):
            self._slider = ui.slider(min=0, max=1, step=1, on_change=self._drag)
            self._slider.props('snap markers aria-label="value of the property"')
        self._answer = ui.label().classes("answer text-base font-bold")
        with ui.element("div").classes("w-full grid grid-cols-1 md:grid-cols-2 gap-2 items-center"):
            self._sights = [
                ui.element("img").classes(f"w-full rounded sight-{name}")
                for name in ("driver", "above")
            ]
        self._pictures = [
            _PictureBox("w-full gt-xs"),
            _PictureBox("w-full lt-sm"),
        ]
        with ui.element("div").classes("w-full grid grid-cols-1 lg:grid-cols-2 gap-3"):
            self._costs = _table(_COSTS, "costs")
            self._decisions = _table(_DECISIONS, "decisions")
        self._button = ui.button("Play the video", on_click=self._play).props("no-caps")
        self._button.classes("self-start")
        self._screen = ui.column().classes("w-full items-stretch")

    def _item(self) -> SuiteItem:
        """The suite item selected by the controls."""
        return next(item for item in self._model.items if item.seed == self._seed.value)

    def _change_family(self) -> None:
        """Offer the seeds and properties of the new family, the first seed, and the same property if there is one."""
        family = str(self._family.value)
        names = self._model.properties(family)
        self._is_changing = True
        self._name.set_options(names, value=choose_property(names, str(self._name.value)))
        self._is_changing = False
        seeds = self._model.seeds(family)
        self._seed.set_options(seeds, value=seeds[0])

    def _choose(self) -> None:
        """Start the study selected by the controls."""
        if self._is_changing or self._name.value is None:
            return
        self._result, self._film = None, None
        self._panel.set_visibility(False)
        self._screen.clear()
        self._job = self._model.ask_study(self._item(), str(self._name.value))
        self._poll()

    def _poll(self) -> None:
        """Show the progress of jobs, or their results."""
        for job in (self._job, self._film):
            if job is not None:
                self._status.set_text(f"{job.what} ... (planning policies take half a minute)")
                self._progress.set_value(job.share)
        self._progress.set_visibility(self._job is not None or self._film is not None)
        if self._job is not None and self._job.is_done:
            job, self._job = self._job, None
            self._status.set_text(job.error or job.result.title)
            if job.error is None:
                self._show(job.result)
        if self._film is not None and self._film.is_done:
            job, self._film = self._film, None
            self._status.set_text(job.error or (self._result.title if self._result else ""))
            self._button.enable()
            if job.error is None:
                self._show_film(job.result)

    def _show(self, result: Result) -> None:
        """Show a result, with the slider at the instance's own value."""
        self._result = result
        for box, picture in zip(self._pictures, (result.wide, result.narrow), strict=True):
            box.show(picture, result.title)
        self._slider.props(f"max={len(result.study.values) - 1}")
        self._slider.set_value(result.study.own)
        self._panel.set_visibility(True)
        self._drag()

    def _drag(self) -> None:
        """Update everything that depends on the slider."""
        if self._result is None:
            return
        found, k = self._result.study, int(self._slider.value)
        value = float(found.values[k])
        suffix = " (as sampled)" if k == found.own else ""
        text = f"{found.changed.title} {found.changed.text(value)}"
        self._value.set_text(f"{text}{suffix}")
        self._slider.props(f'aria-valuetext="{text}"')
        self._answer.set_text(describe_answer(found, k))
        for image, source, what in zip(self._sights, self._result.sights[k], _VIEWS, strict=True):
            _show_image(image, source, f"{what}: {text}")
        self._costs.rows = cost_rows(found, k)
        self._decisions.rows = decision_rows(found, k)
        for box in self._pictures:
            box.point_at(place_of(found, value))
        if self._film is None:
            self._screen.clear()

    def _play(self) -> None:
        """Start a video of the instance with the slider's value."""
        if self._result is not None:
            value = float(self._result.study.values[int(self._slider.value)])
            self._film = self._model.ask_video(self._item(), self._result.study.changed.name, value)
            self._button.disable()

    def _show_film(self, path: Path) -> None:
        """Play a video."""
        self._screen.clear()
        with self._screen:
            address = app.add_media_file(local_file=path)
            ui.video(address, autoplay=True, muted=True).classes("w-full").props("playsinline")


class _PictureBox:
    """A figure with a movable vertical line on top."""

    def __init__(self, classes: str) -> None:
        with ui.element("div").classes(f"relative {classes}"):
            self._image = ui.element("img").classes("w-full")
            self._line = ui.element("div").classes("absolute w-0.5 bg-red-600 opacity-70")
            self._line.style("pointer-events: none")
        self._left, self._right = 0.0, 1.0

    def show(self, picture: Picture, title: str) -> None:
        """Show another figure."""
        self._left, self._right = picture.left, picture.right
        self._line.style(
            f"top: {100 * picture.top:.2f}%; height: {100 * (picture.bottom - picture.top):.2f}%"
        )
        _show_image(self._image, picture.source, f"Costs of the manoeuvres and decisions: {title}")

    def point_at(self, share: float) -> None:
        """Move the line to a share of the axis."""
        self._line.style(f"left: {100.0 * (self._left + share * (self._right - self._left)):.2f}%")


def _show_image(image: ui.element, source: str, alt: str) -> None:
    """Show another picture; not by ``props(...)``, which would parse the long address."""
    image.props["src"], image.props["alt"] = source, alt
    image.update()


def describe_answer(study: Study, k: int) -> str:
    """The right manoeuvre at the ``k``-th value, and what every policy does and pays instead."""
    right = int(study.best[k])
    least = float(study.cost_usd[k, right])
    others = [
        f"{name}: {MANOEUVRES[int(driven.manoeuvre[k])]}, {driven.cost_usd[k] - least:,.0f} US$ more."
        for name, driven in study.driven.items()
    ]
    return " ".join([f"Cheapest: {MANOEUVRES[right]}, {least:,.0f} US$.", *others])


def cost_rows(study: Study, k: int) -> list[dict[str, Any]]:
    """Table rows of the true costs of the manoeuvres at the ``k``-th value."""
    return [
        {
            "name": name,
            "usd": f"{study.cost_usd[k, m]:,.0f}",
            "how": study.executions[k][m],
            "mark": "right answer" if m == study.best[k] else "",
        }
        for m, name in enumerate(MANOEUVRES)
    ]


def decision_rows(study: Study, k: int) -> list[dict[str, Any]]:
    """Table rows of the right manoeuvre and the policies' manoeuvres at the ``k``-th value."""
    return [
        {
            "name": name,
            "manoeuvre": MANOEUVRES[int(chosen.manoeuvre[k])],
            "usd": f"{chosen.cost_usd[k]:,.0f}",
            "flips": "; ".join(_describe_flip(study, flip) for flip in study.flips(name))
            or "never",
        }
        for name, chosen in study.choices.items()
    ]


def _describe_flip(study: Study, flip: Flip) -> str:
    """Short text on where a decision changes and how, for a narrow table."""
    changed = study.changed
    place = (
        f"{changed.text(flip.low)} / {changed.text(flip.high)}"
        if changed.choices
        else f"{changed.between(flip.low, flip.high):.2g} {changed.unit}".rstrip()
    )
    return f"{place}: {MANOEUVRES[flip.before]} → {MANOEUVRES[flip.after]}"


def choose_property(names: Mapping[str, str], wanted: str) -> str:
    """A name of the list: the wanted one, or the usual one, or the first."""
    return next(name for name in (wanted, USUAL_PROPERTY, *names) if name in names)


def _table(columns: tuple[tuple[str, str], ...], mark: str) -> ui.table:
    """An empty table; long cells wrap."""
    described = [
        {"name": name, "label": label, "field": name, "align": "right" if name == "usd" else "left"}
        for name, label in columns
    ]
    table = ui.table(columns=described, rows=[], row_key="name").props("dense flat wrap-cells")
    return table.classes(f"w-full table-{mark}")
