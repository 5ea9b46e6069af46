"""Light and air: colours of sky and fog, how far one sees, and what the headlights add at night.

Colours are linear shares 0..1 of what a pixel can show. Every table is an assumption [A]: chosen by eye so that a
stranger calls the picture day, night, rain or fog at once.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from envs.physics.compilation import compiled
from envs.specification import episode
from envs.specification.world import World

FOG_CONTRAST: Final = 3.0
"""Extinction times the sight range in fog: a contrast of 5 % is left there (Koschmieder's law)."""

BEAM_M, BEAM_SPREAD, BEAM_GAIN = 42.0, 0.16, 1.15
"""Reach of the dipped beam, squared tangent of its half width, and its strength [A]."""

HAZE_M: Final = 420.0
"""Distance of the line of trees; haze does not grow beyond it [A]."""

RETRO_GAIN: Final = 1.7
"""How much more of the beam retro-reflecting sheets send back [A]."""


class Air(NamedTuple):
    """Light and air of one world."""

    fog_r: float
    fog_g: float
    fog_b: float
    zenith_r: float
    zenith_g: float
    zenith_b: float
    ambient: float
    extinction: float  # 1/m
    base: float  # light on a face whatever its direction
    up: float  # more of it on a face that looks up
    toward: float  # more of it on a face that looks at the camera
    is_night: bool
    is_wet: bool
    is_foggy: bool


_AIRS: Final = np.array(
    [
        # fog, zenith, ambient, extinction, base, up, toward: clear, rain and fog by day, then by night
        [0.80, 0.87, 0.93, 0.26, 0.48, 0.80, 1.00, 0.0012, 0.58, 0.46, 0.34],
        [0.60, 0.63, 0.66, 0.40, 0.44, 0.49, 0.72, 0.0055, 0.74, 0.26, 0.12],
        [0.76, 0.78, 0.80, 0.68, 0.71, 0.74, 0.84, 0.0, 0.76, 0.24, 0.10],
        [0.085, 0.095, 0.135, 0.016, 0.022, 0.050, 0.15, 0.0012, 0.60, 0.10, 0.40],
        [0.080, 0.088, 0.115, 0.022, 0.026, 0.042, 0.14, 0.0055, 0.60, 0.10, 0.40],
        [0.120, 0.128, 0.150, 0.060, 0.066, 0.082, 0.15, 0.0, 0.60, 0.10, 0.40],
    ]
)


@compiled
def air_of(world: World) -> Air:
    """Light and air of a world."""
    weather = world.episode_i[episode.WEATHER]
    is_night = world.episode_i[episode.LIGHT] == episode.NIGHT
    row = _AIRS[weather + (3 if is_night else 0)]
    extinction = row[7]
    if weather == episode.FOG:
        extinction = FOG_CONTRAST / max(world.episode_f[episode.SIGHT_RANGE], 20.0)
    return Air(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        row[5],
        row[6],
        extinction,
        row[8],
        row[9],
        row[10],
        is_night,
        weather == episode.RAIN,
        weather == episode.FOG,
    )


@compiled
def light_at(air: Air, depth: float, tangent: float, gain: float) -> float:
    """Light on a body at this depth (m) and tangent to the side: the sky's and, at night, the dipped beam's."""
    if not air.is_night:
        return air.ambient
    beam = BEAM_GAIN * math.exp(-depth / BEAM_M) * math.exp(-tangent * tangent / BEAM_SPREAD)
    return air.ambient + gain * beam
