"""Colours, RGB 0-255; a tint has opacity 0-255 as well."""

from __future__ import annotations

Colour = tuple[int, int, int]
Tint = tuple[int, int, int, int]

# --- ground -----------------------------------------------------------------------------------------
ASPHALT: Colour = (104, 106, 110)
SHOULDER: Colour = (122, 122, 120)
VERGE: Colour = (86, 110, 78)
POST: Colour = (232, 232, 226)

# --- vehicles ---------------------------------------------------------------------------------------
EGO: Colour = (54, 196, 96)
CAR: Colour = (112, 190, 238)
PAINTS: dict[str, Colour] = {
    "white": (236, 238, 240), "black": (62, 64, 70), "grey": (134, 138, 144), "silver": (188, 194, 200),
    "blue": CAR, "red": (196, 84, 88), "green": (72, 118, 96), "brown": (138, 110, 92),
}  # fmt: skip
TRUCK: Colour = (214, 218, 222)
TRUCK_CAB: Colour = (92, 120, 168)
CRASHED: Colour = (240, 92, 84)
GLASS: Colour = (42, 52, 62)
TYRE: Colour = (30, 30, 32)
BRAKE_LAMP: Colour = (255, 26, 26)
TAIL_LAMP: Colour = (132, 30, 34)
HEAD_LAMP: Colour = (255, 246, 200)

# --- objects ---------------------------------------------------------------------------------------
OUTLINE: Colour = (28, 28, 30)
CARDBOARD: Colour = (198, 148, 86)
TAPE: Colour = (236, 214, 160)
PLASTIC_BAG: Colour = (40, 42, 48)
RUBBER: Colour = (24, 24, 26)
STEEL: Colour = (184, 192, 200)
RUST: Colour = (150, 96, 64)
TIMBER: Colour = (216, 176, 112)
TIMBER_DARK: Colour = (146, 104, 56)
STONE: Colour = (170, 166, 158)
STONE_LIGHT: Colour = (206, 202, 192)
MATTRESS: Colour = (232, 226, 214)
SEAM: Colour = (168, 156, 140)
ORANGE: Colour = (250, 112, 24)
WHITE: Colour = (246, 246, 244)
LEAF: Colour = (58, 128, 50)
LEAF_LIGHT: Colour = (112, 174, 72)
FUR: Colour = (146, 98, 58)
FUR_LIGHT: Colour = (206, 172, 128)
TARPAULIN: Colour = (44, 104, 196)
TARPAULIN_LIGHT: Colour = (98, 150, 226)
DARK_CASE: Colour = (52, 56, 66)
LATCH: Colour = (236, 190, 40)
BICYCLE: Colour = (206, 44, 66)
SHADOW: Colour = (38, 38, 42)

# --- marks and read-out -----------------------------------------------------------------------------
AMBER: Colour = (255, 190, 60)
GHOST: Colour = (120, 230, 255)
PHANTOM: Colour = (240, 120, 250)
STRADDLED: Colour = (120, 230, 130)
STRUCK: Colour = (255, 84, 60)
PANEL: Colour = (22, 25, 30)
TEXT: Colour = (238, 240, 243)
TEXT_DIM: Colour = (158, 166, 176)
