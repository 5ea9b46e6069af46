"""Probe whether predictions are right for objects as in training, for new combinations of attributes, and beyond them.

Video models that err copy the nearest training case, first by colour, then by size, by velocity and by shape
(arXiv 2411.02385). Here a wrong prediction is compared with what would have happened with the training cases that are
nearest in one attribute alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from experiments.studies.audit.findings import Finding, Line, mean_of, point
from experiments.studies.audit.scenes.bodies import Array, Mask

NAME: Final = "generalisation"

KNOWN: Final = "in distribution"
"""Name of the split of cases as in training."""

CHANCE: Final = "nothing"
"""Key of training cases that are like a case in no attribute: a prediction is nearer to those by chance."""

WRONG: Final[Mapping[str, float]] = {"delta_v": 0.5, "ln_mass": math.log(2.0)}
"""A prediction is wrong, and two outcomes are different, from here on: m/s, and a factor of two [A]."""

OUTCOMES: Final[Mapping[str, str]] = {"delta_v": "speed lost", "ln_mass": "mass"}

EXACT: Final = Line("<=", 0.0)

COPIES: Final = Line("<=", 0.5)
"""Share of wrong predictions that are copies; only a broken model is judged by it [A]."""


class Outcomes(NamedTuple):
    """Outcomes of ``N`` cases; NaN where there is no prediction, or no contact."""

    delta_v: Array  # (N,) speed that the hardest contact takes, m/s
    usd: Array  # (N,) cost of all contacts
    ln_mass: Array  # (N,) believed, kg

    def where(self, known: Mask) -> Outcomes:
        """The outcomes where a condition holds, NaN elsewhere."""
        return Outcomes(*(np.where(known, values, np.nan) for values in self))


class Cohort(NamedTuple):
    """``N`` cases with their true outcomes."""

    splits: Mapping[str, Mask]  # by name, ``(N,)``: the case is in the split
    true: Outcomes
    like: Mapping[
        str, Outcomes
    ]  # true outcomes of the nearest training cases, by attribute or ``CHANCE``
    families: Sequence[str]  # (N,) of the moments

    def count_cases(self, name: str) -> list[Finding]:
        """Number of cases in every split."""
        return [
            Finding(NAME, f"{split}: cases", name, point(inside.sum()))
            for split, inside in self.splits.items()
        ]

    def errors(self, name: str, said: Outcomes, line: Line | None = None) -> list[Finding]:
        """Mean absolute errors of a subject's predictions in every split."""
        true = self.true
        off = {
            "speed lost, error in m/s": np.abs(said.delta_v - true.delta_v),
            "contact cost, error of ln (1 + US$)": np.abs(np.log1p(said.usd) - np.log1p(true.usd)),
            "belief, error of ln mass": np.abs(said.ln_mass - true.ln_mass),
        }
        found = []
        for measure, values in off.items():
            for split, inside in self.splits.items():
                value = mean_of(np.where(inside, values, np.nan), self.families)
                found.append(Finding(NAME, f"{split}: {measure}", name, value, line))
        return found

    def copying(
        self, name: str, said: Outcomes, lines: Mapping[str, Line] = MappingProxyType({})
    ) -> list[Finding]:
        """Compare wrong predictions with the outcomes of the nearest training cases.

        Parameters
        ----------
        name
            Of the subject.
        said
            Its predictions; those of cases as in training are left out.
        lines
            By attribute, for models that are broken on purpose.

        Returns
        -------
        list of Finding
            By outcome and attribute: share of the wrong predictions that are nearer to those training cases than to the
            truth, of the cases in which these two differ; and share that is nearest to these of all.
        """
        new = ~self.splits[KNOWN]
        found = []
        for outcome, limit in WRONG.items():
            truth, predicted = getattr(self.true, outcome), getattr(said, outcome)
            off = np.abs(predicted - truth)
            is_wrong = new & (off > limit)
            away = {
                key: np.abs(predicted - getattr(one, outcome)) for key, one in self.like.items()
            }
            by_attribute = np.stack([np.nan_to_num(one, nan=np.inf) for one in away.values()])
            first = np.where(by_attribute.min(axis=0) < off, by_attribute.argmin(axis=0), -1)
            for k, (attribute, near) in enumerate(self.like.items()):
                differs = np.abs(getattr(near, outcome) - truth) > limit
                copied = np.where(is_wrong & differs, away[attribute] < off, np.nan)
                led = np.where(is_wrong, first == k, np.nan)
                for measure, values, line in (
                    (f"wrong as training cases alike in {attribute}", copied, lines.get(attribute)),
                    (f"wrong and nearest to those alike in {attribute}", led, None),
                ):
                    value = mean_of(values, self.families)
                    found.append(
                        Finding(NAME, f"{OUTCOMES[outcome]}, {measure}", name, value, line)
                    )
        return found
