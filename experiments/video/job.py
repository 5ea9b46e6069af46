"""The videos of a run: a film, a contact sheet and a description per instance; finished ones are not made again."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from tqdm import tqdm

from envs.cost.parameters import CostParameters
from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import Suite, SuiteItem
from envs.specification import DECISIONS_PER_EPISODE, TICK_HZ, TICKS_PER_DECISION
from experiments.store.atomic import write_text
from experiments.video.course.script import drive
from experiments.video.drawing.lines import POLICY_COLOURS
from experiments.video.drawing.surfaces import Frame
from experiments.video.dream_job import DreamOptions, make_dream
from experiments.video.encode import write_mp4
from experiments.video.films import four_panel
from experiments.video.films.contact_sheet import draw_sheet, write_png
from experiments.video.films.episode import WIDTH_PX, Film, film
from experiments.video.films.four_panel import ModelFilm
from experiments.video.films.side_by_side import Heading, count_frames, play
from policies.base import Policy

MOST_POLICIES: Final = len(POLICY_COLOURS)
"""Panels of one video."""


class Order(NamedTuple):
    """What is filmed.

    ``policies`` are names and ready policies, ``items`` entries of ``suite``; the other fields are those of
    ``experiments.video.films.episode.film``.
    """

    policies: tuple[tuple[str, Policy], ...]
    suite: Suite
    split: str
    items: tuple[SuiteItem, ...]
    cost: CostParameters | None = None
    policy_seed: int = 0
    fps: int = TICK_HZ
    width: int = WIDTH_PX
    max_seconds: float | None = None
    layout: str = "stacked"
    dream: DreamOptions | None = None


def make_videos(order: Order, folder: Path) -> list[dict[str, Any]]:
    """Film every instance with every policy, with a progress bar on stderr.

    Parameters
    ----------
    order
        What to film; at most ``MOST_POLICIES`` policies.
    folder
        Exists; gets ``<family>-<seed>.mp4``, ``.png`` and ``.json``. A video that has its ``.json`` is complete.

    Returns
    -------
    list of dict
        What the JSON files hold: instance, costs, endings, file names, hash of the frames.
    """
    described: list[dict[str, Any]] = []
    remarks: list[str] = []
    # until an episode has been driven, it counts as long as episodes can be
    guess = 1 + DECISIONS_PER_EPISODE * TICKS_PER_DECISION
    total = guess * len(order.items)
    with tqdm(total=total, unit="frame", disable=None) as bar:
        for item in order.items:
            bar.set_postfix_str(f"{item.family} {item.seed}")
            written = folder / f"{_stem(item)}.json"
            if written.is_file():
                described.append(json.loads(written.read_text(encoding="utf-8")))
                bar.update(guess)
                continue
            instance = order.suite.instance(item)
            if order.dream is not None:
                described.append(_make_dream(order, item, instance, order.dream, folder, bar))
                write_text(written, json.dumps(described[-1], indent=2) + "\n")
                continue
            films = _films(order, instance)
            total += _count(order, films) - guess
            bar.total = total
            description = _make_video(order, item, films, folder, bar.update)
            remarks.extend(filter(None, (film.describe_disagreement() for film in films)))
            write_text(written, json.dumps(description, indent=2) + "\n")
            described.append(description)
    sys.stderr.write("".join(f"{line}\n" for line in remarks))
    return described


def make_video(
    order: Order,
    item: SuiteItem,
    instance: ScenarioInstance,
    folder: Path,
    report: Callable[[float], object],
) -> dict[str, Any]:
    """Film one instance, which need not be the one that the suite has for this item.

    Parameters
    ----------
    order
        How to film, and the policies; its items are not looked at.
    item
        Where the instance comes from; names the files.
    instance
        What is filmed.
    folder
        Exists; gets the video and its contact sheet.
    report
        Told the share that is done, 0 to 1.

    Returns
    -------
    dict
        As ``make_videos`` describes each.
    """
    films = _films(order, instance)
    total, done = _count(order, films), 0

    def tick() -> None:
        nonlocal done
        done += 1
        report(done / total)

    return _make_video(order, item, films, folder, tick)


def describe_heading(
    suite: Suite, split: str, item: SuiteItem, instance: ScenarioInstance
) -> Heading:
    """The line above all panels: what is shown, and where it comes from."""
    objects = [name.replace("_", " ") for name in instance.debris_types]
    parts = (
        ", ".join(objects) or "no object",
        instance.variant.replace("-", ", "),
        f"suite {suite.version}, {split}, {item.stratum.replace('_', ' ')}",
        f"seed {item.seed}",
    )
    return Heading(item.family.replace("_", " "), "   ·   ".join(parts))


def _stem(item: SuiteItem) -> str:
    """Name of an instance's files."""
    return f"{item.family}-{item.seed}"


def _films(order: Order, instance: ScenarioInstance) -> list[Film]:
    """Every policy in one instance, driven."""
    if order.layout == "four_panel":
        return _four_panel(order, instance)
    return [
        film(
            name,
            policy,
            instance,
            order.cost,
            policy_seed=order.policy_seed,
            colour=POLICY_COLOURS[i],
            fps=order.fps,
            width=order.width,
            max_seconds=order.max_seconds,
        )
        for i, (name, policy) in enumerate(order.policies)
    ]


def _four_panel(order: Order, instance: ScenarioInstance) -> list[Film]:
    """The rules' film, and the three panels of the policy that imagines."""
    found: list[Film] = []
    for k, (kind, (name, policy)) in enumerate(zip((Film, ModelFilm), order.policies, strict=True)):
        script = drive(
            name,
            policy,
            instance,
            policy_seed=order.policy_seed,
            cost=order.cost,
            foresee=kind is ModelFilm,
        )
        found.append(
            kind(
                script,
                colour=POLICY_COLOURS[k],
                fps=order.fps,
                width=order.width,
                max_seconds=order.max_seconds,
            )
        )
    return found


def _play(order: Order, films: list[Film], heading: Heading) -> Iterator[Frame]:
    """The frames in the layout that was asked for."""
    rules, model = films[0], films[-1]
    if order.layout == "four_panel" and isinstance(model, ModelFilm):
        return four_panel.play(rules, model, heading)
    return play(films, heading)


def _count(order: Order, films: list[Film]) -> int:
    """Frames of ``_play``."""
    return four_panel.count_frames(films) if order.layout == "four_panel" else count_frames(films)


def _make_dream(
    order: Order,
    item: SuiteItem,
    instance: ScenarioInstance,
    options: DreamOptions,
    folder: Path,
    bar: tqdm[NoReturn],
) -> dict[str, Any]:
    """Film of a dream and of what really happened; what its JSON file holds."""
    made = make_dream(
        folder / _stem(item),
        order.policies[0],
        instance,
        describe_heading(order.suite, order.split, item, instance),
        options,
        cost=order.cost,
        policy_seed=order.policy_seed,
        max_seconds=order.max_seconds,
        tell=bar.update,
    )
    about = {"suite": order.suite.version, "split": order.split, "instance_hash": instance.hash}
    return {**item._asdict(), **about, **made}


def _make_video(
    order: Order, item: SuiteItem, films: list[Film], folder: Path, tick: Callable[[], object]
) -> dict[str, Any]:
    """Film and sheet of one instance; what its JSON file holds."""
    instance = films[0].script.episode.instance
    heading = describe_heading(order.suite, order.split, item, instance)
    digest = hashlib.sha256()

    def watched() -> Iterator[Frame]:
        for frame in _play(order, films, heading):
            digest.update(frame.data)
            tick()
            yield frame

    mp4, png = (folder / f"{_stem(item)}{ending}" for ending in (".mp4", ".png"))
    title = f"{', '.join(f.script.name for f in films)}: {heading.title}, seed {item.seed}"
    num_frames = write_mp4(mp4, watched(), order.fps, title=title)
    write_png(png, draw_sheet(films, heading))
    return {
        **item._asdict(),
        "suite": order.suite.version,
        "split": order.split,
        "instance_hash": instance.hash,
        "policies": [
            {
                "policy": f.script.name,
                "policy_seed": order.policy_seed,
                "cost_usd": f.cost_usd,
                "decisions": f.script.num_decisions,
                "ending": f.ending.headline,
            }
            for f in films
        ],
        "video": mp4.name,
        "contact_sheet": png.name,
        "num_frames": num_frames,
        "fps": order.fps,
        "frames_sha256": digest.hexdigest(),
    }
