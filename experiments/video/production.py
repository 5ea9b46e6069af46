"""Drives the instances of videos: everything about a film before it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import Suite, SuiteItem
from experiments.video.course.clock import find_contacts, set_clock
from experiments.video.course.moments import find_highlight
from experiments.video.course.script import Script, drive
from experiments.video.drawing.lines import POLICY_COLOURS
from experiments.video.drawing.surfaces import Frame
from experiments.video.encode import Reel
from experiments.video.films import dream_film
from experiments.video.films.contact_sheet import draw_sheet
from experiments.video.films.dreaming import DreamOptions, dream
from experiments.video.films.episode import Film
from experiments.video.films.four_panel import ModelFilm
from experiments.video.films.layout import Layout, arrange, arrange_four
from experiments.video.films.side_by_side import Heading, Timing, play
from experiments.video.films.still import draw_still, lay_out_still
from experiments.video.order import STILL, Order


class Production(NamedTuple):
    """One video whose instances have been driven but not drawn."""

    stem: str  # of the names of its files
    title: str  # kept in the MP4
    timing: Timing
    poster: int  # number of the frame that is the poster
    reel: Reel
    draw_sheet: Callable[[], Frame]  # to be called after the last frame
    about: dict[str, Any]  # part of its description
    draw_still: Callable[[], Frame] | None = None  # instead of a film
    films: Sequence[Film] = ()  # whose costs are compared with the records


def prepare(order: Order, item: SuiteItem, instance: ScenarioInstance) -> Production:
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
    return production._replace(stem=f"{stem_of(item)}{production.stem}", about=about)


def _drive_films(
    order: Order, item: SuiteItem, instance: ScenarioInstance, heading: Heading
) -> Production:
    """Drive every policy in one instance."""
    is_four = order.layout == "four_panel"
    layout = _lay_out(order, len(order.policies))
    films: list[Film] = []
    for k, (name, policy) in enumerate(order.policies):
        imagines = is_four and k == 1
        script = drive(
            name,
            policy,
            instance,
            policy_seed=order.policy_seed,
            cost=order.cost,
            foresee=imagines,
        )
        options: dict[str, Any] = {"outer": layout.outer} if imagines else {}
        kind = ModelFilm if imagines else Film
        films.append(
            kind(
                script,
                colour=POLICY_COLOURS[k],
                shape=layout.shape,
                max_seconds=order.max_seconds,
                **options,
            )
        )
    num_ticks = max(film.num_ticks for film in films)
    scripts = [film.script for film in films]
    contacts = find_contacts(scripts)
    timing = Timing(set_clock(num_ticks, order.fps, contacts, order.slow_motion), order.fps)
    highlight = find_highlight([film.course for film in films])
    poster = timing.frame_at(highlight)
    return Production(
        stem="",
        title=f"{', '.join(f.script.name for f in films)}: {heading.title}, seed {item.seed}",
        timing=timing,
        poster=poster,
        reel=Reel(play(films, heading, timing, layout), {poster}),
        draw_sheet=lambda: draw_sheet(films, heading),
        draw_still=lambda: draw_still(films, heading, highlight, layout),
        about={"policies": [_describe(order, f.script, f.ending.headline) for f in films]},
        films=films,
    )


def _lay_out(order: Order, num_panels: int) -> Layout:
    """The arrangement of the panels of a film, or of a picture."""
    if order.format == STILL:
        return lay_out_still(order.view, num_panels, order.width)
    if order.layout == "four_panel":
        return arrange_four(order.view, order.width)
    return arrange(order.view, num_panels, order.width)


def _drive_dream(
    order: Order, instance: ScenarioInstance, heading: Heading, options: DreamOptions
) -> Production:
    """Drive the true course of one policy, and the dream for the panel beside it."""
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
    timing = dream_film.time_dream(dreamt, order.fps)
    shown = dream_film.poster_frames(dreamt, timing)
    frames = dream_film.play(dreamt, heading, timing, _lay_out(order, 2))
    reel = Reel(frames, shown)
    parted = dreamt.divergence
    return Production(
        stem="-dream",
        title=f"{name} and its dream: {heading.title}",
        timing=timing,
        poster=sorted(shown)[len(shown) // 2],
        reel=reel,
        draw_sheet=lambda: np.concatenate([reel.kept[k] for k in sorted(shown)]),
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


def stem_of(item: SuiteItem) -> str:
    """Name of an instance's files."""
    return f"{item.family}-{item.seed}"
