"""The pinhole: sizes, focal lengths and places of cameras, and how a setting names one.

A camera stands in the ego behind the windscreen, looks along its heading and sees a flat world: a point ``right`` and
``up`` metres from its axis at ``depth`` falls on column ``W/2 + f right/depth`` and row ``horizon - f up/depth``.
Braking shifts the horizon up, as the nose dives; the camera has no roll and its lens no distortion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, NamedTuple

import numpy as np

from envs.errors import UserError, hint, not_allowed, shown
from envs.physics.compilation import compiled
from envs.sensing.sight import CAMERA_AHEAD_M, CAMERA_HEIGHT_M
from envs.specification import vehicle
from envs.specification.world import World

DIVE_RAD_PER_MPS2: Final = 0.0022
"""Pitch of the body per acceleration: 1.3 degrees at 1 g, a soft car [A]."""

JOLT_SHARE: Final = 0.6
"""Share of the ego's vertical jolt that reaches the camera [A]."""

LEAST_PX, MOST_PX = 8, 4096
"""Least and largest height and width of a picture."""


@dataclass(frozen=True)
class Camera:
    """What a camera delivers.

    Parameters
    ----------
    height, width
        Size of a picture, px.
    field_deg
        Horizontal field of view, degrees.
    horizon
        Row of the horizon as a share of the height.
    supersample
        Pictures are drawn this many times larger in both directions and averaged: 1 or 2.
    detail
        Whether clouds, grain of the road and small parts are drawn: for films.
    masks
        Whether the coverage of every pixel by vehicles and by objects is returned too.
    noise
        Standard deviation of the sensor's noise, grey levels.
    exposure
        Standard deviation of the brightness of whole pictures, as a share.
    dropped
        Probability that a picture repeats the one before it.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.
    """

    height: int = 64
    width: int = 96
    field_deg: float = 33.4
    horizon: float = 0.28125
    supersample: int = 1
    detail: bool = False
    masks: bool = False
    noise: float = 0.0
    exposure: float = 0.0
    dropped: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.generic):
                # numbers of NumPy are numbers
                object.__setattr__(self, field.name, value.item())
        for name in ("height", "width"):
            _check_whole(name, getattr(self, name), LEAST_PX, MOST_PX)
        _check_whole("supersample", self.supersample, 1, 2)
        for name, (low, high) in _LIMITS.items():
            _check_number(name, getattr(self, name), low, high)
        for name in ("detail", "masks"):
            if not isinstance(getattr(self, name), bool):
                raise UserError(
                    f"camera: {name}: got {shown(getattr(self, name))}, allowed are true and false"
                )

    @property
    def focal_px(self) -> float:
        """Focal length, px."""
        return 0.5 * self.width / math.tan(math.radians(0.5 * self.field_deg))


_LIMITS: Final = {
    "field_deg": (1.0, 120.0),
    "horizon": (0.0, 1.0),
    "noise": (0.0, 64.0),
    "exposure": (0.0, 0.5),
    "dropped": (0.0, 0.99),
}


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    """Refuse what is not a whole number from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UserError(
            f"camera: {name}: got {shown(value)}, allowed are whole numbers from {low} to {high}"
        )


def _check_number(name: str, value: object, low: float, high: float) -> None:
    """Refuse what is not a number from ``low`` to ``high``."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:  # type: ignore[operator] # a number by now
        raise UserError(
            f"camera: {name}: got {shown(value)}, allowed are numbers from {low:g} to {high:g}"
        )


def _field_deg(width: int, focal_px: float) -> float:
    """Horizontal field of view of a picture of this width and focal length."""
    return math.degrees(2.0 * math.atan(0.5 * width / focal_px))


PRESETS: Final[dict[str, Camera]] = {
    "64x96": Camera(field_deg=_field_deg(96, 160.0)),
    "128x192": Camera(height=128, width=192, field_deg=_field_deg(192, 320.0)),
    "tele": Camera(height=32, width=96, field_deg=_field_deg(96, 480.0), horizon=0.3),
    "film": Camera(
        height=360, width=640, field_deg=_field_deg(640, 700.0), horizon=0.375, supersample=2, detail=True
    ),
    "film_hd": Camera(
        height=720, width=1280, field_deg=_field_deg(1280, 1400.0), horizon=0.375, detail=True
    ),
}  # fmt: skip
"""Cameras by name; ``tele`` shows the middle of the road three times larger, for what is small and far away."""

PRESET: Final = "preset"


def camera_from(setting: object) -> Camera:
    """The camera that a setting names: a preset's name, a mapping of fields with or without ``preset``, or a camera.

    Raises
    ------
    UserError
        One line naming key, value and what is allowed.

    Examples
    --------
    >>> camera_from("128x192").height
    128
    >>> camera_from({"preset": "64x96", "masks": True}).masks
    True
    """
    if isinstance(setting, Camera):
        return setting
    if isinstance(setting, str):
        return _preset(setting)
    if not isinstance(setting, Mapping):
        raise UserError(
            f"camera: got {shown(setting)}, expected a name ({', '.join(PRESETS)}) or a mapping of "
            f"{', '.join(field.name for field in fields(Camera))}"
        )
    given: dict[str, Any] = dict(setting)
    base = _preset(given.pop(PRESET)) if PRESET in given else Camera()
    known = [field.name for field in fields(Camera)]
    for name in given:
        if name not in known:
            raise UserError(
                f"camera: unknown key {shown(name)}, allowed are {', '.join([PRESET, *known])}{hint(name, known)}"
            )
    return replace(base, **given)


def _preset(name: object) -> Camera:
    """A preset by name."""
    if not isinstance(name, str) or name not in PRESETS:
        raise not_allowed("camera", name, PRESETS)
    return PRESETS[name]


class View(NamedTuple):
    """From where a picture is taken."""

    ahead_m: float
    """Place ahead of the ego's centre; negative = behind."""
    height_m: float
    shows_ego: bool
    """Whether the ego is drawn from outside; otherwise its bonnet is."""
    falls: float
    """Downward tilt as a shift of the horizon, focal lengths."""


DRIVER: Final = View(CAMERA_AHEAD_M, CAMERA_HEIGHT_M, False, 0.0)
"""Through the windscreen: where the sight lines of ``envs.sensing.sight`` start."""

CHASE: Final = View(-14.0, 4.6, True, 0.12)
"""From behind and above the ego, which is drawn."""


class Eye(NamedTuple):
    """A pinhole in the world: place, direction, focal length (px), column of its axis and row of the horizon."""

    x: float
    y: float
    height: float
    cos: float
    sin: float
    focal: float
    middle: float
    horizon: float


@compiled
def eye_of(world: World, view: View, focal: float, width: int, horizon: float) -> Eye:
    """The eye of a view in a world's present state; ``horizon`` is the row of the level horizon."""
    v = world.vehicle_f
    cos, sin = math.cos(v[vehicle.HEADING, 0]), math.sin(v[vehicle.HEADING, 0])
    height, dive = view.height_m, -view.falls
    if not view.shows_ego:
        height += JOLT_SHARE * v[vehicle.JOLT, 0]
        dive += DIVE_RAD_PER_MPS2 * v[vehicle.ACCELERATION, 0]
    return Eye(
        v[vehicle.X, 0] + view.ahead_m * cos,
        v[vehicle.Y, 0] + view.ahead_m * sin,
        height,
        cos,
        sin,
        focal,
        0.5 * width,
        horizon + focal * dive,
    )


def project(
    world: World, camera: Camera, place: tuple[float, float, float], view: View = DRIVER
) -> tuple[float, float, float]:
    """Column and row (px) and depth (m) of a place ``(x, y, up)`` in the picture of a world's present state.

    Column and row mean nothing at depths of 0 and less.
    """
    v = world.vehicle_f[:, 0]
    cos, sin = math.cos(v[vehicle.HEADING]), math.sin(v[vehicle.HEADING])
    dx, dy = place[0] - float(v[vehicle.X]), place[1] - float(v[vehicle.Y])
    depth, right = cos * dx + sin * dy - view.ahead_m, cos * dy - sin * dx
    height, dive = view.height_m, -view.falls
    if not view.shows_ego:
        height += JOLT_SHARE * float(v[vehicle.JOLT])
        dive += DIVE_RAD_PER_MPS2 * float(v[vehicle.ACCELERATION])
    scale = camera.focal_px / max(depth, 1e-6)
    row = camera.horizon * camera.height + camera.focal_px * dive + scale * (height - place[2])
    return 0.5 * camera.width + scale * right, row, depth
