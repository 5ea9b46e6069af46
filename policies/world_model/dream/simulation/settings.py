"""Checked arguments of the dream environments and checked options of a reset."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.copies import Immutable
from envs.cost.parameters import CostParameters
from envs.errors import UserError, not_allowed
from envs.specification import DEBRIS_SLOTS, DECISIONS_PER_EPISODE
from policies.numbers_within import check_number, check_whole
from policies.world_model.dream.simulation.starts import FILE, Starts, read_starts
from policies.world_model.model.checkpoint import SHIPPED, load
from policies.world_model.model.parameters import Learned

OPTIONS: Final = ("segment", "theta", "member", "reset_mask")
"""Allowed keys of the ``options`` of a reset."""


class Imagination(NamedTuple):
    """Model, names of content classes, and starts of dreams."""

    learned: Learned
    classes: tuple[str, ...]  # names
    starts: Starts


class DreamSettings(Immutable):
    """Checked arguments of a dream environment.

    Parameters
    ----------
    checkpoint
        Folder of a checkpoint with its file of starts; ``"shipped"`` is the one that comes with the package. Or an
        ``Imagination`` itself.
    horizon
        Decisions after which a dream is truncated, 1 to 100.
    temperature
        Factor of the noise of motion, 0 to 4.
    look_trust
        Of ``policies.world_model.estimation.belief.Belief``, from which contents are drawn, 0 to 1.
    remembers
        Of the same.
    cost
        ``CostParameters`` or a mapping of their fields.
    reward_scale_usd
        US$ that make a reward of -1; > 0.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.
    """

    def __init__(
        self,
        *,
        checkpoint: str | Path | Imagination = "shipped",
        horizon: int = 50,
        temperature: float = 1.0,
        look_trust: float = 0.5,
        remembers: bool = True,
        cost: CostParameters | Mapping[str, Any] | None = None,
        reward_scale_usd: float = 1000.0,
        **unknown: object,
    ) -> None:
        allowed = (
            "checkpoint", "horizon", "temperature", "look_trust", "remembers", "cost", "reward_scale_usd",
        )  # fmt: skip
        for name in unknown:
            raise not_allowed("argument", name, allowed)
        self.horizon = check_whole("horizon", horizon, 1, DECISIONS_PER_EPISODE)
        self.temperature = check_number("temperature", temperature, 0.0, 4.0)
        self.look_trust = check_number("look_trust", look_trust, 0.0, 1.0)
        if not isinstance(remembers, bool):
            raise UserError(f"remembers: got {remembers!r}, expected true or false")
        self.remembers = remembers
        self.reward_scale_usd = check_number("reward_scale_usd", reward_scale_usd, 1e-9, 1e12)
        if not isinstance(cost, CostParameters | Mapping | None):
            raise UserError(f"cost: got {cost!r}, expected a mapping of its parameters")
        try:
            given = cost if isinstance(cost, CostParameters) else None
            self.cost = given or CostParameters.from_mapping(cost or {})  # type: ignore[arg-type]
        except ValueError as error:
            raise UserError(str(error)) from error
        self.imagination: Imagination = (
            checkpoint if isinstance(checkpoint, Imagination) else read_imagination(str(checkpoint))
        )
        check_dreams(self.imagination.learned, "checkpoint")


def read_imagination(checkpoint: str) -> Imagination:
    """Read model, class names and starts of dreams from the folder of a checkpoint."""
    folder = SHIPPED if checkpoint == "shipped" else Path(checkpoint)
    found = load(folder)
    check_dreams(found.learned, str(folder))
    return Imagination(found.learned, tuple(found.about["classes"]), read_starts(folder / FILE))


def check_dreams(learned: Learned, where: str) -> None:
    """Raise an error for a flat model, which has no motion noise; ``where`` names its origin in the message.

    Raises
    ------
    UserError
        If its transition is flat.
    """
    if learned.transition.flat.b1.shape[1] > 0:
        raise UserError(f"{where}: flat_hidden: a flat model cannot be used for dreams")


def per_world(name: str, value: object, size: int, count: int) -> NDArray[np.int64]:
    """An index for every world, ``(size,)``; -1 where it is drawn at random.

    Parameters
    ----------
    name
        Of the option.
    value
        Not given, one for all, or one per world; each may be ``None``.
    size
        Number of worlds.
    count
        How many there are to choose from.

    Raises
    ------
    UserError
        If a value is no such index, or their number is wrong.
    """
    if not isinstance(value, list | tuple | np.ndarray):
        return np.full(size, _index(name, value, count))
    items = list(value)
    if len(items) != size:
        raise UserError(f"{name}: got {len(items)} values, expected one or {size}")
    return np.array([_index(name, item, count) for item in items], np.int64)


def contents(value: object, size: int, classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Forced content class of every object of every world, ``(size, 4)``; -1 where it is drawn at random.

    Parameters
    ----------
    value
        Not given; up to four classes for all worlds, by index or name, ``None`` or -1 where the belief decides; or
        such a list per world.
    size
        Number of worlds.
    classes
        Their names.

    Raises
    ------
    UserError
        If a class does not exist, or there are too many.
    """
    found = np.full((size, DEBRIS_SLOTS), -1, np.int64)
    if value is None:
        return found
    if not isinstance(value, list | tuple | np.ndarray):
        raise UserError(f"theta: got {value!r}, expected a list of up to {DEBRIS_SLOTS} classes")
    items = list(value)
    nested = bool(items) and all(
        isinstance(item, list | tuple | np.ndarray | None) for item in items
    )
    rows = items if nested else [items] * size
    if len(rows) != size:
        raise UserError(f"theta: got {len(rows)} lists, expected {size}")
    for b, row in enumerate(rows):
        chosen = [] if row is None else list(row)
        if len(chosen) > DEBRIS_SLOTS:
            raise UserError(f"theta: got {len(chosen)} classes, expected up to {DEBRIS_SLOTS}")
        for j, one in enumerate(chosen):
            if isinstance(one, str):
                if one not in classes:
                    raise UserError(str(not_allowed("theta", one, classes)))
                found[b, j] = classes.index(one)
            else:
                found[b, j] = _index("theta", one, len(classes))
    return found


def _index(name: str, value: object, count: int) -> int:
    """An index from 0 to ``count - 1``; -1 if none is given."""
    if value is None:
        return -1
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not -1 <= value < count:  # type: ignore[operator]
        raise UserError(f"{name}: got {value!r}, expected a whole number from 0 to {count - 1}")
    return int(value)  # type: ignore[call-overload, no-any-return]
