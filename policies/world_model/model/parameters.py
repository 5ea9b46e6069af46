"""Parameters of the world model in the form of compiled code: plain arrays, no torch."""

from __future__ import annotations

from typing import NamedTuple

from policies.networks.compiled import Net
from policies.world_model.estimation.parameters import FilterNets, Scale


class Transition(NamedTuple):
    """Networks of the transition ensemble with the scales of their targets.

    Either the flat network or the other three are present; an absent one is ``no_net``.
    """

    ego: Net
    ego_scale: Scale  # (transition.NUM_EGO_OUT,)
    car: Net
    car_scale: Scale  # (transition.NUM_CAR_OUT,)
    thing: Net
    thing_scale: Scale  # (transition.NUM_THING_OUT,)
    flat: Net  # everything at once: the ablation of the other three


class EventNets(NamedTuple):
    """Event heads; a calibration is temperature and bias of a logit, for imagined and for exact positions."""

    contact: Net
    contact_calibration: Scale  # (2, 2)
    collision: Net
    collision_calibration: Scale  # (2, 2)
    severity: Net
    severity_scale: Scale  # (outcome.NUM_OUTCOMES,)
    severity_shift: Scale
    slip: Net
    contents: Scale  # (NUM_CLASSES, NUM_PROPERTIES) of ``content_classes.Book.middles``


class EmissionNets(NamedTuple):
    """Networks that predict the observation of a state; all ensemble members share them."""

    car: Net
    thing: Net
    persistence: Scale  # (2,) share of a measurement error that lasts as long as its track: vehicles, objects


class Learned(NamedTuple):
    """All parameters of the world model."""

    filter: FilterNets
    transition: Transition
    events: EventNets
    emission: EmissionNets


def take_members(learned: Learned, count: int) -> Learned:
    """The first ``count`` members of every ensemble, as views; shared networks stay."""

    def first(net: Net) -> Net:
        return Net(*(array[:count] for array in net))

    moves, events = learned.transition, learned.events
    return learned._replace(
        filter=learned.filter._replace(contents=first(learned.filter.contents)),
        transition=moves._replace(
            ego=first(moves.ego),
            car=first(moves.car),
            thing=first(moves.thing),
            flat=first(moves.flat),
        ),
        events=events._replace(
            contact=first(events.contact),
            collision=first(events.collision),
            severity=first(events.severity),
            slip=first(events.slip),
        ),
    )
