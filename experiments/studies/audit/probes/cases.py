"""Objects as combinations of look, size, mass and speed: what training has had, and how far others are from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.debris.specification import DebrisDraw, DebrisSpec
from envs.physics.contact import default_stiffness
from envs.scenario.encounter import NIGHT_SPEED_SHARE, SPEED_RANGE_MPS
from envs.specification.debris import LOOKS
from experiments.studies.audit.subjects.rollout import Array, Indices, Mask

ATTRIBUTES: Final = ("look", "size", "mass", "speed")

NUM_BINS: Final = 4
"""Of size, mass and speed, with as many specimens of training types in each."""

SPECIMENS: Final = 400
"""Of every training type, by which bins and combinations are found: a combination that is rarer is new [A]."""

SPEEDS_MPS: Final = (
    NIGHT_SPEED_SHARE * min(low for low, _ in SPEED_RANGE_MPS.values()),
    max(high for _, high in SPEED_RANGE_MPS.values()),
)
"""With which egos of the scenarios set off."""

FURTHER: Final[Mapping[str, tuple[float, float]]] = {
    "size": (1.1, 1.3), "mass": (1.2, 3.0), "speed": (1.1, 1.3),
}  # fmt: skip
"""How many times the largest of training what is beyond it is [A]."""

_SIDES: Final = ("length_m", "width_m", "height_m")

_NO_BODIES: Final = ("patch", "ground-mark")
"""Looks of what has no body."""


class Cases(NamedTuple):
    """``N`` objects, each met at a speed."""

    look: Indices  # (N,) of LOOKS
    size: Array  # (N, 3) m
    mass: Array  # (N,) kg
    crush: Array  # (N,) Pa
    sharpness: Array  # (N,)
    friction: Array  # (N,)
    drag: Array  # (N,) m2
    lift: Array  # (N,) m2
    is_metal: Mask  # (N,)
    is_warm: Mask  # (N,)
    speed: Array  # (N,) of the ego, m/s

    def take(self, chosen: Indices) -> Cases:
        """Some of them."""
        rows: tuple[Any, ...] = self
        return Cases(*(values[chosen] for values in rows))

    @property
    def stiffness(self) -> Array:
        """By the rule of the catalogue, ``(N,)`` N/m."""
        rows = zip(self.crush, self.size, strict=True)
        return np.array([float(default_stiffness(p, size[1], size[0])) for p, size in rows])

    @property
    def attributes(self) -> Array:
        """``(N, 4)``: look, ln of the side of a cube of the same volume, ln mass, speed."""
        values = self.look, np.log(self.size).mean(axis=1), np.log(self.mass), self.speed
        return np.stack([np.asarray(one, np.float64) for one in values], axis=1)


class Training(NamedTuple):
    """What training has had."""

    low: Array  # (3,) least ln size, ln mass, speed that a training type can have
    high: Array  # (3,)
    edges: Array  # (3, NUM_BINS - 1) between bins
    combinations: frozenset[
        tuple[int, ...]
    ]  # look, bin of size, bin of mass; all speeds occur with each

    def bins(self, cases: Cases) -> Indices:
        """``(N, 4)``: look, and bins of size, mass and speed."""
        values = cases.attributes
        inside = [np.searchsorted(self.edges[k], values[:, k + 1]) for k in range(3)]
        return np.stack([cases.look, *inside], axis=1).astype(np.int64)

    def beyond(self, cases: Cases) -> Mask:
        """``(N, 4)``: the attribute is one that no training type can have."""
        looks = np.array(sorted({one[0] for one in self.combinations}))
        values = cases.attributes[:, 1:]
        outside = (values < self.low - 1e-9) | (values > self.high + 1e-9)
        return np.concatenate([~np.isin(cases.look, looks)[:, None], outside], axis=1)

    def split(self, cases: Cases) -> dict[str, Mask]:
        """Who is of which split; a case may be beyond training in several attributes.

        Parameters
        ----------
        cases
            ``N``.

        Returns
        -------
        dict
            By name ``(N,)``: in distribution, a new combination of known bins, and beyond in each attribute.
        """
        beyond = self.beyond(cases)
        is_known = np.array(
            [tuple(row) in self.combinations for row in self.bins(cases)[:, :3].tolist()]
        )
        within = ~beyond.any(axis=1)
        return {
            "in distribution": within & is_known,
            "new combination": within & ~is_known,
            **{f"beyond in {name}": beyond[:, k] for k, name in enumerate(ATTRIBUTES)},
        }


def learn(specs: Sequence[DebrisSpec], random: np.random.Generator) -> Training:
    """Ranges, bins and combinations of training types.

    Parameters
    ----------
    specs
        Bodies that could be learned from.
    random
        Of the specimens.

    Returns
    -------
    Training
        Ranges are those of the catalogue, not of the specimens.
    """
    cases = sample(list(specs) * SPECIMENS, random)
    values = cases.attributes[:, 1:]
    ends = [
        [
            np.mean([np.log(getattr(getattr(one, side), end)) for side in _SIDES])
            for end in ("low", "high")
        ]
        for one in specs
    ]
    masses = [[np.log(one.mass_kg.low), np.log(one.mass_kg.high)] for one in specs]
    low = np.array([np.min(ends), np.min(masses), SPEEDS_MPS[0]])
    high = np.array([np.max(ends), np.max(masses), SPEEDS_MPS[1]])
    shares = np.arange(1, NUM_BINS) / NUM_BINS
    found = Training(low, high, np.quantile(values, shares, axis=0).T, frozenset())
    rows = found.bins(cases)[:, :3].tolist()
    return found._replace(combinations=frozenset(tuple(row) for row in rows))


def sample(specs: Sequence[DebrisSpec], random: np.random.Generator) -> Cases:
    """One specimen of each, met at any of the scenarios' speeds."""
    draws = [one.sample(random) for one in specs]

    def of(name: str) -> Array:
        return np.array([getattr(one, name) for one in draws], np.float64)

    return Cases(
        np.array([LOOKS.index(one.look) for one in specs]), _sizes(draws), of("mass_kg"), of("crush_pressure_pa"),
        of("sharpness"), of("friction"), of("drag_area_m2"), of("lift_area_m2"),
        np.array([one.is_metal for one in specs]), np.array([one.is_warm for one in specs]),
        random.uniform(*SPEEDS_MPS, len(specs)),
    )  # fmt: skip


def _sizes(draws: Sequence[DebrisDraw]) -> Array:
    return np.array([one.size_m for one in draws])


def recombine(looks: Cases, sizes: Cases, contents: Cases) -> Cases:
    """Objects that look like one, are as large as a second and are made of the same as a third."""
    return contents._replace(
        look=looks.look, is_metal=looks.is_metal, is_warm=looks.is_warm, size=sizes.size
    )


def push_beyond(
    cases: Cases, training: Training, attribute: str, random: np.random.Generator
) -> Cases:
    """The same, larger, heavier or faster than anything in training, or of a look that it has not had.

    Parameters
    ----------
    cases
        ``N``.
    training
        What there was.
    attribute
        One of ``ATTRIBUTES``.
    random
        How far beyond.

    Returns
    -------
    Cases
        ``N``; only that attribute is another one.
    """
    count = len(cases.look)
    if attribute == "look":
        known = {one[0] for one in training.combinations}
        unknown = [k for k in range(len(LOOKS)) if k not in known and LOOKS[k] not in _NO_BODIES]
        return cases._replace(look=random.choice(np.array(unknown), count))
    factor = random.uniform(*FURTHER[attribute], count)
    if attribute == "size":
        ratio = factor * np.exp(training.high[0]) / np.exp(cases.attributes[:, 1])
        return cases._replace(size=cases.size * ratio[:, None])
    if attribute == "mass":
        return cases._replace(mass=factor * np.exp(training.high[1]))
    return cases._replace(speed=factor * training.high[2])


def nearest(known: Cases, cases: Cases, attribute: str, count: int) -> NDArray[np.int64]:
    """Training cases that are nearest in one attribute alone, ``(N, count)``.

    Parameters
    ----------
    known
        Training cases, in random order: of those that are equally near the first are taken.
    cases
        ``N``.
    attribute
        One of ``ATTRIBUTES``.
    count
        How many.

    Returns
    -------
    ndarray
        Indices; -1 where no training case has the look.
    """
    k = ATTRIBUTES.index(attribute)
    away = np.abs(known.attributes[None, :, k] - cases.attributes[:, None, k])
    order = np.argsort(away, axis=1, kind="stable")[:, :count]
    if attribute == "look":
        return np.where(np.take_along_axis(away, order, axis=1) > 0.0, -1, order)
    return order
