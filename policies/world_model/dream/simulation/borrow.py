"""Borrowed buffers of a step, which are passed on without counting references; see ``envs.physics.borrow``."""

from __future__ import annotations

from envs.physics.borrow import borrow
from envs.physics.compilation import inner
from policies.networks.compiled import Net
from policies.world_model.dream.simulation.arrays import Model, Work
from policies.world_model.model.parameters import EmissionNets, EventNets, Learned, Transition
from policies.world_model.model.state import State


@inner
def _net(net: Net) -> Net:
    return Net(
        borrow(net.w1),
        borrow(net.b1),
        borrow(net.w2),
        borrow(net.b2),
        borrow(net.w3),
        borrow(net.b3),
    )


@inner
def _borrow_model(model: Model) -> Model:
    """Borrow the networks that a step uses; the filter and a flat network are passed on unchanged."""
    moves, events, sights = (
        model.learned.transition,
        model.learned.events,
        model.learned.emission,
    )
    return Model(
        Learned(
            model.learned.filter,
            Transition(
                _net(moves.ego),
                borrow(moves.ego_scale),
                _net(moves.car),
                borrow(moves.car_scale),
                _net(moves.thing),
                borrow(moves.thing_scale),
                moves.flat,
            ),
            EventNets(
                _net(events.contact),
                borrow(events.contact_calibration),
                _net(events.collision),
                borrow(events.collision_calibration),
                _net(events.severity),
                borrow(events.severity_scale),
                borrow(events.severity_shift),
                _net(events.slip),
                borrow(events.contents),
            ),
            EmissionNets(_net(sights.car), _net(sights.thing), borrow(sights.persistence)),
        ),
        borrow(model.limit),
    )


@inner
def _borrow_state(state: State) -> State:
    """Borrow one world's state."""
    return State(borrow(state.ego), borrow(state.cars), borrow(state.things))


@inner
def _borrow_work(work: Work) -> Work:
    """Borrow the scratch memory."""
    return Work(
        _borrow_state(work.after),
        borrow(work.car_x),
        borrow(work.car_out),
        borrow(work.thing_x),
        borrow(work.thing_out),
        borrow(work.moves),
        borrow(work.kinds),
        borrow(work.car_hidden),
        borrow(work.thing_hidden),
        borrow(work.event_hidden),
        borrow(work.severity_hidden),
        borrow(work.sight_hidden),
        borrow(work.other_car),
        borrow(work.other_thing),
        borrow(work.contact_x),
        borrow(work.severity_x),
        borrow(work.severity_out),
        borrow(work.slip_x),
        borrow(work.collision_x),
        borrow(work.one),
        borrow(work.car_sights),
        borrow(work.car_seen),
        borrow(work.thing_sights),
        borrow(work.thing_seen),
        borrow(work.extra),
    )
