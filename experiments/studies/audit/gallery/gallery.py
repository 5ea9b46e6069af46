"""Films of the worst failures: the true course above, the dream under the same actions below."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from envs.scenario.instance import ScenarioInstance
from experiments.cli.loading import load_policy
from experiments.cli.locations import name_of
from experiments.store.atomic import make_folder, write_text
from experiments.store.progress import Progress
from experiments.store.steps import Steps
from experiments.studies.audit.gallery import worst, worst_hidden, worst_objects
from experiments.studies.audit.gallery.worst import Case
from experiments.studies.audit.groups import Scene
from experiments.studies.audit.probes.contents import contents
from experiments.studies.audit.probes.decisions import interaction
from experiments.studies.audit.scenes.moments import Moments
from experiments.video.encode import Reel, write_mp4, write_png
from experiments.video.films import dream_film
from experiments.video.films.beside import Failure, Plan, Sleep, dream_beside
from experiments.video.films.dream_film import FPS, PER_DECISION
from experiments.video.films.dreaming import Dreamt
from experiments.video.films.side_by_side import Heading

FOLDER: Final = "films"
"""Folder of the films, beside the table."""

QUALITY: Final = "28"
"""Of the video encoder: half the bytes of other films, letters are still sharp [A]; they are kept with the results."""


def find_cases(scene: Scene) -> list[dict[str, Any]]:
    """Find the worst failure of every kind, as fields of ``Case``.

    They are the most wrong cost, the most regretted choice, the most wrong contact by contents, the most misplaced
    hidden object, then every law that is broken too often, the one broken most often first.
    """
    moments, model, config = scene.moments, scene.judged, scene.config
    driver, steps = load_policy(config.driver, config.allow), config.decisions
    found = [
        worst.find_wrong_cost(moments, model),
        worst.find_wrong_choice(moments, model, config.draws, steps),
        worst_objects.find_wrong_impact(moments, model, driver, steps),
        worst_hidden.find_misplaced(_hidden(scene), model, driver),
        *worst.find_law_breakers(moments, model),
    ]
    return [one._asdict() for one in found if one is not None]


def _hidden(scene: Scene) -> list[ScenarioInstance]:
    """Instances with hidden objects."""
    return scene.instances("stratum", ["hidden"], scene.config.hidden)


def film_all(
    scene: Scene, cases: Sequence[Mapping[str, Any]], folder: Path, key: str
) -> list[dict[str, Any]]:
    """Film cases; finished films are not made again.

    Parameters
    ----------
    scene
        The audit in which they were found.
    cases
        Of ``find_cases``.
    folder
        Of the audit.
    key
        Hash of what decides the audit.

    Returns
    -------
    list of dict
        The cases with ``video`` and ``poster``, addresses relative to the folder.
    """
    films = folder / FOLDER
    make_folder(films)
    steps, found = Steps(films), []
    with Progress("filming", len(cases), "films") as progress:
        for number, row in enumerate(cases, 1):
            case, stem = Case(**row), f"{number:02d}_{row['name']}"
            files = (f"{stem}.mp4", f"{stem}.png", f"{stem}.json")
            values = json.dumps([key, row], sort_keys=True)
            hashed = hashlib.sha256(values.encode()).hexdigest()
            steps.do(files, partial(_film, scene, case, films / stem, key), key=hashed)
            found.append({**row, "video": f"{FOLDER}/{files[0]}", "poster": f"{FOLDER}/{files[1]}"})
            progress.update(remark=row["name"])
    return found


def _film(scene: Scene, case: Case, stem: Path, key: str) -> None:
    """Write film, poster and description of a case."""
    dreamt = live_again(scene, case)
    # the poster is the last frame of the decision that is wrong
    film = Reel(
        dream_film.play(dreamt, Heading(case.probe, case.caption)), {case.step * PER_DECISION}
    )
    write_mp4(stem.with_suffix(".mp4"), film, FPS, title=case.caption, quality=QUALITY)
    write_png(stem.with_suffix(".png"), film.kept[case.step * PER_DECISION])
    about = {"key": key, "case": case._asdict(), "frames_sha256": film.sha256}
    write_text(stem.with_suffix(".json"), json.dumps(about, indent=1) + "\n")


def live_again(scene: Scene, case: Case) -> Dreamt:
    """Repeat the dream of a failure bit for bit, with pictures."""
    driver = load_policy(scene.config.driver, scene.config.allow)
    instance, moments, k, plan, theta = _stage(scene, case)
    dreams = scene.judged.dreams(temperature=case.temperature)
    sleep = Sleep(dreams.imagine(moments), k, dreams.seed_of(k), case.temperature, theta)
    return dream_beside(driver, instance, plan, sleep, Failure(case.step, case.remark))


def _stage(
    scene: Scene, case: Case
) -> tuple[ScenarioInstance, Moments, int, Plan, tuple[int | None, ...] | None]:
    """Instance, moments with the index of the failure's moment, actions, and forced contents."""
    steps = scene.config.decisions
    moments, k, theta = scene.moments, case.moment, None
    if case.kind == "hidden":
        driver = load_policy(scene.config.driver, scene.config.allow)
        moments = worst_hidden.take_moment(_hidden(scene)[k], driver, case.decision, steps)
        k = 0
    instance = moments.instances[k]
    book = scene.judged.book
    if case.kind == "contents" and case.body is not None and book is not None:
        chosen, slots = contents.choose(moments)
        moments = moments.take(chosen)
        instance = worst_objects.swap(moments, slots, book, k, case.body)
        theta = tuple(contents.force(slots[[k]], case.body)[0])
    actions, name = moments.actions[k], f"as {name_of(scene.config.driver)} drove"
    if case.manoeuvre is not None:
        laid_out = interaction.lay_out(moments.take(np.array([k])), steps)
        actions = laid_out[0, interaction.CHOSEN.index(case.manoeuvre)]
        name = f"manoeuvre: {case.manoeuvre}"
    return instance, moments, k, Plan(worst_objects.start_of(moments, k), actions, name), theta
