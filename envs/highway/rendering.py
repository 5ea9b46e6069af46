"""The picture of the reference engine: highway-env's road and traffic, with debris, perception and cost."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np
import pygame
from highway_env.envs.common.graphics import EnvViewer
from highway_env.road.graphics import RoadGraphics
from highway_env.vehicle.graphics import VehicleGraphics

from envs.errors import UserError
from envs.highway.drawing.things import (
    GHOST,
    Pose,
    draw_contact,
    draw_frame,
    draw_object,
    draw_text,
    draw_wheel_tracks,
)
from envs.physics.contact import MODE_NAMES
from envs.specification import (
    TICK_HZ,
    TICK_S,
    VEHICLE_SLOTS,
    component,
    contact,
    debris,
    episode,
    track,
    vehicle,
)
from envs.specification.world import Array, World

if TYPE_CHECKING:
    from envs.highway.env import DebrisEnv

TRACK_TICKS: Final = 3 * TICK_HZ
"""Wheel tracks show the last three seconds."""

HALF_TRACK_M: Final = 0.775
"""Half the distance between the wheels of an axle (physics.md 3.1)."""

HIDDEN_ALPHA, UNKNOWN_ALPHA, PHANTOM_ALPHA = 120, 70, 110
"""Opacity of an object that is tracked but hidden, that was never seen, and that is not really there."""

BRAKE_LAMP_MPS2: Final = -0.7

PANEL_OFFSET_M: Final = 1.6
"""The road is drawn this much below the middle of the picture, clear of the panel at the top."""

VERGE_COLOUR: Final = (92, 116, 84)
TRUCK_COLOUR, CAR_COLOUR, EGO_COLOUR = (214, 120, 70), (190, 196, 206), (60, 190, 90)


class Mark:
    """A contact to be shown for a second: place, text, tick."""

    def __init__(self, x: float, y: float, text: str, tick: int) -> None:
        self.x, self.y, self.text, self.tick = x, y, text, tick


class DebrisViewer(EnvViewer):
    """Draws a ``DebrisEnv``; the camera follows the ego.

    Raises
    ------
    UserError
        If ``SDL_VIDEODRIVER=dummy`` is set: highway-env would return black pictures without a word.
    """

    def __init__(self, env: DebrisEnv) -> None:
        if os.environ.get("SDL_VIDEODRIVER") == "dummy":
            raise UserError(
                "SDL_VIDEODRIVER: got 'dummy', which draws black pictures; unset it or use 'offscreen'"
            )
        if env.render_mode == "rgb_array":
            # no window is wanted: do not look for a display, and do not complain that there is none
            os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
        super().__init__(env)
        self._path: deque[tuple[float, float]] = deque(maxlen=TRACK_TICKS)
        self._marks: list[Mark] = []
        self._num_listed = 0

    def begin_episode(self) -> None:
        """Forget the wheel tracks and marks of the last episode."""
        self._path.clear()
        self._marks.clear()
        self._num_listed = 0

    def record_tick(self, world: World) -> None:
        """Remember where the ego has been and what it has touched in the last tick."""
        f, tick = world.vehicle_f, int(world.episode_i[episode.TICK])
        self._path.append((float(f[vehicle.X, 0]), float(f[vehicle.Y, 0])))
        count = int(world.episode_i[episode.NUM_CONTACTS])
        # the table is emptied at every decision
        for row in world.contacts[min(self._num_listed, count) : count]:
            j = int(row[contact.OBJECT])
            text = f"{MODE_NAMES[int(row[contact.MODE])]}  US$ {row[contact.COST]:,.0f}"
            self._marks.append(
                Mark(
                    float(world.debris_f[debris.X, j]),
                    float(world.debris_f[debris.Y, j]),
                    text,
                    tick,
                )
            )
        self._num_listed = count
        self._marks = [mark for mark in self._marks if tick - mark.tick < TICK_HZ]

    def display(self) -> None:
        """Draw the present state of the environment."""
        env = self.env
        surface = self.sim_surface
        surface.move_display_window_to(self.window_position())
        RoadGraphics.display(env.road, surface)
        self._draw_verges()
        self._draw_debris(patches=True)
        draw_wheel_tracks(surface, list(self._path), HALF_TRACK_M)
        for item in env.road.vehicles:
            self._draw_vehicle(item)
        self._draw_debris(patches=False)
        tick = int(env.world.episode_i[episode.TICK])
        for mark in self._marks:
            draw_contact(surface, mark.x, mark.y, mark.text, (tick - mark.tick) * TICK_S)
        self._draw_panel()
        if not self.offscreen:
            self.screen.blit(surface, (0, 0))
            pygame.display.flip()

    def get_image(self) -> Array:
        """The picture.

        Returns
        -------
        Array
            ``(height, width, 3)`` uint8.

        Raises
        ------
        UserError
            If it has one colour only: the display driver draws nothing.
        """
        frame: Array = super().get_image()
        if np.ptp(frame) == 0:
            raise UserError("render: the picture is blank; check SDL_VIDEODRIVER")
        return frame

    def window_position(self) -> Array:
        """Centre of the picture: the ego along the road, the middle of the carriageway across it."""
        f = self.env.world.episode_f
        y = 0.5 * (f[episode.LEFT_EDGE] + f[episode.RIGHT_EDGE]) - PANEL_OFFSET_M
        return np.array([self.env.world.vehicle_f[vehicle.X, 0], y])

    def _draw_verges(self) -> None:
        """Grass beside the drivable width."""
        surface, f = self.sim_surface, self.env.world.episode_f
        top = surface.pos2pix(0.0, float(f[episode.LEFT_EDGE]))[1] - 3
        bottom = surface.pos2pix(0.0, float(f[episode.RIGHT_EDGE]))[1] + 3
        width, height = surface.get_size()
        pygame.draw.rect(surface, VERGE_COLOUR, (0, 0, width, max(top, 0)))
        pygame.draw.rect(surface, VERGE_COLOUR, (0, bottom, width, max(height - bottom, 0)))

    def _draw_vehicle(self, item: object) -> None:
        """A car or a truck, with its brake lamps."""
        vehicle_item: object = item
        is_ego = item is self.env.road.vehicles[0]
        colour = (
            EGO_COLOUR
            if is_ego
            else TRUCK_COLOUR
            if getattr(item, "is_truck", False)
            else CAR_COLOUR
        )
        item.color = VehicleGraphics.RED if getattr(item, "crashed", False) else colour  # type: ignore[attr-defined]
        VehicleGraphics.display(vehicle_item, self.sim_surface, offscreen=self.offscreen)
        action, position = item.action, item.position  # type: ignore[attr-defined]
        if action["acceleration"] < BRAKE_LAMP_MPS2:
            rear = position[0] - 0.5 * item.LENGTH  # type: ignore[attr-defined]
            for side in (-0.35, 0.35):
                at = self.sim_surface.pos2pix(rear, position[1] + side * item.WIDTH)  # type: ignore[attr-defined]
                pygame.draw.circle(self.sim_surface, (255, 40, 40), at, 3)

    def _draw_debris(self, *, patches: bool) -> None:
        """Spills below the traffic, or bodies above it, shaded by what the ego knows of them."""
        world, surface = self.env.world, self.sim_surface
        d, i = world.debris_f, world.debris_i
        for j, name in enumerate(self.env.instance.debris_types):
            if bool(i[debris.IS_PATCH, j]) != patches or i[debris.CARRIER, j] >= 0:
                continue
            rows = (debris.X, debris.Y, debris.YAW, debris.LENGTH, debris.WIDTH, debris.Z)
            pose = Pose(*(float(d[row, j]) for row in rows))
            slot = VEHICLE_SLOTS + j
            is_tracked = world.track_i[track.TARGET, slot] >= 0
            is_visible = is_tracked and world.track_i[track.VISIBLE, slot] == 1
            alpha = 255 if is_visible else HIDDEN_ALPHA if is_tracked else UNKNOWN_ALPHA
            if i[debris.IS_REAL, j] == 0:
                alpha = min(alpha, PHANTOM_ALPHA)
            draw_object(surface, debris.LOOKS[int(i[debris.LOOK, j])], name, pose, alpha)
            if i[debris.IS_REAL, j] == 0:
                draw_frame(surface, pose, (255, 120, 200), dashed=True)
            if is_tracked:
                seen = Pose(
                    float(world.track_f[track.X, slot]),
                    float(world.track_f[track.Y, slot]),
                    pose.yaw,
                    pose.length,
                    pose.width,
                )
                draw_frame(surface, seen, GHOST, dashed=not is_visible)
            x, y = surface.pos2pix(pose.x, pose.y)
            # neighbours of a lost load must not write over each other
            draw_text(surface, name.replace("_", " "), (x + 12, y - 30 - 14 * (j % 2)), 18)

    def _draw_panel(self) -> None:
        """Time, speed, command, scenario and cost in two lines at the top."""
        world, surface = self.env.world, self.sim_surface
        f, instance = world.episode_f, self.env.instance
        bar = pygame.Surface((surface.get_width(), 46), pygame.SRCALPHA)
        bar.fill((16, 18, 24, 215))
        surface.blit(bar, (0, 0))
        time = int(world.episode_i[episode.TICK]) * TICK_S
        speed = float(world.vehicle_f[vehicle.SPEED, 0])
        # + 0.0 turns a rounded -0.0 into 0.0
        command = round(float(f[episode.COMMAND]), 1) + 0.0
        target = round(float(f[episode.TARGET_Y]), 1) + 0.0
        first = (
            f"{time:4.1f} s   {speed:4.1f} m/s ({3.6 * speed:3.0f} km/h)   "
            f"command {command:+.1f} m/s2, y {target:.1f} m   {instance.family} · {instance.variant}"
        )
        draw_text(surface, first, (12, 6), 22)
        parts = sorted(
            zip(world.cost.tolist(), component.NAMES, strict=True), key=lambda part: -part[0]
        )
        shown = "   ".join(f"{name} {value:,.0f}" for value, name in parts[:3] if value >= 0.5)
        text = f"cost so far US$ {f[episode.TOTAL_COST]:,.0f}"
        width = draw_text(surface, text, (12, 26), 22, (255, 214, 64))
        draw_text(surface, shown, (36 + width, 26), 22)
        self._draw_legend()

    def _draw_legend(self) -> None:
        """What the outlines mean, at the bottom."""
        surface = self.sim_surface
        y = surface.get_height() - 20
        draw_text(
            surface,
            "solid frame: measured now   dashed: remembered   faint: not seen   pink: not really there",
            (12, y),
            18,
        )
