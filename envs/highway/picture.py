"""Turns the arrays of a world into drawn objects and vehicles: seen, remembered, or unknown to the ego."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from envs.highway.drawing import palette as ink
from envs.highway.drawing.canvas import Canvas
from envs.highway.drawing.marks import (
    draw_belief,
    draw_measurement,
    draw_phantom,
    draw_sight_limit,
    draw_star,
    draw_target,
    draw_wheel_tracks,
)
from envs.highway.drawing.objects import Item, draw_object
from envs.highway.drawing.palette import Colour
from envs.highway.drawing.panel import Readout
from envs.highway.drawing.spills import material_of
from envs.highway.drawing.vehicles import Body, draw_vehicle
from envs.highway.history import MARK_TICKS, History
from envs.scenario.instance import ScenarioInstance
from envs.sensing.tracker import BRAKE_LAMP_MPS2
from envs.specification import (
    DECISION_S,
    LANE_WIDTH_M,
    TICK_S,
    VEHICLE_SLOTS,
    debris,
    episode,
    track,
    vehicle,
)
from envs.specification.world import World
from envs.world.charges import AXLE_M, TRACK_M

ALPHA: Final = {"seen": 1.0, "hidden": 0.60, "unknown": 0.35}
"""Opacity by the ego's knowledge of an object [A]: judgement."""

ABOVE_TRAFFIC_M = 0.5
"""Objects higher than this are drawn over the vehicles [A]: judgement."""

ENDINGS: Final = (
    (episode.COLLIDED, "COLLISION"),
    (episode.LOST_CONTROL, "LOSS OF CONTROL"),
    (episode.OFF_ROAD, "OFF THE ROAD"),
    (episode.TRUNCATED, "time is up"),
)


_POSE: Final = (debris.X, debris.Y, debris.YAW, debris.Z)
_BOX: Final = (debris.LENGTH, debris.WIDTH, debris.HEIGHT, debris.PITCH, debris.ROLL)


def _slot_of(world: World, j: int) -> int:
    """Slot of the track of object ``j``; -1 = it has none."""
    found = np.flatnonzero(world.track_i[track.TARGET, VEHICLE_SLOTS:] == j)
    return VEHICLE_SLOTS + int(found[0]) if len(found) else -1


def knowledge(world: World, j: int) -> str:
    """State of the ego's track of object ``j``: ``"seen"`` now, ``"hidden"`` but tracked, or ``"unknown"``."""
    slot = _slot_of(world, j)
    if slot < 0:
        return "unknown"
    return "seen" if world.track_i[track.VISIBLE, slot] == 1 else "hidden"


def item_of(world: World, name: str, j: int) -> Item:
    """Object ``j`` of a world in drawable form: faint if it was never seen, hatched if it is not seen now."""
    known = knowledge(world, j)
    x, y, yaw, z = (float(world.debris_f[row, j]) for row in _POSE)
    length, width, height, pitch, roll = (float(world.debris_f[row, j]) for row in _BOX)
    return Item(
        look=debris.LOOKS[int(world.debris_i[debris.LOOK, j])],
        x_m=x,
        y_m=y,
        yaw_rad=yaw,
        # from above: a tilted box shows a part of its height
        length_m=length * math.cos(pitch) + height * abs(math.sin(pitch)),
        width_m=width * math.cos(roll) + height * abs(math.sin(roll)),
        z_m=z,
        material=material_of(name),
        alpha=ALPHA[known],
        is_hatched=known == "hidden",
    )


def body_of(world: World, k: int) -> Body:
    """Vehicle ``k`` of a world in drawable form."""
    f, i = world.vehicle_f[:, k], world.vehicle_i[:, k]
    rows = (vehicle.X, vehicle.Y, vehicle.HEADING, vehicle.LENGTH, vehicle.WIDTH)
    x, y, heading, length, width = (float(f[row]) for row in rows)
    return Body(
        x_m=x,
        y_m=y,
        heading_rad=heading,
        length_m=length,
        width_m=width,
        is_ego=k == 0,
        is_truck=bool(i[vehicle.IS_TRUCK]),
        brakes=bool(f[vehicle.ACCELERATION] < BRAKE_LAMP_MPS2),
        has_crashed=bool(i[vehicle.CRASHED]),
        paint=vehicle.PAINTS[int(i[vehicle.PAINT])],
    )


def describe_object(world: World, name: str, j: int) -> tuple[str, Colour]:
    """Text and colour of an object's tag."""
    text, known = name.replace("_", " "), knowledge(world, j)
    if world.debris_i[debris.IS_REAL, j] == 0:
        return f"{text}: nothing there", ink.PHANTOM
    if known == "hidden":
        unseen = float(world.track_i[track.UNSEEN, _slot_of(world, j)]) * DECISION_S
        return f"{text}, hidden {unseen:.1f} s", ink.GHOST
    if known == "unknown":
        return f"{text}, not seen", ink.TEXT_DIM
    return text, ink.TEXT


def draw_debris_and_vehicles(
    canvas: Canvas,
    world: World,
    names: tuple[str, ...],
    history: History,
    *,
    certainty: Sequence[float],
    ego_alpha: float = 1.0,
) -> None:
    """Draw all objects and vehicles, and the ego's belief about the objects, on a canvas that shows the road.

    ``ego_alpha`` is the opacity of the ego: below 1, what it straddles can be seen under it. ``certainty`` is a factor,
    0 to 1, of every object's opacity; empty = all are certain.
    """
    items = [item_of(world, name, j) for j, name in enumerate(names)]
    if certainty:
        pairs = zip(items, certainty, strict=True)
        items = [item._replace(alpha=item.alpha * share) for item, share in pairs]
    ground, low, high = _layers(world, items)
    for item in ground:
        draw_object(canvas, item)
    draw_wheel_tracks(canvas, list(history.path), TRACK_M, AXLE_M)
    for item in low:
        draw_object(canvas, item)
    for k in reversed(range(int(world.episode_i[episode.NUM_VEHICLES]))):
        body = body_of(world, k)
        draw_vehicle(canvas, body._replace(alpha=ego_alpha) if k == 0 else body)
    for item in high:
        draw_object(canvas, item)
    _draw_beliefs(canvas, world, items)
    now = int(world.episode_i[episode.TICK])
    for mark in history.marks:
        colour = ink.STRADDLED if mark.mode == "straddle" else ink.STRUCK
        age = (now - 1 - mark.tick) / MARK_TICKS
        draw_star(canvas, mark.x_m, mark.y_m, colour, 15.0 + 6.0 * age, 0.9 * (1.0 - age))


def _layers(world: World, items: list[Item]) -> tuple[list[Item], list[Item], list[Item]]:
    """Objects sorted into those in the surface, on the road, and above the traffic."""
    ground, low, high = [], [], []
    for j, item in enumerate(items):
        if world.debris_i[debris.IS_PATCH, j] == 1 or item.look == "ground-mark":
            ground.append(item)
        elif item.z_m > ABOVE_TRAFFIC_M or world.debris_i[debris.CARRIER, j] >= 0:
            high.append(item)
        else:
            low.append(item)
    return ground, low, high


def _draw_beliefs(canvas: Canvas, world: World, items: list[Item]) -> None:
    """Draw outlines of objects that are seen or only remembered, and frames around phantoms."""
    f = world.track_f
    for j, item in enumerate(items):
        slot, known = _slot_of(world, j), knowledge(world, j)
        if world.debris_i[debris.IS_REAL, j] == 0:
            pose = (item.x_m, item.y_m, item.yaw_rad)
            draw_phantom(canvas, *pose, item.length_m, item.width_m)
        rows = (track.X, track.Y, track.HEADING, track.LENGTH, track.WIDTH, track.SD_X, track.SD_Y)
        x, y, yaw, length, width, sd_x, sd_y = (float(f[row, slot]) for row in rows)
        if known == "hidden":
            draw_belief(canvas, x, y, yaw, (length, width), (sd_x, sd_y))
        elif known == "seen":
            draw_measurement(canvas, x, y, yaw, length, width)


def draw_intention(canvas: Canvas, world: World) -> None:
    """Draw a line to the lateral position to which the ego steers."""
    v = world.vehicle_f[:, 0]
    front = 0.5 * v[vehicle.LENGTH] + 0.5
    x = float(v[vehicle.X] + front * math.cos(v[vehicle.HEADING]))
    y = float(v[vehicle.Y] + front * math.sin(v[vehicle.HEADING]))
    draw_target(canvas, x, y, float(world.episode_f[episode.TARGET_Y]))


def draw_visibility(canvas: Canvas, world: World) -> None:
    """Draw darkness or fog beyond the range of sight; nothing by day in clear air."""
    is_night = world.episode_i[episode.LIGHT] == episode.NIGHT
    is_clear = world.episode_i[episode.WEATHER] == episode.CLEAR
    if is_clear and not is_night:
        return
    colour = (14, 16, 30) if is_night else (206, 210, 214)
    reach = float(world.episode_f[episode.SIGHT_RANGE])
    draw_sight_limit(canvas, float(world.vehicle_f[vehicle.X, 0]), reach, colour, 0.55)


def describe_lateral(target_y_m: float, num_lanes: int) -> str:
    """A lateral position in words: the lane, counted from the left, and the offset from its centre beyond a decimetre.

    Examples
    --------
    >>> describe_lateral(4.8, 3), describe_lateral(0.0, 2), describe_lateral(12.0, 3)
    ('lane 2 of 3, 0.8 m right', 'lane 1 of 2', 'hard shoulder')
    """
    lane = max(math.floor(target_y_m / LANE_WIDTH_M + 0.5), 0)
    offset = target_y_m - lane * LANE_WIDTH_M
    text = f"lane {lane + 1} of {num_lanes}" if lane < num_lanes else "hard shoulder"
    if abs(offset) < 0.1:
        return text
    return f"{text}, {abs(offset):.1f} m {'right' if offset > 0.0 else 'left'}"


def readout_of(world: World, instance: ScenarioInstance, history: History) -> Readout:
    """The panel's text for the present state."""
    f, i = world.episode_f, world.episode_i
    return Readout(
        title=instance.family.replace("_", " "),
        subtitle=instance.variant.replace("-", ", "),
        time_s=int(i[episode.TICK]) * TICK_S,
        speed_mps=float(world.vehicle_f[vehicle.SPEED, 0]),
        set_speed_mps=float(f[episode.SET_SPEED]),
        command_mps2=float(f[episode.COMMAND]),
        lateral=describe_lateral(float(f[episode.TARGET_Y]), int(i[episode.NUM_LANES])),
        total_usd=float(f[episode.TOTAL_COST]),
        decision_usd=history.costliest(int(i[episode.DECISION])),
        ending=", ".join(text for row, text in ENDINGS if i[row] == 1),
    )
