"""DebrisSpec: an object type. DebrisDraw: one specimen of it, in SI units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from envs.copies import Immutable
from envs.debris.distribution import Distribution, Uniform
from envs.physics.contact.outcome import default_stiffness

KINDS = ("body", "patch")
"""A body has mass and height; a patch is a spill: less grip, or small sharp pieces."""

SPLITS = ("train", "held_out")
"""Types a policy may learn from, and types kept for the test of generalisation (envs/physics/SOURCES.md 4.3)."""

GROUPS = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11")
"""Look-alike groups: types that look the same and differ in contents (envs/physics/SOURCES.md 4.2)."""

YAW_RULES = {"any": Uniform(-0.5 * math.pi, 0.5 * math.pi), "aligned": Uniform(-0.8, 0.8)}
"""Angle on the road: long objects at any angle, others within 0.8 rad of it (envs/physics/SOURCES.md 4)."""

DRAW_ORDER = (
    "length_m",
    "width_m",
    "height_m",
    "mass_kg",
    "crush_pressure_pa",
    "sharpness",
    "friction",
    "drag_area_m2",
    "restitution",
    "yaw_rad",
    "tyre_friction",
    "pieces",
)
"""Properties in the order in which ``DebrisSpec.sample`` draws them, one uniform number each.

Fixed: another order is another world for the same seed. A new property goes to the end.
"""


@dataclass(frozen=True)
class DebrisDraw:
    """One specimen of an object type, SI units; properties that do not apply to a patch are zero.

    Parameters
    ----------
    length_m, width_m, height_m
        Size along, across and above its own long axis.
    crush_pressure_pa
        Pressure at which it is crushed.
    stiffness_npm
        Elastic contact stiffness; the rule of ``envs.physics.contact.outcome.default_stiffness``.
    sharpness
        0 blunt to 1 a needle.
    friction
        Coulomb coefficient between the object and the road.
    drag_area_m2, lift_area_m2
        C_D A and C_L A.
    restitution
        Share of the vertical speed kept in a bounce on the road, 0 to 1.
    yaw_rad
        Long axis against the road's direction, -pi/2 to pi/2.
    tyre_friction
        Friction coefficient of a tyre on the patch.
    pieces
        Expected sharp pieces under one tyre track across the patch.
    """

    length_m: float
    width_m: float
    height_m: float
    mass_kg: float
    crush_pressure_pa: float
    stiffness_npm: float
    sharpness: float
    friction: float
    drag_area_m2: float
    lift_area_m2: float
    restitution: float
    yaw_rad: float
    tyre_friction: float
    pieces: float

    @property
    def size_m(self) -> tuple[float, float, float]:
        """Length, width and height."""
        return self.length_m, self.width_m, self.height_m


@dataclass(frozen=True, kw_only=True)
class DebrisSpec(Immutable):
    """An object type: its known properties, and how its specimens vary.

    The distributions are in the units of ``DebrisDraw`` and independent of each other (envs/physics/SOURCES.md 4).

    Parameters
    ----------
    name
        Key of the type: its file name without the ending.
    kind, split
        One of ``KINDS`` and of ``SPLITS``.
    look
        What it looks like, one of ``envs.specification.debris.LOOKS``.
    look_alike_group
        One of ``GROUPS``, or ``None`` if nothing else looks like it.
    prior_share_percent
        Share among lane-blocking objects, percent [A].
    is_metal, is_warm
        Whether it returns radar like metal, and shows in the thermal channel.
    source
        Where the numbers come from, with the mark of each.
    lift_to_drag_area
        C_L A as a multiple of C_D A [A] (envs/physics/SOURCES.md 2.6); 0 if the next rule holds.
    lift_from_plan_area
        C_L A as a multiple of length times width, for flat objects with one edge lifted [A]; 0 if not used.
    density_kgpm3
        Range of mass over the volume of the enclosing box, or ``None`` if any will do. Size and mass are drawn
        independently; a draw outside this range takes the nearest mass inside it that the type can have.
    """

    name: str
    kind: str
    look: str
    split: str
    look_alike_group: str | None
    prior_share_percent: float
    is_metal: bool
    is_warm: bool
    source: str
    note: str
    length_m: Distribution
    width_m: Distribution
    height_m: Distribution
    mass_kg: Distribution
    crush_pressure_pa: Distribution
    sharpness: Distribution
    friction: Distribution
    drag_area_m2: Distribution
    restitution: Distribution
    yaw_rad: Distribution
    tyre_friction: Distribution
    pieces: Distribution
    lift_to_drag_area: float
    lift_from_plan_area: float
    density_kgpm3: Distribution | None = None

    def sample(self, rng: np.random.Generator) -> DebrisDraw:
        """One specimen; ``rng`` is consumed: ``len(DRAW_ORDER)`` uniform numbers in that order for every type."""
        drawn: dict[str, float] = {}
        for name in DRAW_ORDER:
            distribution: Distribution = getattr(self, name)
            drawn[name] = distribution.quantile(rng.random())
        volume = drawn["length_m"] * drawn["width_m"] * drawn["height_m"]
        low, high = self.mass_limits(volume)
        drawn["mass_kg"] = min(max(drawn["mass_kg"], low), high)
        return self.specimen(drawn)

    def mass_limits(self, volume_m3: float) -> tuple[float, float]:
        """Least and greatest mass of a specimen of this volume, kg."""
        low, high = self.mass_kg.low, self.mass_kg.high
        if self.density_kgpm3 is None:
            return low, high
        lightest = min(max(self.density_kgpm3.low * volume_m3, low), high)
        return lightest, min(max(self.density_kgpm3.high * volume_m3, low), high)

    def specimen(self, drawn: Mapping[str, float]) -> DebrisDraw:
        """The specimen with these values of ``DRAW_ORDER``; stiffness and lift area follow from them."""
        length, width = drawn["length_m"], drawn["width_m"]
        lift_area = (
            self.lift_to_drag_area * drawn["drag_area_m2"]
            + self.lift_from_plan_area * length * width
        )
        stiffness = 0.0
        if self.kind == "body":
            stiffness = float(default_stiffness(drawn["crush_pressure_pa"], width, length))
        return DebrisDraw(stiffness_npm=stiffness, lift_area_m2=lift_area, **drawn)
