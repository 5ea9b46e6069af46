"""CameraSensor: the pictures that the camera of an environment takes of its worlds, kept from decision to decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from envs.camera import Camera, draw_into, sense_into
from envs.observation import PICTURE
from envs.specification.world import Batch

MASKS = "camera_masks"
"""Key of the masks in ``info``."""


class CameraSensor:
    """The latest pictures of ``B`` worlds; both engines and the dream use it, so equal states give equal bytes.

    Parameters
    ----------
    camera
        Its settings.
    num_worlds
        ``B``.

    Attributes
    ----------
    pictures
        ``(B, height, width, 3)`` uint8: drawn, then exposed, with noise, or repeated where a frame is dropped.
    masks
        ``(B, 2, height, width)`` uint8: coverage by vehicles and by objects in these pictures; no worlds if the camera
        has no masks.
    """

    def __init__(self, camera: Camera, num_worlds: int) -> None:
        size = camera.height, camera.width
        self.camera = camera
        self.space = gym.spaces.Box(0, 255, (*size, 3), np.uint8)
        self.pictures = np.zeros((num_worlds, *size, 3), np.uint8)
        self.masks = np.zeros((num_worlds if camera.masks else 0, 2, *size), np.uint8)

    def begin(self, worlds: Batch, chosen: NDArray[np.int64] | None = None) -> None:
        """Take the first pictures of new episodes in some worlds, or in all; there is none before to repeat."""
        where = np.arange(len(worlds)) if chosen is None else chosen
        fresh = CameraSensor(replace(self.camera, dropped=0.0), len(where))
        fresh.advance(worlds[where])
        self.pictures[where] = fresh.pictures
        if self.camera.masks:
            self.masks[where] = fresh.masks

    def advance(self, worlds: Batch) -> None:
        """Take the next picture of every world."""
        plain = worlds.view(np.ndarray)
        draw_into(plain, self.camera, self.pictures, self.masks)
        sense_into(plain, self.camera, self.pictures)

    def observation(self, chosen: int | slice = slice(None)) -> dict[str, NDArray[np.uint8]]:
        """Copies of the pictures of one world, or of all with a leading axis ``B``, under their key."""
        return {PICTURE: self.pictures[chosen].copy()}

    def describe(self, chosen: int | slice = slice(None)) -> dict[str, NDArray[np.uint8]]:
        """Copies of the masks under their key; empty if the camera has none."""
        return {MASKS: self.masks[chosen].copy()} if self.camera.masks else {}

    def state(self) -> dict[str, NDArray[np.uint8]]:
        """Copies of all that the next pictures depend on besides the worlds."""
        return {"pictures": self.pictures.copy(), "masks": self.masks.copy()}

    def restore(self, state: dict[str, Any] | None, worlds: Batch) -> None:
        """Continue from ``state``; without one of this size, which another camera saved, take new first pictures."""
        own = {"pictures": self.pictures, "masks": self.masks}
        if state is None or any(state[key].shape != own[key].shape for key in own):
            self.begin(worlds)
            return
        for key, array in own.items():
            array[:] = state[key]
