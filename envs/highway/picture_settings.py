"""highway-env's settings of the picture, checked when an environment is made and not when it is first drawn."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from envs.errors import UserError, not_allowed

RENDER_MODES: Final = ("human", "rgb_array")
"""Render modes of highway-env: the road from above."""

ALL_RENDER_MODES: Final = (*RENDER_MODES, "camera")
"""Render modes of Debris-v1; ``camera`` is the driver's view."""

DRIVER: Final = "SDL_VIDEODRIVER"

SMALLEST_PX: Final = 64
"""Width and height of a picture are at least this large."""


class _Rule(NamedTuple):
    """What one setting must be."""

    holds: Callable[[Any], bool]
    expected: str  # in words


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_size(value: object) -> bool:
    return type(value) is int and value >= SMALLEST_PX and value % 2 == 0


def _is_point(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(_is_number(share) and 0.0 <= share <= 1.0 for share in value)
    )


_SIZE: Final = _Rule(_is_size, f"an even whole number of pixels >= {SMALLEST_PX}")

RULES: Final[Mapping[str, _Rule]] = {
    "screen_width": _SIZE,
    "screen_height": _SIZE,
    "scaling": _Rule(lambda value: _is_number(value) and value > 0, "pixels per metre > 0"),
    "centering_position": _Rule(_is_point, "two shares of the picture from 0 to 1"),
    "offscreen_rendering": _Rule(
        lambda value: isinstance(value, bool | None), "true, false or null"
    ),
    "real_time_rendering": _Rule(lambda value: isinstance(value, bool), "true or false"),
}
"""Settings of the picture; the size is even because videos need it."""


def check_render_mode(render_mode: object, allowed: Sequence[str] = RENDER_MODES) -> None:
    """Raise a ``UserError`` that lists the render modes for any other value than one of them or ``None``."""
    if render_mode is not None and render_mode not in allowed:
        raise not_allowed("render_mode", render_mode, allowed)


def check_mapping(config: object) -> Mapping[Any, Any]:
    """The configuration, empty if none is given.

    Raises
    ------
    UserError
        If it is not a mapping.
    """
    if not isinstance(config, Mapping | None):
        raise UserError(f"config: got {config!r}, expected a mapping")
    return config or {}


def check_picture(
    config: Mapping[Any, Any], render_mode: str | None, *, is_observed: bool = False
) -> None:
    """Check the settings of the picture among a configuration; ``is_observed``: an observation is drawn as well.

    Raises
    ------
    UserError
        If a value does not fit, or if a setting has no effect with this render mode.
    """
    for key in (key for key in RULES if key in config):
        check_value(key, config[key])
        if render_mode == "camera":
            raise UserError(
                f"config: {key}: render_mode 'camera' does not use it, expected render_mode 'human' or 'rgb_array'"
            )
        if render_mode is None and not is_observed:
            raise UserError(
                f"config: {key}: nothing is drawn without a render_mode, expected 'human' or 'rgb_array'"
            )
    if render_mode == "human" and config.get("offscreen_rendering"):
        raise UserError(
            "config: offscreen_rendering: got True with render_mode 'human', which shows a window; use 'rgb_array'"
        )
    has_window = render_mode == "human" or config.get("offscreen_rendering") is False
    if config.get("real_time_rendering") and not has_window:
        raise UserError(
            "config: real_time_rendering: got True, but only a window is drawn in real time; use render_mode 'human'"
        )


def check_value(key: str, value: object) -> None:
    """Check one setting of the picture.

    Raises
    ------
    UserError
        If the value does not fit.
    """
    if not RULES[key].holds(value):
        raise UserError(f"config: {key}: got {value!r}, expected {RULES[key].expected}")


def check_driver() -> None:
    """Refuse the display driver with which highway-env returns black pictures.

    Raises
    ------
    UserError
        If ``SDL_VIDEODRIVER=dummy`` is set.
    """
    if os.environ.get(DRIVER) == "dummy":
        raise UserError(
            f"{DRIVER}: got 'dummy', which draws black pictures; unset it or use 'offscreen'"
        )
