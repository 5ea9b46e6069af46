"""Corners and faces of boxes and drums."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

SIDES: Final = 10
"""Sides of a drum."""


def _make_drum(axis: int) -> tuple[list[tuple[float, ...]], list[list[int]]]:
    """Corners and faces of a drum whose axis is that of this index."""
    around = [math.pi * (2.0 * k + 1.0) / SIDES for k in range(SIDES)]
    corners = []
    for end in (-1.0, 1.0):
        for t in around:
            flat = [math.cos(t), math.sin(t)]
            corners.append((*flat[:axis], end, *flat[axis:]))
    n = SIDES
    faces = [[k, (k + 1) % n, n + (k + 1) % n, n + k] for k in range(n)]
    faces += [list(range(n))[::-1], [n + k for k in range(n)]]
    if axis != 1:
        faces = [face[::-1] for face in faces]
    return corners, faces


def _make_meshes() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Corners ``(mesh, corner, 3)`` within +-1 and faces ``(mesh, face, 1 + corners)``, padded; 0 corners = no face."""
    box: list[tuple[float, ...]] = [
        (x, y, z) for z in (-1.0, 1.0) for x, y in ((-1, -1), (-1, 1), (1, 1), (1, -1))
    ]
    boxes = [[0, 1, 5, 4], [2, 3, 7, 6], [3, 0, 4, 7], [1, 2, 6, 5], [4, 5, 6, 7], [3, 2, 1, 0]]
    meshes: list[tuple[list[tuple[float, ...]], list[list[int]]]] = [
        (box, boxes),
        _make_drum(2),
        _make_drum(1),
        _make_drum(0),
    ]
    corners = np.zeros((len(meshes), 2 * SIDES, 3))
    faces = np.zeros((len(meshes), SIDES + 2, 1 + SIDES), np.int64)
    for m, (points, sides) in enumerate(meshes):
        corners[m, : len(points)] = points
        for k, side in enumerate(sides):
            faces[m, k, 0] = len(side)
            faces[m, k, 1 : 1 + len(side)] = side
    return corners, faces


CORNERS, FACES = _make_meshes()
