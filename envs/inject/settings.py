"""InjectSettings: the checked arguments of Inject-v1: which objects lie on the road and what contacts cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from envs.cost.parameters import CostParameters
from envs.debris.catalogue import load_catalogue
from envs.debris.specification import DebrisSpec
from envs.errors import UserError, not_allowed, shown
from envs.scenario.generator import SPLITS
from envs.scenario.source import ObjectSource, is_body
from envs.specification import MAX_DEBRIS
from envs.world.settings import read_cost, read_scale

ARGUMENTS: Final = (
    "objects", "num_objects", "split", "catalogue_dirs", "cost", "reward_scale_usd",
)  # fmt: skip


class InjectSettings:
    """Choice of the placed objects, and the cost parameters of their contacts.

    Parameters
    ----------
    objects
        Catalogue names to place, 1 to 4, or ``None`` for ``num_objects`` drawn by prior share.
    num_objects
        1 to 4, not given = 2; not together with ``objects``.
    split
        ``"train"``, ``"held_out"`` or ``"all"``: the types that may be drawn, not given = ``"train"``; not together
        with ``objects``.
    catalogue_dirs
        Folders with further object files.
    cost
        ``CostParameters`` or a mapping of their fields.
    reward_scale_usd
        US$ that take 1 off the base's reward; > 0.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.
    """

    def __init__(
        self,
        *,
        objects: Sequence[str] | None = None,
        num_objects: int | None = None,
        split: str | None = None,
        catalogue_dirs: Sequence[str | Path] = (),
        cost: CostParameters | Mapping[str, Any] | None = None,
        reward_scale_usd: float = 1000.0,
        **unknown: object,
    ) -> None:
        for name in unknown:
            raise not_allowed(
                "argument", name, ("base", "config", "render_mode", "camera", *ARGUMENTS)
            )
        if split is not None and split not in SPLITS:
            raise not_allowed("split", split, SPLITS)
        self.reward_scale_usd = read_scale(reward_scale_usd)
        self.cost_record = read_cost(cost).to_array()[0]
        self._source = ObjectSource(load_catalogue(catalogue_dirs), split or "train")
        self._named = None if objects is None else self._read_names(objects)
        for name, value in (("num_objects", num_objects), ("split", split)):
            if self._named is not None and value is not None:
                raise UserError(
                    f"{name}: got {value!r} together with objects, which say what lies on the road; leave one out"
                )
        self._count = 2 if num_objects is None else num_objects
        if type(self._count) is not int or not 1 <= self._count <= MAX_DEBRIS:
            raise UserError(
                f"num_objects: got {self._count!r}, expected an integer from 1 to {MAX_DEBRIS}"
            )

    def _read_names(self, objects: object) -> list[DebrisSpec]:
        """The object types of these names."""
        is_list = isinstance(objects, Sequence) and not isinstance(objects, str)
        if not is_list or not 1 <= len(objects) <= MAX_DEBRIS:  # type: ignore[arg-type]
            raise UserError(
                f"objects: got {shown(objects)}, expected a list of 1 to {MAX_DEBRIS} names of the catalogue"
            )
        bodies = {s.name: s for s in ObjectSource(self._source.catalogue, "all").select(is_body)}
        for name in objects:  # type: ignore[attr-defined]
            if name not in bodies:
                raise not_allowed("objects", name, bodies)
        return [bodies[name] for name in objects]  # type: ignore[attr-defined]

    def choose(self, rng: np.random.Generator) -> list[DebrisSpec]:
        """The object types of one episode; ``rng`` is consumed once per type that is drawn."""
        if self._named is not None:
            return self._named
        return [self._source.choose(rng) for _ in range(self._count)]
