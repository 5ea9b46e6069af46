"""Every model by name, and which of them, in which colours, a look of an object has."""

from __future__ import annotations

from typing import Final

from envs.camera.models.cars import COUPE, ESTATE, HATCHBACK, SEDAN
from envs.camera.models.goods import (
    appliance,
    bag,
    beam,
    carton,
    ladder,
    mattress,
    pallet,
    sheet,
    sofa,
    tarpaulin,
    toolbox,
)
from envs.camera.models.nature import branch, deer, mark, rock, small_animal, spill, tumbleweed
from envs.camera.models.parts import Model
from envs.camera.models.roadside import (
    barrel,
    bicycle,
    bucket,
    cone,
    machine_part,
    pieces,
    tread,
    wheel,
)
from envs.camera.models.trucks import box_truck, curtain_truck, flat_bed

CARS: Final[dict[str, Model]] = {
    "sedan": SEDAN,
    "hatchback": HATCHBACK,
    "estate": ESTATE,
    "coupe": COUPE,
}
"""Cars by name."""

TRUCKS: Final[dict[str, Model]] = {"box truck": box_truck(), "curtain truck": curtain_truck()}
"""Trucks by name; with a load that can fall, every truck has an open bed."""

OPEN_TRUCKS: Final[dict[str, Model]] = {"flat bed": flat_bed()}

PIECES: Final[dict[str, Model]] = {"pieces": pieces()}
"""What has broken off."""

OBJECTS: Final[dict[str, Model]] = {
    "carton": carton(), "sheet": sheet(), "pallet": pallet(), "wheel": wheel(), "tread": tread(), "bag": bag(),
    "ladder": ladder(), "beam": beam(), "mattress": mattress(), "sofa": sofa(), "machine part": machine_part(),
    "rock": rock(), "cone": cone(), "barrel": barrel(), "bucket": bucket(), "branch": branch(),
    "tumbleweed": tumbleweed(), "deer": deer(), "small animal": small_animal(), "tarpaulin": tarpaulin(),
    "appliance": appliance(), "toolbox": toolbox(), "bicycle": bicycle(), "spill": spill(), "mark": mark(),
}  # fmt: skip
"""Every object by name."""

LENGTH_OVER_WIDTH, HEIGHT, WIDTH, LENGTH = range(4)
"""Measures that tell models of one look apart."""


CHOICES: Final[dict[str, tuple[int, float, float, str, str, str]]] = {
    # which measure decides, two limits, and the models below, between and above them
    "tyre-like": (LENGTH_OVER_WIDTH, 1.3, 1.3, "wheel", "tread", "tread"),
    "flat": (HEIGHT, 0.0, 0.0, "sheet", "sheet", "sheet"),
    "box": (HEIGHT, 0.0, 0.0, "carton", "carton", "carton"),
    "bag": (HEIGHT, 0.0, 0.0, "bag", "bag", "bag"),
    "long": (WIDTH, 0.25, 0.25, "beam", "ladder", "ladder"),
    "soft-furniture": (HEIGHT, 0.45, 0.45, "mattress", "sofa", "sofa"),
    "vehicle-part": (HEIGHT, 0.0, 0.0, "machine part", "machine part", "machine part"),
    "block": (HEIGHT, 0.0, 0.0, "rock", "rock", "rock"),
    "flat-tall": (HEIGHT, 0.0, 0.0, "pallet", "pallet", "pallet"),
    "drum/cone": (HEIGHT, 0.43, 0.82, "bucket", "cone", "barrel"),
    "vegetation": (LENGTH_OVER_WIDTH, 1.25, 1.25, "tumbleweed", "branch", "branch"),
    "animal": (LENGTH, 0.95, 0.95, "small animal", "deer", "deer"),
    "sheet-soft": (HEIGHT, 0.0, 0.0, "tarpaulin", "tarpaulin", "tarpaulin"),
    "box-white": (HEIGHT, 0.0, 0.0, "appliance", "appliance", "appliance"),
    "box-dark": (HEIGHT, 0.0, 0.0, "toolbox", "toolbox", "toolbox"),
    "frame": (HEIGHT, 0.0, 0.0, "bicycle", "bicycle", "bicycle"),
    "patch": (HEIGHT, 0.0, 0.0, "spill", "spill", "spill"),
    "ground-mark": (HEIGHT, 0.0, 0.0, "mark", "mark", "mark"),
}
"""Models of every look of ``envs.specification.debris.LOOKS``."""

COLOURS: Final[dict[str, tuple[int, ...]]] = {
    "tyre-like": (34, 34, 36, 60, 60, 64, 20, 20, 22), "flat": (196, 184, 156, 176, 160, 128, 214, 204, 180),
    "box": (188, 136, 78, 226, 204, 152, 150, 104, 56), "bag": (40, 44, 52, 84, 92, 106, 24, 26, 30),
    "long": (208, 172, 116, 232, 204, 156, 150, 112, 66), "soft-furniture": (228, 220, 208, 150, 142, 150, 126,
        118, 128),
    "vehicle-part": (138, 128, 120, 122, 76, 46, 90, 60, 44), "block": (158, 154, 146, 104, 100, 94, 192, 188, 180),
    "flat-tall": (214, 174, 116, 190, 148, 92, 122, 88, 52), "drum/cone": (246, 98, 18, 244, 244, 242, 40, 40, 42),
    "vegetation": (58, 112, 42, 96, 156, 62, 112, 82, 50), "animal": (142, 94, 56, 224, 204, 174, 104, 66, 40),
    "sheet-soft": (40, 98, 190, 104, 156, 232, 28, 70, 140), "box-white": (240, 240, 238, 212, 214, 216, 180, 182, 184),
    "box-dark": (46, 50, 58, 236, 188, 40, 26, 28, 32), "frame": (204, 36, 58, 190, 196, 202, 30, 30, 32),
    "patch": (52, 48, 42, 146, 134, 112, 24, 22, 20), "ground-mark": (36, 36, 39, 50, 50, 54, 28, 28, 30),
}  # fmt: skip
"""Three colours of every look, red, green, blue 0-255."""
