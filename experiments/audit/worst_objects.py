"""The worst failures about objects: made of something else, and out of sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from envs.errors import UserError
from envs.scenario.instance import ScenarioInstance
from envs.specification import (
    DEBRIS_SLOTS,
    DECISION_S,
    VEHICLE_SLOTS,
    debris,
    episode,
    track,
    vehicle,
)
from experiments.audit import contents, interaction, permanence
from experiments.audit.course import Array, Indices, fixed
from experiments.audit.memory import FilterMind, true_objects
from experiments.audit.moments import Driven, Moments, drive_all
from experiments.audit.run import Model
from experiments.audit.twin import Twin
from experiments.audit.worst import AHEAD_M, Case
from experiments.video.beside import Handover, Plan
from experiments.video.script import drive
from policies.base import Policy
from policies.world_model.classes import BODY_WEIGHTS, NUM_BODIES
from policies.world_model.dream.starts import LENGTH

TRIED: Final = 20
"""Moments, the most wrong first, of which one must go the same way if its object has been different from the start."""

AGREE_MPS: Final = 0.01
"""The same way: the speed lost differs by less."""

SHORTEST: Final = 10
"""Decisions that must follow after an object has been hidden."""

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


def find_misplaced(
    instances: Sequence[ScenarioInstance], model: Model, driver: Policy
) -> Case | None:
    """The hidden object that is believed to be furthest from where it is.

    Parameters
    ----------
    instances
        With hidden objects.
    model
        Whose memory.
    driver
        Who drives past.

    Returns
    -------
    Case or None
        Of those that are surely believed to exist, and are on a film.
    """
    driven = drive_all(instances, driver)
    known = FilterMind(model.learned.filter, model.name).follow(driven)
    worst, found = 0.0, None
    for t, b, slot in permanence.find_hidden(driven, permanence.JUDGED):
        place, is_real = true_objects(driven, t)
        away = float(np.linalg.norm(known.place[t, b, slot] - place[b, slot]))
        is_long = t >= LENGTH - 1 and t + SHORTEST <= driven.length[b]
        is_seen = _ahead(driven, t, b, place[b, slot]) < AHEAD_M
        is_sure = known.exists[t, b, slot] > permanence.SURE
        if is_real[b, slot] and is_long and is_seen and is_sure and away > worst:
            worst = away
            found = _lost(away, float(known.exists[t, b, slot]), int(b), int(t))
    return found


def _ahead(driven: Driven, t: int, b: int, place: Array) -> float:
    """How far a place is ahead of the ego, m."""
    return float(place[0] - driven.worlds[t]["vehicle_f"][b, vehicle.X, 0])


def _lost(away: float, exists: float, b: int, t: int) -> Case:
    """How a misplaced object is told."""
    hidden = permanence.JUDGED * DECISION_S
    caption = (
        f"Out of sight for {hidden:.1f} s, an object is believed to be there (probability {exists:.2f}), but "
        f"{away:.1f} m from where it is."
    )
    remark = f"a hidden object is {away:.1f} m from its place"
    return Case(
        "hidden", "permanence: kept", caption, remark, "hidden", b, 0, temperature=1.0, decision=t
    )


def take_moment(instance: ScenarioInstance, driver: Policy, t: int, steps: int) -> Moments:
    """One moment of an episode.

    Parameters
    ----------
    instance, driver
        Driven again.
    t
        Decision.
    steps
        Decisions that follow, fewer if the episode ends.

    Returns
    -------
    Moments
        Of size 1.
    """
    driven = drive_all([instance], driver)
    end = min(t + steps, int(driven.length[0]))
    observed = {
        key: np.array([[driven.observed[k][key][0] for k in range(t - LENGTH + 1, t + 1)]])
        for key in ("ego", "vehicles", "debris")
    }
    actions = np.array([[driven.actions[k][0] for k in range(t, end)]])
    return Moments(driven.worlds[t][:1], (instance,), np.array(["hidden"]), observed, actions)
