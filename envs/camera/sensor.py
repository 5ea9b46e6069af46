"""What a real sensor adds: brightness that wavers, noise in every value, pictures that are lost.

All of it is drawn from the counter-based hash of an episode's noise seed and tick under a channel of its own: the same
in both engines, for every batch size, and without touching any other noise.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from envs.camera.optics import Camera
from envs.physics.compilation import compiled, uncounted_entry
from envs.physics.noise import normal_quantile, uniforms
from envs.specification import episode
from envs.specification.world import LAYOUT, World

CAMERA_ENTITY: Final = 200
"""Entity of the noise hash: vehicles are 0.., objects 100..."""

CHANNEL_PICTURE: Final = 50
"""Exposure, loss of the picture, and the key of its noise."""

_SPREAD: Final = np.float32((4.0 * (256.0**2 - 1.0) / 12.0) ** 0.5)
_MEAN: Final = np.float32(4.0 * 127.5)


@compiled
def is_repeated(world: World, probability: float) -> bool:
    """Whether the picture of this tick repeats the one before; the first of an episode never does."""
    tick = world.episode_i[episode.TICK]
    if tick == 0:
        return False
    draws = uniforms(world.episode_i[episode.NOISE_SEED], tick, CAMERA_ENTITY, CHANNEL_PICTURE)
    return bool(draws[0] < probability)


@compiled
def _spoil(picture: NDArray[np.uint8], gain: float, noise: float, key: int) -> None:
    """Multiply a picture by a gain and add noise: the sum of four random bytes, which is nearly normal."""
    flat = picture.reshape(picture.size)
    scale, factor = np.float32(noise) / _SPREAD, np.float32(gain)
    low, high = np.float32(0.0), np.float32(255.0)
    state = np.uint32(key)
    for k in range(flat.shape[0]):
        # the finaliser of MurmurHash3 on a counter
        h = np.uint32(state + np.uint32(np.uint32(k) * np.uint32(0x9E3779B9)))
        h = np.uint32((h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
        h = np.uint32((h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
        h = np.uint32(h ^ (h >> np.uint32(16)))
        mask = np.uint32(255)
        total = np.int32(h & mask) + np.int32((h >> np.uint32(8)) & mask)
        total += np.int32((h >> np.uint32(16)) & mask) + np.int32(h >> np.uint32(24))
        value = np.float32(flat[k]) * factor + (np.float32(total) - _MEAN) * scale
        flat[k] = np.uint8(min(max(value, low), high) + np.float32(0.499))


@uncounted_entry
def _sense(
    worlds: NDArray[np.void],
    noise: float,
    exposure: float,
    dropped: float,
    pictures: NDArray[np.uint8],
) -> None:
    """Spoil the pictures of all worlds that are not dropped."""
    for b in range(pictures.shape[0]):
        world = worlds[b]
        if dropped > 0.0 and is_repeated(world, dropped):
            continue
        tick = world.episode_i[episode.TICK]
        draws = uniforms(world.episode_i[episode.NOISE_SEED], tick, CAMERA_ENTITY, CHANNEL_PICTURE)
        gain = max(1.0 + exposure * normal_quantile(draws[1]), 0.0)
        _spoil(pictures[b], gain, noise, int(draws[2] * 4_294_967_296.0))


def sense_into(worlds: NDArray[np.void], camera: Camera, pictures: NDArray[np.uint8]) -> None:
    """Add the sensor's exposure and noise to pictures that ``draw_into`` has just drawn, in place.

    A dropped picture is left alone: ``draw_into`` left the one before it in the buffer, noise included.

    Parameters
    ----------
    worlds
        Records of ``envs.specification.world``, shape ``(B,)``.
    pictures
        Shape ``(B, H, W, 3)``, contiguous.
    """
    if camera.noise == 0.0 and camera.exposure == 0.0:
        return
    plain = (
        np.atleast_1d(worlds).view(np.ndarray).view(LAYOUT)
    )  # without loss of the alignment flag
    _sense(plain, camera.noise, camera.exposure, camera.dropped, pictures)
