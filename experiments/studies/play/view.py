"""The page of a game: the driver's view, keys, and the table of what the person and the policies pay."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Final

from nicegui import app, ui
from nicegui.events import KeyEventArguments

from envs.specification import DECISION_S
from experiments.presentation.figures.style import COLOURS
from experiments.studies.play.drive import Snapshot
from experiments.studies.play.game import Game, Stage
from experiments.studies.play.overlay import draw_overlay
from experiments.studies.play.plan import Plan
from experiments.studies.play.table import compare, to_rows, usd

POLL_S: Final = 0.5
"""Seconds between two looks at the work of the policies."""

PICTURE_PX: Final = (640, 360)
"""Size of the picture before there is one; those of the drive are scaled to the page's width."""

SPACE: Final = " "

RULES: Final = (
    "↑ accelerates, ↓ brakes, ← and → steer; a short press is gentle. Without a key the car keeps its speed and its "
    "place in the lane. The space bar starts, pauses and continues. A drive lasts 20 s. You pay for damage, for risk "
    "to yourself and others, for hard manoeuvres and for delay, as the policies do."
)

SCRIPT: Final = """
<script>
// arrow keys drive instead of scrolling, and a page without the keyboard stops the clock
document.addEventListener("keydown", (event) => {
  if ([" ", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].includes(event.key)) event.preventDefault();
});
document.addEventListener("click", () => document.activeElement?.blur()); // the space bar is not for a focused button
window.addEventListener("blur", () => emitEvent("keyboard_lost"));
</script>
"""

_BUTTONS: Final = {
    Stage.PREPARING: "Preparing ...",
    Stage.WAITING: "Start (space bar)",
    Stage.COUNTDOWN: "Pause (space bar)",
    Stage.DRIVING: "Pause (space bar)",
    Stage.OVER: "",
}


class View:
    """One open browser page.

    Parameters
    ----------
    game
        Shared by all pages.
    """

    def __init__(self, game: Game) -> None:
        self._game = game
        self._loop = asyncio.get_running_loop()
        self._stage: Stage | None = None
        self._is_shown = False  # the film
        self._build()
        client = ui.context.client
        client.on_connect(lambda: game.listeners.add(self._wake))
        client.on_disconnect(self._leave)
        ui.timer(POLL_S, self._refresh)

    def _build(self) -> None:
        """Create all elements."""
        ui.colors(primary=COLOURS[0])
        ui.add_body_html(SCRIPT)
        ui.keyboard(on_key=self._use_key, repeating=False, ignore=[])
        ui.on("keyboard_lost", lambda: self._game.pause(True))
        with ui.element("main").classes("w-full max-w-4xl mx-auto p-2 flex flex-col gap-2"):
            ui.html("Drive it yourself", tag="h1", sanitize=False).classes("text-xl font-bold")
            ui.label(RULES).classes("text-sm")
            self._picture = ui.interactive_image(size=PICTURE_PX, sanitize=False)
            self._picture.classes("w-full bg-gray-900 rounded").style("aspect-ratio: 16 / 9")
            self._picture.props('role="img" aria-label="the road ahead"')
            with ui.row().classes("w-full items-center gap-4"):
                self._button = ui.button(on_click=self._toggle).props("no-caps")
                self._status = ui.label().classes("text-sm").props('role="status"')
            self._message = ui.label().classes("text-lg message").props('aria-live="polite"')
            self._table = _table(self._game.plan.drivers)
            self._note = ui.label(describe_table(self._game.plan)).classes("text-sm")
            self._screen = ui.column().classes("w-full items-stretch")
        self._refresh()

    def _wake(self) -> None:
        """Refresh soon; called on any thread."""
        self._loop.call_soon_threadsafe(self._refresh)

    def _leave(self) -> None:
        """The browser has closed this page: without any page the clock stops."""
        self._game.listeners.discard(self._wake)
        if not self._game.listeners:
            self._game.pause(True)

    def _use_key(self, event: KeyEventArguments) -> None:
        """Pass a key on to the drive; the space bar is the button."""
        name = event.key.name
        if event.action.keyup:
            self._game.keyboard.release(name)
        elif name == SPACE:
            self._toggle()
        else:
            self._game.keyboard.press(name)

    def _toggle(self) -> None:
        """Start, pause or continue."""
        if self._game.stage is Stage.WAITING:
            self._game.start()
        else:
            self._game.pause(not self._game.pace.is_paused)

    def _refresh(self) -> None:
        """Show the present state of the game."""
        game = self._game
        if game.snapshot is not None:
            self._picture.set_source(to_address(game.snapshot))
        self._picture.set_content(draw_overlay(game.snapshot, self._large()))
        is_moving = game.stage in {Stage.DRIVING, Stage.COUNTDOWN}
        text = "Continue (space bar)" if is_moving and game.pace.is_paused else _BUTTONS[game.stage]
        self._button.set_text(text)
        self._button.set_enabled(game.stage is not Stage.PREPARING)
        self._button.set_visibility(game.stage is not Stage.OVER)
        self._status.set_text(self._describe())
        if not is_moving or self._stage is not game.stage:
            self._table.rows = to_rows(game.plan.items, game.plan.drivers, game.results)
            is_shown = bool(game.results.num_driven) and not is_moving
            self._table.set_visibility(is_shown)
            self._note.set_visibility(is_shown)
            self._message.set_text(describe_last(game) if is_shown else "")
        self._stage = game.stage
        self._show_film()

    def _large(self) -> str:
        """The word or number in the middle of the picture."""
        game = self._game
        if game.stage is Stage.COUNTDOWN:
            return str(game.count)
        if game.stage is Stage.DRIVING and game.pace.is_paused:
            return "paused"
        if game.snapshot is None:
            return "preparing ..." if game.stage is Stage.PREPARING else "press the space bar"
        return ""

    def _describe(self) -> str:
        """One line about the game and the work of the policies."""
        game, count = self._game, len(self._game.plan.items)
        where = f"Drive {min(game.place + 1, count)} of {count}"
        if game.stage is Stage.OVER:
            where = f"You have driven all {count}"
        problem = game.problem or game.work.error
        if problem:
            return f"{where}. {problem}"
        if game.work.is_done or game.stage in {Stage.DRIVING, Stage.COUNTDOWN}:
            return where
        return f"{where}. {game.work.what} ..."

    def _show_film(self) -> None:
        """Show the film of the worst moment once it is complete."""
        film = self._game.work.result
        if self._is_shown or not isinstance(film, Path):
            return
        self._is_shown = True
        worst = self._game.results.find_worst()
        with self._screen:
            if worst is not None:
                family = self._game.plan.items[worst.place].family.replace("_", " ")
                where = f"drive {worst.place + 1}, {family}, at {worst.decision * DECISION_S:.1f} s"
                ui.label(
                    f"Your worst moment: {where}, {usd(worst.cost_usd)} US$ in one decision"
                ).classes("font-bold")
            address = app.add_media_file(local_file=film)
            ui.video(address, autoplay=True, muted=True).classes("w-full").props("playsinline")


def describe_last(game: Game) -> str:
    """A sentence with the costs of the last drive, or with the means of all drives at the end."""
    drivers, results = game.plan.drivers, game.results
    places = range(results.num_driven)
    if game.stage is not Stage.OVER:
        places = places[-1:]
    costs = [[results.find_cost(driver, place) for place in places] for driver in drivers]
    means = [
        (driver, sum(cost for cost in row if cost is not None) / len(row))
        for driver, row in zip(drivers, costs, strict=True)
        if None not in row
    ]
    return compare(means, is_mean=len(places) > 1)


def describe_table(plan: Plan) -> str:
    """Two sentences: what the numbers of the table are, and which policies know hidden properties."""
    bounds = [name for name, policy in plan.policies.items() if policy.privileged]
    text = "Expected US$ per drive, on the same instances."
    if bounds:
        text += (
            f" Bounds, not competitors, because they know hidden properties: {', '.join(bounds)}."
        )
    return text


def to_address(snapshot: Snapshot) -> str:
    """A picture as a ``data:`` address, which also says when its tick was due, in ms since 1970."""
    text = base64.b64encode(snapshot.jpeg).decode()
    return f"data:image/jpeg;due={round(1000 * snapshot.due_s)};base64,{text}"


def _table(drivers: tuple[str, ...]) -> ui.table:
    """An empty table with one column per driver."""
    columns = [
        {"name": name, "label": label, "field": name, "align": "left" if k == 0 else "right"}
        for k, (name, label) in enumerate(
            [("instance", "instance"), *((one, f"{one}, US$") for one in drivers)]
        )
    ]
    table = ui.table(columns=columns, rows=[], row_key="instance").props("dense flat wrap-cells")
    return table.classes("w-full table-results")
