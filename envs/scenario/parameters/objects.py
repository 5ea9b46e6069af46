"""Parameters of one object: its type, and every property of the specimen in SI units."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from envs.debris.specification import DebrisDraw, DebrisSpec
from envs.errors import UserError, not_allowed
from envs.scenario.parameters.distribution import Clamped, Distribution
from envs.scenario.parameters.table import Parameter, Point, Value
from envs.scenario.source import ObjectSource, is_body

Catalogue = Mapping[str, DebrisSpec]
"""Object types by name."""

PROPERTIES: Final = (
    # field of DebrisDraw, name, unit, least and greatest value, description
    ("length_m", "length", "m", 0.01, 60.0, "Size along the object's own axis."),
    ("width_m", "width", "m", 0.01, 10.0, "Size across the object's own axis."),
    ("height_m", "height", "m", 0.0, 5.0, "Size above the road."),
    ("mass_kg", "mass", "kg", 0.0, 5_000.0, "Mass, contents included."),
    ("crush_pressure_pa", "crush_pressure", "Pa", 0.0, 1e9, "Pressure at which it is crushed."),
    ("sharpness", "sharpness", "", 0.0, 1.0, "From 0, blunt, to 1, a needle."),
    ("friction", "friction", "", 0.0, 2.0, "Coulomb coefficient between the object and the road."),
    ("drag_area_m2", "drag_area", "m2", 0.0, 100.0, "Drag coefficient times area."),
    ("restitution", "restitution", "", 0.0, 1.0, "Share of the vertical speed kept in a bounce."),
    ("yaw_rad", "yaw", "rad", -0.5 * math.pi, 0.5 * math.pi, "Long axis against the road."),
    ("tyre_friction", "tyre_friction", "", 0.0, 2.0, "Coefficient of a tyre on the patch."),
    ("pieces", "pieces", "", 0.0, 1e6, "Expected sharp pieces under one tyre track of the patch."),
)
"""Properties in the order of ``DRAW_ORDER``."""


@dataclass(frozen=True)
class TypeOf:
    """Rule for an object's type: types by their share among objects on roads, or balanced in look-alike groups.

    Parameters
    ----------
    wanted
        Which types may appear.
    light_share
        Share of light types; ``None``: as it comes.
    uses_groups
        Whether a source's look-alike groups apply.
    """

    wanted: Callable[[DebrisSpec], bool] = is_body
    light_share: float | None = None
    uses_groups: bool = True

    def given(self, _: Mapping[str, Value], source: ObjectSource) -> Distribution:
        """Names of the types with their probabilities."""
        return source.shares(self.wanted, self.light_share, uses_groups=self.uses_groups)

    def __str__(self) -> str:
        share = "" if self.light_share is None else f", {self.light_share:g} of them light"
        return f"by prior share of the types of the split{share}" + (
            "; look-alike groups and their members balanced" if self.uses_groups else ""
        )


@dataclass(frozen=True)
class PropertyOf:
    """Rule for a property: the distribution that the catalogue gives for the object's type."""

    prefix: str
    field: str

    def given(self, point: Mapping[str, Value], source: ObjectSource) -> Distribution:
        """Distribution of the type's file; a mass fits the volume where the type limits the density."""
        spec = source.catalogue[str(point[f"{self.prefix}.type"])]
        distribution: Distribution = getattr(spec, self.field)
        if self.field != "mass_kg" or spec.density_kgpm3 is None:
            return distribution
        length, width, height = (
            float(point[f"{self.prefix}.{size}"]) for size in ("length", "width", "height")
        )
        return Clamped(spec.mass_kg, *spec.mass_limits(length * width * height))

    def __str__(self) -> str:
        return "as the catalogue says for the type"


def object_parameters(
    prefix: str = "object", types: TypeOf | SameType | None = None
) -> tuple[Parameter, ...]:
    """Type and properties of one object, named ``<prefix>.type``, ``<prefix>.mass`` and so on."""
    kind = Parameter(
        f"{prefix}.type",
        "",
        0.0,
        0.0,
        TypeOf() if types is None else types,
        "Type of the object.",
        kind="name",
    )
    rest = (
        Parameter(f"{prefix}.{name}", unit, low, high, PropertyOf(prefix, field), text)
        for field, name, unit, low, high, text in PROPERTIES
    )
    return kind, *rest


@dataclass(frozen=True)
class SameType:
    """Rule for the type of a further object: mostly that of an earlier one, else any body.

    Parameters
    ----------
    prefix
        Of the earlier object.
    share
        Probability of the same type.
    """

    prefix: str
    share: float

    def given(self, point: Mapping[str, Value], source: ObjectSource) -> Distribution:
        """Names of the types with their probabilities."""
        return source.shares(is_body).mixed(str(point[f"{self.prefix}.type"]), self.share)

    def __str__(self) -> str:
        return (
            f"that of {self.prefix} with probability {self.share:g}, else any body by prior share"
        )


def specimen(
    point: Point, catalogue: Catalogue, prefix: str = "object"
) -> tuple[DebrisSpec, DebrisDraw]:
    """Type and specimen of the object whose parameters begin with ``prefix``.

    Raises
    ------
    not_allowed
        If the catalogue lacks the type.
    UserError
        If a body has no mass.
    """
    name = point.name(f"{prefix}.type")
    if name not in catalogue:
        raise not_allowed(f"{prefix}.type", name, catalogue)
    spec = catalogue[name]
    drawn = {field: point.number(f"{prefix}.{key}") for field, key, *_ in PROPERTIES}
    if is_body(spec) and drawn["mass_kg"] <= 0.0:
        raise UserError(f"{prefix}.mass: got {drawn['mass_kg']:g}, expected a number > 0 kg")
    return spec, spec.specimen(drawn)
