"""The worst failure about contents: an object whose predicted impact is most wrong when its contents are replaced."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from envs.errors import UserError
from envs.scenario.instance import ScenarioInstance
from envs.specification import debris, episode
from experiments.studies.audit.gallery.worst import Case
from experiments.studies.audit.probes.contents import contents
from experiments.studies.audit.probes.decisions import interaction
from experiments.studies.audit.scenes.bodies import Indices, object_targets
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.models import Model
from experiments.studies.audit.subjects.rollout import fixed
from experiments.studies.audit.subjects.twin import Twin
from experiments.video.course.script import drive
from experiments.video.films.beside import Handover, Plan
from policies.base import Policy
from policies.world_model.estimation.content_classes import BODY_WEIGHTS, NUM_BODIES, Codebook

TRIED: Final = 20
"""Moments, the most wrong first, of which one must go the same way if its object has been different from the start."""

AGREE_MPS: Final = 0.01
"""Largest difference of the speed lost that counts as agreement."""


def swap(moments: Moments, slots: Indices, book: Codebook, k: int, body: int) -> ScenarioInstance:
    """The instance of a moment with other contents of the object from the start.

    Parameters
    ----------
    moments, slots
        Of ``contents.choose``.
    book
        Classes of contents.
    k, body
        Moment and class, from 0 for the lightest body.

    Raises
    ------
    UserError
        If there can be no such object there.
    """
    only = np.array([k])
    changed = contents.with_contents(moments.take(only), slots[only], book, body).worlds[0]
    at = object_targets(moments.worlds)[k, slots[k]]
    instance = moments.instances[k]
    floats, integers = instance.debris_f.copy(), instance.debris_i.copy()
    for row in contents.OF_CONTENTS:
        floats[row, at] = changed["debris_f"][row, at]
    integers[debris.IS_ANCHORED, at] = changed["debris_i"][debris.IS_ANCHORED, at]
    return replace(instance, debris_f=floats, debris_i=integers)


def find_wrong_impact(moments: Moments, model: Model, driver: Policy, steps: int) -> Case | None:
    """The object whose predicted speed loss is most wrong after its contents are replaced.

    Parameters
    ----------
    moments, model
        All moments of the audit, and the judged model.
    driver
        Drives to the moments.
    steps
        Decisions of a future.

    Returns
    -------
    Case or None
        Of moments whose object can have been different from the start without changing what came before.
    """
    book = model.book
    if book is None:
        return None
    chosen, slots = contents.choose(moments)
    few = moments.take(chosen)
    actions = interaction.lay_out(few, steps)[:, 0]
    few = few._replace(observed=few.truly)
    true, said = (np.zeros((few.size, NUM_BODIES)) for _ in range(2))
    for body in range(NUM_BODIES):
        changed = contents.with_contents(few, slots, book, body)
        true[:, body] = contents.hardest(Twin(), changed, actions)
        dreams = model.dreams(temperature=0.0, theta=contents.force(slots, body))
        said[:, body] = contents.hardest(dreams, few, actions)
    felt = (true > contents.FELT_MPS) & (said > 0.0)
    gap = np.where(felt, np.abs(said - true), -np.inf)
    for flat in np.argsort(-gap, axis=None, kind="stable")[:TRIED]:
        k, body = (int(i) for i in np.unravel_index(flat, gap.shape))
        plan = Plan(start_of(few, k), actions[k], "drives on")
        try:
            instance = swap(few, slots, book, k, body)
        except UserError:
            continue
        real = _hardest_in_film(instance, driver, plan)
        if np.isfinite(gap[k, body]) and abs(real - true[k, body]) < AGREE_MPS:
            dreams = model.dreams(temperature=0.0, theta=contents.force(slots, body))
            hit = dreams.roll(few, np.array([k]), steps, fixed(actions[[k]])).delta_v[0]
            mass = float(np.exp(book.bodies[body, 0] / BODY_WEIGHTS[0]))
            at = object_targets(few.worlds)[k, slots[k]]
            caption, remark = _describe(
                few.instances[k].debris_types[at], model.classes[contents.FIRST_BODY + body],
                mass, true[k, body], said[k, body],
            )  # fmt: skip
            step = int(hit.argmax()) + 1
            probe = "contents: speed lost"
            return Case("contents", probe, caption, remark, "contents", k, step, "keep", 0.0, body)
    return None


def _hardest_in_film(instance: ScenarioInstance, driver: Policy, plan: Plan) -> float:
    """Speed lost in the hardest contact under a plan, m/s."""
    script = drive("", Handover(driver, plan), instance)
    end = plan.start + len(plan.actions)
    hits = [
        float(row["delta_v_mps"])
        for row in script.episode.contacts
        if row["vehicle"] == 0 and plan.start <= row["decision"] < end
    ]
    return max(hits, default=0.0)


def _describe(kind: str, other: str, mass: float, true: float, said: float) -> tuple[str, str]:
    """Caption and remark for an object with replaced contents; mass in kg, speeds lost in m/s."""
    kind, other = (text.split(" / ")[0].replace("_", " ") for text in (kind, other))
    caption = (
        f"If what lies there ({kind}) were as heavy and hard as {other} ({mass:,.0f} kg), hitting it would take "
        f"{true:.1f} m/s of the ego's speed; the dream says {said:.1f} m/s."
    )
    return caption, f"a hit of {said:.1f} m/s, really {true:.1f} m/s"


def start_of(moments: Moments, k: int) -> int:
    """The decision of its episode at which a moment was taken."""
    return int(moments.worlds["episode_i"][k, episode.DECISION])
