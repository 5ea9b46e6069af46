"""Pictures of worlds: buffers, batches, and the functions that others call."""

from __future__ import annotations

from functools import lru_cache
from threading import get_ident
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from envs.camera.bodies.model import Tables
from envs.camera.models.tables import (
    CHOICE_ROWS,
    LOOK_COLOURS,
    PAINTS,
    PALETTE,
    PARTS,
    SPANS,
    VEHICLES,
)
from envs.camera.optics import DRIVER, Camera, View
from envs.camera.scene import Shot, draw_world, with_buffers
from envs.camera.sensor import is_repeated
from envs.camera.shapes.polygons import MAX_POINTS, Canvas
from envs.camera.surroundings.strips import MAX_STRIPS, NUM_COLUMNS
from envs.camera.texture import sheet
from envs.physics.compilation import uncounted_entry
from envs.specification import MAX_DEBRIS, MAX_VEHICLES
from envs.specification.world import LAYOUT, World

NUM_ORDERED: Final = 2 * max(
    MAX_DEBRIS + MAX_VEHICLES, int((SPANS[:, :, 1] - SPANS[:, :, 0]).max())
)
"""Places for bodies, and as many for the parts of one body."""


def make_canvas(height: int, width: int) -> Canvas:
    """Everything that is needed to draw pictures of this size but the pictures themselves."""
    return Canvas(
        np.zeros((height, width, 3), np.uint8),
        np.zeros((2, 0, 0), np.uint8),
        np.zeros((height, width, 4), np.float32),
        np.zeros((height, width + 2), np.float32),
        np.zeros(4, np.int64),
        np.zeros((2, MAX_POINTS)),
        np.zeros((8, MAX_POINTS)),
        PALETTE.copy(),
        np.zeros((3, width), np.float32),
        np.zeros(3 * width, np.uint8),
        np.zeros((2, width), np.float32),
        np.zeros(NUM_ORDERED, np.int64),
        np.zeros(NUM_ORDERED),
    )


@lru_cache(maxsize=16)
def make_tables(thread: int = 0) -> Tables:  # noqa: ARG001 - part of the key
    """Tables of all models, and the sheet of noise; each thread has its own table of strips."""
    strips = np.zeros((MAX_STRIPS, NUM_COLUMNS))
    return Tables(PARTS, SPANS, CHOICE_ROWS, LOOK_COLOURS, PAINTS, VEHICLES, sheet(), strips)


@uncounted_entry
def draw_worlds(
    canvas: Canvas,
    tables: Tables,
    worlds: NDArray[np.void],
    shot: Shot,
    pictures: NDArray[np.uint8],
    masks: NDArray[np.uint8],
) -> None:
    """Draw all worlds at the pictures' own size; a picture that is dropped keeps the one before it."""
    has_masks = masks.shape[0] > 0
    for b in range(pictures.shape[0]):
        world = worlds[b]
        if shot.dropped > 0.0 and is_repeated(world, shot.dropped):
            continue
        one = masks[b] if has_masks else canvas.masks
        draw_world(with_buffers(canvas, pictures[b], one), tables, world, shot)


@uncounted_entry
def shrink(large: NDArray[np.uint8], small: NDArray[np.uint8]) -> None:
    """Average squares of two by two values; both have shape ``(A, H, W, C)``."""
    for a in range(small.shape[0]):
        for i in range(small.shape[1]):
            for j in range(small.shape[2]):
                for k in range(small.shape[3]):
                    total = np.int32(large[a, 2 * i, 2 * j, k]) + large[a, 2 * i, 2 * j + 1, k]
                    total += (
                        np.int32(large[a, 2 * i + 1, 2 * j, k]) + large[a, 2 * i + 1, 2 * j + 1, k]
                    )
                    small[a, i, j, k] = np.uint8((total + 2) >> 2)


@lru_cache(maxsize=16)
def _canvas(height: int, width: int, thread: int) -> Canvas:  # noqa: ARG001 - part of the key
    """The canvas of a size; each thread has its own."""
    return make_canvas(height, width)


def draw_into(
    worlds: NDArray[np.void],
    camera: Camera,
    pictures: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    *,
    view: View = DRIVER,
) -> None:
    """Draw ``B`` worlds into buffers, in place.

    Parameters
    ----------
    worlds
        Records of ``envs.specification.world``, shape ``(B,)``.
    pictures
        Shape ``(B, H, W, 3)``. Where the camera drops a picture, the buffer keeps the one before it.
    masks
        Coverage by vehicles and by objects, 0-255, shape ``(B, 2, H, W)``; an empty array if the camera has none.
    view
        From where.
    """
    _draw(worlds, camera, view, camera.dropped, pictures, masks)


def _draw(
    worlds: NDArray[np.void],
    camera: Camera,
    view: View,
    dropped: float,
    pictures: NDArray[np.uint8],
    masks: NDArray[np.uint8],
) -> None:
    """Draw, at twice the size and averaged if the camera says so."""
    plain = (
        np.atleast_1d(worlds).view(np.ndarray).view(LAYOUT)
    )  # without loss of the alignment flag
    scale = camera.supersample
    shot = Shot(view, camera.focal_px * scale, camera.horizon, camera.detail, dropped)
    canvas = _canvas(camera.height * scale, camera.width * scale, get_ident())
    has_masks = masks.size > 0
    none = np.zeros((0, 2, 0, 0), np.uint8)
    if scale == 1:
        draw_worlds(
            canvas, make_tables(get_ident()), plain, shot, pictures, masks if has_masks else none
        )
        return
    large = np.zeros((1, *canvas.picture.shape), np.uint8)
    cover = np.zeros((1, 2, *canvas.picture.shape[:2]), np.uint8) if has_masks else none
    for b in range(len(plain)):
        if dropped > 0.0 and is_repeated(plain[b], dropped):
            continue
        draw_worlds(
            canvas,
            make_tables(get_ident()),
            plain[b : b + 1],
            shot._replace(dropped=0.0),
            large,
            cover,
        )
        shrink(large, pictures[b : b + 1])
        if has_masks:
            shrink(cover[0][..., None], masks[b][..., None])


def draw(
    worlds: NDArray[np.void] | World, camera: Camera, *, view: View = DRIVER
) -> NDArray[np.uint8]:
    """Pictures of worlds without any noise: for films, data and pages.

    Parameters
    ----------
    worlds
        One record of ``envs.specification.world``, or an array of ``B``.
    camera
        Size and lens.
    view
        ``DRIVER`` or ``CHASE``.

    Returns
    -------
    NDArray[np.uint8]
        ``(H, W, 3)`` for one world, ``(B, H, W, 3)`` for an array.
    """
    given = np.asarray(worlds)
    batch = np.atleast_1d(given)
    pictures = np.zeros((len(batch), camera.height, camera.width, 3), np.uint8)
    _draw(batch, camera, view, 0.0, pictures, np.zeros(0, np.uint8))
    return pictures if given.ndim else cast("NDArray[np.uint8]", pictures[0])
