"""Films of the worst failures: the true course above, the dream under the same actions below."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import Suite
from experiments.cli.loading import load_policy
from experiments.store.atomic import make_folder, write_text
from experiments.store.progress import Progress
from experiments.studies.audit.configuration import AuditConfiguration
from experiments.studies.audit.gallery import worst, worst_hidden, worst_objects
from experiments.studies.audit.gallery.worst import Case
from experiments.studies.audit.probes.contents import contents
from experiments.studies.audit.probes.decisions import interaction
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.models import Model
from experiments.video.drawing.surfaces import Frame
from experiments.video.encode import write_mp4
from experiments.video.films import dream_film
from experiments.video.films.beside import Failure, Plan, Sleep, dream_beside
from experiments.video.films.contact_sheet import write_png
from experiments.video.films.dreaming import FPS, Dreamt
from experiments.video.films.side_by_side import Heading

FOLDER: Final = "films"
"""Folder of the films, beside the table."""

PER_DECISION: Final = 3
"""Frames per decision."""

QUALITY: Final = "28"
"""Of the video encoder: half the bytes of other films, letters are still sharp [A]; they are kept with the results."""


class Material(NamedTuple):
    """Moments and instances among which failures are searched."""

    suite: Suite
    moments: Moments
    model: Model  # the judged one
    config: AuditConfiguration

    def hidden(self) -> list[ScenarioInstance]:
        """Instances with hidden objects."""
        items = [one for one in self.suite.items(self.config.split) if one.stratum == "hidden"]
        return [self.suite.instance(one) for one in items[: self.config.hidden]]


def find_cases(material: Material) -> list[dict[str, Any]]:
    """Find the worst failure of every kind, as fields of ``Case``.

    They are the most wrong cost, the most regretted choice, the most wrong contact by contents, the most misplaced
    hidden object, then every law that is broken too often, the one broken most often first.
    """
    moments, model, config = material.moments, material.model, material.config
    driver, steps = load_policy(config.driver, ()), config.decisions
    found = [
        worst.find_wrong_cost(moments, model),
        worst.find_wrong_choice(moments, model, config.draws, steps),
        worst_objects.find_wrong_impact(moments, model, driver, steps),
        worst_hidden.find_misplaced(material.hidden(), model, driver),
        *worst.find_law_breakers(moments, model),
    ]
    return [one._asdict() for one in found if one is not None]


def film_all(
    look: Callable[[], Material], cases: Sequence[Mapping[str, Any]], folder: Path, key: str
) -> list[dict[str, Any]]:
    """Film cases; finished films are not made again.

    Parameters
    ----------
    look
        Fetches what they were found in, if need be.
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
    make_folder(folder / FOLDER)
    found = []
    with Progress("filming", len(cases), "films") as progress:
        for number, row in enumerate(cases, 1):
            stem = folder / FOLDER / f"{number:02d}_{row['name']}"
            found.append({**row, **_film(look, Case(**row), stem, key)})
            progress.update(remark=row["name"])
    return found


def _film(look: Callable[[], Material], case: Case, stem: Path, key: str) -> dict[str, Any]:
    """Film a case unless its film exists, and return the addresses of film and poster."""
    mp4, png, written = (stem.with_name(f"{stem.name}{end}") for end in (".mp4", ".png", ".json"))
    about = {"key": key, "case": case._asdict()}
    if not (_is_of(written, about) and mp4.is_file() and png.is_file()):
        dreamt = live_again(look(), case)
        poster = case.step * PER_DECISION  # the last frame of the decision that is wrong
        digest = hashlib.sha256()
        kept: list[Frame] = []

        def watched() -> Iterator[Frame]:
            heading = Heading(case.probe, case.caption)
            for k, frame in enumerate(dream_film.play(dreamt, heading)):
                digest.update(frame.data)
                if k == poster:
                    kept.append(frame)
                yield frame

        write_mp4(mp4, watched(), FPS, title=case.caption, quality=QUALITY)
        write_png(png, kept[0])
        description = about | {"frames_sha256": digest.hexdigest()}
        write_text(written, json.dumps(description, indent=1) + "\n")
    return {"video": f"{FOLDER}/{mp4.name}", "poster": f"{FOLDER}/{png.name}"}


def _is_of(path: Path, about: Mapping[str, Any]) -> bool:
    """Whether a film's description has these values."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        return all(written[name] == value for name, value in about.items())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def live_again(material: Material, case: Case) -> Dreamt:
    """Repeat the dream of a failure bit for bit, with pictures."""
    driver = load_policy(material.config.driver, ())
    instance, moments, k, plan, theta = _stage(material, case)
    dreams = material.model.dreams(temperature=case.temperature)
    sleep = Sleep(dreams.imagine(moments), k, dreams.seed_of(k), case.temperature, theta)
    return dream_beside(driver, instance, plan, sleep, Failure(case.step, case.remark))


def _stage(
    material: Material, case: Case
) -> tuple[ScenarioInstance, Moments, int, Plan, tuple[int | None, ...] | None]:
    """Instance, moments with the index of the failure's moment, actions, and forced contents."""
    steps = material.config.decisions
    moments, k, theta = material.moments, case.moment, None
    if case.kind == "hidden":
        driver = load_policy(material.config.driver, ())
        moments = worst_hidden.take_moment(material.hidden()[k], driver, case.decision, steps)
        k = 0
    instance = moments.instances[k]
    book = material.model.book
    if case.kind == "contents" and case.body is not None and book is not None:
        chosen, slots = contents.choose(moments)
        moments = moments.take(chosen)
        instance = worst_objects.swap(moments, slots, book, k, case.body)
        theta = tuple(contents.force(slots[[k]], case.body)[0])
    actions, name = moments.actions[k], f"as {material.config.driver} drove"
    if case.manoeuvre is not None:
        laid_out = interaction.lay_out(moments.take(np.array([k])), steps)
        actions = laid_out[0, interaction.CHOSEN.index(case.manoeuvre)]
        name = f"manoeuvre: {case.manoeuvre}"
    return instance, moments, k, Plan(worst_objects.start_of(moments, k), actions, name), theta
