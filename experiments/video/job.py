"""Makes the videos of a run: a film, a contact sheet and a description per instance; finished ones are kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from envs.cost.parameters import CostParameters
from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import Suite, SuiteItem
from envs.specification import DECISIONS_PER_EPISODE, TICK_HZ, TICKS_PER_DECISION
from experiments.store.atomic import write_text
from experiments.store.progress import Progress
from experiments.store.steps import Steps
from experiments.video.course.script import Script, drive
from experiments.video.drawing.lines import POLICY_COLOURS
from experiments.video.drawing.surfaces import Frame
from experiments.video.encode import Reel, write_mp4
from experiments.video.films import dream_film, four_panel
from experiments.video.films.contact_sheet import draw_sheet, write_png
from experiments.video.films.dreaming import FPS, DreamOptions, dream
from experiments.video.films.episode import WIDTH_PX, Film
from experiments.video.films.four_panel import ModelFilm
from experiments.video.films.side_by_side import Heading, count_frames, play
from policies.base import Policy

MOST_POLICIES: Final = len(POLICY_COLOURS)
"""Panels of one video at most."""


class Order(NamedTuple):
    """What to film, and how."""

    policies: tuple[tuple[str, Policy], ...]  # names and ready policies, at most MOST_POLICIES
    suite: Suite
    split: str
    items: tuple[SuiteItem, ...]  # entries of the suite
    cost: CostParameters | None = None
    policy_seed: int = 0
    fps: int = TICK_HZ
    width: int = WIDTH_PX
    max_seconds: float | None = None
    layout: str = "stacked"
    dream: DreamOptions | None = None


class _Production(NamedTuple):
    """One video whose instances have been driven but not drawn."""

    stem: str  # of the names of its files
    title: str  # kept in the MP4
    fps: int
    num_frames: int
    reel: Reel
    draw_poster: Callable[[], Frame]  # to be called after the last frame
    about: dict[str, Any]  # part of its description
    films: Sequence[Film] = ()  # whose costs are compared with the records


def make_videos(order: Order, folder: Path) -> list[dict[str, Any]]:
    """Film every instance with every policy, with a progress bar on stderr.

    Parameters
    ----------
    order
        What to film.
    folder
        Exists; gets ``<family>-<seed>.mp4``, ``.png`` and ``.json`` for each; finished ones are not made again.

    Returns
    -------
    list of dict
        The contents of the JSON files: instance, costs, endings, file names, hash of the frames.
    """
    steps = Steps(folder)
    described: list[dict[str, Any]] = []
    remarks: list[str] = []
    # until an episode has been driven, it counts as long as episodes can be
    guess = 1 + DECISIONS_PER_EPISODE * TICKS_PER_DECISION
    total = guess * len(order.items)
    with Progress("filming", total, "frames") as bar:
        for item in order.items:
            bar.update(0, f"{item.family} {item.seed}")
            written = folder / f"{_stem(item)}.json"
            if steps.find(written.name) is not None:
                described.append(json.loads(written.read_text(encoding="utf-8")))
                bar.update(guess)
                continue
            production = _drive(order, item, order.suite.instance(item))
            total += production.num_frames - guess
            bar.total = total
            described.append(_draw(production, folder, bar.update))
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
    production = _drive(order, item, instance)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        report(done / production.num_frames)

    return _draw(production, folder, tick)


def describe_heading(
    suite: Suite, split: str, item: SuiteItem, instance: ScenarioInstance
) -> Heading:
    """The heading above all panels: instance, light, weather and origin."""
    objects = [name.replace("_", " ") for name in instance.debris_types]
    parts = (
        ", ".join(objects) or "no object",
        instance.variant.replace("-", ", "),
        f"suite {suite.version}, {split}, {item.stratum.replace('_', ' ')}",
        f"seed {item.seed}",
    )
    return Heading(item.family.replace("_", " "), "   ·   ".join(parts))


def _note(steps: Steps, path: Path, description: dict[str, Any]) -> None:
    """Write the description of a finished video."""
    write_text(path, json.dumps(description, indent=2) + "\n")
    steps.note(path.name, (path.name, description["video"], description["contact_sheet"]))


def _stem(item: SuiteItem) -> str:
    """Name of an instance's files."""
    return f"{item.family}-{item.seed}"


def _drive(order: Order, item: SuiteItem, instance: ScenarioInstance) -> _Production:
    """Drive one instance in preparation of its video."""
    heading = describe_heading(order.suite, order.split, item, instance)
    if order.dream is None:
        production = _drive_films(order, item, instance, heading)
    else:
        production = _drive_dream(order, instance, heading, order.dream)
    about = {
        **item._asdict(),
        "suite": order.suite.version,
        "split": order.split,
        "instance_hash": instance.hash,
        **production.about,
    }
    return production._replace(stem=f"{_stem(item)}{production.stem}", about=about)


def _drive_films(
    order: Order, item: SuiteItem, instance: ScenarioInstance, heading: Heading
) -> _Production:
    """Drive every policy in one instance, for a stacked or a four-panel film."""
    films: list[Film] = []
    for k, (name, policy) in enumerate(order.policies):
        kind = ModelFilm if order.layout == "four_panel" and k == 1 else Film
        script = drive(
            name,
            policy,
            instance,
            policy_seed=order.policy_seed,
            cost=order.cost,
            foresee=kind is ModelFilm,
        )
        film = kind(
            script,
            colour=POLICY_COLOURS[k],
            fps=order.fps,
            width=order.width,
            max_seconds=order.max_seconds,
        )
        films.append(film)
    frames = play(films, heading)
    if isinstance(films[-1], ModelFilm):
        frames = four_panel.play(films[0], films[-1], heading)
    return _Production(
        stem="",
        title=f"{', '.join(f.script.name for f in films)}: {heading.title}, seed {item.seed}",
        fps=order.fps,
        num_frames=count_frames(films),
        reel=Reel(frames),
        draw_poster=lambda: draw_sheet(films, heading),
        about={"policies": [_describe(order, f.script, f.ending.headline) for f in films]},
        films=films,
    )


def _drive_dream(
    order: Order, instance: ScenarioInstance, heading: Heading, options: DreamOptions
) -> _Production:
    """Drive the true course of one policy, and the dream for the panel below."""
    name, policy = order.policies[0]
    dreamt = dream(
        name,
        policy,
        instance,
        options,
        cost=order.cost,
        policy_seed=order.policy_seed,
        max_seconds=order.max_seconds,
    )
    reel = Reel(dream_film.play(dreamt, heading), dream_film.poster_frames(dreamt))
    parted = dreamt.divergence
    return _Production(
        stem="-dream",
        title=f"{name} and its dream: {heading.title}",
        fps=FPS,
        num_frames=dreamt.num_frames,
        reel=reel,
        draw_poster=lambda: np.concatenate(reel.kept),
        about={
            "policies": [_describe(order, dreamt.script, dream_film.describe(dreamt))],
            "dream": {
                **options._asdict(),
                "start_decision": dreamt.start,
                "dreamt_decisions": dreamt.dreamt_steps,
                "cost_usd": float(dreamt.costs_usd[-1]),
                "divergence": None if parted is None else parted._asdict(),
            },
        },
    )


def _describe(order: Order, script: Script, ending: str) -> dict[str, Any]:
    """Description of one policy for the video's file."""
    return {
        "policy": script.name,
        "policy_seed": order.policy_seed,
        "cost_usd": script.cost_usd,
        "decisions": script.num_decisions,
        "ending": ending,
    }


def _draw(production: _Production, folder: Path, tick: Callable[[], object]) -> dict[str, Any]:
    """Draw film and poster, and return the description; progress advances after every frame."""

    def watched() -> Iterator[Frame]:
        for frame in production.reel:
            tick()
            yield frame

    mp4, png = (folder / f"{production.stem}{ending}" for ending in (".mp4", ".png"))
    num_frames = write_mp4(mp4, watched(), production.fps, title=production.title)
    write_png(png, production.draw_poster())
    return {
        **production.about,
        "video": mp4.name,
        "contact_sheet": png.name,
        "num_frames": num_frames,
        "fps": production.fps,
        "frames_sha256": production.reel.sha256,
    }
