"""The arrays of many dreamt worlds, and the scratch memory of a step."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from envs.specification import DEBRIS_SLOTS, VEHICLE_SLOTS, component
from envs.specification.world import Array, Batch, empty_batch
from policies.networks.compiled import Net
from policies.world_model.model import dynamics as tr
from policies.world_model.model import emission_features as em
from policies.world_model.model import event_features as ft
from policies.world_model.model import motion_features as mf
from policies.world_model.model import state as s
from policies.world_model.model.contact_outcome import NUM_SEVERITY_OUT
from policies.world_model.model.parameters import Learned
from policies.world_model.model.state import State, empty_state

# --- what is reported of every decision -------------------------------------------------------------------
EPISTEMIC, ALEATORIC, P_TERMINATED, DOUBT = range(4)
NUM_REPORTED: Final = 4

# --- entities and purposes of the counter-based numbers -------------------------------------------------
OBJECTS: Final = 100  # vehicles are their slots, objects their slots plus this
WHOLE: Final = 200
MOVE, MEASURE, SEE, MEET, OUTCOME, BEGIN, ERRORS, LOOKS, DOUBTS = 1, 2, 3, 4, 5, 7, 8, 10, 11
LOOK_CHANGE: Final = 12  # the first of five blocks of the same


class Dreams(NamedTuple):
    """State of ``B`` independent dreams."""

    records: Batch  # (B,) cost ledger, tracks, contacts, cost and observation
    ego: Array  # (B, NUM_EGO)
    cars: Array  # (B, 8, NUM_CAR)
    things: Array  # (B, 4, NUM_THING)
    theta: Array  # (B, 4) int64: class of the contents, for the whole episode
    forced: Array  # (B, 4) int64: 1 where an option sets it, to the middle of the class
    look: Array  # (B, 4) int64: what it looks like, for the whole episode
    member: Array  # (B,) int64, for the whole episode
    touched: Array  # (B, 4) int64: 1 once the ego has met it
    step: Array  # (B,) int64: decisions so far
    horizon: Array  # (B,) int64: decisions at most
    temperature: Array  # (B,) factor of the noise of motion
    reported: Array  # (B, NUM_REPORTED)


class Sources(NamedTuple):
    """Initial states of ``S`` dreams: the last decision of every log piece, after burn-in."""

    records: Batch  # (S,)
    ego: Array
    cars: Array
    things: Array
    belief: Array  # (S, 4, NUM_CLASSES)

    def __deepcopy__(self, memo: object) -> Sources:
        """Itself: many megabytes that no dream changes."""
        return self


class Model(NamedTuple):
    """Learned networks and the usual disagreement."""

    learned: Learned
    limit: Array  # (H,) usual doubt

    def __deepcopy__(self, memo: object) -> Model:
        """Itself: as above."""
        return self


class Work(NamedTuple):
    """Scratch memory of a step; one is enough for any number of worlds."""

    after: State
    car_x: Array  # (8, NUM_CAR_FEATURES) float32
    car_out: Array
    thing_x: Array
    thing_out: Array
    moves: Array  # (4,) int64: whether an object's network was evaluated
    kinds: Array  # (4,) int64
    car_hidden: Array  # (2, hidden) float32, and so on
    thing_hidden: Array
    event_hidden: Array
    severity_hidden: Array
    sight_hidden: Array
    other_car: Array  # (2 NUM_CAR_OUT,) float32: with noise; then what another member says
    other_thing: Array
    contact_x: Array
    severity_x: Array
    severity_out: Array
    slip_x: Array
    collision_x: Array
    one: Array  # (1,) float32
    car_sights: Array
    car_seen: Array
    thing_sights: Array
    thing_seen: Array
    extra: Array  # (NUM_COMPONENTS,) US$ of events


def empty_dreams(size: int) -> Dreams:
    """Zeroed arrays in which no dream has begun."""
    return Dreams(
        empty_batch(size).view(np.ndarray),
        np.zeros((size, s.NUM_EGO)),
        np.zeros((size, VEHICLE_SLOTS, s.NUM_CAR)),
        np.zeros((size, DEBRIS_SLOTS, s.NUM_THING)),
        np.zeros((size, DEBRIS_SLOTS), np.int64),
        np.zeros((size, DEBRIS_SLOTS), np.int64),
        np.zeros((size, DEBRIS_SLOTS), np.int64),
        np.zeros(size, np.int64),
        np.zeros((size, DEBRIS_SLOTS), np.int64),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.ones(size),
        np.zeros((size, NUM_REPORTED)),
    )


def make_work(model: Model) -> Work:
    """Scratch memory for the networks of a model."""

    def row(size: int) -> Array:
        return np.zeros(size, np.float32)

    def rows(count: int, size: int) -> Array:
        return np.zeros((count, size), np.float32)

    def hidden(net: Net) -> Array:
        return rows(2, net.b1.shape[1])

    moves, events = model.learned.transition, model.learned.events
    return Work(
        empty_state(),
        rows(VEHICLE_SLOTS, mf.NUM_CAR_FEATURES),
        rows(VEHICLE_SLOTS, 2 * tr.NUM_CAR_OUT),
        rows(DEBRIS_SLOTS, mf.NUM_THING_FEATURES),
        rows(DEBRIS_SLOTS, 2 * tr.NUM_THING_OUT + 1),
        np.zeros(DEBRIS_SLOTS, np.int64),
        np.zeros(DEBRIS_SLOTS, np.int64),
        hidden(moves.car),
        hidden(moves.thing),
        hidden(events.contact),
        hidden(events.severity),
        hidden(model.learned.emission.car),
        row(2 * tr.NUM_CAR_OUT),
        row(2 * tr.NUM_THING_OUT + 1),
        row(ft.NUM_CONTACT_FEATURES),
        row(ft.NUM_SEVERITY_FEATURES),
        row(NUM_SEVERITY_OUT),
        row(ft.NUM_SLIP_FEATURES),
        row(ft.NUM_COLLISION_FEATURES),
        row(1),
        row(em.NUM_CAR_SIGHTS),
        row(em.NUM_CAR_EMISSIONS),
        row(em.NUM_THING_SIGHTS),
        row(em.NUM_THING_EMISSIONS),
        np.zeros(component.NUM_COMPONENTS),
    )
