"""Shapes of all parameters, and the sizes that determine them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from policies.networks.compiled import Gru, Net, empty_net, no_net
from policies.world_model.estimation.belief_features import NUM_BELIEF_FEATURES, NUM_CORRECTIONS
from policies.world_model.estimation.content_classes import NUM_CLASSES, NUM_PROPERTIES
from policies.world_model.estimation.parameters import FilterNets
from policies.world_model.model import dynamics as tr
from policies.world_model.model import emission_features as em
from policies.world_model.model import event_features as ft
from policies.world_model.model import motion_features as mf
from policies.world_model.model.contact_outcome import NUM_OUTCOMES, NUM_SEVERITY_OUT
from policies.world_model.model.flat_features import NUM_FLAT_FEATURES
from policies.world_model.model.parameters import EmissionNets, EventNets, Learned, Transition


class Sizes(NamedTuple):
    """Sizes that determine all shapes; 0 stands for an absent network."""

    members: int
    filter_hidden: int
    ego_hidden: int
    car_hidden: int
    thing_hidden: int
    event_hidden: int
    severity_hidden: int
    emission_hidden: int
    flat_hidden: int


def template(sizes: Sizes) -> Learned:
    """Zeroed parameters of all expected shapes."""

    def net(inputs: int, hidden: int, outputs: int, members: int = sizes.members) -> Net:
        return empty_net(inputs, hidden, outputs, members) if hidden else no_net(members)

    h = sizes.filter_hidden
    gru = Gru(
        *(
            np.zeros(shape, np.float32)
            for shape in ((NUM_BELIEF_FEATURES, 3 * h), (3 * h,), (h, 3 * h), (3 * h,))
        )
    )
    return Learned(
        FilterNets(
            gru,
            net(h, h, NUM_CLASSES),
            net(h, h, 2 * NUM_CORRECTIONS, 1),
            np.zeros(NUM_CORRECTIONS),
        ),
        Transition(
            net(mf.NUM_EGO_FEATURES, sizes.ego_hidden, tr.NUM_EGO_OUT),
            np.zeros(tr.NUM_EGO_OUT),
            net(mf.NUM_CAR_FEATURES, sizes.car_hidden, 2 * tr.NUM_CAR_OUT),
            np.zeros(tr.NUM_CAR_OUT),
            net(mf.NUM_THING_FEATURES, sizes.thing_hidden, 2 * tr.NUM_THING_OUT + 1),
            np.zeros(tr.NUM_THING_OUT),
            net(NUM_FLAT_FEATURES, sizes.flat_hidden, tr.NUM_FLAT_OUT),
        ),
        EventNets(
            net(ft.NUM_CONTACT_FEATURES, sizes.event_hidden, 1),
            np.zeros((2, 2)),
            net(ft.NUM_COLLISION_FEATURES, sizes.event_hidden, 1),
            np.zeros((2, 2)),
            net(ft.NUM_SEVERITY_FEATURES, sizes.severity_hidden, NUM_SEVERITY_OUT),
            np.zeros(NUM_OUTCOMES),
            np.zeros(NUM_OUTCOMES),
            net(ft.NUM_SLIP_FEATURES, sizes.event_hidden, 1),
            np.zeros((NUM_CLASSES, NUM_PROPERTIES)),
        ),
        EmissionNets(
            net(em.NUM_CAR_SIGHTS, sizes.emission_hidden, em.NUM_CAR_EMISSIONS, 1),
            net(em.NUM_THING_SIGHTS, sizes.emission_hidden, em.NUM_THING_EMISSIONS, 1),
            np.zeros(2),
        ),
    )


def sizes_of(learned: Learned) -> Sizes:
    """Sizes of given parameters."""
    return Sizes(
        learned.transition.car.b1.shape[0],
        learned.filter.gru.wh.shape[0],
        learned.transition.ego.b1.shape[1],
        learned.transition.car.b1.shape[1],
        learned.transition.thing.b1.shape[1],
        learned.events.contact.b1.shape[1],
        learned.events.severity.b1.shape[1],
        learned.emission.car.b1.shape[1],
        learned.transition.flat.b1.shape[1],
    )
