"""Content classes: a codebook of possible contents of objects, so that a belief can list their probabilities.

Class 0 is nothing (a shadow, a stain, a ghost); then come kinds of patches, then kinds of bodies.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from envs.errors import UserError
from policies.world_model.log import experience as log

Array = NDArray[np.float64]

NUM_PATCHES: Final = 3
NUM_BODIES: Final = 12
NOTHING: Final = 0
"""Class of tracks without an object."""

NUM_CLASSES: Final = 1 + NUM_PATCHES + NUM_BODIES

BODY_WEIGHTS: Final = np.array([2.0 / 2.5, 2.0 / 2.5, 1.0, 1.0 / 2.0, 1.0])
"""Weights of ln mass, ln crush pressure, sharpness, ln of drag area over mass, anchored; in shares of their spread.
Mass and strength count double: they decide what a hit costs (policies/world_model/SOURCES.md 1.2)."""

PATCH_WEIGHTS: Final = np.array([2.0, 1.0])
"""Weights of friction under a tyre and ln(1 + sharp pieces)."""

NUM_PROPERTIES: Final = 5
"""Number of properties of a body as network inputs; see ``body_properties``."""

PROPERTY_SHIFT: Final = np.array([0.0, 7.0, 0.0, 0.0, 0.0])
PROPERTY_UNIT: Final = np.array([2.0, 2.0, 1.0, 1.0, 1.0])
"""Scales that bring properties to order one for a network."""

DRAWS_PER_TYPE: Final = 200
"""Specimens of every object type: each type counts alike."""


class Book(Protocol):
    """Interface of the training labels: true content classes (``Codebook``), or latent ones."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all classes."""
        ...

    @property
    def middles(self) -> Array:
        """Class centres ``(NUM_CLASSES, NUM_PROPERTIES)`` as network inputs; 0 where unknown."""
        ...

    def properties(self, columns: log.Columns) -> Array:
        """Properties ``(N, 4, NUM_PROPERTIES)`` of the object in every slot as network inputs; NaN where unknown."""
        ...

    def see(self, columns: log.Columns, shard: int) -> tuple[log.Columns, log.Kinds]:
        """The columns that supervise, and the class of the object in every debris slot.

        ``columns`` are those of a shard with its truth, ``shard`` is its number.
        """
        ...


class Codebook(NamedTuple):
    """True content classes: centroids in the space of ``properties``."""

    bodies: Array  # (NUM_BODIES, 5)
    patches: Array  # (NUM_PATCHES, 2)
    names: tuple[str, ...]  # of all classes: the types that are most common in it

    @property
    def middles(self) -> Array:
        """Class centres as network inputs; see ``Book.middles``."""
        found = np.zeros((NUM_CLASSES, NUM_PROPERTIES))
        found[1 + NUM_PATCHES :] = (self.bodies - PROPERTY_SHIFT) / PROPERTY_UNIT
        return found

    def properties(self, columns: log.Columns) -> Array:
        """Properties as network inputs; see ``Book.properties``. They are known for bodies only."""
        contents = columns["contents"].astype(np.float64)
        flat = contents.reshape(-1, contents.shape[-1])
        known = (body_properties(flat) - PROPERTY_SHIFT) / PROPERTY_UNIT
        found = np.where(flat[:, [log.H_KIND]] == log.BODY, known, np.nan)
        return found.reshape(*contents.shape[:2], NUM_PROPERTIES)

    def see(self, columns: log.Columns, shard: int) -> tuple[log.Columns, log.Kinds]:
        """The columns unchanged, truth included, and the true classes; see ``Book.see``."""
        del shard
        contents = columns["contents"].astype(np.float64)
        flat = assign(self, contents.reshape(-1, contents.shape[-1]))
        return columns, flat.reshape(contents.shape[:2])


def body_properties(contents: Array) -> Array:
    """Scaled properties of bodies, ``(N, 5)``, from ``(N, NUM_CONTENTS)``."""
    mass = np.maximum(contents[:, log.H_MASS], 1e-3)
    values = [
        np.log(mass),
        np.log(np.maximum(contents[:, log.H_CRUSH_PRESSURE], 1.0)),
        contents[:, log.H_SHARPNESS],
        np.log(np.maximum(contents[:, log.H_DRAG_AREA], 1e-4) / mass),
        contents[:, log.H_ANCHORED],
    ]
    scaled: Array = np.stack(values, axis=1) * BODY_WEIGHTS
    return scaled


def patch_properties(contents: Array) -> Array:
    """Scaled properties of patches, ``(N, 2)``."""
    values = [contents[:, log.H_TYRE_FRICTION], np.log1p(contents[:, log.H_PIECES])]
    scaled: Array = np.stack(values, axis=1) * PATCH_WEIGHTS
    return scaled


def fit_codebook(contents: Array, types: NDArray[np.str_], random: np.random.Generator) -> Codebook:
    """Cluster the contents of encountered objects; classes of bodies are ordered by mass.

    Parameters
    ----------
    contents
        ``(N, NUM_CONTENTS)`` one row per object that was met.
    types
        ``(N,)`` catalogue names.
    random
        Of the draws and of k-means.

    Raises
    ------
    UserError
        If fewer different bodies or patches were met than there are classes.
    """
    _check_variety(contents)
    chosen = []
    for name in np.unique(types):
        rows = np.flatnonzero(types == name)
        chosen.append(random.choice(rows, DRAWS_PER_TYPE))
    rows = np.concatenate(chosen)
    kind = contents[rows, log.H_KIND]
    bodies, patches = rows[kind == log.BODY], rows[kind == log.PATCH]
    found, _ = kmeans2(
        body_properties(contents[bodies]), NUM_BODIES, minit="++", rng=random, iter=50
    )
    found = found[np.argsort(found[:, 0])]
    spills, _ = kmeans2(
        patch_properties(contents[patches]), NUM_PATCHES, minit="++", rng=random, iter=50
    )
    book = Codebook(found, spills[np.argsort(spills[:, 0])], ())
    labels = assign(book, contents[rows])
    names = []
    for c in range(NUM_CLASSES):
        inside, counts = np.unique(types[rows[labels == c]], return_counts=True)
        common = inside[np.argsort(-counts, kind="stable")][:2]
        names.append("nothing" if c == 0 else " / ".join(common.tolist()))
    return book._replace(names=tuple(names))


def _check_variety(contents: Array) -> None:
    """Refuse contents with fewer different bodies or patches than classes."""
    for what, kind, least in (
        ("bodies", log.BODY, NUM_BODIES),
        ("patches", log.PATCH, NUM_PATCHES),
    ):
        rows = contents[contents[:, log.H_KIND] == kind]
        if (met := len(np.unique(rows, axis=0))) < least:
            raise UserError(
                f"experience: met {met} different {what}, expected at least {least}; collect more decisions"
            )


def assign(book: Codebook, contents: Array) -> NDArray[np.int64]:
    """Class ``(N,)`` of every row of contents ``(N, NUM_CONTENTS)``."""
    kind = contents[:, log.H_KIND]
    label = np.zeros(len(contents), np.int64)
    for value, first, properties, centroids in (
        (log.PATCH, 1, patch_properties, book.patches),
        (log.BODY, 1 + NUM_PATCHES, body_properties, book.bodies),
    ):
        rows = np.flatnonzero(kind == value)
        if rows.size:
            away = properties(contents[rows])[:, None, :] - centroids
            label[rows] = first + (away**2).sum(axis=-1).argmin(axis=1)
    return label
