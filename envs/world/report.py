"""The entries of ``info`` about a decision, worded once for both engines.

``info`` is for evaluation and learning signals: costs, time to collision, contacts with names of objects, and hashes
are computed from the true state. All of it is privileged; a policy receives the observation only.
"""

from __future__ import annotations

from typing import Any

from envs.physics.contact.fate import FATE_NAMES
from envs.physics.contact.outcome import MODE_NAMES
from envs.specification import component, contact, episode
from envs.specification.world import Array, World

EVENTS = ("collision", "loss_of_control", "off_road")
"""Events that end an episode, in the order of the rows from ``episode.COLLIDED`` to ``episode.OFF_ROAD``."""


def describe_cost(cost: Array, total: object) -> dict[str, Any]:
    """Expected US$ of the last decision by component, and in total; ``cost`` is ``(..., NUM_COMPONENTS)``.

    Numbers of one world are Python's own, as in every ``info`` of one world; those of many are arrays. The compiled
    code passes its own ``total``, because the order of a sum decides its last bit.
    """
    parts = cost.tolist() if cost.ndim == 1 else cost.T
    described: dict[str, Any] = dict(zip(component.NAMES, parts, strict=True))
    described["total"] = total
    return described


def describe_events(episode_i: Array) -> dict[str, Any]:
    """Which terminal events have happened; ``episode_i`` is ``(..., NUM_INTS)``."""
    flags = episode_i[..., episode.COLLIDED : episode.OFF_ROAD + 1] == 1
    return dict(zip(EVENTS, flags.tolist() if flags.ndim == 1 else flags.T, strict=True))


def describe_contacts(world: World, debris_types: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    """The ego's contacts of the last decision, one mapping each, with names for modes, fates and objects."""
    rows = world.contacts[: int(world.episode_i[episode.NUM_CONTACTS])]
    described = []
    for row in rows:
        values: dict[str, Any] = dict(zip(contact.NAMES, (float(x) for x in row), strict=True))
        values["tick"] = int(row[contact.TICK])
        values["vehicle"] = int(row[contact.VEHICLE])
        values["object"] = debris_types[int(row[contact.OBJECT])]
        values["mode"] = MODE_NAMES[int(row[contact.MODE])]
        values["fate"] = FATE_NAMES[int(row[contact.FATE])]
        described.append(values)
    return tuple(described)
