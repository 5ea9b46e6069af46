"""Training rows of the event heads: events of imagined rollouts under logged actions.

The heads are trained on what they receive in use: imagined states that start at an observation, not true states. So
their probabilities hold at the horizon of use, with the model's own errors included. Dreams use true positions; for
these the heads are also trained on single decisions from the true states of the log (``event_features.EXACT``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column, component
from envs.specification.world import Array
from policies.world_model.estimation.content_classes import NUM_PATCHES
from policies.world_model.estimation.position_filter import refine_log
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
    """Memory for the rows of all heads, and their numbers."""

    contact_x: Array
    contact_y: Array
    contact_of: Array
    collision_x: Array
    collision_y: Array
    collision_of: Array
    severity_x: Array
    severity_of: Array  # (rows, 2): row and slot
    slip_x: Array
    slip_y: Array
    slip_of: Array
    counts: Array  # (NUM_COUNTS,)


CONTACTS, COLLISIONS, SEVERITIES, SLIPS, MISSED_CONTACTS, MISSED_COLLISIONS = range(6)
NUM_COUNTS: Final = 6


def imagine_events(
    columns: Mapping[str, NDArray[Any]],
    kinds: NDArray[np.int64],
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
    columns
        Of a shard.
    kinds
        ``(N, 4)`` class of the contents of every object.
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

    def rows(size: int) -> NDArray[np.float32]:
        return np.zeros((room, size), np.float32)

    def of() -> NDArray[np.int64]:
        return np.zeros(room, np.int64)

    return Noted(
        rows(ft.NUM_CONTACT_FEATURES), rows(1), of(),
        rows(ft.NUM_COLLISION_FEATURES), rows(1), of(),
        rows(ft.NUM_SEVERITY_FEATURES), np.zeros((room, 2), np.int64),
        rows(ft.NUM_SLIP_FEATURES), rows(1), of(),
        np.zeros(NUM_COUNTS, np.int64),
    )  # fmt: skip


def _events(columns: Mapping[str, NDArray[Any]], noted: Noted) -> Events:
    """Training data from the recorded rows."""
    episode = columns["episode"]
    n, m, k, i = (int(count) for count in noted.counts[: SLIPS + 1])
    rows, slots = noted.severity_of[:k, 0], noted.severity_of[:k, 1]
    hits = columns["contact"][rows, slots]
    severity_y = np.zeros((k, len(MODES) + NUM_OUTCOMES), np.float32)
    for index, mode in enumerate(MODES):
        severity_y[:, index] = hits[:, log.C_MODE] == mode
    severity_y[:, len(MODES) :] = encode(hits)
    known = severity_y[:, : len(MODES)].sum(axis=1) > 0.0
    return Events(
        Rows(noted.contact_x[:n], noted.contact_y[:n], episode[noted.contact_of[:n]]),
        Rows(noted.collision_x[:m], noted.collision_y[:m], episode[noted.collision_of[:m]]),
        Rows(noted.severity_x[:k][known], severity_y[known], episode[rows][known]),
        Rows(noted.slip_x[:i], noted.slip_y[:i], episode[noted.slip_of[:i]]),
        int(noted.counts[MISSED_CONTACTS]),
        int(noted.counts[MISSED_COLLISIONS]),
    )


def slip_of(
    columns: Mapping[str, NDArray[Any]],
    kinds: NDArray[np.int64],
    crash_usd: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Probability ``(N,)`` of losing control beyond that of contacts, which is due to spills.

    ``(N,)``; not a number where a body was touched as well.

    Parameters
    ----------
    columns
        Of a shard.
    kinds
        ``(N, 4)`` class of the contents of every object.
    crash_usd
        ``(N,)`` what losing control costs at the speed of a row.
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
    counts = noted.counts
    for i in range(VEHICLE_SLOTS):
        now, then = shard.vehicles[start, i], shard.vehicles[k, i]
        same = then[column.V_IDENTITY] == now[column.V_IDENTITY]
        if not same or then[column.V_TRACKED] < 0.5 or state.cars[i, s.C_LIVE] == 0.0:
            continue
        happened = shard.collided[k, i] > 0
        if ft.is_near_collision(state, after, i):
            n = counts[COLLISIONS]
            if n < len(noted.collision_x):
                ft.collision_features(state, after, i, h, noted.collision_x[n])
                noted.collision_y[n, 0] = 1.0 if happened else 0.0
                noted.collision_of[n] = k
                counts[COLLISIONS] += 1
        elif happened and h != ft.EXACT:
            counts[MISSED_COLLISIONS] += 1


@compiled
def _note_contacts(
    start: int, k: int, h: int, shard: Log, contents: Contents, state: s.State, after: s.State, noted: Noted
) -> bool:  # fmt: skip
    """Record rows of contacts of one imagined decision, in place; returns whether there was one."""
    hit, counts, command = False, noted.counts, shard.command[k, 0]
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
            n = counts[CONTACTS]
            if n < len(noted.contact_x):
                ft.contact_features(state, after, j, h, noted.contact_x[n])
                noted.contact_y[n, 0] = 1.0 if happened else 0.0
                noted.contact_of[n] = k
                counts[CONTACTS] += 1
            if kind <= NUM_PATCHES and contents.slip[k] >= 0.0:
                _note_slip(k, j, kind, h, command, contents.slip[k], state, after, noted)
        elif happened and h != ft.EXACT:
            counts[MISSED_CONTACTS] += 1
        if happened:
            own = contents.own[k, j]
            _note_severity(
                k, j, kind, contents.middles[kind], False, h, command, state, after, noted
            )
            if np.isfinite(own[0]):
                _note_severity(k, j, kind, own, True, h, command, state, after, noted)
    return hit


@compiled
def _note_slip(
    k: int, j: int, kind: int, h: int, command: float, slip: float, state: s.State,
    after: s.State, noted: Noted,
) -> None:  # fmt: skip
    """Record a row of losing control on a spill, in place."""
    n = noted.counts[SLIPS]
    if n < len(noted.slip_x):
        ft.slip_features(state, after, j, kind, h, command, noted.slip_x[n])
        noted.slip_y[n, 0] = slip
        noted.slip_of[n] = k
        noted.counts[SLIPS] += 1


@compiled
def _note_severity(
    k: int, j: int, kind: int, properties: Array, is_own: bool, h: int, command: float,
    state: s.State, after: s.State, noted: Noted,
) -> None:  # fmt: skip
    """Record a row of the severity of a contact, in place."""
    n = noted.counts[SEVERITIES]
    if n < len(noted.severity_x):
        ft.severity_features(
            state, after, j, kind, properties, is_own, h, command, noted.severity_x[n]
        )
        noted.severity_of[n, 0], noted.severity_of[n, 1] = k, j
        noted.counts[SEVERITIES] += 1
