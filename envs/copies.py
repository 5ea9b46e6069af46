"""Copies and pickles of objects whose arrays have views or which hold pictures, and of objects that never change."""

from __future__ import annotations

import copy
from typing import Any, ClassVar, Self


class Copyable:
    """Mixin whose copies, by ``copy``, ``pickle`` or ``cloudpickle``, continue like the original and share no state.

    NumPy copies a view of an array as an array of its own, so a plain copy of an environment computes on one array and
    observes another. Attributes in ``REBUILT`` are therefore left out, and ``_rebuild`` makes them again from the rest.
    ``deepcopy`` uses the same two methods as ``pickle``. There is no ``__deepcopy__``, because Stable-Baselines3's
    wrappers look up what they lack in what they wrap, and would return a copy of that.

    Attributes
    ----------
    REBUILT
        Names of attributes that ``_rebuild`` makes: views, scratch memory, pictures.
    """

    REBUILT: ClassVar[tuple[str, ...]] = ()

    def _rebuild(self) -> None:
        """Make the attributes in ``REBUILT`` from the others; the constructor calls this as well."""

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in self.REBUILT}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._rebuild()

    def __copy__(self) -> Self:
        """A deep copy: a copy that shared its arrays would move the original."""
        return copy.deepcopy(self)


class Immutable:
    """Mixin of objects that never change: their copies are themselves."""

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
