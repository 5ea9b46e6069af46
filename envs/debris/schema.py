"""Keys and limits of a catalogue file, and the DebrisSpec it becomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from envs.debris.distribution import Constant, Distribution
from envs.debris.fields import Fields, Limits
from envs.debris.safe_yaml import read_mapping
from envs.debris.specification import DRAW_ORDER, GROUPS, KINDS, SPLITS, YAW_RULES, DebrisSpec
from envs.specification.debris import LOOKS

SHARE = Limits(0.0, 1.0)
PERCENT = Limits(0.0, 100.0)
LIFT_RATIO = Limits(0.0, 10.0)

BODY_DISTRIBUTIONS = {
    "length_m": Limits(0.0, 50.0, is_open=True),
    "width_m": Limits(0.0, 20.0, is_open=True),
    "height_m": Limits(0.0, 10.0, is_open=True),
    "mass_kg": Limits(0.0, 20_000.0, is_open=True),
    "crush_pressure_pa": Limits(0.0, 1e9, is_open=True),
    "sharpness": SHARE,
    "friction": Limits(0.0, 2.0),
    "drag_area_m2": Limits(0.0, 50.0, is_open=True),
    "restitution": SHARE,
}
"""Distributions of a body. Upper limits only catch a slip of the unit [A]: judgement."""

PATCH_DISTRIBUTIONS = {
    "length_m": Limits(0.0, 500.0, is_open=True),
    "width_m": Limits(0.0, 20.0, is_open=True),
    "sharpness": SHARE,
    "tyre_friction": Limits(0.0, 2.0, is_open=True),
    "pieces": Limits(0.0, 1_000.0),
}
"""Distributions of a patch; everything else of ``DRAW_ORDER`` is zero for it."""

COMMON_KEYS = (
    "kind",
    "look",
    "split",
    "look_alike_group",
    "prior_share_percent",
    "is_metal",
    "is_warm",
)
LIFT_KEYS = ("lift_to_drag_area", "lift_from_plan_area")
DENSITY = Limits(0.0, 25_000.0, is_open=True)
BODY_KEYS = (
    *COMMON_KEYS, *BODY_DISTRIBUTIONS, *LIFT_KEYS, "density_kgpm3", "yaw", "source", "note",
)  # fmt: skip
PATCH_KEYS = (*COMMON_KEYS, *PATCH_DISTRIBUTIONS, "source", "note")
"""Keys of a file, in the order in which the built-in files give them."""

SOURCE = "where the numbers come from, as text"


def read_spec(path: Path) -> DebrisSpec:
    """The object type described by one catalogue file ``<name>.yaml``, in SI units.

    Raises
    ------
    CatalogueError
        For the first mistake in the file.
    """
    fields = Fields(path, read_mapping(path))
    is_body = fields.one_of("kind", KINDS) == "body"
    fields.refuse_unknown(BODY_KEYS if is_body else PATCH_KEYS)
    return DebrisSpec(
        name=path.stem,
        kind="body" if is_body else "patch",
        look=_read_look(fields, is_body),
        split=fields.one_of("split", SPLITS),
        look_alike_group=_read_group(fields),
        prior_share_percent=fields.number("prior_share_percent", PERCENT),
        is_metal=fields.flag("is_metal"),
        is_warm=fields.flag("is_warm"),
        **(_body_distributions(fields) if is_body else _patch_distributions(fields)),
        **_lift_ratios(fields, is_body),
        density_kgpm3=(
            fields.distribution("density_kgpm3", DENSITY)
            if "density_kgpm3" in fields.values
            else None
        ),
        source=fields.text("source", SOURCE),
        note=fields.text("note", "text") if "note" in fields.values else "",
    )


def _read_look(fields: Fields, is_body: bool) -> str:
    """Read the look: always "patch" for patches and never otherwise; "ground-mark" is reserved for phantoms."""
    bodies = [look for look in LOOKS if look not in {"patch", "ground-mark"}]
    return fields.one_of("look", bodies if is_body else ["patch"])


def _read_group(fields: Fields) -> str | None:
    """The look-alike group, or null for none."""
    if "look_alike_group" in fields.values and fields.values["look_alike_group"] is None:
        return None
    group = fields.one_of("look_alike_group", [*GROUPS, "null"])
    return None if group == "null" else group


def _body_distributions(fields: Fields) -> dict[str, Any]:
    """Everything in ``DRAW_ORDER`` for a body."""
    drawn: dict[str, Distribution] = {
        key: fields.distribution(key, limits) for key, limits in BODY_DISTRIBUTIONS.items()
    }
    drawn["yaw_rad"] = YAW_RULES[fields.one_of("yaw", YAW_RULES)]
    return {name: drawn.get(name, Constant(0.0)) for name in DRAW_ORDER}


def _patch_distributions(fields: Fields) -> dict[str, Any]:
    """Everything in ``DRAW_ORDER`` for a patch."""
    drawn = {key: fields.distribution(key, limits) for key, limits in PATCH_DISTRIBUTIONS.items()}
    return {name: drawn.get(name, Constant(0.0)) for name in DRAW_ORDER}


def _lift_ratios(fields: Fields, is_body: bool) -> dict[str, Any]:
    """Both lift ratios: a body gives exactly one of them, the other is zero; a patch has none."""
    given = [key for key in LIFT_KEYS if key in fields.values]
    if is_body and len(given) != 1:
        problem = "given both" if given else "missing"
        raise fields.error(LIFT_KEYS[0], f"{problem}, expected either it or {LIFT_KEYS[1]}")
    return {key: fields.number(key, LIFT_RATIO) if key in given else 0.0 for key in LIFT_KEYS}
