"""The statistics of Stable-Baselines3's ``VecNormalize``: saved without pickle, recognised as missing, and applied."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.errors import UserError
from envs.observation import PICTURE, TABLE
from policies.sb3_zip.inert import decode
from policies.sb3_zip.record import Record
from policies.sb3_zip.spaces import OURS, AgentObservation, Route

NONE: Final = "none"
"""Value of ``normalize`` that says that the agent sees observations as they are."""

_FLAT: Final = ""
"""Key of the statistics of a flat observation."""

_BINARY: Final = {
    key: [c for c, one in enumerate(table) if one.unit == "0/1"] for key, table in TABLE.items()
}
_NUM_LANES: Final = [one.name for one in TABLE["ego"]].index("num_lanes")


class Moments(NamedTuple):
    """Mean and variance of one part of the observation."""

    mean: NDArray[np.float64]
    var: NDArray[np.float64]


class Normalization(NamedTuple):
    """Statistics of a ``VecNormalize``, by key of the observation."""

    moments: Mapping[str, Moments]
    epsilon: float
    clip_obs: float

    def apply(self, seen: AgentObservation) -> AgentObservation:
        """Normalised observations, to the last bit as ``VecNormalize.normalize_obs`` returns them."""
        if not isinstance(seen, dict):
            return self._apply_one(seen, self.moments[_FLAT])
        return {
            key: self._apply_one(values, self.moments[key]) if key in self.moments else values
            for key, values in seen.items()
        }

    def _apply_one(self, values: NDArray[np.float32], moments: Moments) -> NDArray[np.float32]:
        scaled = (values - moments.mean) / np.sqrt(moments.var + self.epsilon)
        return np.clip(scaled, -self.clip_obs, self.clip_obs).astype(np.float32)


def save_statistics(venv: Any, path: str | Path) -> None:  # noqa: ANN401 (importing SB3 takes seconds)
    """Write the statistics of a ``VecNormalize`` to an ``.npz`` file, for ``normalize`` of ``StableBaselines3``.

    Parameters
    ----------
    venv
        The ``VecNormalize``, as it is after training or as ``VecNormalize.load`` returns it.
    path
        Of the file, ending in ``.npz``.

    Raises
    ------
    UserError
        If it does not normalise observations, or the path ends in something else.
    """
    if not getattr(venv, "norm_obs", False):
        raise UserError(
            "venv: expected a VecNormalize with norm_obs=True: others have no statistics to save"
        )
    if Path(path).suffix != ".npz":
        raise UserError(f"path: got {str(path)!r}, expected a name that ends in .npz")
    parts = venv.obs_rms if isinstance(venv.obs_rms, dict) else {_FLAT: venv.obs_rms}
    arrays = {
        f"{key}.{name}": getattr(part, name)
        for key, part in parts.items()
        for name in Moments._fields
    }
    np.savez(path, epsilon=venv.epsilon, clip_obs=venv.clip_obs, **arrays)


def load_statistics(path: str, route: Route) -> Normalization:
    """The statistics in a file of ``save_statistics``, for an agent that sees Debris-v1 by this route.

    Raises
    ------
    UserError
        If there is no such file, or it holds anything but statistics of these observations.
    """
    if not Path(path).is_file():
        raise UserError(f"normalize: got {path!r}, there is no such file; allowed is {NONE!r} too")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name], np.float64) for name in file.files}
        numbers = {name: float(arrays.pop(name).item()) for name in ("epsilon", "clip_obs")}
    except Exception:
        # a pickle, a damaged or another file can fail in any way
        raise UserError(
            f"normalize: {path!r} is not a file of policies.adapters.save_statistics(venv, 'statistics.npz'); a pickle "
            "of VecNormalize.save is not read, because that runs code"
        ) from None
    shapes = _shapes(route)
    moments = {}
    for key, shape in shapes.items():
        pair = [arrays.pop(f"{key}.{name}", None) for name in Moments._fields]
        if pair[0] is None and pair[1] is None and not route.is_flat:
            continue  # norm_obs_keys leaves it as it is
        moments[key] = Moments(*(_checked(path, key, one, shape) for one in pair))
        if (moments[key].var < 0.0).any():
            raise UserError(f"normalize: {path!r}: {key or 'var'}: got a negative variance")
    if arrays:
        raise UserError(
            f"normalize: {path!r} holds {sorted(arrays)[0]}, expected statistics of {_named(route)}"
        )
    if not moments or not all(np.isfinite(value) and value > 0.0 for value in numbers.values()):
        raise UserError(f"normalize: {path!r} lacks statistics, epsilon > 0 or clip_obs > 0")
    return Normalization(moments, **numbers)


def _shapes(route: Route) -> dict[str, tuple[int, ...]]:
    """Shapes of the statistics by key."""
    shapes = {key: OURS[key].shape or () for key in route.keys if key != PICTURE}
    if not route.is_flat:
        return shapes
    return {_FLAT: (sum(int(np.prod(shape)) for shape in shapes.values()),)}


def _named(route: Route) -> str:
    """What the agent sees, in words."""
    return ("flattened " if route.is_flat else "") + ", ".join(route.keys)


def _checked(
    path: str, key: str, values: NDArray[np.float64] | None, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """A mean or variance, if it is one of this part of the observation."""
    if values is None or values.shape != shape:
        got = "none" if values is None else f"shape {values.shape}"
        fault = f"got {got}, expected shape {shape}"
    elif not np.isfinite(values).all():
        fault = "got values that are not finite"
    else:
        return values
    raise UserError(f"normalize: {path!r}: {key or 'mean and var'}: {fault}")


def was_normalized(record: Record, route: Route) -> bool | None:
    """Whether the last observation that a zip keeps from its training is not one of Debris-v1; ``None`` if it has none.

    A zip does not record its wrappers, but raw observations lie within their bounds, their flags are 0 or 1, and their
    lanes are whole; normalised ones are centred at 0. An agent that was never trained keeps no observation.

    Raises
    ------
    UserError
        If what the zip keeps is no observation.
    """
    last = decode(record, "_last_obs")
    if last is None:
        return None
    try:
        return not all(_is_raw(key, values) for key, values in route.split(last).items())
    except (KeyError, IndexError, TypeError, ValueError):
        raise UserError(
            f"path: {record.path!r}: data: _last_obs: expected an observation of its space"
        ) from None


def _is_raw(key: str, values: NDArray[Any]) -> bool:
    """Whether these can be observations of Debris-v1, ``(B, ...)``."""
    if key == PICTURE:
        return values.dtype == np.uint8
    space = OURS[key]
    rows = np.asarray(values, np.float32).reshape(-1, *(space.shape or ()))
    flags = rows[..., _BINARY[key]]
    if not all(space.contains(row) for row in rows) or not np.isin(flags, (0.0, 1.0)).all():
        return False
    lanes = rows[..., _NUM_LANES]
    return key != "ego" or bool(((lanes >= 1.0) & (lanes == np.floor(lanes))).all())
