"""Events of imagined rollouts under logged actions: what the event heads learn from.

The heads see what they will see when deciding: states that the model has imagined from what was observed, not true
ones. So their probabilities hold at the horizon at which they are used, the model's own errors included.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.physics.compilation import compiled
from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, column, component
from envs.specification.world import Array
from policies.world_model import experience as log
from policies.world_model import features as ft
from policies.world_model import state as s
from policies.world_model.classes import NUM_PATCHES
from policies.world_model.dataset import Rows, car_speeds, command_of
from policies.world_model.nets import Transition
from policies.world_model.outcome import MODES, NUM_OUTCOMES, encode
from policies.world_model.state import copy_state, empty_state, read_observation
from policies.world_model.transition import move_all

HORIZON: Final = 25
"""Decisions that are imagined from every start: 5 s."""


class Events(NamedTuple):
    """Supervised problems of the event heads."""

    contact: Rows  # target: it begins within the decision
    collision: Rows
    severity: Rows  # targets: one-hot mode, then outcomes
    slip: Rows  # target: probability of losing control on a spill
    missed_contacts: int  # contacts that the gate did not see coming
    missed_collisions: int


def imagine_events(
    columns: Mapping[str, NDArray[Any]],
    kinds: NDArray[np.int64],
    starts: NDArray[np.int64],
    model: Transition,
    slip: NDArray[np.float64],
) -> Events:
    """Roll the model from some rows under the actions that were taken, and note what really happened.

    Parameters
    ----------
    columns
        Of a shard.
    kinds
        ``(N, 4)`` class of the contents of every object.
    starts
        Rows to begin at; each uses the member ``row mod E``.
    model
        The transition ensemble.
    slip
        ``(N,)`` of ``slip_of``.

    Returns
    -------
    Events
        Rollouts end with the episode, and with the contact of a body: what follows is another story.
    """
    room = len(starts) * 6
    contact_x = np.zeros((room, ft.NUM_CONTACT_FEATURES), np.float32)
    collision_x = np.zeros((room * 2, ft.NUM_COLLISION_FEATURES), np.float32)
    severity_x = np.zeros((room, ft.NUM_SEVERITY_FEATURES), np.float32)
    contact_y, collision_y = np.zeros((room, 1), np.float32), np.zeros((room * 2, 1), np.float32)
    slip_x, slip_y = (
        np.zeros((room, ft.NUM_SLIP_FEATURES), np.float32),
        np.zeros((room, 1), np.float32),
    )
    of = (
        np.zeros(room, np.int64),
        np.zeros(room * 2, np.int64),
        np.zeros((room, 2), np.int64),
        np.zeros(room, np.int64),
    )
    counts = np.zeros(6, np.int64)
    _roll(
        starts,
        columns["episode"],
        columns["ego"],
        columns["vehicles"],
        columns["debris"],
        columns["contact"],
        columns["collided"],
        command_of(columns),
        car_speeds(columns),
        kinds,
        slip,
        model,
        empty_state(),
        empty_state(),
        (contact_x, collision_x, severity_x, slip_x),
        (contact_y, collision_y, slip_y),
        of,
        counts,
    )
    episode = columns["episode"]
    n, m, k = (int(count) for count in counts[:3])
    rows, slots = of[2][:k, 0], of[2][:k, 1]
    hits = columns["contact"][rows, slots]
    severity_y = np.zeros((k, len(MODES) + NUM_OUTCOMES), np.float32)
    for index, mode in enumerate(MODES):
        severity_y[:, index] = hits[:, log.C_MODE] == mode
    severity_y[:, len(MODES) :] = encode(hits)
    known = severity_y[:, : len(MODES)].sum(axis=1) > 0.0
    return Events(
        Rows(contact_x[:n], contact_y[:n], episode[of[0][:n]]),
        Rows(collision_x[:m], collision_y[:m], episode[of[1][:m]]),
        Rows(severity_x[:k][known], severity_y[known], episode[rows][known]),
        Rows(slip_x[: counts[5]], slip_y[: counts[5]], episode[of[3][: counts[5]]]),
        int(counts[3]),
        int(counts[4]),
    )


def slip_of(
    columns: Mapping[str, NDArray[Any]],
    kinds: NDArray[np.int64],
    crash_usd: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Probability of losing control that was charged in a row beyond that of contacts: what spills do.

    Parameters
    ----------
    columns
        Of a shard.
    kinds
        ``(N, 4)`` class of the contents of every object.
    crash_usd
        ``(N,)`` what losing control costs at the speed of a row.

    Returns
    -------
    ndarray
        ``(N,)``; not a number where a body was touched as well.
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
    starts: Array,
    episode: Array,
    ego: Array,
    vehicles: Array,
    debris: Array,
    contact: Array,
    collided: Array,
    command: Array,
    speeds: Array,
    kinds: Array,
    slip: Array,
    model: Transition,
    state: s.State,
    after: s.State,
    x: tuple[Array, Array, Array, Array],
    y: tuple[Array, Array, Array],
    of: tuple[Array, Array, Array, Array],
    counts: Array,
) -> None:
    """Fill the rows of all event problems; see ``imagine_events``."""
    members = model.car.b1.shape[0]
    nobody = np.zeros(VEHICLE_SLOTS, np.bool_)
    for start in starts:
        e = start % members
        read_observation(ego[start], vehicles[start], debris[start], speeds[start], state)
        for h in range(HORIZON):
            k = start + h
            if k >= len(episode) or episode[k] != episode[start]:
                break
            move_all(model, e, state, command[k, 0], command[k, 1], kinds[start], nobody, after)
            hit = _note_contacts(
                start, k, h, debris, contact, command, kinds, slip, state, after, x, y, of, counts
            )
            for i in range(VEHICLE_SLOTS):
                same = vehicles[k, i, column.V_IDENTITY] == vehicles[start, i, column.V_IDENTITY]
                if (
                    not same
                    or vehicles[k, i, column.V_TRACKED] < 0.5
                    or state.cars[i, s.C_LIVE] == 0.0
                ):
                    continue
                happened = collided[k, i] > 0
                if ft.is_near_collision(state, after, i):
                    if counts[1] < len(x[1]):
                        ft.collision_features(state, after, i, h, x[1][counts[1]])
                        y[1][counts[1], 0] = 1.0 if happened else 0.0
                        of[1][counts[1]] = k
                        counts[1] += 1
                elif happened:
                    counts[4] += 1
            if hit:
                break
            copy_state(after, state)


@compiled
def _note_contacts(
    start: int,
    k: int,
    h: int,
    debris: Array,
    contact: Array,
    command: Array,
    kinds: Array,
    slip: Array,
    state: s.State,
    after: s.State,
    x: tuple[Array, Array, Array, Array],
    y: tuple[Array, Array, Array],
    of: tuple[Array, Array, Array, Array],
    counts: Array,
) -> bool:
    """Rows of contacts of one imagined decision; whether there was one."""
    hit = False
    for j in range(DEBRIS_SLOTS):
        kind = kinds[start, j]
        hit = hit or (contact[k, j, log.C_IS] > 0.0 and kind > NUM_PATCHES)
        same = debris[k, j, column.D_IDENTITY] == debris[start, j, column.D_IDENTITY]
        if not same or debris[k, j, column.D_TRACKED] < 0.5 or state.things[j, s.D_LIVE] == 0.0:
            continue
        if kind == 0:
            # whether there is something is the belief's question
            continue
        happened = contact[k, j, log.C_IS] > 0.0
        if ft.is_near_contact(state, after, j):
            if counts[0] < len(x[0]):
                ft.contact_features(state, after, j, h, x[0][counts[0]])
                y[0][counts[0], 0] = 1.0 if happened else 0.0
                of[0][counts[0]] = k
                counts[0] += 1
            if 0 < kind <= NUM_PATCHES and slip[k] >= 0.0 and counts[5] < len(x[3]):
                ft.slip_features(state, after, j, kind, h, command[k, 0], x[3][counts[5]])
                y[2][counts[5], 0] = slip[k]
                of[3][counts[5]] = k
                counts[5] += 1
        elif happened:
            counts[3] += 1
        if happened and counts[2] < len(x[2]):
            ft.severity_features(state, after, j, kind, command[k, 0], x[2][counts[2]])
            of[2][counts[2], 0], of[2][counts[2], 1] = k, j
            counts[2] += 1
    return hit
