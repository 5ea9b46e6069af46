"""Reads the true state of simulated worlds before every decision, slot by slot: the training labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, debris, episode, track, vehicle
from envs.specification.world import Array, Batch
from policies.world_model.log import experience as log


@compiled
def read_truth(
    batch: Batch,
    ego: Array,
    vehicles: Array,
    objects: Array,
    contents: Array,
    targets: Array,
    touching: Array,
) -> None:
    """Copy the true state of the ego, and of every vehicle and object that has a slot.

    Parameters
    ----------
    batch
        ``B`` worlds; read only.
    ego
        ``(B, NUM_EGO_TRUE)`` output.
    vehicles
        ``(B, 8, NUM_VEHICLE_TRUE)`` output; zero for free slots.
    objects
        ``(B, 4, NUM_DEBRIS_TRUE)`` output; zero for free slots.
    contents
        ``(B, 4, NUM_CONTENTS)`` output; zero for free slots.
    targets
        ``(B, 12)`` int64 output: index of the vehicle or object in every slot, -1 if it is free.
    touching
        ``(B, 4)`` int64 output: which vehicles touch the object.
    """
    vehicles[:] = 0.0
    objects[:] = 0.0
    contents[:] = 0.0
    touching[:] = 0
    for b in range(batch.shape[0]):
        world = batch[b]
        v, f = world.vehicle_f, world.episode_f
        x = v[vehicle.X, 0]
        ego[b, log.T_X], ego[b, log.T_Y] = x, v[vehicle.Y, 0]
        ego[b, log.T_SPEED], ego[b, log.T_HEADING] = v[vehicle.SPEED, 0], v[vehicle.HEADING, 0]
        ego[b, log.T_YAW_RATE] = f[episode.YAW_RATE]
        ego[b, log.T_ACCELERATION] = v[vehicle.ACCELERATION, 0]
        ego[b, log.T_GRIP] = f[episode.GRIP]
        ego[b, log.T_SWERVE_PEAK] = f[episode.SWERVE_PEAK]
        for slot in range(VEHICLE_SLOTS + DEBRIS_SLOTS):
            targets[b, slot] = world.track_i[track.TARGET, slot]
        for slot in range(VEHICLE_SLOTS):
            k = targets[b, slot]
            if k >= 0:
                row = vehicles[b, slot]
                row[log.M_DX], row[log.M_Y] = v[vehicle.X, k] - x, v[vehicle.Y, k]
                row[log.M_VX] = v[vehicle.SPEED, k] * v[vehicle.COS, k]
                row[log.M_VY] = v[vehicle.SPEED, k] * v[vehicle.SIN, k]
                row[log.M_HEADING] = v[vehicle.HEADING, k]
                row[log.M_ACCELERATION] = v[vehicle.ACCELERATION, k]
        for slot in range(DEBRIS_SLOTS):
            j = targets[b, VEHICLE_SLOTS + slot]
            if j >= 0:
                _read_object(
                    world.debris_f[:, j],
                    world.debris_i[:, j],
                    x,
                    objects[b, slot],
                    contents[b, slot],
                )
                touching[b, slot] = world.debris_i[debris.TOUCHING, j]


@compiled
def _read_object(f: Array, i: Array, x: float, moves: Array, contents: Array) -> None:
    """Copy the motion and the contents of an object."""
    moves[log.M_DX], moves[log.M_Y], moves[log.M_Z] = f[debris.X] - x, f[debris.Y], f[debris.Z]
    moves[log.M_VX], moves[log.M_VY] = f[debris.VX], f[debris.VY]
    moves[log.M_VZ], moves[log.M_YAW] = f[debris.VZ], f[debris.YAW]
    if i[debris.IS_REAL] == 1:
        contents[log.H_KIND] = log.PATCH if i[debris.IS_PATCH] == 1 else log.BODY
    contents[log.H_MASS] = f[debris.MASS]
    contents[log.H_CRUSH_PRESSURE] = f[debris.CRUSH_PRESSURE]
    contents[log.H_STIFFNESS] = f[debris.STIFFNESS]
    contents[log.H_SHARPNESS] = f[debris.SHARPNESS]
    contents[log.H_FRICTION] = f[debris.FRICTION]
    contents[log.H_DRAG_AREA] = f[debris.DRAG_AREA]
    contents[log.H_ANCHORED] = i[debris.IS_ANCHORED]
    contents[log.H_TYRE_FRICTION] = f[debris.TYRE_FRICTION]
    contents[log.H_PIECES] = f[debris.PIECES]


def struck_by_others(before: NDArray[np.int64], after: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a vehicle other than the ego has begun to touch an object; bit 0 is the ego's."""
    begun: NDArray[np.bool_] = (after & ~before & ~np.int64(1)) != 0
    return begun
