"""The film of one dream, its three most telling frames as a picture, and its description."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from envs.cost.parameters import CostParameters
from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISION_HZ
from experiments.video.drawing.surfaces import Frame
from experiments.video.encode import write_mp4
from experiments.video.films import dream_film
from experiments.video.films.contact_sheet import write_png
from experiments.video.films.dreaming import FPS, Dreamt, dream
from experiments.video.films.side_by_side import Heading
from policies.base import Policy


class DreamOptions(NamedTuple):
    """How to dream."""

    start_s: float | None = None  # None = as soon as an object is ahead
    seed: int = 0
    temperature: float = 0.0


def make_dream(
    stem: Path,
    who: tuple[str, Policy],
    instance: ScenarioInstance,
    heading: Heading,
    options: DreamOptions,
    *,
    cost: CostParameters | None,
    policy_seed: int,
    max_seconds: float | None,
    tell: Callable[[], object],
) -> dict[str, Any]:
    """Drive, dream and film.

    Parameters
    ----------
    stem
        Path of the files without their endings.
    who
        Name and policy whose actions are dreamt too.
    instance
        What is driven.
    heading
        Above the panels.
    options
        How to dream.
    cost, policy_seed, max_seconds
        Of ``experiments.video.films.dreaming.dream``.
    tell
        Called after every frame.

    Returns
    -------
    dict
        What a JSON file says of the film.
    """
    found = dream(
        *who,
        instance,
        start_s=options.start_s,
        seed=options.seed,
        temperature=options.temperature,
        cost=cost,
        policy_seed=policy_seed,
        max_seconds=max_seconds,
    )
    digest = hashlib.sha256()
    kept: dict[int, Frame] = {}
    telling = _telling(found)

    def watched() -> Iterator[Frame]:
        for k, frame in enumerate(dream_film.play(found, heading)):
            digest.update(frame.tobytes())
            if k in telling:
                kept[k] = frame
            tell()
            yield frame

    mp4, png = stem.with_name(f"{stem.name}-dream.mp4"), stem.with_name(f"{stem.name}-dream.png")
    title = f"{who[0]} and its dream: {heading.title}"
    num_frames = write_mp4(mp4, watched(), FPS, title=title)
    write_png(png, np.concatenate([kept[k] for k in sorted(kept)]))
    script = found.script
    parted = found.divergence
    return {
        "policies": [
            {
                "policy": script.name,
                "policy_seed": policy_seed,
                "cost_usd": script.cost_usd,
                "decisions": script.num_decisions,
                "ending": dream_film.describe(found),
            }
        ],
        "dream": {
            **options._asdict(),
            "start_decision": found.start,
            "dreamt_decisions": len(found.true) - 1,
            "cost_usd": float(found.costs_usd[-1]),
            "divergence": None if parted is None else parted._asdict(),
        },
        "video": mp4.name,
        "contact_sheet": png.name,
        "num_frames": num_frames,
        "fps": FPS,
        "frames_sha256": digest.hexdigest(),
    }


def _telling(found: Dreamt) -> set[int]:
    """The beginning, the divergence or the middle, and the end."""
    last = len(found.pictures) - 1
    middle = last // 2
    if found.divergence is not None:
        middle = found.divergence.step * (FPS // DECISION_HZ)
    return {0, min(middle, last), last}
