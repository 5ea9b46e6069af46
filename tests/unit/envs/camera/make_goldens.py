"""Sixteen small pictures that tests compare with; ``python -m tests.unit.envs.camera.make_goldens`` writes them."""

from pathlib import Path

import numpy as np
from PIL import Image

from envs.camera import CHASE, DRIVER, PRESETS, draw
from envs.specification import debris, episode, vehicle
from tests.unit.envs.camera.scenes import add_object, add_vehicle, road

FOLDER = Path(__file__).with_name("goldens")

SETTINGS = (
    ("day", "clear"),
    ("day", "rain"),
    ("day", "fog"),
    ("night", "clear"),
    ("night", "rain"),
)


def traffic(light, weather):
    """Cars and trucks near and far, one of them braking."""
    batch = road(1, light, weather)
    for k, (ahead, y, is_truck, brakes) in enumerate(
        ((22.0, 0.0, True, False), (18.0, 8.0, False, True), (38.0, 4.0, False, False), (90.0, 8.0, True, True))
    ):  # fmt: skip
        add_vehicle(batch, ahead, y, is_truck=is_truck, brakes=brakes)
        batch.vehicle_i[0, vehicle.PAINT, k + 1] = 3 * k % 8
    batch.episode_i[0, episode.TICK] = 7
    return batch


def boxes(light, weather):
    """A carton, a cone, a pallet and a sheet, one of them in the air."""
    batch = road(1, light, weather)
    add_object(batch, 9.0, 3.0, (0.6, 0.5, 0.5), "box", yaw=0.3)
    add_object(batch, 12.0, 5.0, (0.36, 0.36, 0.7), "drum/cone")
    add_object(batch, 15.0, 3.6, (1.2, 1.0, 0.14), "flat-tall", z_m=0.6, pitch=0.5, roll=0.3)
    add_object(batch, 14.0, 7.0, (2.0, 1.5, 0.3), "sheet-soft", yaw=0.7)
    return batch


def rest(light, weather):
    """A spill, an animal, a bicycle and a branch."""
    batch = road(1, light, weather)
    add_object(batch, 26.0, 4.0, (6.0, 4.0, 0.0), "patch")
    add_object(batch, 11.0, 2.8, (1.4, 0.5, 0.38), "animal", yaw=1.2)
    add_object(batch, 12.0, 5.4, (1.7, 0.6, 0.2), "frame", yaw=1.1)
    add_object(batch, 17.0, 4.6, (2.0, 0.9, 0.5), "vegetation", yaw=0.4)
    batch.debris_i[0, debris.IS_PATCH, 0] = 1
    return batch


def pictures():
    """Every golden picture by name."""
    found = {}
    for light, weather in SETTINGS:
        for scene in (traffic, boxes, rest):
            batch = scene(light, weather)
            found[f"{scene.__name__}-{light}-{weather}"] = draw(batch[0], PRESETS["64x96"])
    found["chase"] = draw(traffic("day", "clear")[0], PRESETS["64x96"], view=CHASE)
    assert len(found) == 16
    assert DRIVER != CHASE
    return found


def main():
    """Write all pictures."""
    FOLDER.mkdir(exist_ok=True)
    for name, picture in pictures().items():
        Image.fromarray(np.asarray(picture)).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
