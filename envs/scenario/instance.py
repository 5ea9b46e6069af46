"""ScenarioInstance: everything random of one episode, sampled once, as plain arrays that both engines load."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from envs.copies import Immutable
from envs.errors import UserError, shown
from envs.scenario.check import check_arrays
from envs.scenario.parameters.table import Point, Value
from envs.scenario.trajectory import (
    COURSE,
    START,
    Trajectory,
    check_trajectories,
    check_vehicles,
)
from envs.specification import LANE_WIDTH_M, episode, vehicle
from envs.specification.world import Array

FORMAT: Final = "roadworld-scenario-instance"
SCHEMA: Final = 2

_ENCODER: Final = json.JSONEncoder(sort_keys=True)

ARRAYS: Final = ("vehicle_f", "vehicle_i", "debris_f", "debris_i", "episode_f", "episode_i")
"""Fields of an instance that hold arrays, in the layout of ``envs.specification.world.World``."""


@dataclass(frozen=True, eq=False)
class ScenarioInstance(Immutable):
    """One sampled episode: the initial state and the key of its noise.

    Parameters
    ----------
    family, variant
        Kind of corner case; ``variant`` names light and weather.
    debris_types
        Catalogue name of every object, phantoms included, in column order.
    vehicle_f, vehicle_i
        ``(vehicle.NUM_FLOATS, N)`` and ``(vehicle.NUM_INTS, N)``, ego first.
    debris_f, debris_i
        ``(debris.NUM_FLOATS, J)`` and ``(debris.NUM_INTS, J)``.
    episode_f, episode_i
        ``(episode.NUM_FLOATS,)`` and ``(episode.NUM_INTS,)``.
    parameters
        The point from which its family built it: a number, flag or name per parameter. Empty if there is none.
    trajectories
        Scripted or recorded courses of other vehicles, at most one per vehicle, each from its vehicle's place on.

    Raises
    ------
    UserError
        If a shape, a value or the geometry is impossible.
    """

    family: str
    variant: str
    debris_types: tuple[str, ...]
    vehicle_f: Array
    vehicle_i: Array
    debris_f: Array
    debris_i: Array
    episode_f: Array
    episode_i: Array
    parameters: Mapping[str, Value] = field(default_factory=dict)
    trajectories: tuple[Trajectory, ...] = ()

    def copy_arrays(self) -> dict[str, Any]:
        """Copies of the arrays by name, which may be written to."""
        return {name: getattr(self, name).copy() for name in ARRAYS}

    def with_trajectories(self, *trajectories: Trajectory) -> ScenarioInstance:
        """The instance with these trajectories and no others; their vehicles are put where they begin.

        Raises
        ------
        UserError
            If a vehicle does not exist or has two, if there are too many moments, or if two vehicles overlap.
        """
        check_vehicles(trajectories, self.vehicle_f.shape[1])
        f, i = self.vehicle_f.copy(), self.vehicle_i.copy()
        count = self.episode_i[[episode.NUM_LANES, episode.HAS_SHOULDER]].sum()
        for one in trajectories:
            f[list(START.values()), one.vehicle] = [getattr(one, name)[0] for name in START]
            lane = np.abs(one.y_m[0] - LANE_WIDTH_M * np.arange(count)).argmin()
            i[[vehicle.LANE, vehicle.TARGET_LANE], one.vehicle] = lane
        return replace(self, vehicle_f=f, vehicle_i=i, trajectories=trajectories)

    def __post_init__(self) -> None:
        """Check, then freeze the arrays."""
        arrays = {name: getattr(self, name) for name in ARRAYS}
        check_arrays(arrays, len(self.debris_types))
        if not isinstance(self.parameters, Point):
            _check_parameters(self.parameters)
            object.__setattr__(self, "parameters", Point(self.parameters))
        check_trajectories(self.trajectories, self.vehicle_f)
        self._freeze()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._freeze()  # pickle returns arrays that may be written to

    def _freeze(self) -> None:
        """Forbid writing to the arrays."""
        for name in ARRAYS:
            getattr(self, name).setflags(write=False)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over all fields, the same on every machine: little-endian bytes, no -0.0."""
        digest = hashlib.sha256(
            json.dumps([FORMAT, SCHEMA, self.family, self.variant, self.debris_types]).encode()
        )
        digest.update(_ENCODER.encode(dict(self.parameters)).encode())
        arrays = [getattr(self, name) for name in ARRAYS]
        for one in self.trajectories:
            arrays += [np.array([one.vehicle]), *(getattr(one, name) for name in COURSE)]
        for array in arrays:
            plain = array + 0.0 if array.dtype == np.float64 else array
            digest.update(str(array.shape).encode())
            digest.update(plain.astype(plain.dtype.newbyteorder("<"), copy=False).tobytes())
        return digest.hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready mapping; floats keep every bit (Python prints the shortest text that reads back equal)."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        for name in ARRAYS:
            values[name] = values[name].tolist()
        return {
            "format": FORMAT,
            "schema": SCHEMA,
            **values,
            "debris_types": list(self.debris_types),
            "parameters": dict(self.parameters),
            "trajectories": [one.to_dict() for one in self.trajectories],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ScenarioInstance:
        """The instance that ``to_dict`` described, equal in every bit.

        Raises
        ------
        UserError
            If the mapping is not an instance of this schema, lacks a key or holds an impossible value.
        """
        if not isinstance(values, Mapping):
            raise UserError(f"instance: got {type(values).__name__}, expected a mapping")
        if values.get("format") != FORMAT:
            raise UserError(f"instance: format: got {values.get('format')!r}, expected {FORMAT!r}")
        if values.get("schema") != SCHEMA:
            raise UserError(
                f"instance: schema: got {values.get('schema')!r}, this version reads {SCHEMA}"
            )
        wanted = [f.name for f in fields(cls)]
        missing = [name for name in wanted if name not in values]
        if missing:
            raise UserError(f"instance: {missing[0]}: missing")
        plain = {name: values[name] for name in wanted}
        for name in ARRAYS:
            dtype = np.float64 if name.endswith("_f") else np.int64
            try:
                plain[name] = np.array(plain[name], dtype=dtype)
            except (TypeError, ValueError) as error:
                raise UserError(f"instance: {name}: expected numbers only ({error})") from error
        plain["debris_types"] = tuple(str(name) for name in plain["debris_types"])
        if not isinstance(plain["trajectories"], list | tuple):
            raise UserError(
                f"instance: trajectories: got {shown(plain['trajectories'])}, expected a list"
            )
        plain["trajectories"] = tuple(Trajectory.from_dict(one) for one in plain["trajectories"])
        return cls(**plain)


def _check_parameters(parameters: object) -> None:
    """Check that the point of an instance is plain: names with finite numbers, flags or text."""
    if not isinstance(parameters, Mapping):
        raise UserError(f"instance: parameters: got {shown(parameters)}, expected a mapping")
    for name, value in parameters.items():
        is_number = isinstance(value, int | float) and math.isfinite(value)
        if not isinstance(name, str) or not (is_number or isinstance(value, str)):
            raise UserError(
                f"instance: parameters.{name}: got {shown(value)}, expected a finite number, a flag or text"
            )
