"""Makes the videos of a run: film, poster, contact sheet and description per instance; finished ones are kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import SuiteItem
from envs.specification import DECISIONS_PER_EPISODE, TICK_HZ, TICKS_PER_DECISION
from experiments.store.atomic import write_text
from experiments.store.progress import Progress
from experiments.store.steps import Steps
from experiments.video.drawing.surfaces import Frame
from experiments.video.encode import CLIP_FORMATS, Clip, write_mp4, write_png
from experiments.video.order import STILL, Order
from experiments.video.production import Production, prepare, stem_of

FILES = ("video", "poster", "contact_sheet", "clip")
"""Keys of a description that name files."""


def make_videos(order: Order, folder: Path) -> list[dict[str, Any]]:
    """Film every instance with every policy, with a progress bar on stderr.

    Parameters
    ----------
    order
        What to film.
    folder
        Exists; gets ``<family>-<seed>.mp4``, ``.png`` (the poster), ``-sheet.png`` and ``.json`` for each; finished
        ones are not made again.

    Returns
    -------
    list of dict
        The contents of the JSON files: instance, costs, endings, file names, hash of the frames.
    """
    steps = Steps(folder)
    described: list[dict[str, Any]] = []
    remarks: list[str] = []
    # until an episode has been driven, it counts as long as episodes can be
    guess = 1 + DECISIONS_PER_EPISODE * TICKS_PER_DECISION * order.fps // TICK_HZ
    total = guess * len(order.items)
    with Progress("filming", total, "frames") as bar:
        for item in order.items:
            bar.update(0, f"{item.family} {item.seed}")
            written = folder / f"{stem_of(item)}.json"
            if steps.find(written.name) is not None:
                described.append(json.loads(written.read_text(encoding="utf-8")))
                bar.update(guess)
                continue
            production = prepare(order, item, order.suite.instance(item))
            total += production.timing.num_frames - guess
            bar.total = total
            described.append(_draw(production, order, folder, bar.update))
            remarks += [line for film in production.films if (line := film.describe_disagreement())]
            _note(steps, written, described[-1])
    sys.stderr.write("".join(f"{line}\n" for line in remarks))
    return described


def make_video(
    order: Order,
    item: SuiteItem,
    instance: ScenarioInstance,
    folder: Path,
    report: Callable[[float], object],
) -> dict[str, Any]:
    """Film one instance, which may differ from the suite's instance for this item.

    Parameters
    ----------
    order
        How to film, and the policies; its items are not used.
    item
        Names the files and the origin of the instance.
    instance
        What is filmed.
    folder
        Exists; gets the video and its contact sheet.
    report
        Called after every frame with the share that is done, 0 to 1.

    Returns
    -------
    dict
        As ``make_videos`` describes each.
    """
    production = prepare(order, item, instance)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        report(done / production.timing.num_frames)

    return _draw(production, order, folder, tick)


def _note(steps: Steps, path: Path, description: dict[str, Any]) -> None:
    """Write the description of a finished video."""
    write_text(path, json.dumps(description, indent=2) + "\n")
    files = (description[key] for key in FILES if key in description)
    steps.note(path.name, (path.name, *files))


def _draw(
    production: Production, order: Order, folder: Path, tick: Callable[[], object]
) -> dict[str, Any]:
    """Draw the video's files, and return the description; progress advances after every frame."""
    stem = production.stem
    if order.format == STILL and production.draw_still is not None:
        names = {"poster": f"{stem}.png"}
        write_png(folder / names["poster"], production.draw_still())
        return {**production.about, **names}
    names = {"video": f"{stem}.mp4", "poster": f"{stem}.png", "contact_sheet": f"{stem}-sheet.png"}
    clip = None
    if order.format in CLIP_FORMATS:
        names["clip"] = f"{stem}.{order.format}"
        timing = production.timing
        path = folder / names["clip"]
        clip = Clip(path, timing.num_frames, timing.fps, production.poster)
    filmed = _film(production, folder / names["video"], clip, tick)
    write_png(folder / names["poster"], production.reel.kept[production.poster])
    write_png(folder / names["contact_sheet"], production.draw_sheet())
    if clip is not None:
        clip.write()
    return {**production.about, **names, **filmed}


def _film(
    production: Production, path: Path, clip: Clip | None, tick: Callable[[], object]
) -> dict[str, Any]:
    """Encode the frames, some of them in the clip as well; returns facts about them."""

    def watched() -> Iterator[Frame]:
        for k, frame in enumerate(production.reel):
            tick()
            if clip is not None:
                clip.add(k, frame)
            yield frame

    fps = production.timing.fps
    num_frames = write_mp4(path, watched(), fps, title=production.title)
    return {"num_frames": num_frames, "fps": fps, "frames_sha256": production.reel.sha256}
