"""A more or a less accurate detector: measurement errors are multiplied by a factor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from envs.specification import VEHICLE_SLOTS, column, debris, track, vehicle
from envs.specification.debris import NUM_LOOKS

_VEHICLE: Final = {
    column.V_DX: vehicle.X,
    column.V_DY: vehicle.Y,
    column.V_LENGTH: vehicle.LENGTH,
    column.V_WIDTH: vehicle.WIDTH,
    column.V_HEIGHT: vehicle.HEIGHT,
}
_OBJECT: Final = {
    column.D_DX: debris.X,
    column.D_DY: debris.Y,
    column.D_VX: debris.VX,
    column.D_VY: debris.VY,
    column.D_LENGTH: debris.LENGTH,
    column.D_WIDTH: debris.WIDTH,
    column.D_HEIGHT: debris.HEIGHT,
}
"""Columns with a measurement error, and the rows of the state with their true values."""

_SIZES: Final = (column.D_LENGTH, column.D_WIDTH, column.D_HEIGHT)
_VEHICLE_SIZES: Final = (column.V_LENGTH, column.V_WIDTH, column.V_HEIGHT)


LEAST_LOOK: Final = 1e-12
"""Smallest probability of a look: none is ever ruled out."""


class DetectorNoise:
    """Changes observations of simulated worlds as if the sensors had larger or smaller errors.

    Parameters
    ----------
    factor
        Of all errors of position and size, of errors of objects' speed, and of all standard deviations; > 0. The look
        posterior is raised to the power of 1 / factor: flatter or sharper. What is detected at all stays.

    Notes
    -----
    While a track is hidden, its last measurement stays, so the change of its last measurement stays, too.
    """

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._kept: dict[str, NDArray[np.float64]] = {}
        self._identity: dict[str, NDArray[np.float64]] = {}

    def __call__(
        self,
        worlds: Any,  # noqa: ANN401 (the simulator)
        observation: Mapping[str, NDArray[np.float32]],
    ) -> dict[str, NDArray[np.float32]]:
        """The changed observation.

        Parameters
        ----------
        worlds
            ``envs.batched.env.DebrisVectorEnv`` with the states that were observed.
        observation
            Of these states; not changed.

        Returns
        -------
        dict
            ``ego`` is the same array, the others are new.
        """
        changed = dict(observation)
        batch = worlds.batch.view(np.ndarray)
        ego = batch["vehicle_f"][:, [vehicle.X, vehicle.Y], 0]
        targets = batch["track_i"][:, track.TARGET]
        for key, columns, state, part in (
            ("vehicles", _VEHICLE, batch["vehicle_f"], targets[:, :VEHICLE_SLOTS]),
            ("debris", _OBJECT, batch["debris_f"], targets[:, VEHICLE_SLOTS:]),
        ):
            changed[key] = self._change(key, observation[key], columns, state, part, ego)
        return changed

    def _change(
        self,
        key: str,
        rows: NDArray[np.float32],
        columns: Mapping[int, int],
        state: NDArray[np.float64],
        targets: NDArray[np.int64],
        ego: NDArray[np.float64],
    ) -> NDArray[np.float32]:
        """Change the rows of vehicles or of objects."""
        out = rows.astype(np.float64)
        tracked = (rows[..., column.D_TRACKED] > 0.5) & (targets >= 0)
        visible = tracked & (rows[..., column.D_VISIBLE] > 0.5)
        identity = np.where(tracked, rows[..., column.D_IDENTITY], -1.0)
        kept = self._kept.get(key, np.zeros(rows.shape))
        if kept.shape != rows.shape:
            kept = np.zeros(rows.shape)
        kept[identity != self._identity.get(key, -np.ones(identity.shape))] = 0.0
        index = np.maximum(targets, 0)
        for at, row in columns.items():
            truth = np.take_along_axis(state[:, row], index, axis=1)
            if at == column.D_DX:
                truth = truth - ego[:, [0]]
            elif at == column.D_DY:
                truth = truth - ego[:, [1]]
            error = (self._factor - 1.0) * (out[..., at] - truth)
            kept[..., at] = np.where(visible, error, kept[..., at])
        out += np.where(tracked[..., None], kept, 0.0)
        self._kept[key], self._identity[key] = kept, identity
        if key == "debris":
            self._scale(
                out, (column.D_SD_X, column.D_SD_Y, column.D_SD_V, column.D_SD_SIZE), _SIZES
            )
            looks = out[..., column.D_LOOK : column.D_LOOK + NUM_LOOKS]
            # in shares of the largest: no power of 1 is too small for a float
            largest = np.maximum(looks.max(axis=-1, keepdims=True), LEAST_LOOK)
            flat = np.maximum(looks / largest, LEAST_LOOK) ** (1.0 / self._factor)
            flat[looks.max(axis=-1) <= 0.0] = 1.0
            flat /= flat.sum(axis=-1, keepdims=True)
            looks[tracked] = flat[tracked]
        else:
            sds = (column.V_SD_X, column.V_SD_Y, column.V_SD_V, column.V_SD_SIZE)
            self._scale(out, sds, _VEHICLE_SIZES)
        return out.astype(np.float32)

    def _scale(
        self, rows: NDArray[np.float64], deviations: tuple[int, ...], sizes: tuple[int, ...]
    ) -> None:
        """Multiply standard deviations by the factor, in place; sizes stay at least 0."""
        rows[..., list(deviations)] *= self._factor
        rows[..., list(sizes)] = np.maximum(rows[..., list(sizes)], 0.0)
