"""Training rows of the event heads: events of imagined rollouts under logged actions.

The heads are trained on what they receive in use: imagined states that start at an observation, not true states. So
their probabilities hold at the horizon of use, with the model's own errors included. Dreams use true positions; for
these the heads are also trained on single decisions from the true states of the log (``event_features.EXACT``).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column, component
from envs.specification.world import Array
from policies.perception.object_filter import refine_log
from policies.world_model.estimation.content_classes import NUM_PATCHES
from policies.world_model.log import experience as log
from policies.world_model.model import event_features as ft
from policies.world_model.model import state as s
from policies.world_model.model.contact_outcome import MODES, NUM_OUTCOMES, encode
from policies.world_model.model.dynamics import move_all
from policies.world_model.model.parameters import Transition
from policies.world_model.model.state import copy_state, empty_state, read_observation
from policies.world_model.training.datasets.transition_dataset import (
    Log,
    Rows,
    Table,
    close_row,
    empty_table,
    goes_on,
    read_log,
    true_state,
)

HORIZON: Final = 25
"""Decisions that are imagined from every start: 5 s."""

NEAR_M: Final = 16.0
BESIDE_M: Final = 6.0
"""Nothing further away along or across the road is met within a decision, in which gaps close by at most 10 m."""


class Events(NamedTuple):
    """Training data of the event heads."""

    contact: Rows  # target: it begins within the decision
    collision: Rows
    severity: Rows  # targets: one-hot mode, then outcomes; twice where contents are known
    slip: Rows  # target: probability of losing control on a spill
    missed_contacts: int  # contacts that the gate did not see coming
    missed_collisions: int


class Contents(NamedTuple):
    """Known properties of the contents of objects."""

    own: Array  # (N, 4, NUM_PROPERTIES) of every object; NaN where unknown
    middles: Array  # (NUM_CLASSES, NUM_PROPERTIES) of every class
    slip: Array  # (N,) of ``slip_of``


class Noted(NamedTuple):
    """Memory for the rows of all problems; a full one takes no more."""

    contact: Table
    collision: Table
    severity: Table  # targets: the contact as logged
    slip: Table
    missed: Array  # (2,) int64: contacts and collisions that the gates did not see coming


def imagine_events(
    columns: log.Columns,
    kinds: log.Kinds,
    own: NDArray[np.float64],
    middles: NDArray[np.float64],
    starts: NDArray[np.int64],
    model: Transition,
    slip: NDArray[np.float64],
) -> Events:
    """Roll out the model from some rows under the logged actions, and pair the results with the logged events.

    Rollouts end with the episode, and with the contact of a body. Every row of the log
    is seen once more from its true state, for one decision.

    Parameters
    ----------
    columns, kinds
        Of a shard.
    own
        ``(N, 4, NUM_PROPERTIES)`` of ``content_classes.Book.properties``.
    middles
        ``(NUM_CLASSES, NUM_PROPERTIES)`` of ``content_classes.Book.middles``.
    starts
        Rows to begin at; each uses the member ``row mod E``.
    model
        The transition ensemble.
    slip
        ``(N,)`` of ``slip_of``.
    """
    # plans begin where all measurements say that objects are
    places = refine_log(columns["ego"], columns["debris"], goes_on(columns))
    shard = read_log(columns, kinds)._replace(debris=places)
    contents = Contents(own, middles, slip)
    noted = _make_room(len(starts) * 6 + 2 * len(kinds))
    state, after = empty_state(), empty_state()
    _roll(starts, shard, contents, model, state, after, noted)
    _see_all(shard, contents, model, state, after, noted)
    return _events(columns, noted)


def _make_room(room: int) -> Noted:
    """Allocate memory for a number of rows."""
    return Noted(
        empty_table(room, ft.NUM_CONTACT_FEATURES, 1),
        empty_table(room, ft.NUM_COLLISION_FEATURES, 1),
        empty_table(room, ft.NUM_SEVERITY_FEATURES, log.NUM_CONTACT),
        empty_table(room, ft.NUM_SLIP_FEATURES, 1),
        np.zeros(2, np.int64),
    )


def _events(columns: log.Columns, noted: Noted) -> Events:
    """Training data from the recorded rows."""
    contact, collision, severity, slip = (table.gather(columns["episode"]) for table in noted[:4])
    hits = severity.y
    y = np.zeros((len(hits), len(MODES) + NUM_OUTCOMES), np.float32)
    for index, mode in enumerate(MODES):
        y[:, index] = hits[:, log.C_MODE] == mode
    y[:, len(MODES) :] = encode(hits)
    known = y[:, : len(MODES)].sum(axis=1) > 0.0
    severity = Rows(severity.x[known], y[known], severity.episode[known])
    return Events(contact, collision, severity, slip, *noted.missed.tolist())


def slip_of(
    columns: log.Columns, kinds: log.Kinds, crash_usd: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probability ``(N,)`` of losing control beyond that of contacts, which is due to spills.

    Not a number where a body was touched as well. ``crash_usd`` ``(N,)`` is what losing control costs at the speed of a
    row.
    """
    charged = columns["cost"][:, component.LOSS_OF_CONTROL].astype(np.float64)
    is_contact = columns["contact"][..., log.C_IS] > 0.0
    is_body = kinds > NUM_PATCHES
    own = (columns["contact"][..., log.C_LOST] * is_contact).sum(axis=1)
    share = np.clip(charged / np.maximum(crash_usd, 1.0) - own, 0.0, 1.0)
    found: NDArray[np.float64] = np.where((is_contact & is_body).any(axis=1), np.nan, share)
    return found


@compiled
def _roll(
    starts: Array, shard: Log, contents: Contents, model: Transition, state: s.State, after: s.State, noted: Noted
) -> None:  # fmt: skip
    """Roll out plans as the planner does; see ``imagine_events``."""
    members = model.car.b1.shape[0]
    none_known = np.zeros(VEHICLE_SLOTS, np.bool_)
    for start in starts:
        e = start % members
        read_observation(
            shard.ego[start], shard.vehicles[start], shard.debris[start], shard.speeds[start], state
        )
        for h in range(HORIZON):
            k = start + h
            if k >= len(shard.episode) or shard.episode[k] != shard.episode[start]:
                break
            first, second = shard.command[k, 0], shard.command[k, 1]
            move_all(model, e, state, first, second, shard.kinds[start], none_known, after)
            hit = _note_contacts(start, k, h, shard, contents, state, after, noted)
            _note_collisions(start, k, h, shard, state, after, noted)
            if hit:
                break
            copy_state(after, state)


@compiled
def _see_all(
    shard: Log, contents: Contents, model: Transition, state: s.State, after: s.State, noted: Noted
) -> None:
    """Imagine single decisions from true states."""
    members = model.car.b1.shape[0]
    none_known = np.zeros(VEHICLE_SLOTS, np.bool_)
    for k in range(len(shard.episode)):
        true_state(shard, k, state)
        if _is_anything_near(state):
            first, second = shard.command[k, 0], shard.command[k, 1]
            move_all(model, k % members, state, first, second, shard.kinds[k], none_known, after)
            _note_contacts(k, k, ft.EXACT, shard, contents, state, after, noted)
            _note_collisions(k, k, ft.EXACT, shard, state, after, noted)


@compiled
def _is_anything_near(state: s.State) -> bool:
    """Whether a vehicle or object is near enough to be touched in a decision."""
    for i in range(VEHICLE_SLOTS):
        car = state.cars[i]
        away = abs(car[s.C_X] - state.ego[s.X]) - 0.5 * car[s.C_LENGTH]
        if car[s.C_LIVE] > 0.0 and away < NEAR_M and abs(car[s.C_Y] - state.ego[s.Y]) < BESIDE_M:
            return True
    for j in range(DEBRIS_SLOTS):
        thing = state.things[j]
        away = abs(thing[s.D_X] - state.ego[s.X])
        if (
            thing[s.D_LIVE] > 0.0
            and away < NEAR_M
            and abs(thing[s.D_Y] - state.ego[s.Y]) < BESIDE_M
        ):
            return True
    return False


@compiled
def _note_collisions(
    start: int, k: int, h: int, shard: Log, state: s.State, after: s.State, noted: Noted
) -> None:
    """Record rows of possible collisions of one imagined decision, in place."""
    table = noted.collision
    for i in range(VEHICLE_SLOTS):
        now, then = shard.vehicles[start, i], shard.vehicles[k, i]
        same = then[column.V_IDENTITY] == now[column.V_IDENTITY]
        if not same or then[column.V_TRACKED] < 0.5 or state.cars[i, s.C_LIVE] == 0.0:
            continue
        happened = shard.collided[k, i] > 0
        if ft.is_near_collision(state, after, i):
            n = table.filled[0]
            if n < len(table.x):
                ft.collision_features(state, after, i, h, table.x[n])
                table.y[n, 0] = 1.0 if happened else 0.0
                close_row(table, k)
        elif happened and h != ft.EXACT:
            noted.missed[1] += 1


@compiled
def _note_contacts(
    start: int, k: int, h: int, shard: Log, contents: Contents, state: s.State, after: s.State, noted: Noted
) -> bool:  # fmt: skip
    """Record rows of contacts of one imagined decision, in place; returns whether there was one."""
    hit, table, command = False, noted.contact, shard.command[k, 0]
    for j in range(DEBRIS_SLOTS):
        kind = shard.kinds[start, j]
        happened = shard.contact[k, j, log.C_IS] > 0.0
        hit = hit or (happened and kind > NUM_PATCHES)
        now, then = shard.debris[start, j], shard.debris[k, j]
        same = then[column.D_IDENTITY] == now[column.D_IDENTITY]
        # whether there is something is the belief's question
        gone = kind == 0 or state.things[j, s.D_LIVE] == 0.0
        if gone or not same or then[column.D_TRACKED] < 0.5:
            continue
        if ft.is_near_contact(state, after, j):
            n = table.filled[0]
            if n < len(table.x):
                ft.contact_features(state, after, j, h, table.x[n])
                table.y[n, 0] = 1.0 if happened else 0.0
                close_row(table, k)
            n = noted.slip.filled[0]
            if kind <= NUM_PATCHES and contents.slip[k] >= 0.0 and n < len(noted.slip.x):
                ft.slip_features(state, after, j, kind, h, command, noted.slip.x[n])
                noted.slip.y[n, 0] = contents.slip[k]
                close_row(noted.slip, k)
        elif happened and h != ft.EXACT:
            noted.missed[0] += 1
        if happened:
            _note_severity(k, j, kind, False, h, shard, contents, state, after, noted.severity)
            if np.isfinite(contents.own[k, j, 0]):
                _note_severity(k, j, kind, True, h, shard, contents, state, after, noted.severity)
    return hit


@compiled
def _note_severity(
    k: int, j: int, kind: int, is_own: bool, h: int, shard: Log, contents: Contents,
    state: s.State, after: s.State, table: Table,
) -> None:  # fmt: skip
    """A row of the severity of a contact, in place; ``is_own``: with the properties of just these contents."""
    n, command = table.filled[0], shard.command[k, 0]
    properties = contents.own[k, j] if is_own else contents.middles[kind]
    if n < len(table.x):
        ft.severity_features(state, after, j, kind, properties, is_own, h, command, table.x[n])
        table.y[n] = shard.contact[k, j]
        close_row(table, k)
