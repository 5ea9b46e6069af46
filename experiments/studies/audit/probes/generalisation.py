"""Probe: objects as in training, new combinations of what training has had, and objects beyond it.

Video models that err copy the nearest training case, first by colour, then by size, by velocity and by shape
(arXiv 2411.02385). Here a wrong prediction is compared with what would have happened with the training cases that are
nearest in one attribute alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from experiments.stats.interval import Interval
from experiments.studies.audit.findings import Finding, Line, mean_of
from experiments.studies.audit.subjects.rollout import Array, Mask

NAME: Final = "generalisation"

CHANCE: Final = "nothing"
"""Training cases that are like a case in nothing: what is nearer to those is so by chance."""

WRONG: Final[Mapping[str, float]] = {"delta_v": 0.5, "ln_mass": math.log(2.0)}
"""A prediction is wrong, and two outcomes are different, from here on: m/s, and a factor of two [A]."""

TOLD: Final[Mapping[str, str]] = {"delta_v": "speed lost", "ln_mass": "mass"}

EXACT: Final = Line("<=", 0.0)

COPIES: Final = Line("<=", 0.5)
"""Whoever copies in more than half of what it gets wrong is a copier; only a broken model is judged by it [A]."""


class Outcomes(NamedTuple):
    """What becomes of ``N`` cases; not a number where nothing is said, or nothing is met."""

    delta_v: Array  # (N,) speed that the hardest contact takes, m/s
    usd: Array  # (N,) cost of all contacts
    ln_mass: Array  # (N,) believed, kg

    def wherever(self, known: Mask) -> Outcomes:
        """Not a number elsewhere."""
        return Outcomes(*(np.where(known, values, np.nan) for values in self))


def errors(
    splits: Mapping[str, Mask],
    name: str,
    true: Outcomes,
    said: Outcomes,
    families: Sequence[str],
    line: Line | None = None,
) -> list[Finding]:
    """How far off predictions are in every split.

    Parameters
    ----------
    splits
        By name, ``(N,)`` of whom there.
    name
        Of the subject.
    true, said
        Outcomes in the twin and by the subject.
    families
        ``(N,)`` of the moments.
    line
        For whoever must be exact.

    Returns
    -------
    list of Finding
        Mean absolute errors.
    """
    off = {
        "speed lost, error in m/s": np.abs(said.delta_v - true.delta_v),
        "contact cost, error of ln (1 + US$)": np.abs(np.log1p(said.usd) - np.log1p(true.usd)),
        "belief, error of ln mass": np.abs(said.ln_mass - true.ln_mass),
    }
    return [
        Finding(
            NAME, f"{split}: {measure}", name, mean_of(np.where(inside, values, np.nan), families), line
        )
        for measure, values in off.items()
        for split, inside in splits.items()
    ]  # fmt: skip


def count(splits: Mapping[str, Mask], name: str) -> list[Finding]:
    """How many cases there are of every split."""
    return [
        Finding(NAME, f"{split}: cases", name, Interval(float(inside.sum()), math.nan, math.nan))
        for split, inside in splits.items()
    ]


def copying(
    new: Mask,
    name: str,
    true: Outcomes,
    said: Outcomes,
    like: Mapping[str, Outcomes],
    families: Sequence[str],
    lines: Mapping[str, Line] | None = None,
) -> list[Finding]:
    """Whom wrong predictions are nearer to than to the truth.

    Parameters
    ----------
    new
        ``(N,)``: cases that are not as in training, which are asked about.
    name
        Of the subject.
    true, said
        Outcomes in the twin and by the subject.
    like
        By attribute, outcomes in the twin of the training cases that are nearest in it; and of any (``CHANCE``).
    families
        ``(N,)`` of the moments.
    lines
        By attribute, for models that are broken on purpose.

    Returns
    -------
    list of Finding
        By outcome and attribute: share of the wrong predictions that are nearer to those training cases than to the
        truth, of the cases in which these two differ; and share that is nearest to these of all.
    """
    found = []
    for outcome, limit in WRONG.items():
        truth, told = getattr(true, outcome), getattr(said, outcome)
        off = np.abs(told - truth)
        is_wrong = new & (off > limit)
        away = {key: np.abs(told - getattr(one, outcome)) for key, one in like.items()}
        by_attribute = np.stack([np.nan_to_num(one, nan=np.inf) for one in away.values()])
        first = np.where(by_attribute.min(axis=0) < off, by_attribute.argmin(axis=0), -1)
        for k, attribute in enumerate(like):
            differs = np.abs(getattr(like[attribute], outcome) - truth) > limit
            copied = np.where(is_wrong & differs, away[attribute] < off, np.nan)
            measure = f"{TOLD[outcome]}, wrong as training cases alike in {attribute}"
            line = (lines or {}).get(attribute)
            found.append(Finding(NAME, measure, name, mean_of(copied, families), line))
            led = np.where(is_wrong, first == k, np.nan)
            measure = f"{TOLD[outcome]}, wrong and nearest to those alike in {attribute}"
            found.append(Finding(NAME, measure, name, mean_of(led, families)))
    return found
