"""Copyable: copies and pickles of objects whose arrays have views, or which hold pictures."""

from __future__ import annotations

import copy
from typing import Any, ClassVar, Self


class Copyable:
    """Mixin whose copies, by ``copy``, ``pickle`` or ``cloudpickle``, continue like the original and share no state.

    NumPy copies a view of an array as an array of its own, so a plain copy of an environment computes on one array and
    observes another. Attributes in ``REBUILT`` are therefore left out, and ``_rebuild`` makes them again from the rest.

    Attributes
    ----------
    REBUILT
        Names of attributes that ``_rebuild`` makes: views, scratch memory, pictures.
    SHARED
        Names of large attributes that never change; copies in the same process share them.
    """

    REBUILT: ClassVar[tuple[str, ...]] = ()
    SHARED: ClassVar[tuple[str, ...]] = ()

    def _rebuild(self) -> None:
        """Make the attributes in ``REBUILT`` from the others; the constructor calls this as well."""

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in self.REBUILT}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._rebuild()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        new = type(self).__new__(type(self))
        memo[id(self)] = new
        state = self.__getstate__()
        shared = {name: state.pop(name) for name in self.SHARED if name in state}
        new.__setstate__(copy.deepcopy(state, memo) | shared)
        return new

    def __copy__(self) -> Self:
        """A deep copy: a copy that shared its arrays would move the original."""
        return copy.deepcopy(self)


class Immutable:
    """Mixin of objects that never change: their copies are themselves."""

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
