"""Features of the event heads: a possible contact or collision within an imagined decision, of order one.

The functions share their arguments: ``before`` and ``after`` are the states at the beginning and the end of the
decision; ``j`` or ``i`` is the slot of the object or the vehicle, for which ``is_near_contact`` or
``is_near_collision`` holds, and ``kind`` the class of its contents; ``step`` counts decisions since imagining began, or
is ``EXACT``; ``command`` is the commanded acceleration, m/s2; ``out`` is the output.
"""

from __future__ import annotations

import math
from typing import Final

from envs.physics.compilation import compiled
from envs.physics.contact.geometry import CAR
from envs.specification import EGO_LENGTH_M, EGO_WIDTH_M
from envs.specification.world import Array
from policies.following import half_extents
from policies.world_model.estimation.content_classes import (
    BODY_WEIGHTS,
    NUM_CLASSES,
    NUM_PATCHES,
    NUM_PROPERTIES,
    PROPERTY_SHIFT,
    PROPERTY_UNIT,
)
from policies.world_model.model import state as s
from policies.world_model.model.state import State

NUM_CONTACT_FEATURES: Final = 20
NUM_COLLISION_FEATURES: Final = 16
IS_OWN: Final = 16
"""Feature of a contact's severity: whether the properties that follow are those of just these contents."""

NUM_SEVERITY_FEATURES: Final = IS_OWN + 3 + NUM_PROPERTIES + NUM_CLASSES
NUM_SLIP_FEATURES: Final = NUM_CONTACT_FEATURES + 5 + NUM_PATCHES

EXACT_CONTACT, EXACT_COLLISION = 15, 9
"""Features of a contact and a collision that hold the number of the decision, negative for exact places."""

EXACT: Final = -1
"""Instead of a number of decisions: places are true ones, as in a dream, and not those that a plan imagines."""

APART: Final = -2.0
"""What a net sees instead: far from any number of decisions, because the two have little in common."""


@compiled
def is_near_contact(before: State, after: State, j: int) -> bool:
    """Whether the ego may start to touch object ``j`` in the decision from ``before`` to ``after``."""
    thing = before.things[j]
    reach = 0.5 * (EGO_LENGTH_M + max(thing[s.D_LENGTH], thing[s.D_WIDTH])) + 1.5
    start = thing[s.D_X] - before.ego[s.X]
    end = after.things[j, s.D_X] - after.ego[s.X]
    aside = min(abs(thing[s.D_Y] - before.ego[s.Y]), abs(after.things[j, s.D_Y] - after.ego[s.Y]))
    width = 0.5 * max(thing[s.D_LENGTH], thing[s.D_WIDTH]) + 0.5 * EGO_WIDTH_M + 1.0
    return bool(thing[s.D_LIVE] > 0.0 and start > -reach and end < reach and aside < width)


@compiled
def contact_features(before: State, after: State, j: int, step: int, out: Array) -> None:
    """Features ``(NUM_CONTACT_FEATURES,)`` of a possible contact with object ``j`` within a decision."""
    thing, ego = before.things[j], before.ego
    yaw = thing[s.D_YAW] - ego[s.HEADING]
    half_x, half_y = half_extents(thing[s.D_LENGTH], thing[s.D_WIDTH], yaw)
    room = half_y + 0.5 * EGO_WIDTH_M
    reach = half_x + 0.5 * EGO_LENGTH_M
    dx, end_dx = thing[s.D_X] - ego[s.X], after.things[j, s.D_X] - after.ego[s.X]
    dy, end_dy = thing[s.D_Y] - ego[s.Y], after.things[j, s.D_Y] - after.ego[s.Y]
    # along the car's own axis
    dy -= dx * ego[s.HEADING]
    end_dy -= end_dx * after.ego[s.HEADING]
    clear, end_clear = abs(dy) - room, abs(end_dy) - room
    sd_x, sd_y = (thing[s.D_SD_X], thing[s.D_SD_Y]) if step >= 0 else (0.0, 0.0)
    sd = sd_y + 0.05
    out[0] = max(min((dx - reach) / 3.0, 3.0), -3.0)
    out[1] = max(min((end_dx - reach) / 3.0, 3.0), -3.0)
    out[2] = max(min((dx + reach) / 3.0, 3.0), -3.0)
    out[3] = max(min(clear / 0.5, 4.0), -4.0)
    out[4] = max(min(end_clear / 0.5, 4.0), -4.0)
    out[5] = max(min(clear / sd, 4.0), -4.0)
    out[6] = max(min(end_clear / sd, 4.0), -4.0)
    out[7] = sd_y * 2.0
    out[8] = sd_x / 2.0
    # where the front reaches it, as the crow flies
    share = (dx - reach) / max(dx - end_dx, 0.1)
    share = min(max(share, 0.0), 1.0)
    crossing = abs(dy + share * (end_dy - dy)) - room
    out[9] = max(min(crossing / 0.5, 4.0), -4.0)
    out[10] = max(min(crossing / sd, 4.0), -4.0)
    out[11] = 1.0 if dx > reach else 0.0
    out[12] = 1.0 if end_dx < reach else 0.0
    out[13] = (ego[s.SPEED] - thing[s.D_VX]) / 30.0
    out[14] = thing[s.D_Z]
    out[EXACT_CONTACT] = step / 10.0 if step >= 0 else APART
    out[16] = min(half_x, 2.0)
    out[17] = min(half_y, 2.0)
    out[18] = thing[s.D_AGE]
    out[19] = 1.0 if math.hypot(thing[s.D_VX], thing[s.D_VY]) > 0.3 else 0.0


@compiled
def severity_features(
    before: State,
    after: State,
    j: int,
    kind: int,
    properties: Array,
    is_own: bool,
    step: int,
    command: float,
    out: Array,
) -> None:
    """Features ``(NUM_SEVERITY_FEATURES,)`` of the severity of a contact with object ``j`` if it is of a class.

    ``properties`` ``(NUM_PROPERTIES,)`` are those of just these contents (``is_own``), or of the middle of their class.
    """
    thing, ego = before.things[j], before.ego
    yaw = thing[s.D_YAW] - ego[s.HEADING]
    half_x, half_y = half_extents(thing[s.D_LENGTH], thing[s.D_WIDTH], yaw)
    dx, end_dx = thing[s.D_X] - ego[s.X], after.things[j, s.D_X] - after.ego[s.X]
    dy = thing[s.D_Y] - ego[s.Y] - dx * ego[s.HEADING]
    end_dy = after.things[j, s.D_Y] - after.ego[s.Y] - end_dx * after.ego[s.HEADING]
    share = (dx - half_x - 0.5 * EGO_LENGTH_M) / max(dx - end_dx, 0.1)
    share = min(max(share, 0.0), 1.0)
    offset = abs(dy + share * (end_dy - dy))
    out[0] = (ego[s.SPEED] - thing[s.D_VX]) / 30.0
    out[1] = ego[s.SPEED] / 30.0
    out[2] = offset
    # under a wheel, between the wheels, at the corner
    out[3] = abs(offset - 0.775) - half_y
    out[4] = offset - half_y
    out[5] = offset + half_y
    out[6] = thing[s.D_HEIGHT] * 3.0
    out[7] = (thing[s.D_HEIGHT] - 0.15) * 10.0
    out[8] = half_x
    out[9] = half_y
    out[10] = thing[s.D_SD_Y] * 2.0 if step >= 0 else 0.0
    out[11] = thing[s.D_SD_SIZE] * 10.0
    out[12] = thing[s.D_Z]
    out[13] = math.log(max(2.0 * half_x * 2.0 * half_y * thing[s.D_HEIGHT], 1e-4))
    out[14] = command / 5.0
    out[15] = ego[s.LATERAL_PEAK] / 3.0
    out[IS_OWN] = 1.0 if is_own else 0.0
    # who takes a body along gives up this share of its speed
    share = momentum_share(properties)
    out[IS_OWN + 1], out[IS_OWN + 2] = 20.0 * share, 20.0 * share * out[0]
    first = IS_OWN + 3
    for k in range(NUM_PROPERTIES):
        out[first + k] = properties[k]
    for c in range(NUM_CLASSES):
        out[first + NUM_PROPERTIES + c] = 0.0
    if not is_own:
        # the class stands for its usual properties; where they are known exactly, they alone count
        out[first + NUM_PROPERTIES + kind] = 1.0


@compiled
def momentum_share(properties: Array) -> float:
    """Mass of a body divided by that of car and body together; 0 where its properties are unknown."""
    is_known = False
    for k in range(NUM_PROPERTIES):
        is_known = is_known or properties[k] != 0.0
    mass = math.exp((properties[0] * PROPERTY_UNIT[0] + PROPERTY_SHIFT[0]) / BODY_WEIGHTS[0])
    return mass / (mass + CAR.mass) if is_known else 0.0


@compiled
def slip_features(
    before: State, after: State, j: int, kind: int, step: int, command: float, out: Array
) -> None:
    """Features ``(NUM_SLIP_FEATURES,)`` of losing control on the spill ``j`` within a decision."""
    contact_features(before, after, j, step, out)
    ego = after.ego
    lateral = ego[s.LATERAL_PEAK]
    n = NUM_CONTACT_FEATURES
    out[n] = command / 5.0
    out[n + 1] = lateral / 3.0
    # demand on the tyres
    out[n + 2] = math.hypot(command, lateral) / 5.0
    out[n + 3] = before.ego[s.GRIP]
    out[n + 4] = before.ego[s.RAIN]
    for c in range(NUM_PATCHES):
        out[n + 5 + c] = 0.0
    out[n + 4 + kind] = 1.0


@compiled
def is_near_collision(before: State, after: State, i: int) -> bool:
    """Whether the ego and vehicle ``i`` may touch in the decision from ``before`` to ``after``."""
    car = before.cars[i]
    reach = 0.5 * (EGO_LENGTH_M + car[s.C_LENGTH])
    start, end = car[s.C_X] - before.ego[s.X], after.cars[i, s.C_X] - after.ego[s.X]
    aside = min(abs(car[s.C_Y] - before.ego[s.Y]), abs(after.cars[i, s.C_Y] - after.ego[s.Y]))
    passes = start * end < 0.0 or min(abs(start), abs(end)) < reach + 2.0
    return bool(car[s.C_LIVE] > 0.0 and passes and aside < 3.5)


@compiled
def collision_features(before: State, after: State, i: int, step: int, out: Array) -> None:
    """Features ``(NUM_COLLISION_FEATURES,)`` of a possible collision with vehicle ``i`` within a decision."""
    car, later = before.cars[i], after.cars[i]
    reach = 0.5 * (EGO_LENGTH_M + car[s.C_LENGTH])
    turned = abs(math.sin(later[s.C_HEADING])) * 0.5 * car[s.C_LENGTH]
    room = 0.5 * (EGO_WIDTH_M + car[s.C_WIDTH]) + turned
    dx, end_dx = car[s.C_X] - before.ego[s.X], later[s.C_X] - after.ego[s.X]
    dy, end_dy = car[s.C_Y] - before.ego[s.Y], later[s.C_Y] - after.ego[s.Y]
    gap, end_gap = abs(dx) - reach, abs(end_dx) - reach
    if dx * end_dx < 0.0:
        # it was passed through
        end_gap = -reach
    clear, end_clear = abs(dy) - room, abs(end_dy) - room
    out[0] = max(min(gap / 2.0, 3.0), -3.0)
    out[1] = max(min(end_gap / 2.0, 3.0), -3.0)
    out[2] = max(min(clear / 0.5, 4.0), -4.0)
    out[3] = max(min(end_clear / 0.5, 4.0), -4.0)
    out[4] = max(min(max(gap, clear) / 0.5, 4.0), -4.0)
    out[5] = max(min(max(end_gap, end_clear) / 0.5, 4.0), -4.0)
    out[6] = 1.0 if dx > 0.0 else 0.0
    out[7] = (before.ego[s.SPEED] - car[s.C_VX]) / 10.0
    out[8] = (end_dy - dy) * 2.0
    out[EXACT_COLLISION] = step / 10.0 if step >= 0 else APART
    out[10] = car[s.C_AGE]
    out[11] = car[s.C_LENGTH] / 10.0
    out[12] = car[s.C_HEADING] * 5.0
    out[13] = before.ego[s.SPEED] / 30.0
    out[14] = before.ego[s.ACCELERATION] / 5.0
    out[15] = car[s.C_ACCELERATION] / 5.0
