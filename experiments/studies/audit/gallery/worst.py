"""The worst failures of the judged model: which future of which moment breaks a law most, or is most wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np

from envs.specification import DECISION_S
from experiments.presentation.tables import usd
from experiments.studies.audit.groups import MOST_VIOLATIONS
from experiments.studies.audit.probes import interaction, violations
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects import rollout as c
from experiments.studies.audit.subjects.models import Model
from experiments.studies.audit.subjects.rollout import Array, Course, Indices, fixed
from experiments.studies.audit.subjects.twin import Twin

BEHIND_M, AHEAD_M = 15.0, 100.0
"""What is further from the ego is not on a film."""


class Case(NamedTuple):
    """A failure, and how to see it again."""

    name: str  # of its files
    probe: str  # the law or probe that it breaks
    caption: str
    remark: str  # on the dream when it happens
    kind: str  # of the moments: "moment", "contents", "hidden"
    moment: int  # index among those
    step: int  # decisions from the moment to what is wrong
    manoeuvre: str | None = None  # of the interaction probe; ``None`` = what was done then
    temperature: float = 1.0
    body: int | None = None  # forced contents
    decision: int = 0  # of the episode, where moments of this kind are not listed


class _Told(NamedTuple):
    """How bad a law is broken, and how to say it."""

    size: Callable[[Course], Array]  # (N, T, K) of every decision and body, in the unit of the text
    text: str


def find_law_breakers(moments: Moments, model: Model) -> list[Case]:
    """The worst moment of every law that the model breaks too often, the law broken most often first.

    Parameters
    ----------
    moments
        ``M``.
    model
        Whose dreams: those in which the laws are counted.

    Returns
    -------
    list of Case
        One for a law that is red.
    """
    course = _dream(moments, model)
    counted = violations.count_violations(course)
    rates = {law: float(np.nanmean(counts)) for law, counts in counted.items()}
    red = sorted(
        (law for law in rates if rates[law] > MOST_VIOLATIONS), key=lambda law: -rates[law]
    )
    return [_worst_of(law, course, rates[law]) for law in red]


def _worst_of(law: str, course: Course, rate: float) -> Case:
    """Where a law is broken most."""
    broken = violations.LAWS[law](course) > 0
    told, size = TOLD.get(law), broken.astype(np.float64)
    if told is not None:
        seen = np.where(broken, told.size(course).max(axis=-1), -np.inf)
        # where the worst of all is out of the picture, the first one is shown
        told, size = (told, seen) if np.isfinite(seen.max()) else (None, size)
    moment, at = (int(k) for k in np.unravel_index(size.argmax(), size.shape))
    text = law if told is None else told.text.format(float(size[moment, at]))
    caption = (
        f"{text[0].upper()}{text[1:]}, {(at + 1) * DECISION_S:.1f} s into the dream. "
        f"{law.capitalize()}: {rate:.1f} times per 1,000 decisions."
    )
    name = law.replace(" ", "_")
    return Case(name, f"violations: {law}", caption, text, "moment", moment, at + 1)


def _on_film(course: Course, bodies: Array) -> c.Mask:
    """``(N, T, K)``: whether a body is near enough to the ego after the decision."""
    away = bodies[:, 1:, :, c.X] - course.ego[:, 1:, None, c.X]
    seen: c.Mask = (away > -BEHIND_M) & (away < AHEAD_M)
    return seen


def _gains(course: Course) -> Array:
    """Speed that objects gain by themselves in a decision, m/s; -inf out of the picture."""
    speed = np.hypot(course.objects[..., c.VX], course.objects[..., c.VY])
    gained = np.nan_to_num(np.diff(speed, axis=1), nan=-np.inf)
    alone = ~violations.has_company(course)[:, 1:] & ~course.touched[:, 1:]
    return np.where(alone & _on_film(course, course.objects), gained, -np.inf)


def _changes(course: Course) -> Array:
    """Acceleration or braking of vehicles that have met nobody, m/s2; -inf out of the picture."""
    speed = np.hypot(course.vehicles[..., c.VX], course.vehicles[..., c.VY])
    change = np.nan_to_num(np.abs(np.diff(speed, axis=1)) / DECISION_S, nan=-np.inf)
    free = ~violations.has_met(course)
    return np.where(free & _on_film(course, course.vehicles), change, -np.inf)


TOLD: Final[Mapping[str, _Told]] = {
    "moving unforced": _Told(
        _gains, "an object sets off by itself: {:+.1f} m/s in one decision with nobody near"
    ),
    "beyond friction": _Told(
        _changes, "a vehicle that hits nobody changes its speed by {:.0f} m/s² (tyres: 9)"
    ),
}
"""Of laws whose violations differ in size; of the others the first one is shown."""


def find_dearest(moments: Moments, model: Model) -> Case:
    """The future whose cost is most wrong, under the actions that were taken.

    Parameters
    ----------
    moments, model
        Of ``find_law_breakers``.

    Returns
    -------
    Case
        Of the first draw, as open loop has it with noise.
    """
    true, dreamt = _roll(Twin(), moments), _dream(moments, model)
    moment = int(np.abs(dreamt.total_usd - true.total_usd).argmax())
    costs = [float(one.total_usd[moment]) for one in (dreamt, true)]
    texts = [describe(one, moment) for one in (dreamt, true)]
    caption = (
        f"The dream {texts[0]}: {usd(costs[0])} US$. The simulator {texts[1]}: {usd(costs[1])} US$."
    )
    step = _dearest_step(dreamt.usd[moment], true.usd[moment])
    here = [float(one.usd[moment, step - 1]) for one in (dreamt, true)]
    remark = f"this decision costs {usd(here[0])} US$, really {usd(here[1])}"
    return Case("cost", "open loop: cost", caption, remark, "moment", moment, step)


def find_regretted(moments: Moments, model: Model, draws: int, steps: int) -> Case:
    """The choice among manoeuvres that costs most more than the best one.

    Parameters
    ----------
    moments, model
        Of ``find_law_breakers``.
    draws, steps
        Of the interaction probe.

    Returns
    -------
    Case
        The chosen manoeuvre.
    """
    actions = interaction.lay_out(moments, steps)
    true = interaction.roll_costs(Twin(), moments, actions)
    rolled = [interaction.roll_costs(model.dreams(k), moments, actions) for k in range(draws)]
    dreamt = np.mean(rolled, axis=0)
    rows, chosen = np.arange(moments.size), dreamt.argmin(axis=1)
    moment = int((true[rows, chosen] - true.min(axis=1)).argmax())
    k, best = int(chosen[moment]), int(true[moment].argmin())
    names = interaction.CHOSEN
    caption = (
        f"It chooses “{names[k]}”, dreamt to cost {usd(dreamt[moment, k])} US$ (mean of {draws}): "
        f"really {usd(true[moment, k])}. “{names[best]}” really costs {usd(true[moment, best])}."
    )
    one = np.array([moment])
    drive = fixed(actions[one, k])
    real = Twin().roll(moments, one, steps, drive)
    step = _dearest_step(real.usd[0], model.dreams().roll(moments, one, steps, drive).usd[0])
    remark = f"this decision really costs {usd(float(real.usd[0, step - 1]))} US$"
    probe = "interaction: regret of the choice"
    return Case("choice", probe, caption, remark, "moment", moment, step, names[k])


def _dearest_step(one: Array, other: Array) -> int:
    """Decisions until two courses of costs differ most."""
    return int(np.abs(one - other).argmax()) + 1


def describe(course: Course, n: int) -> str:
    """What becomes of the ego in a future, as the predicate of a sentence."""
    length, steps = int(course.length[n]), course.usd.shape[1]
    when = f"after {length * DECISION_S:.1f} s"
    if course.collided[n, -1]:
        return f"hits a vehicle {when}"
    if length < steps:
        return f"loses control or leaves the road {when}"
    met = np.flatnonzero(course.touched[n].any(axis=-1))
    if len(met):
        return f"meets an object after {met[0] * DECISION_S:.1f} s and goes on"
    return "gets by"


def _dream(moments: Moments, model: Model) -> Course:
    """The first draw, with noise."""
    return _roll(model.dreams(), moments)


def _roll(subject: c.Subject, moments: Moments) -> Course:
    """Under the actions that were taken."""
    which: Indices = np.arange(moments.size)
    return subject.roll(moments, which, moments.actions.shape[1], fixed(moments.actions))
