"""Converts between pygame's surfaces and arrays of pixels."""

from __future__ import annotations

import numpy as np
import pygame
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
"""A picture, ``(height, width, 3)``."""


def to_frame(surface: pygame.Surface) -> Frame:
    """The pixels of a surface, read-only."""
    width, height = surface.get_size()
    pixels = np.frombuffer(pygame.image.tobytes(surface, "RGB"), np.uint8)
    return pixels.reshape(height, width, 3)


def to_surface(frame: Frame) -> pygame.Surface:
    """A surface with these pixels."""
    height, width = frame.shape[:2]
    # a copy: a surface on a buffer of Python's bytes must not be drawn on
    return pygame.image.frombuffer(frame.tobytes(), (width, height), "RGB").copy()
