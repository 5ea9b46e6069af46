"""The worst failures of the audited model: the futures that break a physical law most, or whose cost is most wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np

from envs.specification import DECISION_S
from experiments.presentation.text.tables import usd
from experiments.studies.audit.groups import MOST_VIOLATIONS, mean_of_dreams
from experiments.studies.audit.probes.decisions import interaction
from experiments.studies.audit.probes.dynamics import violations
from experiments.studies.audit.scenes.bodies import VX, VY, Array, Mask, X
from experiments.studies.audit.scenes.moments import Moments
from experiments.studies.audit.subjects.models import Model
from experiments.studies.audit.subjects.rollout import Futures, Subject, fixed, roll_fixed
from experiments.studies.audit.subjects.twin import Twin

BEHIND_M, AHEAD_M = 15.0, 100.0
"""A body that is further from the ego is outside the picture of a film."""


class Case(NamedTuple):
    """A failure, with everything needed to show it again."""

    name: str  # of its files
    probe: str  # the law or probe that it breaks
    caption: str
    remark: str  # on the dream when it happens
    kind: str  # of the moments: "moment", "contents", "hidden"
    moment: int  # index among those
    step: int  # decisions from the moment to what is wrong
    manoeuvre: str | None = None  # of the interaction probe; ``None`` = the actions taken then
    temperature: float = 1.0
    body: int | None = None  # forced contents
    decision: int = 0  # of the episode, where moments of this kind are not listed


class _Severity(NamedTuple):
    """How much a law is broken in every future."""

    size: Callable[
        [Futures], Array
    ]  # (N, T, K) of every decision and body, in the unit of the text
    text: str


def find_law_breakers(moments: Moments, model: Model) -> list[Case]:
    """The worst moment of every law that the model's dreams break too often, the law broken most often first."""
    futures = _dream(moments, model)
    counted = violations.count_violations(futures)
    rates = {law: float(np.nanmean(counts)) for law, counts in counted.items()}
    red = [
        law for law in sorted(rates, key=lambda law: -rates[law]) if rates[law] > MOST_VIOLATIONS
    ]
    return [_worst_of(law, futures, rates[law]) for law in red]


def _worst_of(law: str, futures: Futures, rate: float) -> Case:
    """The case in which a law is broken most."""
    broken = violations.LAWS[law](futures) > 0
    severity, size = SEVERITIES.get(law), broken.astype(np.float64)
    if severity is not None:
        seen = np.where(broken, severity.size(futures).max(axis=-1), -np.inf)
        # where the worst of all is outside the picture, the first one is shown
        severity, size = (severity, seen) if np.isfinite(seen.max()) else (None, size)
    moment, at = (int(k) for k in np.unravel_index(size.argmax(), size.shape))
    text = law if severity is None else severity.text.format(float(size[moment, at]))
    caption = (
        f"{text[0].upper()}{text[1:]}, {(at + 1) * DECISION_S:.1f} s into the dream. "
        f"{law.capitalize()}: {rate:.1f} times per 1,000 decisions."
    )
    name = law.replace(" ", "_")
    return Case(name, f"violations: {law}", caption, text, "moment", moment, at + 1)


def _change_of_speed(bodies: Array) -> Array:
    """Change of speed from decision to decision, m/s; NaN where a body is unknown."""
    change: Array = np.diff(np.hypot(bodies[..., VX], bodies[..., VY]), axis=1)
    return change


def _in_picture(futures: Futures, bodies: Array, values: Array, counts: Mask) -> Array:
    """Values ``(N, T, K)`` of bodies that count and are near the ego after the decision, else -inf."""
    away = bodies[:, 1:, :, X] - futures.ego[:, 1:, None, X]
    seen = (away > -BEHIND_M) & (away < AHEAD_M) & counts
    return np.where(seen, np.nan_to_num(values, nan=-np.inf), -np.inf)


def _gains(futures: Futures) -> Array:
    """Speed that objects gain without a cause in a decision, m/s."""
    alone = ~violations.has_company(futures)[:, 1:] & ~futures.touched[:, 1:]
    objects = futures.objects
    return _in_picture(futures, objects, _change_of_speed(objects), alone)


def _accelerations(futures: Futures) -> Array:
    """Acceleration or braking of vehicles without a contact, m/s2."""
    change = np.abs(_change_of_speed(futures.vehicles)) / DECISION_S
    return _in_picture(futures, futures.vehicles, change, ~violations.has_met(futures))


SEVERITIES: Final[Mapping[str, _Severity]] = {
    "moving unforced": _Severity(
        _gains,
        "an object sets off by itself: {:+.1f} m/s in one decision with no vehicle near",
    ),
    "beyond friction": _Severity(
        _accelerations,
        "a vehicle without a contact changes its speed by {:.0f} m/s² (tyres: 9)",
    ),
}
"""Severity of the laws whose violations differ in size; of the others the first violation is shown."""


def find_wrong_cost(moments: Moments, model: Model) -> Case:
    """The future whose cost is most wrong, under the actions that were taken, in the first draw of noise."""
    true, dreamt = roll_fixed(Twin(), moments), _dream(moments, model)
    k = int(np.abs(dreamt.total_usd - true.total_usd).argmax())
    caption = (
        f"The dream {describe(dreamt, k)}: {usd(float(dreamt.total_usd[k]))} US$. "
        f"The simulator {describe(true, k)}: {usd(float(true.total_usd[k]))} US$."
    )
    step = _costliest_step(dreamt.usd[k], true.usd[k])
    here = [usd(float(one.usd[k, step - 1])) for one in (dreamt, true)]
    remark = f"this decision costs {here[0]} US$, really {here[1]}"
    return Case("cost", "open loop: cost", caption, remark, "moment", k, step)


def find_wrong_choice(moments: Moments, model: Model, draws: int, steps: int) -> Case:
    """The choice of a manoeuvre with the largest regret; ``draws`` are those of the interaction probe."""
    actions = interaction.lay_out(moments, steps)

    def roll(subject: Subject) -> Array:
        return interaction.roll_costs(subject, moments, actions)

    true, dreamt = roll(Twin()), mean_of_dreams(model, roll, draws)
    chosen = dreamt.argmin(axis=1)
    moment = int((true[np.arange(moments.size), chosen] - true.min(axis=1)).argmax())
    k, best = int(chosen[moment]), int(true[moment].argmin())
    names = interaction.CHOSEN
    caption = (
        f"It chooses “{names[k]}”, dreamt to cost {usd(dreamt[moment, k])} US$ (mean of {draws}): "
        f"really {usd(true[moment, k])}. “{names[best]}” really costs {usd(true[moment, best])}."
    )
    one = np.array([moment])
    real, dream = (
        subject.roll(moments, one, steps, fixed(actions[one, k])).usd[0]
        for subject in (Twin(), model.dreams())
    )
    step = _costliest_step(real, dream)
    remark = f"this decision really costs {usd(float(real[step - 1]))} US$"
    probe = "interaction: regret of the choice"
    return Case("choice", probe, caption, remark, "moment", moment, step, names[k])


def _costliest_step(one: Array, other: Array) -> int:
    """Number of decisions after which the costs ``(T,)`` of two futures differ most."""
    return int(np.abs(one - other).argmax()) + 1


def describe(futures: Futures, n: int) -> str:
    """How a future ends for the ego, as the predicate of a sentence."""
    length, steps = int(futures.length[n]), futures.usd.shape[1]
    when = f"after {length * DECISION_S:.1f} s"
    if futures.collided[n, -1]:
        return f"hits a vehicle {when}"
    if length < steps:
        return f"loses control or leaves the road {when}"
    met = np.flatnonzero(futures.touched[n].any(axis=-1))
    if len(met):
        return f"meets an object after {met[0] * DECISION_S:.1f} s and goes on"
    return "gets by"


def _dream(moments: Moments, model: Model) -> Futures:
    """Imagined futures under the actions that were taken: the first draw, with noise."""
    return roll_fixed(model.dreams(), moments)
