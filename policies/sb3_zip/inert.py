"""Decodes the pickled entries of a zip into arrays and inert stand-ins, without calling what they name."""

from __future__ import annotations

import base64
import importlib
import io
import pickle
from collections import OrderedDict
from typing import Any, Final, NoReturn

import numpy as np

from envs.errors import UserError, describe_cause
from policies.sb3_zip.record import SERIALIZED, Record

_DATA: Final = {
    ("collections", "OrderedDict"): OrderedDict,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    # three private functions of NumPy, as its public objects name them
    ("numpy._core.multiarray", "_reconstruct"): np.zeros(1).__reduce__()[0],
    ("numpy._core.multiarray", "scalar"): np.float64(0.0).__reduce__()[0],
    ("numpy._core.numeric", "_frombuffer"): np.zeros(1).__reduce_ex__(5)[0],
}
"""All that a pickle may call: what makes arrays and numbers from bytes."""

_LIBRARIES: Final = ("stable_baselines3.", "sb3_contrib.", "torch.nn.modules.", "torch.optim.")
"""Where classes of networks and optimizers may come from."""


class Stub:
    """Stand-in for any other class or function in a pickle; its instances keep the state that they are given."""

    origin = ""
    state: Any = None

    def __new__(cls, *args: object, **kwargs: object) -> Stub:
        """Ignore all arguments."""
        del args, kwargs
        return object.__new__(cls)

    def __init__(self, *args: object, **kwargs: object) -> None:
        del args, kwargs

    def __setstate__(self, state: object) -> None:
        self.state = state


class _Decoder(pickle.Unpickler):  # noqa: S301 (find_class below returns nothing that runs code)
    """An unpickler that calls nothing but ``_DATA`` and stubs."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 (as in the base)
        """The constructor of data with this name, or a stub."""
        # before NumPy 2 its core had no underscore
        known = module.replace("numpy.core.", "numpy._core.", 1)
        if (known, name) in _DATA:
            return _DATA[known, name]
        return type(name, (Stub,), {"origin": f"{module}.{name}"})

    def persistent_load(self, pid: object) -> NoReturn:
        """Refuse references to objects outside of the pickle."""
        raise pickle.UnpicklingError(f"persistent id {pid!r}")


def decode(record: Record, key: str) -> Any:  # noqa: ANN401 (anything)
    """An entry of a zip: plain JSON as it is, pickled bytes as arrays, containers and stubs; ``None`` if missing.

    Raises
    ------
    UserError
        If the bytes are damaged.
    """
    entry: Any = record.data.get(key)
    if not is_serialized(entry):
        return entry
    try:
        return _Decoder(io.BytesIO(base64.b64decode(entry[SERIALIZED]))).load()
    except Exception as error:
        # damaged bytes can fail in any way
        raise UserError(
            f"path: {record.path!r}: data: {key}: cannot be read: {describe_cause(error)}"
        ) from None


def is_serialized(entry: object) -> bool:
    """Whether an entry holds pickled bytes."""
    return isinstance(entry, dict) and SERIALIZED in entry


def resolve(record: Record, key: str, value: Any) -> Any:  # noqa: ANN401 (anything)
    """A decoded entry with its stubs replaced by the classes of networks and optimizers that they stand for.

    Raises
    ------
    UserError
        If it holds anything else that is not plain data: a class or function of the user's own.
    """
    if isinstance(value, dict):
        return {name: resolve(record, key, item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(resolve(record, key, item) for item in value)
    if isinstance(value, type) and issubclass(value, Stub):
        found = _library_class(value.origin)
        if found is not None:
            return found
    elif not isinstance(value, Stub):
        return value
    raise UserError(
        f"path: {record.path!r}: data: {key}: holds {value.origin or 'code'}, which is code of its own; "
        "'trusted: true' runs it, if you trust its author"
    )


def _library_class(origin: str) -> type | None:
    """The class of a network or optimizer with this full name, if a known library defines it."""
    from torch.nn import Module
    from torch.optim import Optimizer

    module, _, name = origin.rpartition(".")
    if not f"{module}.".startswith(_LIBRARIES):
        return None
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None
    return found if isinstance(found, type) and issubclass(found, Module | Optimizer) else None
