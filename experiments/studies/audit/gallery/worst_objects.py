"""The worst failure about contents: an object that were made of something else would hit much harder or softer."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from envs.errors import UserError
from envs.scenario.instance import ScenarioInstance
from envs.specification import (
    DEBRIS_SLOTS,
    VEHICLE_SLOTS,
    debris,
    episode,
    track,
)
from experiments.studies.audit.gallery.worst import Case
from experiments.studies.audit.probes import contents, interaction
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.models import Model
from experiments.studies.audit.subjects.rollout import Indices, fixed
from experiments.studies.audit.subjects.twin import Twin
from experiments.video.course.script import drive
from experiments.video.films.beside import Handover, Plan
from policies.base import Policy
from policies.world_model.estimation.content_classes import BODY_WEIGHTS, NUM_BODIES

TRIED: Final = 20
"""Moments, the most wrong first, of which one must go the same way if its object has been different from the start."""

AGREE_MPS: Final = 0.01
"""The same way: the speed lost differs by less."""

_OF_CONTENTS: Final = (debris.MASS, debris.CRUSH_PRESSURE, debris.SHARPNESS, debris.DRAG_AREA)


def force(slot: int, body: int) -> tuple[int | None, ...]:
    """Contents of all slots, of which one is forced."""
    kind = contents.FIRST_BODY + body
    return tuple(kind if k == slot else None for k in range(DEBRIS_SLOTS))


def swap(moments: Moments, slots: Indices, model: Model, k: int, body: int) -> ScenarioInstance:
    """The instance of a moment in which the object has been made of something else from the start.

    Parameters
    ----------
    moments, slots
        Of ``contents.choose``.
    model
        With classes of contents.
    k, body
        Moment and contents.

    Returns
    -------
    ScenarioInstance
        Otherwise the same.

    Raises
    ------
    UserError
        If there can be no such object there.
    """
    if model.book is None:
        raise UserError(f"{model.name}: has no classes of contents")
    only = np.array([k])
    changed = contents.with_contents(moments.take(only), slots[only], model.book, body)
    at = int(changed.worlds["track_i"][0, track.TARGET, VEHICLE_SLOTS + slots[k]])
    instance = moments.instances[k]
    floats, integers = instance.debris_f.copy(), instance.debris_i.copy()
    for row in _OF_CONTENTS:
        floats[row, at] = changed.worlds["debris_f"][0, row, at]
    integers[debris.IS_ANCHORED, at] = changed.worlds["debris_i"][0, debris.IS_ANCHORED, at]
    return replace(instance, debris_f=floats, debris_i=integers)


def find_heaviest_mistake(
    moments: Moments, model: Model, driver: Policy, steps: int
) -> Case | None:
    """Where the speed lost by contents is most wrong.

    Parameters
    ----------
    moments, model
        The moments are all of them, and the model is the judged one.
    driver
        Who drives to the moments.
    steps
        Decisions of a future.

    Returns
    -------
    Case or None
        Of moments whose object can have been different from the start without changing what came before.
    """
    if model.book is None:
        return None
    chosen, slots = contents.choose(moments)
    few = moments.take(chosen)
    actions = interaction.lay_out(few, steps)[:, 0]
    few = few._replace(observed=few.truly)
    true, said = (np.zeros((few.size, NUM_BODIES)) for _ in range(2))
    for body in range(NUM_BODIES):
        changed = contents.with_contents(few, slots, model.book, body)
        theta = [list(force(int(slot), body)) for slot in slots]
        true[:, body] = contents.hardest(Twin(), changed, actions)
        dreams = model.dreams(temperature=0.0, theta=theta)
        said[:, body] = contents.hardest(dreams, few, actions)
    felt = (true > contents.FELT_MPS) & (said > 0.0)
    gap = np.where(felt, np.abs(said - true), -np.inf)
    for flat in np.argsort(-gap, axis=None, kind="stable")[:TRIED]:
        k, body = (int(i) for i in np.unravel_index(flat, gap.shape))
        plan = Plan(start_of(few, k), actions[k], "drives on")
        real = _hardest_in_film(few, slots, model, driver, (k, body), plan)
        if np.isfinite(gap[k, body]) and abs(real - true[k, body]) < AGREE_MPS:
            theta = [list(force(int(slot), body)) for slot in slots]
            dreams = model.dreams(temperature=0.0, theta=theta)
            hit = dreams.roll(few, np.array([k]), steps, fixed(actions[[k]])).delta_v[0]
            case = _case(few, slots, model, (k, body), (true[k, body], said[k, body]))
            return case._replace(step=int(hit.argmax()) + 1)
    return None


def _hardest_in_film(
    moments: Moments,
    slots: Indices,
    model: Model,
    driver: Policy,
    which: tuple[int, int],
    plan: Plan,
) -> float:
    """Speed lost if the object has been different from the start, m/s; not a number if it cannot have been."""
    try:
        instance = swap(moments, slots, model, *which)
    except UserError:
        return float("nan")
    script = drive("", Handover(driver, plan), instance)
    end = plan.start + len(plan.actions)
    hits = [
        float(row["delta_v_mps"])
        for row in script.episode.contacts
        if row["vehicle"] == 0 and plan.start <= row["decision"] < end
    ]
    return max(hits, default=0.0)


def _case(
    moments: Moments,
    slots: Indices,
    model: Model,
    which: tuple[int, int],
    lost: tuple[float, float],
) -> Case:
    """How it is told."""
    k, body = which
    at = moments.worlds["track_i"][k, track.TARGET, VEHICLE_SLOTS + slots[k]]
    thing = moments.instances[k].debris_types[at].replace("_", " ")
    mass = (
        0.0 if model.book is None else float(np.exp(model.book.bodies[body, 0] / BODY_WEIGHTS[0]))
    )
    other = model.classes[contents.FIRST_BODY + body].split(" / ")[0].replace("_", " ")
    caption = (
        f"If what lies there ({thing}) were as heavy and hard as {other} ({mass:,.0f} kg), hitting it would take "
        f"{lost[0]:.1f} m/s of the ego's speed; the dream says {lost[1]:.1f} m/s."
    )
    remark = f"a hit of {lost[1]:.1f} m/s, really {lost[0]:.1f} m/s"
    probe = "contents: speed lost"
    return Case("contents", probe, caption, remark, "contents", k, 1, "keep", 0.0, body)


def start_of(moments: Moments, k: int) -> int:
    """Decision of its episode at which a moment is."""
    return int(moments.worlds["episode_i"][k, episode.DECISION])
