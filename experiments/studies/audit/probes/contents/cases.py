"""Objects as combinations of look, size, mass and speed, and their distance from those of training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.debris.specification import DebrisSpec
from envs.physics.contact.outcome import default_stiffness
from envs.scenario.encounter import NIGHT_SPEED_SHARE, SPEED_RANGE_MPS
from envs.specification.debris import LOOKS
from experiments.studies.audit.scenes.bodies import Array, Indices, Mask

ATTRIBUTES: Final = ("look", "size", "mass", "speed")

NUM_BINS: Final = 4
"""Number of bins of size, mass and speed; each contains equally many specimens of training types."""

SPECIMENS: Final = 400
"""Specimens of every training type, from which bins and combinations are counted: a rarer combination is new [A]."""

SPEEDS_MPS: Final = (
    NIGHT_SPEED_SHARE * min(low for low, _ in SPEED_RANGE_MPS.values()),
    max(high for _, high in SPEED_RANGE_MPS.values()),
)
"""Range of the ego's initial speed in the scenarios."""

FURTHER: Final[Mapping[str, tuple[float, float]]] = {
    "size": (1.1, 1.3), "mass": (1.2, 3.0), "speed": (1.1, 1.3),
}  # fmt: skip
"""Factor by which what is beyond training exceeds the largest of training [A]."""

_SIDES: Final = ("length_m", "width_m", "height_m")

_NO_BODIES: Final = ("patch", "ground-mark")
"""Looks of objects without a body."""


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
        """Some of the cases."""
        rows: tuple[Any, ...] = self
        return Cases(*(values[chosen] for values in rows))

    @property
    def stiffness(self) -> Array:
        """Contact stiffness by the rule of the catalogue, ``(N,)`` N/m."""
        rows = zip(self.crush, self.size, strict=True)
        return np.array([float(default_stiffness(p, size[1], size[0])) for p, size in rows])

    @property
    def attributes(self) -> Array:
        """Attributes ``(N, 4)``: look, ln of the side of a cube of the same volume, ln mass, speed."""
        values = self.look, np.log(self.size).mean(axis=1), np.log(self.mass), self.speed
        return np.stack([np.asarray(one, np.float64) for one in values], axis=1)


class Training(NamedTuple):
    """Ranges and combinations of attributes in the training set."""

    low: Array  # (3,) least ln size, ln mass, speed that a training type can have
    high: Array  # (3,)
    edges: Array  # (3, NUM_BINS - 1) between bins
    combinations: frozenset[
        tuple[int, ...]
    ]  # look, bin of size, of mass; with each all speeds occur

    def bins(self, cases: Cases) -> Indices:
        """Bins ``(N, 4)`` of the attributes: look, and bins of size, mass and speed."""
        values = cases.attributes
        inside = [np.searchsorted(self.edges[k], values[:, k + 1]) for k in range(3)]
        return np.stack([cases.look, *inside], axis=1).astype(np.int64)

    def beyond(self, cases: Cases) -> Mask:
        """Whether an attribute ``(N, 4)`` is outside the range of all training types."""
        looks = np.array(sorted({one[0] for one in self.combinations}))
        values = cases.attributes[:, 1:]
        outside = (values < self.low - 1e-9) | (values > self.high + 1e-9)
        return np.concatenate([~np.isin(cases.look, looks)[:, None], outside], axis=1)

    def split(self, cases: Cases) -> dict[str, Mask]:
        """Split of every case, by name: in distribution, a new combination of known bins, or beyond in an attribute.

        A case may be beyond training in several attributes.
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
    """Ranges from the catalogue, and bins and combinations from specimens, of the bodies used in training."""
    cases = sample(list(specs) * SPECIMENS, random)
    values = cases.attributes[:, 1:]
    masses = [np.log(end) for one in specs for end in (one.mass_kg.low, one.mass_kg.high)]
    sizes = [
        np.mean([np.log(getattr(getattr(one, side), end)) for side in _SIDES])
        for one in specs
        for end in ("low", "high")
    ]
    low = np.array([np.min(sizes), np.min(masses), SPEEDS_MPS[0]])
    high = np.array([np.max(sizes), np.max(masses), SPEEDS_MPS[1]])
    shares = np.arange(1, NUM_BINS) / NUM_BINS
    found = Training(low, high, np.quantile(values, shares, axis=0).T, frozenset())
    rows = found.bins(cases)[:, :3].tolist()
    return found._replace(combinations=frozenset(tuple(row) for row in rows))


def sample(specs: Sequence[DebrisSpec], random: np.random.Generator) -> Cases:
    """Draw one specimen of each type, at a random speed of the ego."""
    draws = [one.sample(random) for one in specs]

    def of(name: str) -> Array:
        return np.array([getattr(one, name) for one in draws], np.float64)

    return Cases(
        np.array([LOOKS.index(one.look) for one in specs]), of("size_m"), of("mass_kg"), of("crush_pressure_pa"),
        of("sharpness"), of("friction"), of("drag_area_m2"), of("lift_area_m2"),
        np.array([one.is_metal for one in specs]), np.array([one.is_warm for one in specs]),
        random.uniform(*SPEEDS_MPS, len(specs)),
    )  # fmt: skip


def recombine(looks: Cases, sizes: Cases, contents: Cases) -> Cases:
    """Objects with the look of one type, the size of a second and the contents of a third."""
    return contents._replace(
        look=looks.look, is_metal=looks.is_metal, is_warm=looks.is_warm, size=sizes.size
    )


def push_beyond(
    cases: Cases, training: Training, attribute: str, random: np.random.Generator
) -> Cases:
    """The same cases with one attribute changed to a value beyond all training types."""
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
    """Indices of the training cases that are nearest in a single attribute, ``(N, count)``.

    ``known`` are in random order: of those that are equally near the first are taken. -1 where none has the look.
    """
    k = ATTRIBUTES.index(attribute)
    away = np.abs(known.attributes[None, :, k] - cases.attributes[:, None, k])
    order = np.argsort(away, axis=1, kind="stable")[:, :count]
    if attribute == "look":
        return np.where(np.take_along_axis(away, order, axis=1) > 0.0, -1, order)
    return order
