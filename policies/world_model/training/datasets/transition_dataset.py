"""Training rows of the transition networks, computed from the log by the same feature code as in use."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.action import decode_acceleration, decode_target
from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, DECISION_S, EGO_WIDTH_M, VEHICLE_SLOTS, column
from envs.specification.world import Array
from policies.perception.velocity_filter import filter_log
from policies.world_model.log import experience as log
from policies.world_model.model import dynamics as tr
from policies.world_model.model import motion_features as mf
from policies.world_model.model import state as s
from policies.world_model.model.state import State, empty_state, read_observation, set_acceleration


class Rows(NamedTuple):
    """Training data of one network."""

    x: NDArray[np.float32]  # (N, features)
    y: NDArray[np.float32]  # (N, targets)
    episode: NDArray[np.int64]  # (N,) whose bootstrap weight counts


class Table(NamedTuple):
    """Memory for the rows of one supervised problem, which compiled code fills."""

    x: NDArray[np.float32]  # (room, features)
    y: NDArray[np.float32]  # (room, targets)
    of: NDArray[np.int64]  # (room,) logged row
    filled: NDArray[np.int64]  # (1,) number of rows that are

    def gather(self, episode: NDArray[np.int32]) -> Rows:
        """The rows that are filled; ``episode`` is the column of the log."""
        n = int(self.filled[0])
        return Rows(self.x[:n], self.y[:n], np.asarray(episode[self.of[:n]], np.int64))


def empty_table(room: int, features: int, targets: int) -> Table:
    """A table without rows."""
    x, y = (np.zeros((room, size), np.float32) for size in (features, targets))
    return Table(x, y, np.zeros(room, np.int64), np.zeros(1, np.int64))


@compiled
def close_row(table: Table, k: int) -> None:
    """Keep the row that has been written at ``table.filled``, of the logged row ``k``, in place."""
    table.of[table.filled[0]] = k
    table.filled[0] += 1


class Transitions(NamedTuple):
    """Training data for ego, vehicles and objects."""

    ego: Rows
    car: Rows
    thing: Rows


def command_of(columns: log.Columns) -> Array:
    """Commanded acceleration, m/s2, and lateral target, m, of every row: ``(N, 2)``."""
    ego, action = columns["ego"].astype(np.float64), columns["action"].astype(np.float64)
    low = ego[:, column.E_LEFT_EDGE] + 0.5 * EGO_WIDTH_M
    high = ego[:, column.E_RIGHT_EDGE] - 0.5 * EGO_WIDTH_M
    return np.stack(
        [decode_acceleration(action[:, 0]), decode_target(action[:, 1], low, high)], axis=1
    )


def goes_on(columns: log.Columns) -> NDArray[np.bool_]:
    """Whether the next row follows from this one, which is false at the end of an episode."""
    same = np.zeros(len(columns["episode"]), np.bool_)
    same[:-1] = columns["episode"][1:] == columns["episode"][:-1]
    same[:-1] &= columns["step"][1:] == columns["step"][:-1] + 1
    return same


def car_speeds(columns: log.Columns) -> NDArray[np.float64]:
    """Filtered speeds of vehicles, ``(N, 8, NUM_SPEEDS)``."""
    return filter_log(columns["vehicles"], goes_on(columns))


class Log(NamedTuple):
    """``N`` rows of a shard's columns as compiled code reads them, with quantities derived from them."""

    episode: Array
    ego: Array
    vehicles: Array
    debris: Array
    ego_true: Array
    vehicles_true: Array
    debris_true: Array
    contact: Array
    struck: Array
    collided: Array
    command: Array  # (N, 2) acceleration, m/s2, and lateral target, m
    speeds: Array  # (N, 8, NUM_SPEEDS) of ``car_speeds``
    kinds: Array  # (N, 4) class of the contents


def read_log(columns: log.Columns, kinds: log.Kinds) -> Log:
    """The columns of a shard with the class ``(N, 4)`` of the contents of every object."""
    logged = {name: columns[name] for name in Log._fields[:10]}
    return Log(**logged, command=command_of(columns), speeds=car_speeds(columns), kinds=kinds)


def make_transitions(
    columns: log.Columns, kinds: log.Kinds, rows: NDArray[np.int64]
) -> Transitions:
    """Pairs of features and what happened next, of some rows.

    Rows without an outcome are left out, and so are contacts: what they do is learned by the severity head.
    """
    rows = rows[goes_on(columns)[rows]]
    n = len(rows)
    ego = empty_table(n, mf.NUM_EGO_FEATURES, tr.NUM_EGO_TARGETS)
    car = empty_table(n * VEHICLE_SLOTS, mf.NUM_CAR_FEATURES, tr.NUM_CAR_OUT)
    thing = empty_table(n * DEBRIS_SLOTS, mf.NUM_THING_FEATURES, tr.NUM_THING_OUT + 1)
    _fill(rows, read_log(columns, kinds), empty_state(), ego, car, thing)
    return Transitions(*(table.gather(columns["episode"]) for table in (ego, car, thing)))


@compiled
def true_state(shard: Log, k: int, state: State) -> None:
    """State of row ``k`` with true positions and velocities and measured sizes, in place; NaN is left as observed."""
    read_observation(shard.ego[k], shard.vehicles[k], shard.debris[k], shard.speeds[k], state)
    ego_true = shard.ego_true[k]
    vehicles_true, debris_true = shard.vehicles_true[k], shard.debris_true[k]
    state.ego[s.Y], state.ego[s.SPEED] = ego_true[log.T_Y], ego_true[log.T_SPEED]
    state.ego[s.HEADING] = ego_true[log.T_HEADING]
    for i in range(VEHICLE_SLOTS):
        if state.cars[i, s.C_LIVE] > 0.0 and not np.isnan(vehicles_true[i, log.M_DX]):
            car, true = state.cars[i], vehicles_true[i]
            car[s.C_X], car[s.C_Y] = true[log.M_DX], true[log.M_Y]
            car[s.C_VX], car[s.C_VY] = true[log.M_VX], true[log.M_VY]
            car[s.C_HEADING] = true[log.M_HEADING]
            # hidden ones too: what was true before is known in the log
            car[s.C_ACCELERATION] = true[log.M_ACCELERATION]
            car[s.C_AGE] = 0.0
    for j in range(DEBRIS_SLOTS):
        if state.things[j, s.D_LIVE] > 0.0 and not np.isnan(debris_true[j, log.M_DX]):
            thing, true = state.things[j], debris_true[j]
            thing[s.D_X], thing[s.D_Y], thing[s.D_Z] = true[log.M_DX], true[log.M_Y], true[log.M_Z]
            thing[s.D_VX], thing[s.D_VY] = true[log.M_VX], true[log.M_VY]
            thing[s.D_VZ], thing[s.D_YAW] = true[log.M_VZ], true[log.M_YAW]
            thing[s.D_AGE] = 0.0


@compiled
def touches(shard: Log, k: int) -> bool:
    """Whether the ego touched a tracked object in row ``k``."""
    return bool((shard.contact[k, :, log.C_IS] > 0.0).any())


@compiled
def _fill(rows: Array, shard: Log, state: State, ego: Table, car: Table, thing: Table) -> None:
    """Write features and targets; see ``make_transitions``."""
    for k in rows:
        command, debris, later = shard.command[k], shard.debris[k], shard.debris[k + 1]
        now, then = shard.debris_true[k], shard.debris_true[k + 1]
        true_state(shard, k, state)
        blur(k, shard.speeds[k], state)
        if not touches(shard, k):
            n = ego.filled[0]
            mf.ego_features(state.ego, command[0], command[1], ego.x[n])
            ego_targets(shard.ego_true[k], shard.ego_true[k + 1], command[0], ego.y[n])
            close_row(ego, k)
        for i in range(VEHICLE_SLOTS):
            if is_same_track(shard.vehicles[k, i], shard.vehicles[k + 1, i]):
                n = car.filled[0]
                mf.car_features(state, i, car.x[n])
                if car_targets(shard.vehicles_true[k, i], shard.vehicles_true[k + 1, i], car.y[n]):
                    close_row(car, k)
        for j in range(DEBRIS_SLOTS):
            if shard.contact[k, j, log.C_IS] > 0.0 or tr.lies_still(state, j):
                continue
            if thing_goes_on(debris[j], later[j], now[j], then[j]):
                n = thing.filled[0]
                mf.thing_features(state, j, shard.kinds[k, j], thing.x[n])
                thing_targets(now[j], then[j], thing.y[n])
                thing.y[n, tr.NUM_THING_OUT] = shard.struck[k, j]
                close_row(thing, k)


@compiled
def blur(k: int, speeds: Array, state: State) -> None:
    """Replace the acceleration of every second vehicle by the filtered one, in place, because both occur in use.

    A net that sees true accelerations alone copies them, and at the root of a plan it copies the filter's errors.
    """
    for i in range(k % 2, VEHICLE_SLOTS, 2):
        set_acceleration(speeds[i], state.cars[i])


@compiled
def is_same_track(one: Array, two: Array) -> bool:
    """Whether two rows belong to one track; the first columns of vehicles and objects are the same."""
    both = one[column.V_TRACKED] > 0.5 and two[column.V_TRACKED] > 0.5
    return bool(both and one[column.V_IDENTITY] == two[column.V_IDENTITY])


@compiled
def thing_goes_on(seen: Array, later: Array, now: Array, then: Array) -> bool:
    """Whether the next observation is of the same object, with the truth logged both times."""
    return is_same_track(seen, later) and not np.isnan(now[log.M_DX] + then[log.M_DX])


@compiled
def ego_targets(now: Array, then: Array, command: float, out: Array) -> None:
    """Targets of the ego's network; see ``dynamics.move_ego``."""
    mean = 0.5 * (now[log.T_SPEED] + then[log.T_SPEED])
    out[tr.E_DX] = then[log.T_X] - now[log.T_X] - mean * DECISION_S
    drift = now[log.T_SPEED] * np.sin(now[log.T_HEADING])
    out[tr.E_DY] = then[log.T_Y] - now[log.T_Y] - drift * DECISION_S
    out[tr.E_HEADING] = then[log.T_HEADING] - now[log.T_HEADING]
    out[tr.E_YAW_RATE] = then[log.T_YAW_RATE] - now[log.T_YAW_RATE]
    out[tr.E_SPEED] = then[log.T_SPEED] - now[log.T_SPEED]
    out[tr.E_ACCELERATION] = then[log.T_ACCELERATION] - command
    peak = max(
        abs(now[log.T_YAW_RATE] * now[log.T_SPEED]), abs(then[log.T_YAW_RATE] * then[log.T_SPEED])
    )
    before, after = now[log.T_SWERVE_PEAK], then[log.T_SWERVE_PEAK]
    # the log keeps the largest of the whole swerve: if that is an earlier decision's, this one's own is below it
    least, most = peak, max(peak, after)
    if after > before:
        least = most
    out[tr.E_PEAK], out[tr.E_PEAK_MOST] = least, most


@compiled
def car_targets(now: Array, then: Array, out: Array) -> bool:
    """Targets of a vehicle; returns whether they are known. See ``dynamics.move_all``."""
    out[tr.V_ACCELERATION] = (then[log.M_VX] - now[log.M_VX]) / DECISION_S
    out[tr.V_LATERAL] = then[log.M_VY] - now[log.M_VY]
    out[tr.V_HEADING] = then[log.M_HEADING] - now[log.M_HEADING]
    # NaN: not in the log
    return bool(np.isfinite(out[tr.V_ACCELERATION]))


@compiled
def thing_targets(now: Array, then: Array, out: Array) -> None:
    """Targets of an object; see ``dynamics.move_all``."""
    out[tr.O_VX] = then[log.M_VX] - now[log.M_VX]
    out[tr.O_VY] = then[log.M_VY] - now[log.M_VY]
    out[tr.O_VZ] = then[log.M_VZ] - now[log.M_VZ]
    straight = 0.5 * (now[log.M_VZ] + then[log.M_VZ]) * DECISION_S
    out[tr.O_Z] = then[log.M_Z] - now[log.M_Z] - straight
